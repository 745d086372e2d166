"""The generated district: the same seed, the same rows; what it is made of; what it leaves in the engine."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from click.testing import CliRunner

from cli.main import epipass
from functions.checkins.model import CheckinRow
from functions.counters import reports
from functions.counters.occupancy import occupancy
from functions.shared import clock
from functions.shared.identity import read_document
from functions.venues import service as venues
from infra.local import Service, settling
from infra.local.district import CHINA, District, Resident, Size, Visit

SMALL = Size(people=90, venues=60, days=3, until=date(2026, 11, 22), visits=1.95, area="990196")


def everything(size: Size) -> tuple[list[object], list[Resident], list[Visit]]:
    """All that a size makes."""
    made = District(size)
    numbers = range(size.people)
    return list(made.places), [made.resident(n) for n in numbers], [one for n in numbers for one in made.visits(n)]


def test_the_same_seed_makes_the_same_district_and_another_makes_another() -> None:
    """Also one part asked for alone, and in another order: nothing hangs on what was made before."""
    whole = everything(SMALL)
    assert whole == everything(SMALL)
    alone = District(SMALL)
    assert [alone.resident(n) for n in reversed(range(90))] == whole[1][::-1]
    homes = [alone.resident(n).area for n in alone.neighbours()]
    assert (homes, len(homes)) == (sorted(homes), 90)
    other = everything(Size(**{**vars(SMALL), "seed": 2}))
    assert all(one != two for one, two in zip(whole, other, strict=True))


def test_documents_are_whole_and_each_somebodys_own() -> None:
    """Each number keeps GB 11643, lies in an area that is not assigned, and is nobody else's."""
    made = District(Size(**{**vars(SMALL), "people": 30_000}))
    numbers = [made.resident(n).number for n in range(0, 30_000, 7)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers[:300]:
        assert read_document("", number).number.startswith("990196")


def test_towers_have_floors_and_floors_have_offices() -> None:
    """A part comes after its whole and stands in the same place; as many venues as were asked for, each of its own id."""
    made = District(Size(people=1, venues=2000, days=14, until=date(2026, 11, 22)))
    by_id = {place.venue: place for place in made.places}
    assert len(by_id) == 2000
    seen: set[str] = set()
    for place in made.places:
        if place.parent:
            outer = by_id[place.parent]
            assert place.parent in seen
            assert (place.area, place.latitude, place.state) == (outer.area, outer.latitude, "approved")
        seen.add(place.venue)
    deep = [place for place in made.places if place.parent and by_id[place.parent].parent]
    assert {place.category for place in deep} == {"office"}
    assert {place.state for place in made.places} == {"approved", "applied", "checked", "returned", "refused"}


def test_people_go_out_at_the_hours_when_people_go_out() -> None:
    """About as often as was asked for, in order, at open venues that hang there, mornings and evenings most; together."""
    size = Size(people=1500, venues=300, days=14, until=date(2026, 11, 22), visits=0.5)
    made = District(size)
    visits = {n: list(made.visits(n)) for n in range(size.people)}
    every = [one for own in visits.values() for one in own]
    assert 0.4 < len(every) / size.people / size.days < 0.6
    for own in visits.values():
        assert all(one.at <= two.at for one, two in pairwise(own))
    assert all(made.places[one.place].state == "approved" for one in every)
    assert all(one.at >= made.places[one.place].applied_at for one in every)
    hours = Counter(datetime.fromtimestamp(one.at, CHINA).hour for one in every)
    assert min(hours[8], hours[18]) > 3 * max(hours[10], hours[14])
    together = Counter((n // 3, one.place, one.at // 60) for n, own in visits.items() for one in own)
    assert max(together.values()) >= 2


def test_the_engine_has_what_was_generated_and_again_the_same(engine: Service) -> None:
    """Rows as a brute-force list of the visits has them; the report counts them; a second time changes nothing."""
    assert engine
    at = int(time.time())
    size = Size(**{**vars(SMALL), "until": datetime.now(CHINA).date()})
    made = District(size)
    expected = {
        (n, made.places[one.place].venue, one.direction, one.at // 600)
        for n in range(size.people)
        for one in made.visits(n)
        if one.at <= at
    }
    stored = []
    for _again in range(2):
        places = settling.settle_venues(made, at, lambda n: n)
        settling.settle_people(made, places, at, lambda n: n)
        stored.append(rows_of(made, at))
    assert stored[0] == stored[1]
    assert len(stored[0]) == len(expected)
    assert {len(venues.must(one.venue.venue, at).current_codes) for one in places.values()} <= {1, 2, 3}
    deadline = time.monotonic() + 60
    day = clock.china_day(at)
    while reports.report(size.area, day, at).own.cumulative["checkins"] != len(expected):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    counted = next(number for number, one in places.items() if one.venue.policy.occupancy)
    assert occupancy(made.places[counted].venue, 7200, at) == inside(made, counted, at)


def test_the_command_writes_a_district_into_the_engine_that_runs_and_again_adds_nothing(engine: Service) -> None:
    """Every check-in that the seed makes, at venues with codes; the same words, and not one row more or other."""
    until = datetime.now(CHINA).date() - timedelta(days=2)  # over, whenever the second time comes
    made = District(Size(people=30, venues=10, days=2, until=until, visits=1.5, area="990195", seed=7))
    visits = [(n, one) for n in range(30) for one in made.visits(n)]
    expected = {(n, made.places[one.place].venue, one.direction, one.at // 600) for n, one in visits}
    words = f"--people 30 --venues 10 --days 2 --visits 1.5 --seed 7 --area 990195 --until {until}"
    at, stored = int(time.time()), []
    for _again in range(2):
        ran = CliRunner().invoke(epipass, ["seed", *words.split()], env={"EPIPASS_STATE": str(engine.state.root)})
        assert ran.exit_code == 0, ran.output
        assert f"10 venues, {codes_of(made, at)} codes, 30 people, {len(expected)} check-ins of 2 days" in ran.output
        stored.append(rows_of(made, at))
    assert len(stored[0]) == len(expected) > 30
    assert stored[0] == stored[1]


def codes_of(made: District, at: int) -> int:
    """How many codes hang at the doors of a district's open venues."""
    found = [venues.must(one.venue, at) for one in made.places if one.state == "approved"]
    assert all(one.current_codes for one in found)
    return sum(len(one.current_codes) for one in found)


def rows_of(made: District, at: int) -> dict[str, dict[str, object]]:
    """The stored check-ins of the district's venues, whole."""
    found = {}
    for row in CheckinRow.scan(CheckinRow.area.startswith(made.size.area)):
        assert row.at <= at
        found[f"{row.pid} {row.place}"] = row.to_simple_dict()
    return found


def inside(made: District, place: int, at: int) -> int:
    """How many came in within two hours, to the slot, and have not left."""
    left = 0
    for n in range(made.size.people):
        own = [one for one in made.visits(n) if one.place == place and one.at <= at]
        left += bool(own) and own[-1].direction == "in" and own[-1].at // 600 >= (at - 7200) // 600
    return left


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--people", "10"], "both --people and --venues"),
        (["--people", "10", "--venues", "20", "--url", "https://pass.example.gov"], "engine of this machine"),
        (["--people", "10", "--venues", "20", "--area", "330106"], "six digits that begin with 99"),
        (["--people", "10", "--venues", "20", "--until", "22.11."], "a day as"),
        (["--people", "10", "--venues", "20", "--until", "2999-01-01"], "future"),
    ],
)
def test_what_cannot_be_generated_is_refused_in_a_sentence(words: list[str], said: str) -> None:
    """Nothing was written by then."""
    ran = CliRunner().invoke(epipass, ["seed", *words])
    assert (ran.exit_code, said in ran.output) == (2, True), ran.output


def test_nothing_is_written_where_no_engine_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """Rows go into the embedded engine alone, and the command says how to start it."""
    monkeypatch.setenv("EPIPASS_STATE", str(tmp_path))
    ran = CliRunner().invoke(epipass, ["seed", "--people", "10", "--venues", "20"])
    assert ran.exit_code == 1
    assert "epipass run" in ran.output
