"""Two uploads that race each other and a run: whichever is later stands, whole, in the tables and in the lake alike."""

from __future__ import annotations

import random
import time
from pathlib import Path
from uuid import uuid4

import pytest

from functions.jobs import checking, service
from functions.matching import runs
from functions.results.rules import Result
from functions.shared import clock
from functions.shared.clock import china_time
from functions.shared.pids import pid_of
from infra.local import Service
from tests.faults import tasks
from tests.faults.run_oracle import DAY, HOUR, Stores, standing, verdict
from tests.jobs.conftest import steps
from tests.jobs.driving import Steps, new_unit, person_id, staff_csv, upload, upload_results
from tests.matching.world import eventually, new_area

__all__ = ["steps"]  # a fixture

HEADER = "管码,身份证号,采样时间,报告时间,结果,混采人数,修订\n"
SAID = {"阴性": "negative", "阳性": "positive", "可疑": "inconclusive"}
PEOPLE = range(1, 15)
LISTS = (range(1, 11), range(4, 15))


class Laboratory:
    """Files about the same people's tubes, and all rows that they hold."""

    def __init__(self) -> None:
        self.name, self.rows, self.at = f"L-{uuid4().hex[:12]}", list[Result](), clock.now() // 60 * 60

    def file(self, rng: random.Random) -> bytes:
        """A file of every person's tube; another says other things of it, at a revision that may be greater or less."""
        lines = []
        for number in PEOPLE:
            said, revision, sampled_at = rng.choice(list(SAID)), rng.randint(0, 2), self.at - rng.choice((2, 30)) * HOUR
            when = f"{china_time(sampled_at)},{china_time(sampled_at + 60)}"
            lines.append(f"T{number},{person_id(number)},{when},{said},1,{revision}\n")
            pid = pid_of("resident-id", person_id(number))
            tube = f"T{number}", revision, 1, sampled_at, sampled_at + 60
            self.rows.append(Result(pid, self.name, *tube, SAID[said]))  # type: ignore[arg-type]
        return (HEADER + "".join(lines)).encode()


def run_of(area: str) -> tuple[str, list[tasks.Task]]:
    """Begin a run of an area: its id and its tasks."""
    run = runs.plan_of(clock.now(), area, clock.now())
    tasks.begin(run)
    return run, tasks.steps(1)


@pytest.mark.parametrize("_round", range(3))
def test_two_lists_and_two_contradicting_files_race_a_run(
    engine: Service, steps: Steps, tmp_path: Path, _round: int
) -> None:
    """Steps of four jobs and of a run in any order: the list in force is one of the two, and so is everybody's tube."""
    seed = random.randrange(10**6)  # noqa: S311 - a test's lot
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    rng, stores = random.Random(seed), Stores(engine)  # noqa: S311 - the same
    area, laboratory = new_area(), Laboratory()
    unit = new_unit(area=f"{area}001001")
    files = [laboratory.file(rng) for _ in range(2)]
    for people in LISTS:
        upload(unit, staff_csv(people), mode="replace")
    for data in files:
        upload_results(laboratory.name, data)
    (run, left), waiting = run_of(area), True
    while waiting or left:
        rng.shuffle(steps.pending())
        if left and (not waiting or rng.random() < 0.3):
            tasks.perform(run, *left.pop(0))
        else:
            waiting = steps.one()
    time.sleep(1.1)  # instants are whole seconds: the next run's is another one's
    run, left = run_of(area)
    for task in left:
        tasks.perform(run, *task)
    check(stores, unit, laboratory, tmp_path)


def test_a_positive_of_a_file_that_is_cancelled_at_once_is_not_lost(engine: Service, steps: Steps) -> None:
    """The worker dies when the job is held, before it sent the positive ahead, and an officer cancels the rest."""
    stores, laboratory, at = Stores(engine), f"L-{uuid4().hex[:12]}", clock.now() // 60 * 60 + 8 * HOUR
    said = {number: "阳性" if number == 1 else "阴性" for number in range(1, 31)}
    when = f"{china_time(at - HOUR)},{china_time(at - HOUR + 60)}"
    lines = [f"T{number},{person_id(number)},{when},{word},1,0\n" for number, word in said.items()]
    held = checking.check(upload_results(laboratory, (HEADER + "".join(lines)).encode()), clock.now())
    assert held is not None
    assert held.state == "held"
    service.decide(held, "cancel", "their clock", actor="officer:x", owner=False, at=clock.now())
    steps.finish()
    pids = [pid_of("resident-id", person_id(number)) for number in said]
    stored = {one["sk"]: one["result"] for pid in pids for one in stores.rows("RESULT", pid)}
    assert {place: one for place, one in stored.items() if laboratory in place} == {f"{laboratory}#T1": "positive"}
    named = [one["key"] for one in stores.manifest()["new"] if held.job in one["key"]]
    assert named == [f"new/results/{held.job}-1-urgent.parquet"]


def check(stores: Stores, unit: str, laboratory: Laboratory, folder: Path) -> None:
    """Hold tables and lake against brute force."""
    (row,) = stores.rows("UNIT", unit)
    listed = {one["sk"] for one in stores.rows("STAFF", f"{unit}#{row['current']}")}
    pids = {number: pid_of("resident-id", person_id(number)) for number in PEOPLE}
    assert listed in [{pids[number] for number in people} for people in LISTS]
    manifest = stores.manifest()
    lines = stores.parquet(folder, [one["listings"] for one in manifest["state"]], "unit, generation, pid")
    assert {pid for where, generation, pid in lines if (where, generation) == (unit, row["current"])} == listed
    wanted = {(one.pid, one.tube, one.revision, one.result) for one in standing(laboratory.rows).values()}
    held = stores.parquet(folder, [one["results"] for one in manifest["state"]], "lab, pid, tube, revision, result")
    assert {tuple(one[1:]) for one in held if one[0] == laboratory.name} == wanted
    stored = [one for pid in pids.values() for one in stores.rows("RESULT", pid)]
    tubes = {
        (one["pk"], one["sk"].partition("#")[2], one["revision"], one["result"])
        for one in stored
        if one["sk"].startswith(laboratory.name)
    }
    assert tubes == wanted
    assert eventually(lambda: not wrong(stores, unit, listed)), wrong(stores, unit, listed)


def wrong(stores: Stores, unit: str, listed: set[str]) -> list[object]:
    """What stands in the unit otherwise than brute force says: other laboratories' rows of these people count as well."""
    pids, ends_at, at = (
        {pid_of("resident-id", person_id(number)) for number in PEOPLE},
        clock.now() + 25 * DAY,
        clock.now(),
    )
    rows = [_read(one) for pid in pids for one in stores.rows("RESULT", pid)]
    found = {pid: said[:2] for (pid, scope), said in stores.entitlements(pids).items() if scope == unit}
    said = {pid: verdict(pid, rows, ends_at if pid in listed else None, ends_at, at) for pid in {*listed, *found}}
    return [(pid, found.get(pid), said[pid]) for pid in said if found.get(pid) != said[pid]]


def _read(row: dict[str, object]) -> Result:
    lab, _, tube = str(row["sk"]).partition("#")
    facts = (row.get(name) for name in ("revision", "pool_size", "sampled_at", "reported_at", "result"))
    return Result(str(row["pk"]), lab, tube, *facts)  # type: ignore[arg-type]
