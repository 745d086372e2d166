"""Runs as a console lists and reports them: the newest, of one's own area; what changed in which unit, in counts."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from functions.matching import run_rules as rules
from functions.matching import runs
from functions.matching.run_model import HEAD, RunRow, packed
from functions.matching.run_rules import Hold, Tally
from functions.matching.shapes import MOST_UNITS, Place, area_tallies, unit_tallies
from functions.shared import clock
from infra.local import Service
from tests.door.inprocess import call
from tests.matching.world import HOUR, World, arrive, drain, new_area


def listed(engine: Service, scope: str, role: str = "officer") -> list[dict[str, Any]]:
    """The newest runs as somebody reads them."""
    answered = call("GET", "/matching/runs", token=engine.token(role, scope))
    assert answered.status == 200, answered.body
    found: list[dict[str, Any]] = answered.json()["runs"]
    return found


def performed(world: World, area: str) -> str:
    """A run of an area, every step of it, as the state machine takes them."""
    run = runs.plan_of(world.at, area, world.at)
    made = runs.begin(run, "", world.at)
    for part in range(made.groups):
        runs.fold(run, part, clock.now())
    for part in range(made.groups):
        runs.decide(run, part, world.at)
    runs.gather(run, world.at)
    for part in range(made.groups):
        runs.apply(run, part, world.at)
    runs.finish(run, world.at)
    return run


def report(engine: Service, run: str, scope: str, role: str = "officer") -> dict[str, Any]:
    """A run's report as somebody reads it."""
    answered = call("GET", f"/matching/runs/{run}", token=engine.token(role, scope))
    assert answered.status == 200, answered.body
    found: dict[str, Any] = answered.json()
    return found


def test_what_the_stream_settled_the_next_run_finds_done(engine: Service) -> None:
    """Results through the table's own stream, then the run: it keeps what stands, changes nobody, and missed is nothing."""
    world = World(clock.now())
    world.register("a")
    world.enlist("a", ["p1", "p2", "p3"], settled=True)
    arrive([world.result("p1", "negative", HOUR), world.result("p2", "negative", HOUR, tube="x")], world.at)
    arrive([world.result("p2", "positive", HOUR, tube="x", revision=1)], world.at)
    drain()
    world.at = clock.now() + 2  # after every decision of the stream's
    told = report(engine, performed(world, world.area), world.area)
    assert (told["kept"], told["refused"]) == (1, {"no-test": 1, "positive": 1})
    assert (told["missed"], told["entitled"], told["renewed"], told["withdrawn"]) == (0, 0, 0, 0)


def test_a_report_says_what_changed_in_which_unit(engine: Service) -> None:
    """For an officer's own units, by name and in counts; a neighbour's officer reads none, an auditor the sums."""
    assert engine.outputs
    world = World(clock.now())
    for name, people in (("a", ["p1", "p2", "p3"]), ("b", ["p4"])):
        world.register(name)
        world.enlist(name, people)
    arrive([world.result("p1", "negative", HOUR), world.result("p2", "positive", HOUR)], world.at)
    told = report(engine, performed(world, world.area), world.area)
    units = {one["unit"]: one for one in told["units"]}
    first = units[world.unit("a")]
    assert set(units) == {world.unit("a"), world.unit("b")}
    # A stream may have settled somebody between: then they are kept, and were entitled before.
    assert first["entitled"] + first["kept"] == 1
    assert told["refused"] == {"no-test": 2, "positive": 1}
    # Of a unit of three a full cause would be somebody's result.
    assert first["refused"] == {"needs-test": 1, "not-eligible": 1}
    assert (first["name"], first["people"], first["held"]) == ("单位", 3, False)
    assert units[world.unit("b")]["refused"] == {"needs-test": 1}
    assert told["units_left_off"] == 0
    assert sum(sum(one["refused"].values()) for one in told["units"]) == sum(told["refused"].values())
    assert not {world.pid("p1"), "张*明"} & set(str(told).split("'"))
    assert [(one["area"], one["units"], one["people"]) for one in told["areas"]] == [(world.area, 2, 4)]
    assert set(told["stages"]) == {"fold", "decide", "gather", "apply"}
    assert told["missed"] in {0, 1}  # nobody settled p1 when the sample arrived, unless the stream did
    _is_in_the_file(engine, told, world)
    assert report(engine, told["run"], "310101")["units"] == []
    auditor = report(engine, told["run"], "", "auditor")
    assert (auditor["units"], auditor["refused"]) == ([], told["refused"])


def _is_in_the_file(engine: Service, told: dict[str, Any], world: World) -> None:
    """The workbook holds the same counts, all text as text; nobody but officers of districts gets one."""
    address = f"/matching/runs/{told['run']}/report.xlsx"
    answered = call("GET", address, token=engine.token("officer", world.area))
    assert answered.status == 200
    book = openpyxl.load_workbook(io.BytesIO(answered.body))
    units = {row[0]: row for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)}
    assert units[world.unit("a")][:3] == (world.unit("a"), "单位", 3)
    assert [row[:3] for row in book.worksheets[2].iter_rows(min_row=2, values_only=True)] == [(world.area, 2, 4)]
    assert ("不符合原因 refused: no-test", 2) in list(book.worksheets[0].iter_rows(values_only=True))
    assert call("GET", address, token=engine.token("officer", f"{world.area}001")).status == 403
    RunRow(told["run"], HEAD).update(actions=[RunRow.state.set("running")])
    assert call("GET", address, token=engine.token("officer", world.area)).status == 409
    RunRow(told["run"], HEAD).update(actions=[RunRow.state.set("done")])


def test_units_are_named_once_a_run_is_over(engine: Service) -> None:
    """While it goes on a page asks every few seconds: the sums are told, and no unit is read for its name."""
    world = World(clock.now(), area=new_area())
    world.register("a")
    world.enlist("a", ["p1"])
    run = performed(world, world.area)
    RunRow(run, HEAD).update(actions=[RunRow.state.set("running")])
    for scope in (world.area, world.area[:2]):
        told = report(engine, run, scope)
        assert (told["refused"], told["units"], told["units_left_off"]) == ({"no-test": 1}, [], 0)
    for state in ("done", "held", "failed"):
        RunRow(run, HEAD).update(actions=[RunRow.state.set(state)])
        assert [one["unit"] for one in report(engine, run, world.area[:2])["units"]] == [world.unit("a")]


def test_the_newest_runs_are_an_officer_s_own(engine: Service) -> None:
    """Those of the area, of everywhere and of areas within; not the neighbour's. The newest first, at most thirty."""
    world = World(clock.now(), area=new_area())
    world.register("a")
    city, district = world.area[:4], world.area
    neighbour = f"{city}{(int(district[4:]) + 1) % 100:02d}"
    future = 5 * 365 * clock.DAY_S  # newer than whatever other tests leave in the table
    made: dict[str, str] = {}
    for place, area in enumerate(["", city, district, neighbour]):
        made[area] = runs.plan_of(world.at - place, area, world.at)
        RunRow(made[area], HEAD).update(actions=[RunRow.created_at.set(world.at + future - place)])
    assert [one["run"] for one in listed(engine, district)][:3] == [made[""], made[city], made[district]]
    assert [one["run"] for one in listed(engine, city)][:4] == list(made.values())
    assert [one["run"] for one in listed(engine, "", "auditor")][:4] == list(made.values())
    assert made[neighbour] not in [one["run"] for one in listed(engine, district)]
    first = listed(engine, district)[0]
    assert (first["state"], first["cutoff"], first["held_units"]) == ("received", clock.rfc3339(world.at), 0)
    assert first["started_at"] == clock.rfc3339(world.at + future)
    for place in range(35):
        late = runs.plan_of(world.at - 100 - place, district, world.at)
        RunRow(late, HEAD).update(actions=[RunRow.created_at.set(world.at + 2 * future + place)])
    assert len(listed(engine, district)) == 30
    for row in RunRow.by_start.query("run", RunRow.created_at > world.at + HOUR):
        row_of = RunRow.get(row.run, HEAD)
        row_of.delete()  # other tests read the newest too


def test_a_list_counts_the_units_that_wait_for_the_officer_who_looks(engine: Service) -> None:
    """Of a run over everywhere an officer sees their own held units alone; what was decided no longer counts."""
    mine, other = World(clock.now()), World(clock.now(), area=new_area())
    for world in (mine, other):
        world.register("a")
    run = runs.plan_of(mine.at, "", mine.at)
    runs.begin(run, "", mine.at)
    for world in (mine, other):
        hold = Hold(world.unit("a"), 30, 10)
        RunRow(run, f"unit#{hold.unit}", data=packed(hold), ttl=mine.at + clock.DAY_S).save()

    def waiting(scope: str, role: str = "officer") -> int:
        return {one["run"]: int(one["held_units"]) for one in listed(engine, scope, role)}[run]

    assert runs.finish(run, mine.at) == "held"
    assert (waiting(mine.area), waiting(other.area), waiting("", "auditor")) == (1, 1, 2)
    assert runs.decide_hold(run, mine.unit("a"), "cancel", actor="x", reason="", at=mine.at)
    assert (waiting(mine.area), waiting(other.area)) == (0, 1)
    assert runs.decide_hold(run, other.unit("a"), "cancel", actor="x", reason="", at=mine.at)
    runs.settle_state(run, mine.at)


@pytest.mark.parametrize(("role", "scope"), [("officer", "990101001"), ("unit", "U-1"), ("tracer", "990101")])
def test_runs_are_listed_for_districts_and_above(engine: Service, role: str, scope: str) -> None:
    """A subdistrict's officer has no runs to look at, nor has any other role but the auditor."""
    assert call("GET", "/matching/runs", token=engine.token(role, scope)).status == 403


def test_a_unit_s_tally_leaves_out_what_waits() -> None:
    """Losses that are held are in no count, as in the run's own; once released they are."""
    tally = Tally(30, {"withdrawn": 12, "kept": 18}, {"not-listed": 10, "positive": 2}, {"not-listed": 10})
    for decision, withdrawn, refused in (
        ("", 2, {"not-eligible": 2}),
        ("cancel", 2, {"not-eligible": 2}),
        ("release", 12, {"not-eligible": 12}),
    ):
        (one,), left_off = unit_tallies(
            {"u": tally}, {"u": Hold("u", 30, 10, decision)}, {"u": Place("单位", "990101")}
        )
        assert (one.withdrawn, one.refused, one.held, left_off) == (withdrawn, refused, decision == "", 0)


def test_a_city_s_report_shows_where_to_look_first() -> None:
    """Held units, then those that lost the most; units without a name here are nobody's business; the rest is counted."""
    tallies = {f"u{n:04}": Tally(5, {"withdrawn": n % 7}, {}, {}) for n in range(MOST_UNITS + 20)}
    names = {unit: Place("单位", f"99010100{int(unit[1:]) % 3}") for unit in tallies if unit != "u0006"}
    shown, left_off = unit_tallies(tallies, {"u0000": Hold("u0000", 5, 5)}, names)
    assert (len(shown), left_off, shown[0].unit, shown[1].withdrawn) == (MOST_UNITS, 19, "u0000", 6)
    assert "u0006" not in {one.unit for one in shown}
    areas = area_tallies(tallies, {}, names, 9)
    assert [(one.area, one.units) for one in areas] == [("990101000", 173), ("990101001", 173), ("990101002", 173)]
    assert sum(one.withdrawn for one in areas) == sum(n % 7 for n in range(MOST_UNITS + 20)) - 6


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("", "990101", True),
        ("99", "990101", True),
        ("990101", "99", True),
        ("990101", "990102", False),
        ("9", "", True),
    ],
)
def test_areas_overlap_when_one_contains_the_other(one: str, other: str, *, same: bool) -> None:
    """Containment is prefix, either way; everywhere contains all."""
    assert rules.overlap(one, other) is same
