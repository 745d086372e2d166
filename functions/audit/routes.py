"""`GET /audit`: the log as auditors read it, complete enough to recompute every hash."""

from __future__ import annotations

import msgspec

from credentials.auditlog import SHARDS, Entry
from functions.audit import service
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Request, Routes
from functions.shared.problems import FieldError, Malformed

routes = Routes("audit")

_PAGE = 200


class AuditOut(msgspec.Struct, frozen=True):
    """A page of one shard, oldest first; `shards` says how many chains there are."""

    shards: int
    entries: list[Entry]
    next: str | None = None


@routes.get("/audit", roles={"auditor"}, answer=AuditOut, query=("shard", "next"), summary="Read the audit log")
def read_log(request: Request) -> AuditOut:
    """One shard's rows, `?shard=0` to `shards - 1`, with a cursor to those that follow."""
    shard = request.query.get("shard", "0")
    # A superscript is a digit to Python, and no number.
    if not (shard.isascii() and shard.isdigit() and len(shard) < 4) or int(shard) >= SHARDS:  # noqa: PLR2004 - longer than any shard
        raise Malformed("There is no such shard.", errors=(FieldError("/query/shard", "shard", f"0 to {SHARDS - 1}"),))
    caller, at, cursor = request.caller.actor, request.at, request.query.get("next")
    after = read_cursor(cursor, caller=caller, route="/audit", filter_=shard, at=at) if cursor else 0
    found = list(service.entries(int(shard), after=after, limit=_PAGE, at=at))
    full = len(found) == _PAGE
    more = write_cursor(found[-1].sequence, caller=caller, route="/audit", filter_=shard, at=at) if full else None
    return AuditOut(SHARDS, found, more)
