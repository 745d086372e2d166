"""The manifest: whoever adds is named, whoever is named stays until a state holds it, and no file goes too early."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import msgspec
import pytest

from functions.lake import files, folding, manifest, service, sql
from functions.lake.manifest import Manifest, Slice, Source
from functions.results.rules import Result
from functions.shared import clock
from functions.shared.aws import client
from functions.shared.objects import lake
from infra.local import Service

DAY = 86_400


@pytest.fixture(autouse=True)
def bucket(engine: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """A lake of this test's own."""
    assert engine.outputs
    name = f"lake-{uuid4().hex}"
    region = client("s3").meta.region_name
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    monkeypatch.setenv("BUCKET_LAKE", name)
    return name


def source(name: str) -> Source:
    """A file that arrived."""
    lake.put(f"new/results/{name}.parquet", b"x")
    return Source("results", f"new/results/{name}.parquet", 1)


def state(name: str) -> Slice:
    """A state of everything."""
    results, revised, listings = (f"state/{name}-{kind}.parquet" for kind in ("results", "revised", "listings"))
    return Slice(0, 255, results, revised, listings, 1)


def test_forty_laboratories_at_once_are_all_named() -> None:
    """Each put is over the manifest that was read: none takes another's name away, and twice is once."""
    names = [source(f"{number:02}") for number in range(40)]
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda one: manifest.add([one]), [*names, *names]))
    found = manifest.read()
    assert sorted(one.key for one in found.new) == sorted(one.key for one in names)
    assert found.version == 40


def test_what_arrives_while_a_run_folds_waits_for_the_next() -> None:
    """A commit takes away what its plan saw, and nothing that came since."""
    manifest.add([source("a")])
    planned = manifest.read()
    manifest.add([source("b")])
    assert manifest.commit(planned, [state("one")], clock.now())
    after = manifest.read()
    assert (after.state, [one.key for one in after.new]) == ((state("one"),), [source("b").key])
    manifest.add([source("a")])  # a job that was killed after naming its file names it again
    assert manifest.read() == after
    assert manifest.commit(planned, [state("one")], clock.now())  # a run that goes on gathers again
    assert manifest.read() == after


def test_of_two_runs_that_planned_with_one_state_the_first_makes_the_next() -> None:
    """The second's folded files are as good, and are nobody's; what came since waits on."""
    manifest.add([source("a")])
    planned = manifest.read()
    manifest.add([source("b")])
    assert manifest.commit(planned, [state("one")], clock.now())
    assert not manifest.commit(planned, [state("two")], clock.now())
    after = manifest.read()
    assert (after.state, [one.key for one in after.new]) == ((state("one"),), [source("b").key])


def test_files_that_a_newer_state_replaced_stay_a_day() -> None:
    """A run that planned with them may be reading; the first commit a day later takes them."""
    now = clock.now()
    lake.put(state("one").results, b"x")
    assert manifest.commit(Manifest(), [state("one")], now)
    assert manifest.commit(manifest.read(), [state("two")], now)
    assert lake.get(state("one").results) == b"x"
    assert manifest.commit(manifest.read(), [state("three")], now + DAY - 1)
    assert lake.get(state("one").results) == b"x"
    assert manifest.commit(manifest.read(), [state("four")], now + DAY + 1)
    assert lake.get(state("one").results) is None
    assert state("one").results not in manifest.read().dropped


def test_a_fold_in_another_number_of_groups_loses_nobody() -> None:
    """A small district's one file becomes a city's many and back again; each person is in the group of their part."""
    now = clock.now()
    rows = [Result(uuid4().hex[:22], "L", f"t{n}", 0, 1, now - 60, now, "negative", "") for n in range(300)]
    service.add([service.results_file("one", rows[:200], now), service.results_file("two", rows[100:], now)])
    for groups in (1, 8, 2):
        width = 256 // groups
        planned = manifest.read()
        made = []
        for group in range(groups):
            parts = (group * width, (group + 1) * width - 1)
            with sql.engine(256) as (connection, folder):
                made.append(folding.fold(connection, folder, planned, (), parts, prefix=f"state/{groups}", at=now))
                path = lake.fetch(made[-1].results, folder / "state.parquet")
                pids = [pid for (pid,) in connection.execute(f"SELECT pid FROM '{path}'").fetchall()]  # noqa: S608 - a path of ours
            assert sorted(pids) == sorted(row.pid for row in rows if parts[0] <= files.part_of(row.pid) <= parts[1])
        assert manifest.commit(planned, made, now)
    assert msgspec.structs.asdict(manifest.read())["new"] == ()
