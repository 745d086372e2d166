"""Who looked at me: each look once, theirs alone, where and when, and never which guard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials import LocalSigner
from functions.checkins import service as checkins
from functions.checkins.rules import Act
from functions.lookups import rules, seen
from functions.lookups import service as lookups
from functions.lookups.model import LookupRow
from functions.passes.model import PassRow
from functions.passes.refs import ref_of
from functions.people.service import Owned
from functions.scans import service as scans
from functions.scans.service import Shown
from functions.shared import clock
from infra.local import Service
from tests.conftest import Http
from tests.door.inprocess import call
from tests.door.world import Door, Held, fresh, give_pass, new_pid, open_door
from tests.people.test_enrolling import dpop, fetch, signed_in
from tests.people.world import Someone, World
from tests.privacy.trail import TRAIL

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()
DAY = 86_400
ALL = Owned(0, frozenset({"U-1"}), by_document=True)


@pytest.fixture(scope="module")
def door(http: object) -> Door:
    """A gate of this module's."""
    assert http
    return open_door()


def give(pid: str, held: Held, *, signed_at: int = AT - 600, unit: str = "U-1", printed: bool = False) -> None:
    """Put a pass into a person's own list of passes, as signing it does."""
    PassRow(
        pid,
        f"{unit}#{AT + DAY}#{'printed' if printed else held.sub}",
        sub=held.sub.removeprefix("urn:epipass:"),
        kid="k",
        status_list=held.slot.list,
        status_index=held.slot.index,
        token=held.token,
        signed_at=signed_at,
        expires_at=AT + DAY,
        ttl=AT + 15 * DAY,
    ).save()


def rows_of(who: str) -> list[LookupRow]:
    """Every row that stands under a key."""
    return list(LookupRow.query(who, consistent_read=True))


def told(engine: Service, pid: str) -> list[dict[str, Any]]:
    """What a person's page is told."""
    answer = call("GET", "/me/lookups", token=engine.token("holder", pid))
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["lookups"]
    return found


def test_a_scan_is_told_to_whose_pass_it_was(engine: Service, door: Door) -> None:
    """By gate and venue, direction and verdict; a refused one too."""
    pid, held = new_pid(), give_pass(AT - 600)
    give(pid, held)
    scans.record(Shown(held.shown(AT - 100), "in", AT - 100), door.place("device-of-a-guard"), AT)
    scans.record(Shown(held.shown(AT - 90), "out", AT), door.place("device-of-a-guard"), AT)
    assert told(engine, pid) == [
        {"at": clock.rfc3339(AT), "kind": "scan", "place": "市民中心 · 东门", "direction": "out", "verdict": "refused"},
        {
            "at": clock.rfc3339(AT - 100),
            "kind": "scan",
            "place": "市民中心 · 东门",
            "direction": "in",
            "verdict": "accepted",
        },
    ]
    assert told(engine, new_pid()) == []


def test_a_lookup_of_a_scan_names_no_person_and_no_guard(door: Door) -> None:
    """The table links a scan to a pass alone: neither pid, nor device, nor name is in the row."""
    pid, held = new_pid(), give_pass(AT - 600)
    give(pid, held)
    scans.record(Shown(held.shown(AT), "in", AT), door.place("device-of-a-guard"), AT)
    [row] = rows_of(rules.of_pass(held.sub))
    stored = str(row.to_dynamodb_dict())
    for nobodys in (pid, "device-of-a-guard", "张*明"):
        assert nobodys not in stored
    assert rows_of(rules.of_person(pid)) == []
    assert int(row.ttl) == AT + 14 * DAY


def test_the_same_scan_again_is_one_look(door: Door) -> None:
    """A queue sent twice, a turnstile asked twice, and each minutes later by another clock."""
    held = give_pass(AT - 600)
    shown = held.shown(AT)
    for at, received_at in ((AT, AT), (AT + 9, AT + 10), (AT, AT + 3600)):
        scans.record(Shown(shown, "in", at), door.place("d"), received_at)
    scans.verify(Shown(shown, "in", AT), door.place("d"), AT)
    assert len(rows_of(rules.of_pass(held.sub))) == 1


def test_a_copy_at_another_gate_is_a_look_of_its_own(door: Door) -> None:
    """Whose screen was filmed sees that the pass was shown where they were not."""
    held, elsewhere = give_pass(AT - 600), open_door()
    shown = Shown(held.shown(AT), "in", AT)
    scans.record(shown, door.place("d"), AT)
    scans.record(shown, elsewhere.place("d"), AT)
    rows = rows_of(rules.of_pass(held.sub))
    assert {(row.gate, row.verdict) for row in rows} == {(door.gate, "accepted"), (elsewhere.gate, "refused")}


def test_what_is_no_pass_of_ours_is_nobodys_look(door: Door) -> None:
    """There is nobody to tell."""
    before = LookupRow.count()
    scans.record(Shown("hello", "in", AT), door.place(), AT)
    assert LookupRow.count() == before


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The lookup table is gone: its name leads to none, and the engine says so."""
    monkeypatch.setenv("TABLE_LOOKUP", "no-such-table")
    yield monkeypatch
    monkeypatch.undo()
    LookupRow._connection = None


def test_a_lost_lookup_loses_no_scan_and_is_not_silent(door: Door, broken: pytest.MonkeyPatch) -> None:
    """People wait at the gate: the verdict comes and the row stands; the operator is called, and a repeat heals it."""
    held = give_pass(AT - 600)
    shown = Shown(held.shown(AT), "in", AT)
    LookupRow._connection = None
    noted = len(TRAIL.noted)
    recorded = scans.record(shown, door.place("d"), AT)
    assert recorded.judged.verdict == "accepted"
    assert [row.ulid for row in scans.of_gate(door.gate, AT - 60, AT + 60, AT) if row.sub == held.sub] == [
        recorded.scan
    ]
    pid = new_pid()
    assert checkins.assist(Act(pid, door.venue, "in", AT), AT, door.gate).new
    logged = [text for channel, text in TRAIL.noted[noted:] if channel == "log" and "lookup.lost" in text]
    assert len(logged) == 2
    assert str(recorded.scan) in logged[0]
    assert all("ERROR" in text and pid not in text for text in logged)
    broken.undo()
    LookupRow._connection = None
    scans.record(shown, door.place("d"), AT + 60)
    checkins.assist(Act(pid, door.venue, "in", AT), AT + 60, door.gate)
    assert len(rows_of(rules.of_pass(held.sub))) == 1
    assert len(rows_of(rules.of_person(pid))) == 1


def test_an_assisted_check_in_is_one_look_at_the_gate(engine: Service, door: Door) -> None:
    """Within its ten minutes it is one, whoever repeats it; a venue's own desk has no gate to name."""
    pid = new_pid()
    for at in (AT - 3600, AT - 3600 + min(60, 599 - (AT - 3600) % 600)):
        checkins.assist(Act(pid, door.venue, "in", at), AT, door.gate)
    checkins.assist(Act(pid, door.venue, "out", AT), AT)
    assert [(one["kind"], one["place"], one["direction"], one["verdict"]) for one in told(engine, pid)] == [
        ("assisted", "市民中心", "out", "admitted"),
        ("assisted", "市民中心 · 东门", "in", "refused"),
    ]


def test_who_checked_in_themselves_sees_that_somebody_typed_their_number(engine: Service, door: Door) -> None:
    """The check-in is theirs and stays so; that a guard learned its decision is a look all the same."""
    number = fresh("SPECIMEN").upper().replace("-", "")
    body = {"id_number": number, "id_type": "sailor", "direction": "in", "at": clock.rfc3339(AT)}
    path = f"/venues/{door.venue}/assisted-checkins"
    assert call("POST", path, body, token=engine.token("guard", door.gate)).status in {200, 201}
    from functions.shared.pids import pid_of  # noqa: PLC0415 - only once the engine's secrets are known

    assert [one["place"] for one in told(engine, pid_of("sailor", number))] == ["市民中心 · 东门"]


def test_a_printed_pass_is_told_by_its_unit(http: Http) -> None:
    """Asked for twice in ten minutes it is one; who enrols afterwards, and is meant by the list, reads it."""
    world, one = World().approve(), Someone()
    world.list_people(one)
    assert world.result(one) == "eligible"
    path = f"/units/{world.unit}/people/{ref_of(world.unit, one.pid)}/printed?format=url"
    printed = [http.post(path, {"reason": "没有手机"}, token=http.token("unit", world.unit)) for _ in range(2)]
    assert [answer.status for answer in printed] == [201, 201]
    assert printed[0].body == printed[1].body
    slots = {row.moment for row in rows_of(rules.of_person(one.pid))}
    assert slots in [{rules.moment(rules.print_slot(at), "printed", world.unit)} for at in (AT, clock.now())]
    token = signed_in(http, one)
    [seen_by] = http.get("/me/lookups", headers=dpop(http, one, token, "GET", "/me/lookups")).json()["lookups"]
    assert (seen_by["kind"], seen_by["place"]) == ("printed", "第三人民医院")
    assert "direction" not in seen_by
    assert "verdict" not in seen_by


def test_a_page_is_in_the_order_of_the_instants_it_shows(http: Http, door: Door) -> None:
    """A print is kept under its ten minutes; between scans it stands where its own instant puts it."""
    world, one = World().approve(), Someone()
    world.list_people(one)
    at = rules.print_slot(AT - 1200) + 300
    lookups.note_printed(one.pid, world.unit, at)
    paper = give_pass(at - 600, printed=True)
    give(one.pid, paper, unit=world.unit, printed=True)
    for when in (at - 100, at + 100):
        lookups.note_scan(
            paper.sub, fresh("s"), gate=door.gate, venue=door.venue, direction="in", verdict="accepted", at=when
        )
    token = signed_in(http, one)
    seen_by = http.get("/me/lookups", headers=dpop(http, one, token, "GET", "/me/lookups")).json()["lookups"]
    assert [(look["kind"], look["at"]) for look in seen_by] == [
        (kind, clock.rfc3339(when)) for kind, when in (("scan", at + 100), ("printed", at), ("scan", at - 100))
    ]


def test_an_intruder_under_somebodys_number_sees_nothing_of_them(http: Http, door: Door) -> None:
    """Whom no list vouches for reads neither where a guard typed the number, nor what a unit printed, nor its scans."""
    intruder = Someone()
    token = signed_in(http, intruder)
    world = World().approve().list_people(intruder, phone="13900000002")
    checkins.assist(Act(intruder.pid, door.venue, "in", AT), AT, door.gate)
    lookups.note_printed(intruder.pid, world.unit, AT)
    paper = give_pass(AT - 600, printed=True)
    give(intruder.pid, paper, unit=world.unit, printed=True)
    scans.record(Shown(paper.token, "in", AT), door.place("d"), AT)
    for path in ("/me/lookups", "/me/checkins"):
        answer = http.get(path, headers=dpop(http, intruder, token, "GET", path))
        assert (answer.status, *answer.json().values()) == (200, []), path
    world.list_people(intruder)
    answer = http.get("/me/lookups", headers=dpop(http, intruder, token, "GET", "/me/lookups"))
    assert {one["kind"] for one in answer.json()["lookups"]} == {"assisted", "printed", "scan"}


def test_one_passes_scans_are_read_by_the_device_that_fetched_it(http: Http, door: Door) -> None:
    """The whole way: a fetched pass, a guard's scan, the owner's page; and nothing for who held the number before."""
    world, one = World().approve(), Someone()
    world.list_people(one)
    assert world.result(one) == "eligible"
    before = give_pass(AT - 600)
    give(one.pid, before, signed_at=AT - 5000, unit=world.unit)
    scans.record(Shown(before.shown(AT), "in", AT), door.place("d"), AT)
    token, key = signed_in(http, one), LocalSigner.generate()
    [held] = fetch(http, one, token, key).json()["passes"]
    now = clock.now()
    from credentials import pack, sign_proof  # noqa: PLC0415 - beside its only use
    from functions.shared.config import settings as configured  # noqa: PLC0415 - as above

    proof = sign_proof(held["token"], key, issuer=configured().issuer, at=now)
    shown = f"{configured().gate_url}/v#{pack(held['token'], proof)}"
    assert scans.record(Shown(shown, "in", now), door.place("d"), now).judged.verdict == "accepted"
    [look] = http.get("/me/lookups", headers=dpop(http, one, token, "GET", "/me/lookups")).json()["lookups"]
    assert (look["kind"], look["at"]) == ("scan", clock.rfc3339(now))


def page_through(pid: str, owned: Owned = ALL, at: int = AT) -> list[LookupRow]:
    """Every page, one after another."""
    rows, before = [], ""
    while True:
        page = seen.of_person(pid, owned, before, at)
        rows += page.rows
        if page.after is None:
            return rows
        before = page.after


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ages=st.lists(st.integers(0, 14 * DAY + 20), max_size=130), passes=st.integers(1, 3))
def test_pages_over_several_passes_are_one_list(ages: list[int], passes: int) -> None:
    """Each living look once, newest first, whichever pass it was of; what is 14 days old is in none (law 8)."""
    pid, held = new_pid(), [fresh("sub") for _ in range(passes)]
    for sub in held:
        PassRow(
            pid,
            f"U-1#{AT}#{sub}",
            sub=sub,
            kid="k",
            status_list="l",
            status_index=1,
            token="t",
            signed_at=AT - DAY,
            expires_at=AT,
            ttl=AT + DAY,
        ).save()
    for number, age in enumerate(ages):
        at = AT - age
        sub = held[number % passes]
        lookups.note_scan(sub, f"{number:026d}", gate="G", venue="V", direction="in", verdict="accepted", at=at)
    expected = sorted((AT - age for age in ages if age < 14 * DAY), reverse=True)
    assert [int(row.at) for row in page_through(pid)] == expected


def test_a_cursor_leads_on_and_opens_for_nobody_else(engine: Service) -> None:
    """Law 9, on this route."""
    pid = new_pid()
    for number in range(seen.PAGE + 3):
        lookups.note_assisted(pid, gate="", venue=f"V-{number}", direction="in", verdict="admitted", at=AT - number)
    token = engine.token("holder", pid)
    first = call("GET", "/me/lookups", token=token).json()
    assert (len(first["lookups"]), first["lookups"][0]["place"]) == (seen.PAGE, "V-0")
    rest = call("GET", f"/me/lookups?next={first['next']}", token=token).json()
    assert (len(rest["lookups"]), "next" in rest) == (3, False)
    for cursor, bearer in ((first["next"], engine.token("holder", new_pid())), (first["next"][1:], token)):
        refused = call("GET", f"/me/lookups?next={cursor}", token=bearer)
        assert (refused.status, refused.json()["code"]) == (400, "cursor")


@given(at=st.integers(0, 9_999_999_998), later=st.integers(1, 10**6), facts=st.lists(st.text("aZ09#~-_"), max_size=3))
def test_keys_sort_by_time_whatever_follows(at: int, later: int, facts: list[str]) -> None:
    """So that several partitions read as one list and a cursor means the same place in each."""
    after = min(at + later, 9_999_999_999)
    assert rules.moment(at, *facts) < rules.moment(after, *reversed(facts))
