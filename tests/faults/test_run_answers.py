"""A run on services that throttle, slow down and lose their answers: a step fails or tries again, and nothing is half done."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from functions.lake import manifest
from functions.lake import service as lake
from functions.shared import clock
from infra.local import Service
from tests.faults import tasks
from tests.faults.district import District
from tests.faults.injecting import answers_lost, overtaken, throttled_from
from tests.faults.run_oracle import DAY, Stores, named_by
from tests.faults.test_run_kills import check
from tests.matching.world import World, arrive, drain

pytestmark = pytest.mark.usefixtures("engine", "own_lake")

MOST_CALLS = 400


@pytest.fixture(scope="module")
def districts(engine: Service, own_lake: str) -> list[District]:
    """Equal districts ten days ahead, whose results nobody waits for any more."""
    assert engine
    assert own_lake
    seed = random.randrange(10**6)  # noqa: S311 - a test's lot
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    made = [District(seed, clock.now() + 10 * DAY) for _ in range(3)]
    for one in made:
        arrive(one.rows, one.at)
    drain()
    return made


def begun(district: District) -> str:
    """Have a district lived in, and its run of four groups begun."""
    district.inhabit()
    run = district.plan()
    tasks.begin(run)
    return run


def test_every_call_is_throttled_once(engine: Service, districts: list[District], tmp_path: Path) -> None:
    """Reads and writes of tables, files and queues are refused one after the other; the task fails, and starts again.

    Of the second and later groups some calls are: they do what the first one does.
    """
    district = districts[0]
    run, failures = begun(district), 0
    for task in tasks.steps(4):
        for number in range(0, MOST_CALLS, 1 if task[1] == 0 else 20):
            with throttled_from(number) as count:
                try:
                    tasks.perform(run, *task)
                # A refusal comes out as whatever the library that met it makes of it; each of them fails the task.
                except Exception:  # noqa: BLE001
                    failures += 1
            if count[0] <= number:
                break
        tasks.perform(run, *task)
    assert failures > 80
    check(district, run, Stores(engine), tmp_path)


def test_every_answer_is_lost_once(engine: Service, districts: list[District], tmp_path: Path) -> None:
    """A write whose answer is lost is sent again, and finds what it wrote itself: that is nobody else's doing."""
    district = districts[1]
    run = begun(district)
    with answers_lost() as seen:
        for task in tasks.steps(4):
            tasks.perform(run, *task)
    assert {"PutItem", "UpdateItem", "PutObject"} <= set(seen)
    check(district, run, Stores(engine), tmp_path)


def test_others_change_the_manifest_at_that_very_moment(
    engine: Service, districts: list[District], tmp_path: Path
) -> None:
    """Uploads are named between reading the manifest and putting it, twice in a row: both they and the state are kept."""
    district, other, stores = districts[2], World(clock.now()), Stores(engine)
    run, added = begun(district), list[str]()

    def upload() -> None:
        source = lake.results_file(f"{run}-{len(added)}", [other.result(f"o{len(added)}", "negative", 60)], other.at)
        added.append(source.key)
        lake.add([source])

    with overtaken(manifest.KEY, upload) as count:
        for task in tasks.steps(4):
            tasks.perform(run, *task)
    assert count[0] > 2
    assert set(added) <= set(named_by(stores.manifest()))
    check(district, run, stores, tmp_path)
