"""Check-ins over HTTP that a guard, venue or officer makes for a person without a phone."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from functions.checkins import door, service
from functions.checkins.rules import Act, Decision
from functions.checkins.shapes import CheckinOut, Direction, Instant, checks_of, instant_of, told
from functions.gates import service as gates
from functions.shared.http import Answer, Request, Routes
from functions.shared.identity import DocumentFault, read_document
from functions.shared.pids import pid_of
from functions.shared.problems import FieldError, Forbidden, Rejected
from functions.venues import service as venues

routes = Routes("assisted-checkins")


class AssistedIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A check-in for a person without a phone, by their identity document, which is not stored."""

    id_number: Annotated[str, Meta(min_length=1, max_length=64)]
    direction: Direction
    at: Instant
    id_type: Annotated[str, Meta(max_length=64)] = ""


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
    act = Act(pid, venue, request.body.direction, instant_of(request.body.at))
    gate = request.caller.scope if request.caller.role == "guard" else ""
    answered = service.assist(act, request.at, gate)
    return told(answered, _coarse(answered.decision, venue))


def _require_venue(request: Request, venue: str) -> None:
    caller = request.caller
    if caller.role == "guard":
        if gates.require_shift(caller, request.at).venue != venue:
            raise Forbidden("Your gate is another venue's.", code="scope")
    elif caller.role == "venue":
        caller.require_scope(venue)
    else:
        caller.require_area(venues.must(venue, request.at).area)


def _coarse(decision: Decision, venue: str) -> CheckinOut:
    cause, rule = door.coarse(decision)
    # Which venue asks more of people's health, told beside a refusal, would say what the refusal is for.
    rule_of = decision.venue if decision.venue != venue and rule != door.OF_THE_PERSON else ""
    checks = checks_of(decision, set(door.RULES) - door.STATUS)
    return CheckinOut(decision.decision, cause, rule=rule, rule_of=rule_of, checks=checks)
