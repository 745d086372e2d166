"""The lake's files: none that anybody reads is deleted, none that nobody reads is kept, and no list is lost on the way."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from functions.lake import files, manifest
from functions.lake import service as lake
from functions.matching import run_groups, runs
from functions.matching.model import EntitlementRow
from functions.matching.run_model import RunRow, packed
from functions.shared import clock
from functions.shared.objects import lake as bucket
from functions.shared.transactions import transaction
from functions.staff import service as staff
from functions.status import service as status
from functions.units import service as units
from infra.local import Service
from tests.faults import tasks
from tests.faults.injecting import throttled_from
from tests.faults.run_oracle import DAY, HOUR, Stores, named_by
from tests.matching.world import World, arrive, drain

AHEAD = 10 * DAY
MOST_CALLS = 200


@pytest.fixture
def stores(engine: Service) -> Stores:
    """The engine's tables and buckets."""
    return Stores(engine)


@pytest.fixture(autouse=True)
def own_lake(engine: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lake of this test's own: what others left in theirs is nobody's business here."""
    name = f"lake-{uuid4().hex}"
    s3 = engine.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    monkeypatch.setenv("BUCKET_LAKE", name)


def district(names: Iterable[str]) -> World:
    """A district ahead of its time where these people tested negative an hour ago, and one unit lists nobody yet."""
    world = World(clock.now() + AHEAD)
    arrive([world.result(name, "negative", HOUR) for name in names], world.at)
    drain()
    world.register("u")
    return world


def perform(world: World, run: str = "") -> str:
    """A whole run in this process, by the clock: only its cut-off lies ahead."""
    run = run or runs.plan_of(world.at, world.area, clock.now())
    tasks.begin(run)
    for task in tasks.steps(1):
        tasks.perform(run, *task)
    return run


def written(world: World, people: Iterable[str], written_at: int) -> str:
    """A list of the unit that a job checked at an instant and gave to the lake, not in force yet; its generation."""
    generation, ends_at = uuid4().hex, world.at + 90 * DAY
    pids = [world.pid(name) for name in people]
    sealed = {pid: staff.seal(world.unit("u"), pid, staff.Person("张小明", "", "1234"), job="tests") for pid in pids}
    rows = [staff.Entry(pid, "", (), 0, sealed[pid], world.at, "0", ends_at) for pid in pids]
    staff.write(world.unit("u"), generation, rows)
    lines = [files.ListingLine(files.part_of(pid), pid, world.unit("u"), generation, 0, written_at) for pid in pids]
    lake.add([lake.listings_file(generation, lines)])
    return generation


def later(world: World) -> None:
    """A run whose state is put two days later, at last: each time before, the task is lost one call further on."""
    run = runs.plan_of(world.at, world.area, clock.now())
    tasks.begin(run)
    for task in (("fold", 0), ("decide", 0)):
        tasks.perform(run, *task)
    for number in range(MOST_CALLS):
        with throttled_from(number, MOST_CALLS) as count, suppress(Exception):
            runs.gather(run, clock.now() + 2 * DAY)
        if count[0] <= number:
            return
    raise AssertionError("a step has fewer calls than that")


def put_in_force(world: World, generation: str, at: int) -> None:
    """Move the unit to a generation."""
    base = units.must(world.unit("u")).current
    with transaction() as together:
        units.move_to_generation(together, world.unit("u"), base=base, generation=generation, replaced=None, at=at)


def listed(stores: Stores, folder: Path, world: World) -> set[tuple[str, str]]:
    """Generation and pid of everybody whom the lake's state lists in the unit."""
    keys = [one["listings"] for one in stores.manifest()["state"]]
    found = stores.parquet(folder, keys, "unit, generation, pid")
    return {(generation, pid) for unit, generation, pid in found if unit == world.unit("u")}


def test_a_list_that_waited_for_days_survives_the_run_before_it_is_in_force(stores: Stores, tmp_path: Path) -> None:
    """It was held, and released after three days: a run that folds it before it is in force does not forget it."""
    world = district(["ann", "bob", "cy"])
    first = written(world, ["cy"], world.at - 9 * DAY)
    put_in_force(world, first, world.at - 9 * DAY)
    second = written(world, ["ann", "bob"], world.at - 3 * DAY)
    world.at -= 1
    perform(world)
    assert world.said("cy", "u")[0] == "eligible"
    put_in_force(world, second, world.at)
    world.at += 1
    perform(world)
    assert [world.said(name, "u")[0] for name in ("ann", "bob", "cy")] == ["eligible", "eligible", "not-listed"]
    assert listed(stores, tmp_path, world) == {(second, world.pid("ann")), (second, world.pid("bob"))}


def test_a_list_that_another_replaced_leaves_the_lake(stores: Stores, tmp_path: Path) -> None:
    """Of a unit's lists only the one in force is kept: who left is in no file that is read."""
    world = district(["ann"])
    for number, people in enumerate((["ann", "old"], ["ann", "older"], ["ann"])):
        put_in_force(world, written(world, people, world.at - (3 - number) * DAY), world.at - (3 - number) * DAY)
    perform(world)
    assert {pid for _, pid in listed(stores, tmp_path, world)} == {world.pid("ann")}


def test_a_district_s_run_keeps_everybody_else_s_lists(stores: Stores, tmp_path: Path) -> None:
    """It folds the whole lake and knows its own units only: of others it forgets nothing."""
    elsewhere, world = district(["ann"]), district(["ann"])
    generation = written(elsewhere, ["ann", "bob"], elsewhere.at - 9 * DAY)
    put_in_force(elsewhere, generation, elsewhere.at - 9 * DAY)
    world.enlist("u", ["ann"])
    perform(world)
    expected = {(generation, elsewhere.pid("ann")), (generation, elsewhere.pid("bob"))}
    assert listed(stores, tmp_path, elsewhere) == expected
    perform(elsewhere)
    assert listed(stores, tmp_path, elsewhere) == expected
    assert elsewhere.said("ann", "u")[0] == "eligible"


def test_a_file_that_is_named_again_days_after_it_was_folded_is_not_read_again(stores: Stores) -> None:
    """A message comes back from the dead letters: its file is folded and deleted, and no later run waits for it."""
    world = district(["ann"])
    world.enlist("u", ["ann"])
    source = lake.results_file(uuid4().hex, [world.result("bob", "negative", HOUR)], world.at)
    lake.add([source])
    perform(world)
    assert source.key in stores.manifest()["dropped"]
    world.at += 1
    later(world)
    assert source.key not in stores.keys("new/")
    lake.add([source])
    world.at += 1
    perform(world)
    assert set(named_by(stores.manifest())) <= stores.keys()


def test_what_a_newer_state_replaced_is_read_for_a_day_and_then_gone(engine: Service, stores: Stores) -> None:
    """A run planned before may read it; whoever is killed while deleting leaves it to the next."""
    assert engine
    world = district(["ann"])
    world.enlist("u", ["ann"])
    perform(world)
    before = set(named_by(stores.manifest()))
    world.at += HOUR
    perform(world)
    dropped = before - set(named_by(stores.manifest()))
    assert dropped
    assert before <= stores.keys()
    world.at += 1
    later(world)
    assert not dropped & stores.keys()


def test_files_of_a_run_that_another_overtook_do_not_stay(stores: Stores) -> None:
    """Both planned on one state, the second's is nobody's: it is deleted in the end, and so is a killed attempt's."""
    one, other = district(["ann"]), district(["ann"])
    planned = [(world, runs.plan_of(world.at, world.area, world.at)) for world in (one, other)]
    bucket.put("state/killed/000-255-results.parquet", b"never named")
    for world, run in planned:
        perform(world, run)
    lost = {key for key in stores.keys("state/") if planned[1][1] in key or "killed" in key}
    assert len(lost) == 4
    assert manifest.sweep(clock.now()) == 0
    dropped = set(stores.manifest()["dropped"])
    manifest.sweep(clock.now() + 4 * DAY)
    left = stores.keys("state/")
    assert not left & lost
    assert set(named_by(stores.manifest())) | dropped & left <= stores.keys()
    assert {key for key in dropped if key.startswith("state/")} <= left


def test_no_state_is_made_of_some_groups_only(stores: Stores) -> None:
    """Gather before the last group is folded fails, and the lake stays as it was."""
    world = district(["ann"])
    plan = msgspec.structs.replace(runs._planned(world.at, world.area), groups=2)
    run = plan.run
    row = RunRow(run, "head", data=packed(plan), created_at=world.at, ttl=world.at + DAY)
    assert row.put_if_absent()
    runs.fold(run, 0, clock.now())
    before = stores.manifest()
    with pytest.raises(LookupError, match="not folded"):
        runs.gather(run, clock.now())
    assert stores.manifest() == before


def test_what_was_decided_while_a_run_worked_is_withdrawn_with_its_pass() -> None:
    """Nothing was known of somebody when their group was folded; before it was applied an event had entitled them."""
    world = district([])
    world.enlist("u", ["ann"])
    run = runs.plan_of(world.at, world.area, world.at)
    runs.begin(run, "here", world.at)
    runs.fold(run, 0, clock.now())
    EntitlementRow(
        world.pid("ann"),
        world.unit("u"),
        unit=world.unit("u"),
        verdict="eligible",
        cause="eligible",
        decided_at=world.at - 1,
        expires_at=world.at + HOUR,
    ).save()
    slot = world.sign("ann", "u", world.at + HOUR)
    runs.decide(run, 0, world.at)
    runs.gather(run, world.at)
    runs.apply(run, 0, world.at)
    assert world.said("ann", "u")[0] == "no-test"
    assert status.is_withdrawn(slot)


def test_results_that_nothing_read_until_they_were_forgotten_stop_no_run(engine: Service, stores: Stores) -> None:
    """No run for a month, and the bucket forgot a file: past its retention it is nobody's loss; before, it is one."""
    world = district(["ann"])
    source = lake.results_file(uuid4().hex, [world.result("bob", "negative", HOUR)], world.at)
    lake.add([source])
    engine.client("s3").delete_object(Bucket=bucket.name, Key=source.key)
    run = runs.plan_of(world.at, world.area, clock.now())
    tasks.begin(run)
    with pytest.raises(LookupError):
        runs.fold(run, 0, clock.now())
    runs.fold(run, 0, clock.now() + 14 * DAY)
    for task in list(tasks.steps(1))[1:]:
        tasks.perform(run, *task)
    assert source.key not in named_by(stores.manifest())
    assert world.said("ann", "u")[0] == ""


def test_the_seconds_of_a_stage_are_those_it_took(engine: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row is dated when its group's work is over; a stage is told once all its groups are done."""
    assert engine.url
    world, at = district(["ann"]), clock.now()
    instants = iter([at + 60, at + 90, at + 93, at + 700])
    for module in (run_groups, runs):
        monkeypatch.setattr(module, "now", lambda: next(instants))
    run = runs.plan_of(world.at, world.area, at)
    runs.begin(run, "", at)
    told = [runs.stages_of(run, at)]
    for step in (
        lambda: runs.fold(run, 0, at),
        lambda: runs.decide(run, 0, at),
        lambda: runs.gather(run, at),
        lambda: runs.apply(run, 0, at),
    ):
        step()
        told.append(runs.stages_of(run, at))
    whole = {"fold": 60, "decide": 30, "gather": 3, "apply": 607}
    assert told == [dict(list(whole.items())[:done]) for done in range(5)]
