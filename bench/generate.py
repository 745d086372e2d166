"""An invented city as files of the lake: results, lists, units and what stood, of as many people as asked for.

Reproducible by its seed, and bounded in memory: a few parts are made at a time. About five results a person; pools of
ten and twenty, pending and later said, voids, reassigned tubes, positives, and rows that two uploads hold.
`python -m bench.generate FOLDER PEOPLE [--seed N] [--rounds N] [--no-standing]`
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

import msgspec

from functions.lake import files, sql
from functions.lake.files import UnitLine
from functions.lake.manifest import Manifest, Slice, Source
from functions.matching.run_rules import groups_for

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CUTOFF: Final = 1_795_320_000
MEMORY_MB: Final = 900
FILES: Final = 12
CITY: Final = "city.json"
PEOPLE_A_UNIT: Final = 250
_PID: Final = 22
_HISTORY_S: Final = 13 * 86_400
_STATEMENTS: Final = dict(
    re.findall(
        r"^-- ([a-z]+):\n(.*?)(?=^-- [a-z]+:\n|\Z)",
        Path(__file__).with_name("city.sql").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)


class City(msgspec.Struct, frozen=True):
    """What was made: the lake's manifest, the units, the files of what stood, and how many rows of each."""

    people: int
    cutoff: int
    seed: int
    lake: Manifest
    units: list[UnitLine]
    standing: list[str]
    rows: int
    groups: int


@dataclass(frozen=True)
class Wanted:
    """The size of a city: people listed by units, and rounds of testing (of which most people come to most)."""

    people: int
    rounds: int = 5
    seed: int = 1
    standing: bool = True

    @property
    def numbers(self) -> dict[str, int]:
        """The parameters of city.sql that are the same for every part."""
        population = self.people + max(1, self.people // 10)
        # The multiplier of places is a prime above any population: places are a permutation, tubes are full.
        return {
            "people": self.people,
            "population": population + population % 2,
            "units": max(4, self.people // PEOPLE_A_UNIT),
            "rounds": self.rounds,
            "interval_s": _HISTORY_S // self.rounds,
            "seed": self.seed,
            "cutoff": CUTOFF,
            "files": FILES,
        }


def generate(folder: Path, wanted: Wanted) -> City:
    """Make a city's files in a folder, and return what they are; also kept as `city.json`."""
    for name in ("state", "new", "standing"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    numbers = wanted.numbers
    groups = groups_for(wanted.people * (wanted.rounds + 1))
    with sql.engine(MEMORY_MB) as (connection, scratch):
        _people(connection, scratch, numbers)
        slices = [_slice(connection, folder, scratch, numbers, span) for span in _spans(groups)]
        fresh = [_fresh(connection, folder, scratch, "results", number) for number in range(FILES)]
        fresh.append(_fresh(connection, folder, scratch, "listings", 0))
        standing = [_standing(connection, folder, scratch, number, groups) for number in range(groups)]
        units = connection.execute(_text("approvals", numbers)).fetchall()
    known = sorted((UnitLine(*one) for one in units), key=lambda line: line.unit)
    lake = Manifest(1, tuple(slices), tuple(fresh))
    rows = sum(slice_.rows for slice_ in slices) + sum(one.rows for one in fresh if one.kind == "results")
    city = City(wanted.people, CUTOFF, wanted.seed, lake, known, standing if wanted.standing else [], rows, groups)
    (folder / CITY).write_bytes(msgspec.json.encode(city))
    return city


def load(folder: Path) -> City:
    """Return what `generate` made in a folder."""
    return msgspec.json.decode((folder / CITY).read_bytes(), type=City)


def part_expression(column: str) -> str:
    """Return SQL for the part of a pid: CRC-32 is linear, so each place adds what a table says of its character."""
    base = crc32(bytes(_PID)) % files.PARTS

    def adds(place: int, code: int) -> int:
        alone = bytearray(_PID)
        alone[place] = code
        return base ^ crc32(bytes(alone)) % files.PARTS

    text = str(base)
    for place in range(_PID):
        table = [adds(place, code) for code in range(1, 128)]
        text = f"xor({text}, {table}[ascii({column}[{place + 1}])])"
    return text


def _people(connection: DuckDBPyConnection, scratch: Path, numbers: dict[str, int]) -> None:
    made = (
        "SELECT n, rtrim(translate(to_base64(unhex(md5(concat({seed}, ':', n)))), '+/', '-_'), '=') AS pid "
        "FROM range({population}) t(n)"
    ).format(**numbers)
    query = f"SELECT n, pid, CAST({part_expression('pid')} AS SMALLINT) AS part FROM ({made}) ORDER BY part, pid"
    files.save(connection, query, scratch / "people.parquet")
    connection.execute(f"CREATE VIEW people AS SELECT * FROM '{scratch}/people.parquet'")


def _spans(groups: int) -> list[tuple[int, int]]:
    width = files.PARTS // groups
    return [(first, first + width - 1) for first in range(0, files.PARTS, width)]


def _slice(
    connection: DuckDBPyConnection, folder: Path, scratch: Path, numbers: dict[str, int], span: tuple[int, int]
) -> Slice:
    """Write the former state of some parts, and put aside their rows of the files that arrived since."""
    first, last = span
    older = {**numbers, "first": first, "last": last, "newest": 1, "oldest": numbers["rounds"]}
    results, known = ", ".join(files.RESULTS), ", ".join(files.LISTINGS)
    names = {name: f"state/{first:03d}-{last:03d}-{name}.parquet" for name in ("results", "revised", "listings")}
    state = f"{_city(older)} SELECT {results} FROM rows WHERE round > 0 ORDER BY part, pid"
    rows = files.save(connection, state, folder / names["results"])
    revised = (
        f"SELECT lab, tube, pid, revision FROM '{folder / names['results']}' WHERE revision > 0 ORDER BY lab, tube"
    )
    files.save(connection, revised, folder / names["revised"])
    listed = f"{_city(older)} SELECT {known} FROM listed WHERE generation = 'g1' ORDER BY part, pid"
    files.save(connection, listed, folder / names["listings"])
    newer = {**older, "newest": 0, "oldest": 1}
    fresh = f"{_city(newer)} SELECT {results}, file FROM rows WHERE round < 1"
    files.save(connection, fresh, scratch / f"results-{first:03d}.parquet")
    today = f"{_city(newer)} SELECT {known}, 0 AS file FROM listed WHERE generation = 'g2'"
    files.save(connection, today, scratch / f"listings-{first:03d}.parquet")
    stood = f"{_city({**newer, 'oldest': 0})} SELECT * FROM stood"
    files.save(connection, stood, scratch / f"standing-{first:03d}.parquet")
    return Slice(first, last, names["results"], names["revised"], names["listings"], rows)


def _fresh(connection: DuckDBPyConnection, folder: Path, scratch: Path, kind: str, number: int) -> Source:
    columns = ", ".join(files.RESULTS if kind == "results" else files.LISTINGS)
    key = f"new/{kind}-{number:02d}.parquet"
    query = f"SELECT {columns} FROM '{scratch}/{kind}-*.parquet' WHERE file = {number} ORDER BY part, pid"
    return Source(kind, key, files.save(connection, query, folder / key))  # type: ignore[arg-type]  # one of two


def _standing(connection: DuckDBPyConnection, folder: Path, scratch: Path, number: int, groups: int) -> str:
    """What stood, as a run's groups write it: each of some units, and of all parts."""
    key = f"standing/{number:04d}.parquet"
    mine = f"CAST(unit[3:] AS BIGINT) % {groups} = {number}"
    query = f"SELECT * FROM '{scratch}/standing-*.parquet' WHERE {mine} ORDER BY part, pid"
    files.save(connection, query, folder / key)
    return key


def _city(numbers: dict[str, int]) -> str:
    names = ("visits", "tested", "said", "rows", "employed", "listed", "stood")
    return "WITH " + ",\n".join(f"{name} AS ({_text(name, numbers)})" for name in names)


def _text(name: str, numbers: dict[str, int]) -> str:
    return sql.bound(re.sub(r"--[^\n]*", "", _STATEMENTS[name]), **numbers)


def main() -> None:
    """Make a city and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("people", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-standing", action="store_true", help="nothing was decided before: everybody changes")
    asked = parser.parse_args()
    wanted = Wanted(asked.people, asked.rounds, asked.seed, not asked.no_standing)
    city = generate(asked.folder, wanted)
    print(f"{city.people} people in {len(city.units)} units, {city.rows} rows of results")


if __name__ == "__main__":
    main()
