"""At a door, for somebody without a phone: four ways, one row, the name compared, each refusal; nothing kept in clear."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from functions.assisted import known as acquaintances
from functions.assisted import rules, service
from functions.assisted.model import KnownRow
from functions.assisted.service import Told
from functions.audit import service as audit
from functions.audit.model import AuditRow
from functions.checkins import service as checkins
from functions.lookups import seen
from functions.people.model import Person as Enrolled
from functions.people.service import Owned
from functions.shared import clock
from functions.shared.pids import pid_of
from functions.shared.problems import Forbidden
from functions.venues import service as venues
from functions.venues.policy import Policy
from infra.local import Service
from tests.assisted.world import Elder, assist, end_card, guard_of, known, make_card
from tests.conftest import Http
from tests.door.inprocess import call
from tests.door.world import Door, fresh, open_door
from tests.people.test_enrolling import signed_in
from tests.people.world import Someone, World

pytestmark = pytest.mark.usefixtures("http")
ALL = Owned(0, frozenset(), by_document=True)


@pytest.fixture(scope="module")
def door(http: object) -> Door:
    """A venue where anybody may come in, with one gate."""
    assert http
    made = open_door()
    venues.set_policy(made.venue, Policy(pass_required=False, temperature=True), clock.now())
    return made


def pid(person: Elder) -> str:
    """The pid of somebody's document."""
    return pid_of("resident-id", person.number)


def told(person: Elder) -> list[tuple[str, str]]:
    """What a person reads of who looked, the newest first: kind and way."""
    return [(row.kind, row.way) for row in seen.of_person(pid(person), ALL, "", clock.now() + 60).rows]


def test_four_ways_are_one_row(engine: Service, door: Door) -> None:
    """By card, as known, by number with a name read, by number alone: the first makes the row, the others are answered it."""
    person = Elder()
    card = make_card(engine, person).json()
    by_card = assist(engine, door, {"card": card["url"], "temperature_c": 36.6})
    assert (by_card.status, by_card.json()["name"], "name_matches" in by_card.json()) == (201, "王*英", False)
    (offered,) = known(engine, door, person.tail).json()["people"]
    assert offered["name"] == "王*英"
    for said in (
        {"known": offered["ref"]},
        {"card": card["spelled"].lower()},
        {"id_number": person.number, "name": "王 秀英"},
        {"id_number": person.number},
    ):
        again = assist(engine, door, said)
        assert (again.status, again.json()["decision"], again.json()["name"]) == (200, "admitted", "王*英"), again.body
        assert again.json().get("name_matches") == (True if "name" in said else None)
    (row,) = checkins.of_person(pid(person), clock.now())
    assert (row.how, row.venue) == ("assisted", door.venue)
    assert ("assisted", "card") in told(person)
    assert ("offered", "") in told(person)


def test_a_card_alone_opens_no_register(engine: Service, door: Door) -> None:
    """The card says whose it is: who enrolled under the document is not decrypted, and need not be."""
    person, at = Elder(), clock.now()
    number = make_card(engine, person).json()["number"]
    row = Enrolled(pid_of("resident-id", person.number), identity="none", phone="none")
    row.phone_hash, row.enrolled_at, row.turn = "none", at, 1
    row.save()
    try:
        shown = assist(engine, door, {"card": number})
    finally:
        row.delete()
    assert (shown.status, shown.json()["name"]) == (201, "王*英")


def test_a_name_that_differs_records_nothing_until_it_was_compared(engine: Service, door: Door) -> None:
    """Yes or no, never the register's name; sent again as compared it is recorded, and the log says so."""
    one = Someone(name="张小明")
    World().approve().list_people(one)
    said: dict[str, Any] = {"id_number": one.number, "name": "李四"}
    differs = assist(engine, door, said, subject="guard-names")
    assert (differs.status, differs.json()["code"]) == (409, "name-differs")
    assert "张" not in differs.body.decode()
    assert checkins.of_person(one.pid, clock.now()) == []
    compared = assist(engine, door, {**said, "name_confirmed": True}, subject="guard-names")
    assert (compared.status, compared.json()["name"], compared.json()["name_matches"]) == (201, "张*明", False)
    assert [act for act, _ in logged("guard:guard-names")] == ["assisted.name-differs", "assisted.name-confirmed"]


def test_a_name_given_at_enrolment_is_compared_where_no_list_speaks(engine: Service, door: Door, http: Http) -> None:
    """Somebody who enrolled is in a register too; a list that names the document goes before it."""
    someone = Someone(name="赵一曼")
    signed_in(http, someone)
    own = assist(engine, door, {"id_number": someone.number, "name": "赵一曼"})
    assert (own.status, own.json()["name"], own.json()["name_matches"]) == (201, "赵*曼", True)
    World().approve().list_people(Someone(name="钱学森", number=someone.number))
    listed = assist(engine, door, {"id_number": someone.number, "name": "赵一曼"})
    assert (listed.status, listed.json()["code"]) == (409, "name-differs")


def test_whom_nobody_knows_is_known_by_the_name_typed(engine: Service, door: Door) -> None:
    """Typed with a name, they can be chosen next time; without one there is nothing to choose by."""
    named, nameless = Elder(name="古丽·阿卜杜拉"), Elder()
    first = assist(engine, door, {"id_number": named.number, "name": named.name})
    assert (first.status, "name" in first.json(), "name_matches" in first.json()) == (201, False, False)
    assert assist(engine, door, {"id_number": nameless.number}).status == 201
    assert "古*" in [one["name"][:2] for one in known(engine, door, named.tail).json()["people"]]
    assert KnownRow.find(acquaintances.tail_key(door.venue, nameless.tail), pid(nameless), at=clock.now()) is None


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({}, (400, "one-of")),
        ({"id_number": "1", "card": "2"}, (400, "one-of")),
        ({"id_number": "990101199003071110"}, (422, "document")),
        ({"card": "K7QM-3XPA-00"}, (422, "card")),
        ({"card": "https://pass.example.gov/v#123"}, (422, "card")),
        ({"card": "00000000-00"}, (404, "no-card")),
        ({"known": "x" * 80}, (403, "known-over")),
        ({"id_type": "passport", "id_number": "X1234567", "name": "··"}, (422, "name")),
        ({"id_type": "passport", "id_number": "X1234567", "at": "yesterday, about"}, (400, "malformed")),
        ({"id_type": "passport", "id_number": "X1234567", "temperature_c": 99}, (422, "temperature")),
    ],
)
def test_what_names_nobody_is_refused(
    engine: Service, door: Door, said: dict[str, Any], refusal: tuple[int, str]
) -> None:
    """Each with its own word, and no row."""
    refused = assist(engine, door, said)
    assert (refused.status, refused.json()["code"]) == refusal, refused.body


def test_an_old_card_opens_nothing(engine: Service, door: Door) -> None:
    """Replaced and ended are told apart, so that whoever holds the paper learns what to do."""
    person = Elder()
    first = make_card(engine, person).json()["number"]
    second = make_card(engine, person).json()["number"]
    replaced = assist(engine, door, {"card": first})
    assert (replaced.status, replaced.json()["code"]) == (409, "card-replaced")
    assert end_card(engine, card=second).status == 200
    ended = assist(engine, door, {"card": second})
    assert (ended.status, ended.json()["code"]) == (409, "card-ended")
    assert checkins.of_person(pid(person), clock.now()) == []
    # The card's name went with it: a register that knows none says nothing of a name any more.
    assert "name" not in assist(engine, door, {"id_number": person.number, "name": "王"}).json()


def test_a_choice_is_this_callers_here_and_now(engine: Service, door: Door) -> None:
    """Fifteen minutes, one venue, one caller: elsewhere, of another guard, or later it is no longer good."""
    person, other, at = Elder(), open_door(), clock.now()
    assert assist(engine, door, {"id_number": person.number, "name": person.name}).status == 201
    (offered,) = known(engine, door, person.tail, subject="guard-1").json()["people"]
    other_guard = assist(engine, door, {"known": offered["ref"]}, subject="guard-2")
    elsewhere = assist(engine, other, {"known": offered["ref"]}, subject="guard-1")
    for refused in (other_guard, elsewhere):
        assert (refused.status, refused.json()["code"]) == (403, "known-over")
    one = acquaintances.people(door.venue, person.tail, at)[0]
    ref = acquaintances.reference(one, door.venue, "guard:g", at)
    assert acquaintances.resolve(ref, door.venue, "guard:g", at + 15 * 60 - 1).pid == one.pid
    with pytest.raises(Forbidden) as over:
        acquaintances.resolve(ref, door.venue, "guard:g", at + 15 * 60)
    assert over.value.code == "known-over"


def test_known_ends_14_days_after_the_last_time(door: Door) -> None:
    """Law 8 with a moved clock: the row may still be there, and nobody is offered it; a later time begins them anew."""
    at, place, who = clock.now(), acquaintances.tail_key(door.venue, "9ZZ9"), fresh("p")
    acquaintances.note(door.venue, place, who, "王*英", at)
    acquaintances.note(door.venue, place, who, "王*英", at - 3_600)  # a check-in that waited: it shortens nothing
    assert int(KnownRow.get(place, who).ttl) == at + rules.KNOWN_S
    last = at + rules.KNOWN_S - 1
    assert [one.pid for one in acquaintances.people(door.venue, "9ZZ9", last)] == [who]
    ref = acquaintances.reference(acquaintances.people(door.venue, "9ZZ9", last)[0], door.venue, "g", last)
    assert acquaintances.people(door.venue, "9ZZ9", last + 1) == []
    with pytest.raises(Forbidden):
        acquaintances.resolve(ref, door.venue, "g", last + 1)
    acquaintances.note(door.venue, place, who, "王*英", last)
    assert [one.pid for one in acquaintances.people(door.venue, "9ZZ9", last + 1)] == [who]


def test_at_most_twenty_are_offered_the_latest_first(door: Door) -> None:
    """A long list at a door helps nobody."""
    at, place = clock.now(), acquaintances.tail_key(door.venue, "8YY8")
    people = [fresh("p") for _ in range(23)]
    for number, who in enumerate(people):
        acquaintances.note(door.venue, place, who, "王*英", at - number)
    assert [one.pid for one in acquaintances.people(door.venue, "8YY8", at)] == people[:20]
    assert acquaintances.people(fresh("V"), "8YY8", at) == []


def test_who_was_assisted_stands_nowhere_in_clear(engine: Service, door: Door) -> None:
    """Raw rows hold neither the venue, the tail, the number nor the name; only a pid, under a keyed hash."""
    person = Elder(name="司马相如")
    said = {"id_number": person.number, "name": person.name}
    assert assist(engine, door, said).status == 201
    assert known(engine, door, person.tail).status == 200
    raw = engine.client("dynamodb").scan(TableName=engine.environment["TABLE_ASSISTED"], ConsistentRead=True)["Items"]
    mine = [row for row in raw if row["sk"]["S"] == pid(person)]
    assert len(mine) == 1
    text = json.dumps(raw, ensure_ascii=False)
    for secret in (person.number, person.name, "司马*如", door.venue):
        assert secret not in text
    # Four characters are somewhere in any long text, so each place they could stand in is looked at.
    places = [part for row in raw for key in ("pk", "sk") for part in row[key]["S"].split("#")]
    assert person.tail not in places
    assert all(row["pk"]["S"].startswith(("tail#", "spent#")) for row in raw)
    assert {kind for row in raw for kind in row} <= {
        "pk",
        "sk",
        "v",
        "ttl",
        "name",
        "seen_at",
        "acts",
        "names",
        "lookups",
        "desk_names",
    }


def test_a_tail_is_four_characters_of_a_guard_here(engine: Service, door: Door) -> None:
    """Other lengths are refused; so is a guard of another door."""
    for tail in ("123456", "12-4"):
        refused = known(engine, door, tail)
        assert (refused.status, refused.json()["code"]) == (422, "tail")
    assert known(engine, door, "123").status == 400
    other = open_door()
    foreign = call(
        "POST", f"/venues/{door.venue}/known-people", {"tail": "1234"}, token=engine.token("guard", other.gate)
    )
    assert (foreign.status, foreign.json()["code"]) == (403, "scope")
    abroad = assist(engine, Door(door.venue, other.gate, ""), {"id_type": "passport", "id_number": "X1234567"})
    assert (abroad.status, abroad.json()["code"]) == (403, "scope")
    for role in ("venue", "officer"):
        sent = {"id_type": "passport", "id_number": fresh("X")[2:9].upper() + "9"}
        assert assist(engine, door, sent, role=role).status == 201


def test_the_log_tells_each_look_and_nobody_in_it(engine: Service, door: Door) -> None:
    """A row for each check-in and each look, with the gate; no pid, no venue, and no hash that could be tried."""
    person, subject = Elder(), fresh("guard")
    assert assist(engine, door, {"id_number": person.number, "name": person.name}, subject=subject).status == 201
    (offered,) = known(engine, door, person.tail, subject=subject).json()["people"]
    assert assist(engine, door, {"known": offered["ref"], "direction": "out"}, subject=subject).status == 201
    rows = logged(f"guard:{subject}")
    assert rows == [(act, door.gate) for act in ("assisted.by-number", "assisted.known-looked", "assisted.by-known")]
    hashes = {row.query_hash for row in audit_rows() if row.actor == f"guard:{subject}"}
    assert len(hashes) == 3
    assert audit.hash_of(door.venue, person.tail) not in hashes
    assert audit.hash_of("tail", door.venue, person.tail) not in hashes


def test_a_log_that_takes_no_row_keeps_nobody_outside(
    engine: Service, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check-in stands and an error calls the operator; a look for known people does not happen without its row."""
    person = Elder()
    assert assist(engine, door, {"id_number": person.number, "name": person.name}).status == 201
    monkeypatch.setattr(AuditRow, "put_if_absent", lambda _row: False)
    assert assist(engine, door, {"id_number": person.number, "direction": "out"}).status == 201
    unlooked = known(engine, door, person.tail)
    assert (unlooked.status, unlooked.json()["code"], unlooked.headers["retry-after"]) == (503, "audit", "60")


def test_identify_needs_no_http(door: Door) -> None:
    """The use case itself: who, how, where they are kept, what they are called."""
    person = Elder()
    found = service.identify(
        guard_of(door, fresh("device")),
        door.venue,
        Told(id_number=person.number, name=person.name),
        "1#in",
        clock.now(),
    )
    assert (found.pid, found.way, found.name, found.matches, found.remembered) == (
        pid(person),
        "number",
        "",
        None,
        "王*英",
    )
    assert found.place == acquaintances.tail_key(door.venue, person.tail)


def audit_rows() -> list[AuditRow]:
    """The whole log."""
    return list(itertools.chain.from_iterable(AuditRow.query(str(shard), consistent_read=True) for shard in range(4)))


def logged(actor: str) -> list[tuple[str, str]]:
    """What an actor did, in order: act and case."""
    return [(row.act, row.case) for row in audit_rows() if row.actor == actor]
