"""Check-ins over HTTP: a holder's own, one or up to 25 at once, and those a guard makes for a person without a phone."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated, Literal

from msgspec import Meta, Struct, convert, field

from functions.checkins import door, receipts, service
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act, Decision
from functions.checkins.service import Answered
from functions.gates import service as gates
from functions.people import service as people
from functions.shared.clock import parse_instant, rfc3339
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Answer, Request, Routes
from functions.shared.identity import DocumentFault, read_document
from functions.shared.pids import pid_of
from functions.shared.problems import FieldError, Forbidden, Malformed, Problem, Rejected
from functions.venues import service as venues

routes = Routes("checkins")
_MOST = 25

VenueId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Direction = Literal["in", "out"]
Instant = Annotated[str, Meta(min_length=16, max_length=35, examples=["2026-11-22T08:05:00+08:00"])]
Verdict = Literal["admitted", "refused", "unsure"]


class CheckinIn(Struct, frozen=True, forbid_unknown_fields=True):
    """One check-in; `at` is when the person scanned, China Standard Time when it names no zone."""

    venue: VenueId
    direction: Direction
    at: Instant


class CheckinsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Check-ins that waited for a network."""

    checkins: Annotated[tuple[CheckinIn, ...], Meta(min_length=1, max_length=_MOST)]


class AssistedIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A check-in for a person without a phone, by their identity document, which is not stored."""

    id_number: Annotated[str, Meta(min_length=1, max_length=64)]
    direction: Direction
    at: Instant
    id_type: Annotated[str, Meta(max_length=64)] = ""


class Receipt(Struct, frozen=True):
    """Two characters for each half minute from `from` on, for five minutes; the gate's page shows the same ones."""

    starts_at: str = field(name="from")
    step_s: int
    marks: tuple[str, ...]


class RuleFound(Struct, frozen=True):
    """What one rule found; what the service does not know is `not-checked`, never `passed`."""

    rule: str
    outcome: Literal["passed", "failed", "not-checked"]


class CheckinOut(Struct, frozen=True, omit_defaults=True):
    """What was decided, and why: the full cause and rule for the person, the coarse ones for anybody else.

    `rule_of` is the venue whose rule it is, when that is one this venue lies in; `checks` are the rules that were
    asked, those about the person for the person alone; the answer to a repeat has none.
    """

    decision: Verdict
    cause: str
    receipt: Receipt | None = None
    rule: str = ""
    rule_of: str = ""
    checks: tuple[RuleFound, ...] = ()


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
    return _told(answered, _whole(answered.decision, act.venue, _receipt(act.venue, answered, request.at)))


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


@routes.post(
    "/venues/{venue}/assisted-checkins",
    roles={"venue", "officer", "guard"},
    body=AssistedIn,
    answer=CheckinOut,
    status=201,
    summary="Check in a person without a phone, by their identity document",
)
def assist(request: Request, venue: str) -> Answer:
    """Record a check-in for somebody else; who asks sees the coarse cause."""
    _require_venue(request, venue)
    try:
        document = read_document(request.body.id_type, request.body.id_number)
    except DocumentFault as fault:
        wrong = FieldError("/id_number", fault.law, "compare it with the document")
        raise Rejected("This is not the number of such a document.", code="document", errors=(wrong,)) from None
    pid = pid_of(document.type, document.number)
    act = Act(pid, venue, request.body.direction, _instant(request.body.at))
    gate = request.caller.scope if request.caller.role == "guard" else ""
    answered = service.assist(act, request.at, gate)
    return _told(answered, _coarse(answered.decision, venue))


def _require_venue(request: Request, venue: str) -> None:
    caller = request.caller
    if caller.role == "guard":
        if gates.require_shift(caller, request.at).venue != venue:
            raise Forbidden("Your gate is another venue's.", code="scope")
    elif caller.role == "venue":
        caller.require_scope(venue)
    else:
        caller.require_area(venues.must(venue, request.at).area)


def _act(pid: str, body: CheckinIn) -> Act:
    return Act(pid, body.venue, body.direction, _instant(body.at))


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise Malformed("`at` is an instant by RFC 3339.", errors=(FieldError("/at", "instant", ""),)) from None


def _whole(decision: Decision, venue: str, receipt: Receipt | None) -> CheckinOut:
    rule_of = decision.venue if decision.venue != venue else ""
    checks = _checks(decision, door.RULES)
    return CheckinOut(decision.decision, decision.cause, receipt, decision.rule, rule_of, checks)


def _coarse(decision: Decision, venue: str) -> CheckinOut:
    cause, rule = door.coarse(decision)
    # Which venue asks more of people's health, told beside a refusal, would say what the refusal is for.
    rule_of = decision.venue if decision.venue != venue and rule != door.OF_THE_PERSON else ""
    checks = _checks(decision, set(door.RULES) - door.STATUS)
    return CheckinOut(decision.decision, cause, rule=rule, rule_of=rule_of, checks=checks)


def _checks(decision: Decision, shown: Container[str]) -> tuple[RuleFound, ...]:
    asked = (one for one in decision.checks if one.outcome != "not-asked" and one.rule in shown)
    return tuple(RuleFound(one.rule, one.outcome) for one in asked)  # type: ignore[arg-type]  # one of the three


def _own(row: CheckinRow, at: int) -> OwnCheckin:
    venue = venues.known(row.venue, at)
    told = {name: getattr(row, name) for name in ("venue", "direction", "decision", "cause", "how", "rule")}
    return convert({**told, "venue_name": venue.name if venue else row.venue, "at": rfc3339(int(row.at))}, OwnCheckin)


def _receipt(venue: str, answered: Answered, at: int) -> Receipt | None:
    # By the stored instant: a repeat may name any other of its slot, and would be fresh for as long.
    made = receipts.receipt(venue, answered.decision.decision, answered.at, at)
    return Receipt(rfc3339(made.starts_at), receipts.STEP_S, made.marks) if made else None


def _told(answered: Answered, told: CheckinOut) -> Answer:
    return Answer(told, 201 if answered.new else 200)


def _result(act: Act, one: Answered | Problem, at: int) -> CheckinResult:
    if isinstance(one, Problem):
        return CheckinResult(one.status, one.code)  # type: ignore[arg-type]  # 404 or 422, as check_in_all promises
    status: Literal[200, 201] = 201 if one.new else 200
    told = one.decision
    return CheckinResult(status, told.cause, told.decision, _receipt(act.venue, one, at), told.rule)
