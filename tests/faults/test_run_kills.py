"""Law 4 by force: tasks of a run are killed with SIGKILL, wherever they are, and the run ends as if nobody had."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from functions.shared import clock
from functions.status import publisher
from infra.local import Service
from tests.faults import tasks
from tests.faults.district import GROUPS, PEOPLE, District
from tests.faults.run_oracle import DAY, Stores, named_by, standing
from tests.matching.world import arrive, drain, eventually

KILLS = {"fold": 4, "decide": 4, "apply": 4, "gather": 1, "report": 1}  # of each task of a step: 50 over the run
_MOST_TRIES = 40  # each that came too late is followed by one twice as early


def districts(count: int, seed: int) -> list[District]:
    """Equal districts, ten days ahead: what the deployed handler decides now is older than their runs."""
    at = clock.now() + 10 * DAY
    made = [District(seed, at) for _ in range(count)]
    for one in made:
        half = len(one.rows) // 2
        arrive(one.rows[half:], at)
        arrive(one.rows[:half], at)
    drain()
    return made


def undisturbed(run: str) -> dict[str, float]:
    """Do a run's tasks one after the other and return how long each step takes at most."""
    longest: dict[str, float] = {}
    for task in tasks.steps(GROUPS):
        began = time.monotonic()
        tasks.perform(run, *task)
        longest[task[0]] = max(time.monotonic() - began, longest.get(task[0], 0))
    return longest


def disturbed(engine: Service, run: str, longest: dict[str, float], rng: random.Random) -> int:
    """Do a run's tasks, killing each several times at random moments; now and then two attempts run at once."""
    kills = 0
    for task in tasks.steps(GROUPS):
        killed = 0
        for tries in range(_MOST_TRIES):
            if killed == KILLS[task[0]]:
                break
            twin = tasks.start(engine, run, task) if rng.random() < 0.1 else None
            # A task that was done has little left to do: whoever came too late comes earlier.
            killed += tasks.start(engine, run, task).kill(rng.uniform(0, longest[task[0]]) / 2 ** (tries - killed))
            if twin is not None:
                twin.end()
        tasks.start(engine, run, task).end()
        kills += killed
    return kills


@pytest.mark.usefixtures("own_lake")
@pytest.mark.timeout(300)
def test_fifty_kills_over_a_run_change_nothing(engine: Service, tmp_path: Path) -> None:
    """Whatever was killed where: tables, lists, counts and lake are what brute force says, as after a quiet run."""
    seed = random.randrange(10**6)  # noqa: S311 - a test's lot
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    stores = Stores(engine)
    quiet, troubled = districts(2, seed)
    run = begun(quiet)
    longest = undisturbed(run)
    check(quiet, run, stores, tmp_path)
    run = begun(troubled)
    kills = disturbed(engine, run, longest, random.Random(seed))  # noqa: S311 - a test's lot
    print(f"{kills} kills; a step takes {longest}")  # noqa: T201 - the same
    assert kills == sum(KILLS[step] for step, _ in tasks.steps(GROUPS)) == 50
    check(troubled, run, stores, tmp_path)
    assert troubled.found(stores) == quiet.found(stores)


def begun(district: District) -> str:
    """Have a district lived in, and its run begun."""
    district.inhabit()
    run = district.plan()
    tasks.begin(run)
    return run


def check(district: District, run: str, stores: Stores, folder: Path) -> None:
    """Hold everything that a run leaves behind against brute force."""
    expected = district.outcome()
    assert district.found(stores) == expected
    for name in {slot.list for slot, _ in district.passes.values()}:
        publisher.publish(name, clock.now())  # the publisher's minute, for a kill may lose what hurries it
    wanted = {(slot.list, slot.index): expected[pair][2] for pair, (slot, _) in district.passes.items()}
    assert eventually(lambda: {place: stores.published(*place) for place in wanted} == wanted)
    rows = stores.rows("RUN", run)
    places = Counter(row["sk"].partition("#")[0] for row in rows)
    assert places == {"head": 1, "folded": GROUPS, "part": GROUPS, "applied": GROUPS, "unit": len(district.held())}
    assert next(row["state"] for row in rows if row["sk"] == "head") == "held"
    counts = stores.counts(run)
    assert {unit: said - Counter(missed=said["missed"]) for unit, said in counts.items()} == district.counted()
    check_lake(district, stores, folder)


def check_lake(district: District, stores: Stores, folder: Path) -> None:
    """The manifest names files that exist; they hold each standing row once, and the list in force."""
    manifest = stores.manifest()
    named = named_by(manifest)
    assert set(named) <= stores.keys()
    assert len(named) == len(set(named))
    ours = {district.world.pid(name) for name in PEOPLE}
    state = [one["results"] for one in manifest["state"]]
    found = [row for row in stores.parquet(folder, state, "pid, lab, tube, revision, result") if row[0] in ours]
    wanted = [(r.pid, r.lab, r.tube, r.revision, r.result) for r in standing(district.rows).values()]
    assert sorted(found) == sorted(wanted)
    revised = stores.parquet(folder, [one["revised"] for one in manifest["state"]], "pid, lab, tube, revision")
    assert sorted(row for row in revised if row[0] in ours) == sorted(row[:4] for row in wanted if row[3])
    listed = stores.parquet(folder, [one["listings"] for one in manifest["state"]], "unit, pid")
    people = {(district.world.unit(unit), district.world.pid(p)) for unit, some in district.lists.items() for p in some}
    assert {row for row in listed if row[1] in ours} == people
