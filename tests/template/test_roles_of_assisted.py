"""The role grants what a community and a door ask for people without a phone: requests go through the deployed function."""

from __future__ import annotations

import json

import pytest

from functions.lookups import seen
from functions.people.service import Owned
from functions.shared import clock
from functions.shared.pids import pid_of
from functions.venues import service as venues
from functions.venues.policy import Policy
from tests.assisted.world import COMMUNITY, Elder, client
from tests.conftest import Http
from tests.door.world import fresh, open_door
from tests.people.world import Someone, World
from tests.template.reading import statements
from tests.template.test_roles import through_functions

__all__ = ["through_functions"]  # the fixture
pytestmark = pytest.mark.usefixtures("engine")
ALL = Owned(0, frozenset(), by_document=True)


def test_from_a_card_to_the_door_goes_through_under_the_role(through_functions: Http) -> None:
    """Made, printed, read at the door, known there, found by number and name, replaced, ended: each is granted."""
    http, door, person, at = through_functions, open_door(), Elder(), clock.now()
    venues.set_policy(door.venue, Policy(pass_required=False, occupancy=True, capacity=100), at)
    worker, guard = http.token("worker", COMMUNITY), http.token("guard", door.gate)
    said = {"id_number": person.number, "name": person.name, "client": client()}
    made = http.post("/cards", said, token=worker)
    assert made.status == 201, made.body
    assert http.post("/cards?format=pdf", said, token=worker).body.startswith(b"%PDF")
    path, now = f"/venues/{door.venue}/assisted-checkins", {"direction": "in", "at": clock.rfc3339(at)}
    shown = http.post(path, {**now, "card": made.json()["url"]}, token=guard)
    assert (shown.status, shown.json()["name"]) == (201, "王*英"), shown.body
    (known,) = http.post(f"/venues/{door.venue}/known-people", {"tail": person.tail}, token=guard).json()["people"]
    left = http.post(path, {**now, "direction": "out", "known": known["ref"]}, token=guard)
    assert left.status == 201, left.body
    named = http.post(path, {**now, "id_number": person.number, "name": "王秀英"}, token=guard)
    assert (named.status, named.json()["name_matches"]) == (200, True), named.body
    assert http.post("/cards", {**said, "client": client()}, token=worker).json()["replaced"] is True
    assert http.post("/cards/revocation", {"id_number": person.number, "client": client()}, token=worker).status == 200
    # A write that is not granted is swallowed at the door, so what the person is told must be there.
    told = seen.of_person(pid_of("resident-id", person.number), ALL, "", clock.now() + 60).rows
    assert sorted(row.kind for row in told) == ["assisted", "assisted", "card", "card", "card-ended", "offered"]


def test_the_registers_are_read_under_the_role(through_functions: Http) -> None:
    """A staff list's name is compared, whoever is on it; a typed document that nobody knows is taken as it is."""
    http, door, one = through_functions, open_door(), Someone()
    World().approve().list_people(one)
    now, guard = {"direction": "in", "at": clock.rfc3339(clock.now())}, http.token("guard", door.gate)
    path = f"/venues/{door.venue}/assisted-checkins"
    differs = http.post(path, {**now, "id_number": one.number, "name": "李四"}, token=guard)
    assert (differs.status, differs.json()["code"]) == (409, "name-differs"), differs.body
    sailor = {"id_type": "sailor", "id_number": fresh("S").upper().replace("-", ""), "name": "李四"}
    assert http.post(path, {**now, **sailor}, token=guard).status == 201


def test_no_other_function_reads_cards_or_the_tails() -> None:
    """The cards, who is known at a door, and the secret of both are one function's."""
    mine = {"CardTable", "AssistedTable", "AssistedSecret"}
    granted = {name for name, one in statements() if any(f'"{thing}"' in json.dumps(one) for thing in mine)}
    assert granted == {"AssistedFunction"}
