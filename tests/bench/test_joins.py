"""What the measurements compare is the same work: the contenders decide the same, and a seed is one city."""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

import pytest

from bench import contender, generate, joins
from bench.generate import Wanted
from bench.inputs import noted
from functions.matching.policy import DEFAULT

PEOPLE = 3_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city, folded."""
    made = tmp_path_factory.mktemp("city")
    generate.generate(made, Wanted(PEOPLE, rounds=8))
    contender.take(contender.OURS, made, folded=False)
    return made


@pytest.mark.parametrize("folded", [False, True])
def test_contenders_decide_the_same(folder: Path, folded: bool) -> None:  # noqa: FBT001 - a parameter of a test
    """People by cause, the sum of ends and how many change are the same of every contender that is installed."""
    said = {name: contender.take(name, folder, folded=folded).answer for name in joins.present()}
    assert len(said) >= 2
    assert all(one.agrees(said[contender.OURS]) for one in said.values()), said


def test_a_city_has_everything_that_is_hard(folder: Path) -> None:
    """Every cause but the rarest is in a small city already, rows are doubled, and tubes are taken."""
    causes = contender.take(contender.OURS, folder, folded=True).answer.causes
    assert len(causes) >= len(DEFAULT.precedence) - 2
    kept = sum(one.slice.rows for one in noted(folder))
    assert kept < generate.load(folder).rows + PEOPLE * 2


def test_a_seed_is_one_city(tmp_path: Path) -> None:
    """The same seed makes the same rows, another makes others; a part is the lake's own."""
    from functions.lake import sql  # noqa: PLC0415 - 40 ms that collecting tests need not pay

    said = []
    for name, seed in (("one", 5), ("again", 5), ("other", 6)):
        city = generate.generate(tmp_path / name, Wanted(400, seed=seed))
        found = contender.take(contender.OURS, tmp_path / name, folded=False).answer
        said.append((city.rows, found.causes, found.ends))
    assert said[0] == said[1] != said[2]
    with sql.engine(100, threads=1) as (connection, _):
        rows = connection.execute(f"SELECT DISTINCT pid, part FROM '{tmp_path}/one/new/results-*.parquet'").fetchall()  # noqa: S608
    assert rows
    assert all(len(pid) == 22 and crc32(pid.encode()) % 256 == part for pid, part in rows)


def test_the_folder_stands_for_the_bucket_only_meanwhile(folder: Path) -> None:
    """After a measurement the bucket is S3 again."""
    from functions.shared import aws, objects  # noqa: PLC0415 - the name is looked at after the measurement

    contender.take(contender.OURS, folder, folded=True)
    assert vars(objects)["client"] is aws.client
    assert os.environ["BUCKET_LAKE"]
