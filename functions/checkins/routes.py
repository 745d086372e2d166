"""Check-ins over HTTP: a holder's own, one or up to 25 at once."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, convert

from functions.checkins import door, receipts, service
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act
from functions.checkins.scanned import label_of
from functions.checkins.service import Answered, Details
from functions.checkins.shapes import (
    CheckinOut,
    Direction,
    Instant,
    Poster,
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
    """One check-in; `at` is when the person scanned, China Standard Time when it names no zone.

    `code` is what they scanned: a venue code's ten characters, or the last part of the poster's address. `party` is how many
    come in or leave with this one check-in, the person among them: children and old people without a phone, without names.
    """

    venue: VenueId
    direction: Direction
    at: Instant
    code: Annotated[str, Meta(max_length=80, examples=["K7QM3XPA91"])] = ""
    party: Annotated[int, Meta(ge=1, le=10)] = 1


class CheckinsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Check-ins that waited for a network."""

    checkins: Annotated[tuple[CheckinIn, ...], Meta(min_length=1, max_length=_MOST)]


class CheckinResult(Struct, frozen=True, omit_defaults=True):
    """One of a batch: 201 new, 200 a repeat, 404, 422 or 429 refused with the problem's code as its cause."""

    status: Literal[200, 201, 404, 422, 429]
    cause: str
    decision: Verdict | None = None
    receipt: Receipt | None = None
    rule: str = ""
    entrance: str = ""
    poster: Poster | None = None


class CheckinsOut(Struct, frozen=True):
    """The results, in the order of what was sent."""

    results: tuple[CheckinResult, ...]


class OwnCheckin(Struct, frozen=True, omit_defaults=True):
    """A check-in as the person themselves sees it; `how` says who made it, `entrance` which poster was scanned.

    `fever` is there where a temperature was measured, of which nothing else is kept; `party` where several came.
    """

    venue: str
    venue_name: str
    direction: Direction
    at: str
    decision: Verdict
    cause: str
    how: service.How
    rule: str = ""  # empty for one that was made before rules had names
    entrance: str = ""
    party: int = 1
    fever: bool | None = None


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
    answered = service.check_in(act, request.at, details=_details(request.body))
    return told(answered, _whole(answered, act.venue, request.at))


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
    acts = [(_act(request.caller.scope, one), _details(one)) for one in request.body.checkins]
    answers = zip(acts, service.check_in_all(acts, request.at), strict=True)
    return CheckinsOut(tuple(_result(act, answer, request.at) for (act, _told), answer in answers))


def _act(pid: str, body: CheckinIn) -> Act:
    return Act(pid, body.venue, body.direction, instant_of(body.at))


def _details(body: CheckinIn) -> Details:
    return Details(body.code, body.party)


def _whole(answered: Answered, venue: str, at: int) -> CheckinOut:
    decision = answered.decision
    return CheckinOut(
        decision.decision,
        decision.cause,
        _receipt(venue, answered, at),
        decision.rule,
        rule_of=decision.venue if decision.venue != venue else "",
        checks=checks_of(decision, door.RULES),
        entrance=label_of(venues.known(venue, at), answered.entrance.code),
        poster="replaced" if answered.entrance.replaced else None,
    )


def _own(row: CheckinRow, at: int) -> OwnCheckin:
    venue = venues.known(row.venue, at)
    told = {name: getattr(row, name) for name in ("venue", "direction", "decision", "cause", "how", "rule", "fever")}
    more = {"entrance": label_of(venue, row.entrance or ""), "party": int(row.party or 1)}
    named = {"venue_name": venue.name if venue else row.venue, "at": rfc3339(int(row.at))}
    return convert({**told, **more, **named}, OwnCheckin)


def _receipt(venue: str, answered: Answered, at: int) -> Receipt | None:
    # By the stored instant: a repeat may name any other of its slot, and would be fresh for as long.
    # It says that somebody may come in: whoever leaves with a positive is recorded, and gets none.
    shown = answered.decision.decision if answered.decision.cause in door.ADMITTING else "refused"
    made = receipts.receipt(venue, shown, answered.at, at)
    return Receipt(rfc3339(made.starts_at), receipts.STEP_S, made.marks) if made else None


def _result(act: Act, one: Answered | Problem, at: int) -> CheckinResult:
    if isinstance(one, Problem):
        return CheckinResult(one.status, one.code)  # type: ignore[arg-type]  # 404, 422 or 429, as check_in_all promises
    status: Literal[200, 201] = 201 if one.new else 200
    whole = _whole(one, act.venue, at)
    return CheckinResult(
        status,
        whole.cause,
        whole.decision,
        whole.receipt,
        whole.rule,
        whole.entrance,
        whole.poster,
    )
