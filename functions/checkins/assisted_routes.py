"""Check-ins over HTTP that a guard, venue or officer makes for a person without a phone."""

from __future__ import annotations

from functions.assisted import service as assisted
from functions.assisted.service import Person, Told
from functions.assisted.shapes import AssistedIn, AssistedOut
from functions.checkins import door, rules, service
from functions.checkins.recording import require_temperature
from functions.checkins.rules import Act, Decision
from functions.checkins.service import Details
from functions.checkins.shapes import checks_of, instant_of
from functions.gates import service as gates
from functions.shared.http import Answer, Request, Routes

routes = Routes("assisted-checkins")


@routes.post(
    "/venues/{venue}/assisted-checkins",
    roles={"venue", "officer", "guard"},
    body=AssistedIn,
    answer=AssistedOut,
    status=201,
    summary="Check in a person without a phone: by their card, their document, or as known here",
)
def assist(request: Request, venue: str) -> Answer:
    """Record a check-in for somebody else, once it is known and counted whose; who asks sees the coarse cause."""
    given: AssistedIn = request.body
    caller, at = request.caller, request.at
    gate = gates.require_door(caller, venue, at)
    seen_at = instant_of(given.at)
    if given.temperature_c is not None:
        require_temperature(given.temperature_c)
    # The same person the same way within ten minutes is one check-in, and counted once.
    same = f"{seen_at // rules.SLOT_S}#{given.direction}"
    person = assisted.identify(caller, venue, _told(given), same, at)
    act, details = Act(person.pid, venue, given.direction, seen_at), Details(temperature_c=given.temperature_c)
    answered = service.assist(act, at, gate, details, way=person.way)
    assisted.note_assisted(caller, person, venue=venue, act=same, at=at, seen_at=answered.at)
    return Answer(_coarse(answered.decision, venue, person), 201 if answered.new else 200)


def _told(given: AssistedIn) -> Told:
    return Told(
        id_number=given.id_number,
        id_type=given.id_type,
        card=given.card,
        known=given.known,
        name=given.name,
        name_confirmed=given.name_confirmed,
    )


def _coarse(decision: Decision, venue: str, person: Person) -> AssistedOut:
    cause, rule = door.coarse(decision)
    # Which venue asks more of people's health, told beside a refusal, would say what the refusal is for.
    rule_of = decision.venue if decision.venue != venue and rule != door.OF_THE_PERSON else ""
    checks = checks_of(decision, set(door.RULES) - door.STATUS)
    return AssistedOut(decision.decision, cause, rule, rule_of, checks, person.name, person.matches)
