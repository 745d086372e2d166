"""Check-ins over HTTP: a holder's own, one or up to 25 at once."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, convert

from functions.checkins import door, receipts, service
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act, Decision
from functions.checkins.service import Answered
from functions.checkins.shapes import (
    CheckinOut,
    Direction,
    Instant,
    Receipt,
    VenueId,
    Verdict,
    checks_of,
    instant_of,
    told,
)
from functions.people import service as people
from functions.shared.clock import rfc3339
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Answer, Request, Routes
from functions.shared.problems import Problem
from functions.venues import service as venues

routes = Routes("checkins")
_MOST = 25


class CheckinIn(Struct, frozen=True, forbid_unknown_fields=True):
    """One check-in; `at` is when the person scanned, China Standard Time when it names no zone."""

    venue: VenueId
    direction: Direction
    at: Instant


class CheckinsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Check-ins that waited for a network."""

    checkins: Annotated[tuple[CheckinIn, ...], Meta(min_length=1, max_length=_MOST)]


class CheckinResult(Struct, frozen=True, omit_defaults=True):
    """One of a batch: 201 new, 200 a repeat, 404 or 422 refused with the problem's code as its cause."""

    status: Literal[200, 201, 404, 422]
    cause: str
    decision: Verdict | None = None
    receipt: Receipt | None = None
    rule: str = ""


class CheckinsOut(Struct, frozen=True):
    """The results, in the order of what was sent."""

    results: tuple[CheckinResult, ...]


class OwnCheckin(Struct, frozen=True):
    """A check-in as the person themselves sees it; `how` says who made it."""

    venue: str
    venue_name: str
    direction: Direction
    at: str
    decision: Verdict
    cause: str
    how: service.How
    rule: str = ""  # empty for one that was made before rules had names


class OwnCheckinsOut(Struct, frozen=True, omit_defaults=True):
    """A page of the last 14 days, the newest first."""

    checkins: tuple[OwnCheckin, ...]
    next: str | None = None


@routes.get(
    "/me/checkins", roles={"holder"}, answer=OwnCheckinsOut, query=("next",), summary="A person's own check-ins"
)
def own(request: Request) -> OwnCheckinsOut:
    """Those of the last 14 days, about fifty a page, each with its full cause."""
    caller, at, cursor = request.caller, request.at, request.query.get("next")
    owned = people.owned_by(caller, at)
    before = read_cursor(cursor, caller=caller.actor, route="/me/checkins", at=at) if cursor else None
    page = service.own(caller.scope, owned, before, at)
    more = page.before is not None
    following = write_cursor(page.before, caller=caller.actor, route="/me/checkins", at=at) if more else None
    return OwnCheckinsOut(tuple(_own(row, at) for row in page.rows), following)


@routes.post(
    "/checkins",
    roles={"holder"},
    body=CheckinIn,
    answer=CheckinOut,
    status=201,
    summary="Check in or out at a venue; a repeat answers 200 with the stored decision",
)
def check_in(request: Request) -> Answer:
    """Record the caller's own check-in."""
    people.require_device(request.caller.scope, request.caller.device, request.at)
    act = _act(request.caller.scope, request.body)
    answered = service.check_in(act, request.at)
    return told(answered, _whole(answered.decision, act.venue, _receipt(act.venue, answered, request.at)))


@routes.post(
    "/checkins/batch",
    roles={"holder"},
    body=CheckinsIn,
    answer=CheckinsOut,
    summary="Up to 25 check-ins that waited for a network, each answered by itself",
)
def check_in_all(request: Request) -> CheckinsOut:
    """Record the caller's queued check-ins."""
    people.require_device(request.caller.scope, request.caller.device, request.at)
    acts = [_act(request.caller.scope, one) for one in request.body.checkins]
    answers = zip(acts, service.check_in_all(acts, request.at), strict=True)
    return CheckinsOut(tuple(_result(act, answer, request.at) for act, answer in answers))


def _act(pid: str, body: CheckinIn) -> Act:
    return Act(pid, body.venue, body.direction, instant_of(body.at))


def _whole(decision: Decision, venue: str, receipt: Receipt | None) -> CheckinOut:
    rule_of = decision.venue if decision.venue != venue else ""
    checks = checks_of(decision, door.RULES)
    return CheckinOut(decision.decision, decision.cause, receipt, decision.rule, rule_of, checks)


def _own(row: CheckinRow, at: int) -> OwnCheckin:
    venue = venues.known(row.venue, at)
    told = {name: getattr(row, name) for name in ("venue", "direction", "decision", "cause", "how", "rule")}
    return convert({**told, "venue_name": venue.name if venue else row.venue, "at": rfc3339(int(row.at))}, OwnCheckin)


def _receipt(venue: str, answered: Answered, at: int) -> Receipt | None:
    # By the stored instant: a repeat may name any other of its slot, and would be fresh for as long.
    # It says that somebody may come in: whoever leaves with a positive is recorded, and gets none.
    shown = answered.decision.decision if answered.decision.cause in door.ADMITTING else "refused"
    made = receipts.receipt(venue, shown, answered.at, at)
    return Receipt(rfc3339(made.starts_at), receipts.STEP_S, made.marks) if made else None


def _result(act: Act, one: Answered | Problem, at: int) -> CheckinResult:
    if isinstance(one, Problem):
        return CheckinResult(one.status, one.code)  # type: ignore[arg-type]  # 404 or 422, as check_in_all promises
    status: Literal[200, 201] = 201 if one.new else 200
    told = one.decision
    return CheckinResult(status, told.cause, told.decision, _receipt(act.venue, one, at), told.rule)
