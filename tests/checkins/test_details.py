"""What a check-in tells beside the act: the code, how many came, a temperature; and how often one phone may check in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.checkins import caps, service
from functions.checkins.model import CheckinRow
from functions.checkins.rules import SLOT_S, Act
from functions.checkins.service import Details, Sources
from functions.shared import clock
from functions.shared.problems import Rejected, TooMany
from functions.venues import entrances
from functions.venues import service as venues
from functions.venues.policy import Policy
from infra.local import Service
from tests.checkins.test_own import put
from tests.checkins.test_rules import Entitled
from tests.door.inprocess import call
from tests.door.world import new_pid, open_venue

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()
FREE = Policy(pass_required=False)
ENTITLED = Sources(standing=lambda _pid, _at: (Entitled(decided_at=AT - 60, expires_at=AT + 3600),))


def stored(pid: str) -> CheckinRow:
    """The one check-in of a person."""
    (row,) = service.of_person(pid, AT)
    return row


def test_a_check_in_names_the_entrance_whose_code_was_scanned(engine: Service) -> None:
    """By the ten characters or the whole address; the answer and the person's own list call it as people do."""
    venue, pid = open_venue(policy=FREE), new_pid()
    code = entrances.add_code(venue, "东门", AT).code
    token, at = engine.token("holder", pid), clock.rfc3339(AT)
    body = {"venue": venue, "direction": "in", "at": at, "code": entrances.address(venue, code), "party": 3}
    told = call("POST", "/checkins", body, token=token)
    assert (told.status, told.json()["entrance"], told.json().get("poster")) == (201, "东门", None)
    batch = [{**body, "direction": "out", "code": code.lower()}, {**body, "code": "K7QM3XPA99"}]
    results = call("POST", "/checkins/batch", {"checkins": batch}, token=token).json()["results"]
    assert [(one["status"], one["cause"], one.get("entrance")) for one in results] == [
        (201, "pass-not-required", "东门"),
        (422, "code-mistyped", None),
    ]
    own = call("GET", "/me/checkins", token=token).json()["checkins"]
    assert [(one["entrance"], one["how"], one["party"]) for one in own] == [("东门", "group", 3)] * 2
    row = next(one for one in service.of_person(pid, AT) if one.direction == "in")
    assert (row.entrance, row.how, int(row.party)) == (code, "group", 3)


def test_a_code_is_no_part_of_the_identity() -> None:
    """Law 2: a second door within ten minutes is the same check-in, and the first door is the one that stands."""
    venue, pid = open_venue(policy=FREE), new_pid()
    east, west = (entrances.add_code(venue, label, AT).code for label in ("东", "西"))
    first = service.check_in(Act(pid, venue, "in", AT), AT, details=Details(east))
    again = service.check_in(Act(pid, venue, "in", AT), AT, details=Details(west, party=5))
    assert (first.new, again.new, again.entrance.code) == (True, False, east)
    row = stored(pid)
    assert row.entrance == east
    assert row.party is None


def test_a_replaced_code_checks_in_and_is_told_so(engine: Service) -> None:
    """Whoever stands before an old poster was there; what was scanned before it was replaced was no old poster."""
    venue = open_venue(policy=FREE)
    old = entrances.add_code(venue, "东门", AT - 7200).code
    entrances.replace_code(venue, old, AT - 3600)
    body = {"venue": venue, "direction": "in", "at": clock.rfc3339(AT), "code": old}
    told = call("POST", "/checkins", body, token=engine.token("holder", new_pid())).json()
    assert (told["decision"], told["entrance"], told["poster"]) == ("admitted", "东门", "replaced")
    before = service.check_in(Act(new_pid(), venue, "in", AT - 3700), AT, details=Details(old))
    assert not before.entrance.replaced


def test_a_code_that_the_venue_forgot_is_known_by_its_mark() -> None:
    """Of codes long retired the venue keeps no list; the mark on the poster still shows that it was one of ours."""
    venue = open_venue(policy=FREE)
    old = entrances.add_code(venue, "东门", AT - 7200).code
    stored_venue = entrances.retire_code(venue, old, AT - 7000)
    venues.change_codes(stored_venue, ())
    told = service.check_in(Act(new_pid(), venue, "in", AT), AT, details=Details(entrances.address(venue, old)))
    assert (told.entrance.code, told.entrance.replaced) == (old, True)


@pytest.mark.parametrize(
    ("law", "scanned"),
    [
        ("code-mistyped", lambda _here, _other: "K7QM3XPA99"),
        ("code-mistyped", lambda here, _other: f"https://example.com/c/{here}"),
        ("no-code", lambda _here, other: other[1]),
        ("code-elsewhere", lambda _here, other: entrances.address(*other)),
        ("no-code", lambda here, _other: entrances.address(*here)[:-8] + "aaaaaaaa"),
    ],
)
def test_a_code_that_is_none_of_this_venue_is_refused(law: str, scanned: Callable[..., str]) -> None:
    """Never dropped in silence: a check-in under another's code is a mistake or a fraud, and leaves no row."""
    here, other = open_venue(policy=FREE), open_venue(policy=FREE)
    ours, theirs = ((one, entrances.add_code(one, "门", AT).code) for one in (here, other))
    pid = new_pid()
    with pytest.raises(Rejected) as refusal:
        service.check_in(Act(pid, here, "in", AT), AT, details=Details(scanned(ours, theirs)))
    assert (refusal.value.code, refusal.value.errors[0].law) == (law, law)
    assert refusal.value.errors[0].pointer == "/code"
    assert service.of_person(pid, AT) == []


def test_a_code_made_a_moment_ago_is_looked_up() -> None:
    """A venue is known as it stood within half a minute; its newest poster must not be refused for that."""
    venue = open_venue(policy=FREE)
    before = venues.must(venue, AT)
    code = entrances.add_code(venue, "东门", AT).code
    stale = Sources(standing=ENTITLED.standing, lineage=lambda _venue, _at: (before,))
    told = service.check_in(Act(new_pid(), venue, "in", AT), AT, sources=stale, details=Details(code))
    assert (told.entrance.code, told.entrance.replaced) == (code, False)


def test_a_fever_is_the_medical_posts_and_its_number_is_kept_nowhere() -> None:
    """Unsure, with the cause that the guard just read off the thermometer; in the row only on which side it was."""
    venue = open_venue(policy=Policy(temperature=True))
    told: tuple[tuple[float | None, str, bool | None], ...]
    told = ((36.8, "admitted", False), (38.4, "unsure", True), (None, "admitted", None))
    for measured, decision, fever in told:
        pid = new_pid()
        details = Details(temperature_c=measured)
        answered = service.check_in(Act(pid, venue, "in", AT), AT, "assisted", ENTITLED, details)
        assert (answered.decision.decision, stored(pid).fever) == (decision, fever)
        if measured is not None:
            assert str(measured) not in str(stored(pid).to_dynamodb_dict())
    with pytest.raises(Rejected) as refusal:
        service.assist(Act(new_pid(), open_venue(), "in", AT), AT, details=Details(temperature_c=36.5))
    assert refusal.value.code == "no-temperature"
    for wrong in (29.9, 45.1, 36.66):
        with pytest.raises(Rejected) as refusal:
            service.assist(Act(new_pid(), venue, "in", AT), AT, details=Details(temperature_c=wrong))
        assert (refusal.value.code, refusal.value.errors[0].pointer) == ("temperature", "/temperature_c")


def test_a_party_takes_as_many_places_as_they_are_people() -> None:
    """Three do not fit where two do; whoever is inside already takes no more room."""
    venue, room = open_venue(policy=Policy(occupancy=True, capacity=10)), 8
    sources = Sources(standing=ENTITLED.standing, inside=lambda _venue, _stay, _at: room)
    causes = [
        service.check_in(Act(new_pid(), venue, "in", AT), AT, sources=sources, details=Details(party=party))
        for party in (3, 2)
    ]
    assert [one.decision.cause for one in causes] == ["full", "entitled"]


def test_a_shop_counts_its_tower_too() -> None:
    """Who scans at both doors is one; leaving the shop, whoever came in by the tower's own door is there still."""
    tower = open_venue(policy=Policy(pass_required=False, occupancy=True))
    facts = venues.Facts("便利店", "990101001001", parent=tower)
    shop = venues.register(f"{tower}-s", facts, AT)[0].venue
    venues.set_policy(shop, FREE, AT)
    pid = new_pid()
    for venue, way, ago in ((tower, "in", 3000), (shop, "in", 2000), (shop, "out", 0)):
        service.check_in(Act(pid, venue, way, AT - ago), AT, details=Details(party=2))  # type: ignore[arg-type]
    moves = [row.changed() for row in sorted(service.of_person(pid, AT), key=lambda row: row.made_at)]
    slots = [(AT - ago) // SLOT_S for ago in (3000, 2000)]
    assert [(one.venue, one.before, one.gone, one.came) for (one,) in moves] == [
        (tower, None, 0, 2),
        (tower, slots[0], 2, 2),
        (tower, slots[1], 2, 2),
    ]


def test_one_phone_makes_at_most_sixty_in_ten_minutes_and_a_thousand_a_day(engine: Service) -> None:
    """Over it 429 with when to come back, each of a batch by itself; a repeat is answered, and what a guard did is no phone's."""
    venue, pid, helped = open_venue(policy=FREE), new_pid(), new_pid()
    at = caps.day_of(AT).start * SLOT_S - 3600
    for number in range(caps.MOST_A_SLOT):
        put(pid, at, f"V-{number}")
        put(helped, at, f"V-{number}", how="assisted")
    act = Act(pid, venue, "in", at)
    with pytest.raises(TooMany) as refusal:
        service.check_in(act, at)
    assert refusal.value.code == "checkins-cap"
    assert 0 < int(refusal.value.headers["Retry-After"]) <= SLOT_S
    assert service.check_in(Act(helped, venue, "in", at), at).new
    assert service.assist(act, at).new
    assert not service.check_in(act, at).new
    body = {"venue": venue, "direction": "out", "at": clock.rfc3339(at)}
    later = {**body, "at": clock.rfc3339(at + SLOT_S)}
    token = engine.token("holder", pid)
    results = call("POST", "/checkins/batch", {"checkins": [body, later]}, token=token).json()["results"]
    assert [(one["status"], one["cause"]) for one in results] == [(429, "checkins-cap"), (201, "pass-not-required")]
    told = call("POST", "/checkins", body, token=token)
    assert (told.status, told.json()["code"], "retry-after" in told.headers) == (429, "checkins-cap", True)


@given(st.lists(st.integers(-200, 200), max_size=80), st.integers(0, 143), st.integers(0, 3 * 86_400))
def test_a_cap_counts_the_day_and_the_ten_minutes_of_the_check_in_alone(
    others: list[int], slot: int, late_s: int
) -> None:
    """Whatever was done on other days or in other ten minutes; and whoever waits as long as told waits no longer."""
    day = caps.day_of(AT)
    act = Act("p", "V", "in", (day.start + slot) * SLOT_S)
    slots = [day.start + slot + other for other in others]
    wait = caps.wait_s(act, slots, act.at + late_s)
    assert (wait is not None) == (others.count(0) >= caps.MOST_A_SLOT)
    full = [*range(day.start, day.stop)] * 7
    assert (caps.wait_s(act, full[:999], act.at) is None) is True
    told: Any = caps.wait_s(act, full[:1000], act.at)
    assert act.at + told == day.stop * SLOT_S
