"""What a run counts and whom it makes wait: what stands, never what its own snapshot would have said."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from functions.lake import files, folding, sql
from functions.lake import service as lake
from functions.lake.files import ListingLine, UnitLine
from functions.lake.manifest import Manifest
from functions.matching import joining, run_files, run_groups, runs
from functions.matching import service as matching
from functions.matching.model import EntitlementRow
from functions.matching.run_model import RunRow, packed, unit_place
from functions.matching.run_rules import Hold
from functions.results.rules import Result
from functions.shared import clock
from functions.shared.transactions import transaction
from functions.units import service as units
from infra.local import Service
from tests.faults import tasks
from tests.faults.district import District
from tests.faults.injecting import meanwhile
from tests.faults.run_oracle import DAY, HOUR, Stores
from tests.matching.world import World, arrive, drain


@pytest.fixture
def stores(engine: Service) -> Stores:
    """The engine's tables and buckets."""
    return Stores(engine)


def stood(world: World, name: str, decided_at: int, until: int) -> None:
    """Somebody was entitled at an instant, until another."""
    row = EntitlementRow(world.pid(name), world.unit("u"), unit=world.unit("u"), verdict="eligible", cause="eligible")
    row.decided_at, row.expires_at = decided_at, until
    row.save()


def perform(run: str) -> None:
    """Do a planned run's tasks."""
    tasks.begin(run)
    for task in tasks.steps(1):
        tasks.perform(run, *task)


def test_a_list_that_came_while_a_run_worked_makes_nobody_wait(stores: Stores) -> None:
    """Who was entitled by it is not in the run's list, and loses nothing: they are counted as they stand."""
    world, new = World(clock.now() + 10 * DAY), [f"n{number:02}" for number in range(10)]
    world.register("u")
    world.enlist("u", [f"o{number:02}" for number in range(20)])
    run = runs.plan_of(world.at, world.area, clock.now())
    world.enlist("u", new)
    for name in new:
        stood(world, name, world.at + 5, world.at + DAY)
    perform(run)
    counts = stores.counts(run)[world.unit("u")]
    assert (counts["people"], counts["kept"], counts["refused"], counts["withdrawn"]) == (30, 10, 20, 0)
    assert [row for row in stores.rows("RUN", run) if row["sk"].startswith("unit#")] == []
    assert {world.said(name, "u")[0] for name in new} == {"eligible"}


def test_who_left_at_the_end_that_the_list_names_was_missed_by_nobody(stores: Stores) -> None:
    """Time alone ended it, as decided; who had left before anything was decided is not decided about at all."""
    world, generation = World(clock.now() + 10 * DAY), uuid4().hex
    arrive([world.result(name, "negative", 3 * HOUR) for name in ("ann", "bob", "cy")], world.at)
    drain()
    world.register("u")
    ends = {"ann": world.at - 60, "bob": world.at - 60, "cy": 0}
    lines = [
        ListingLine(files.part_of(world.pid(name)), world.pid(name), world.unit("u"), generation, until, world.at)
        for name, until in ends.items()
    ]
    lake.add([lake.listings_file(generation, lines)])
    with transaction() as together:
        units.move_to_generation(
            together, world.unit("u"), base=None, generation=generation, replaced=None, at=world.at
        )
    stood(world, "ann", world.at - 2 * HOUR, world.at - 60)
    stood(world, "cy", world.at - 2 * HOUR, world.at + 45 * HOUR)
    run = runs.plan_of(world.at, world.area, clock.now())
    perform(run)
    counts = stores.counts(run)[world.unit("u")]
    assert (counts["people"], counts["not-listed"], counts["kept"], counts["missed"]) == (2, 1, 1, 0)
    assert [world.said(name, "u")[0] for name in ends] == ["not-listed", "", "eligible"]


def test_what_an_event_settled_was_not_missed_and_what_none_did_was(stores: Stores) -> None:
    """Two people's negatives arrive, and the event of one is lost: the run counts that one, and puts it right."""
    world = World(clock.now() + 10 * DAY)
    arrive([world.result(name, "negative", HOUR) for name in ("ann", "bob")], world.at)
    drain()
    world.register("u")
    world.enlist("u", ["ann", "bob"])
    matching.settle(world.pid("ann"), world.at - 60)
    run = runs.plan_of(world.at, world.area, clock.now())
    perform(run)
    counts = stores.counts(run)[world.unit("u")]
    assert (counts["people"], counts["kept"], counts["entitled"], counts["missed"]) == (2, 1, 1, 1)
    assert [world.said(name, "u")[0] for name in ("ann", "bob")] == ["eligible", "eligible"]


def test_those_who_lose_are_written_before_those_who_gain(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies half-way has taken away what ended, before it gave anybody anything."""
    monkeypatch.setattr(run_groups, "CHUNK", 3)
    district = District(7, clock.now() + 10 * DAY)
    arrive(district.rows, district.at)
    drain()
    district.inhabit()
    run = district.plan(groups=1)
    tasks.begin(run)
    for task in (("fold", 0), ("decide", 0)):
        tasks.perform(run, *task)
    (row,) = (row for row in stores.rows("RUN", run) if row["sk"] == "part#0000")
    kept = [one.change for one in run_files.decisions(run, 0, row["label"], int(row["chunks"]))]
    losing = kept.count("withdrawn")
    assert 0 < losing < len(kept)
    assert set(kept[:losing]) == {"withdrawn"}


def test_a_list_leaves_the_lake_two_weeks_after_its_end(stores: Stores, tmp_path: Path) -> None:
    """The list in force as well, with its unit's approval or a row's own end: as long as the table keeps them."""
    now, name = clock.now(), uuid4().hex
    ends = {"unit-over": now - 14 * DAY, "unit-ending": now - 14 * DAY + 1, "unit-open": now + DAY}
    rows = [ListingLine(0, f"p-{unit}", unit, "g", 0, now - 30 * DAY) for unit in ends]
    rows += [ListingLine(0, f"own-{end}", "unit-open", "g", now - end * DAY, now - 30 * DAY) for end in (13, 14)]
    source = Manifest(new=(lake.listings_file(name, rows),))
    known = [UnitLine(unit, "g", approved=True, ends_at=end, since=now - 30 * DAY) for unit, end in ends.items()]
    with sql.engine(256) as (connection, folder):
        made = folding.fold(connection, folder, source, known, (0, 255), prefix=f"runs/{name}", at=now)
    found = {pid for (pid,) in stores.parquet(tmp_path, [made.listings], "pid")}
    assert found == {"p-unit-ending", "p-unit-open", "own-13"}


def test_a_tube_that_was_given_to_somebody_else_is_not_overdue() -> None:
    """Its result came, under the right name; only samples of which nothing more was said are."""
    at = clock.now()
    rows = [
        Result("ann", "L", "moved", 0, 1, at - 2 * DAY, None, "pending"),
        Result("bob", "L", "moved", 1, 1, at - 2 * DAY, at, "negative"),
        Result("cy", "L", "waits", 0, 1, at - 2 * DAY, None, "pending", "S1"),
        Result("dee", "L", "revised", 2, 1, at - 2 * DAY, None, "pending", "S1"),
    ]
    with sql.engine(256) as (connection, folder):
        files.load(connection, folder, "results", files.RESULTS, (files.result_line(row, at) for row in rows))
        connection.execute("CREATE TABLE revised AS SELECT lab, tube, pid, revision FROM results WHERE revision > 0")
        found = joining.overdue(connection, at - DAY, 10)
    assert found == [("L", "revised", at - 2 * DAY, "S1"), ("L", "waits", at - 2 * DAY, "S1")]


def test_a_hold_decided_while_the_report_is_made_leaves_no_run_waiting(stores: Stores) -> None:
    """The last hold is cancelled between being looked at and the state being written: the run is done all the same."""
    world = World(clock.now() + 10 * DAY)
    world.register("u")
    run = runs.plan_of(world.at, world.area, clock.now())
    tasks.begin(run)
    RunRow(run, unit_place("u"), data=packed(Hold("u", 30, 9)), ttl=clock.now() + DAY).save()

    def cancel() -> None:
        assert runs.decide_hold(run, "u", "cancel", actor="officer", reason="", at=clock.now())
        runs.settle_state(run, clock.now())

    with meanwhile("UpdateItem", cancel):
        runs.finish(run, clock.now())
    (head,) = [row for row in stores.rows("RUN", run) if row["sk"] == "head"]
    assert head["state"] == "done"
