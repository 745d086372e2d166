"""`GET /audit/verdicts` and `GET /audit/withdrawals`: what an auditor needs to find a refusal that nothing gives."""

from __future__ import annotations

import re
from typing import Any, Final

from functions.audit import service as audit
from functions.oversight import service
from functions.oversight.shapes import StoredVerdictsOut, WithdrawalsOut
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Request, Routes
from functions.shared.problems import FieldError, Malformed
from functions.status.rules import list_end

routes = Routes("oversight")
VERDICTS: Final = "/audit/verdicts"
WITHDRAWALS: Final = "/audit/withdrawals"
MOST_PARTS: Final = 1_000_000  # DynamoDB divides a scan no further
_UNIT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_NUMBER: Final = re.compile(r"(0|[1-9]\d{0,6})\Z", re.ASCII)


@routes.get(
    VERDICTS,
    roles={"auditor"},
    answer=StoredVerdictsOut,
    query=("part", "of", "unit", "next"),
    summary="Read stored verdicts with the facts behind them",
)
def get_verdicts(request: Request) -> StoredVerdictsOut:
    """Some verdicts of `?part=` (from 0) `&of=` parts, or of `?unit=`, with everything to decide them anew; never a name.

    Each page is a row of the audit log before it is answered.
    """
    if unit := request.query.get("unit", ""):
        if not _UNIT.match(unit):
            raise Malformed("There is no such unit.", errors=(FieldError("/query/unit", "id", ""),))
        which = f"unit-{unit}"
        page = service.verdicts_of_unit(unit, _position(request, VERDICTS, which), request.at)
    else:
        part, of = _number(request, "part", "0"), _number(request, "of", "1")
        if not 1 <= of <= MOST_PARTS or part >= of:
            raise Malformed("There is no such part.", errors=(FieldError("/query/part", "part", "0 to of - 1"),))
        which = f"{part}-{of}"
        page = service.verdicts(part, of, _position(request, VERDICTS, which), request.at)
    audit.record(request.caller.actor, "verdicts.read", case=which, count=len(page.items), at=request.at)
    return StoredVerdictsOut(list(page.items), _following(request, page.position, VERDICTS, which))


@routes.get(
    WITHDRAWALS,
    roles={"auditor"},
    answer=WithdrawalsOut,
    query=("list", "next"),
    summary="Read a status list's withdrawals",
)
def get_withdrawals(request: Request) -> WithdrawalsOut:
    """Withdrawals of a published list, each with the ground it was written with; whose passes they are is not told."""
    name = request.query.get("list", "")
    if list_end(name) is None:
        raise Malformed("A list is named as in /status/index.json.", errors=(FieldError("/query/list", "list", ""),))
    position = _position(request, WITHDRAWALS, name)
    page = service.withdrawals(name, position, request.at)
    audit.record(request.caller.actor, "withdrawals.read", case=name, count=len(page.items), at=request.at)
    return WithdrawalsOut(list(page.items), _following(request, page.position, WITHDRAWALS, name))


def _number(request: Request, name: str, default: str) -> int:
    text = request.query.get(name, default)
    if not _NUMBER.match(text):
        raise Malformed("A part is a whole number.", errors=(FieldError(f"/query/{name}", "number", ""),))
    return int(text)


def _position(request: Request, route: str, filter_: str) -> Any:
    cursor = request.query.get("next")
    if not cursor:
        return None
    return read_cursor(cursor, caller=request.caller.actor, route=route, filter_=filter_, at=request.at)


def _following(request: Request, position: object, route: str, filter_: str) -> str | None:
    if not position:
        return None
    return write_cursor(position, caller=request.caller.actor, route=route, filter_=filter_, at=request.at)
