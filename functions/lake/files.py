"""The lake's files: Parquet, sorted by hash part and person, pids only. A part is one of 256, by a hash of the pid.

Rows come from Python as JSON lines in a folder that is gone afterwards, and are written by DuckDB: it has types, a
memory limit and a sort that spills.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

import msgspec

from functions.results.rules import Result

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARTS: Final = 256
ROW_GROUP: Final = 100_000
_LINES_AT_ONCE: Final = 10_000

RESULTS: Final = {
    "part": "SMALLINT",
    "pid": "VARCHAR",
    "lab": "VARCHAR",
    "tube": "VARCHAR",
    "ord": "VARCHAR",
    "revision": "SMALLINT",
    "pool_size": "SMALLINT",
    "sampled_at": "BIGINT",
    "reported_at": "BIGINT",
    "result": "VARCHAR",
    "site": "VARCHAR",
    "received_at": "BIGINT",
}
REVISED: Final = {"lab": "VARCHAR", "tube": "VARCHAR", "pid": "VARCHAR", "revision": "SMALLINT"}
LISTINGS: Final = {
    "part": "SMALLINT",
    "pid": "VARCHAR",
    "unit": "VARCHAR",
    "generation": "VARCHAR",
    "until": "BIGINT",
    "written_at": "BIGINT",
}
UNITS: Final = {
    "unit": "VARCHAR",
    "generation": "VARCHAR",
    "approved": "BOOLEAN",
    "ends_at": "BIGINT",
    "since": "BIGINT",
}
STANDING: Final = {
    "part": "SMALLINT",
    "pid": "VARCHAR",
    "unit": "VARCHAR",
    "cause": "VARCHAR",
    "expires_at": "BIGINT",
    "decided_at": "BIGINT",
}


class ResultLine(msgspec.Struct, frozen=True):
    """A row of `results`, with its place in the order of its identity and when it was received."""

    part: int
    pid: str
    lab: str
    tube: str
    ord: str
    revision: int
    pool_size: int
    sampled_at: int
    reported_at: int | None
    result: str
    site: str
    received_at: int


class ListingLine(msgspec.Struct, frozen=True):
    """A person in one generation of a unit's list; `until` is their own end, 0 where the list gives none."""

    part: int
    pid: str
    unit: str
    generation: str
    until: int
    written_at: int


class UnitLine(msgspec.Struct, frozen=True):
    """A unit as a run's plan names it: the generation in force and since when it is, and the approval."""

    unit: str
    generation: str
    approved: bool
    ends_at: int | None
    since: int = 0


class StandingLine(msgspec.Struct, frozen=True):
    """What was decided before about a person in a unit; `expires_at` is 0 for a refusal."""

    part: int
    pid: str
    unit: str
    cause: str
    expires_at: int
    decided_at: int


def part_of(pid: str) -> int:
    """Return the part a person belongs to."""
    return crc32(pid.encode()) % PARTS


def result_line(row: Result, received_at: int) -> ResultLine:
    """Return a result as the lake keeps it."""
    return ResultLine(
        part=part_of(row.pid),
        pid=row.pid,
        lab=row.lab,
        tube=row.tube,
        ord=row.order,
        revision=row.revision,
        pool_size=row.pool_size,
        sampled_at=row.sampled_at,
        reported_at=row.reported_at,
        result=row.result,
        site=row.site,
        received_at=received_at,
    )


def load(
    connection: DuckDBPyConnection, folder: Path, table: str, columns: dict[str, str], lines: Iterable[msgspec.Struct]
) -> None:
    """Make a table of lines."""
    staged = folder / f"{table}.jsonl"
    encoder = msgspec.json.Encoder()
    with staged.open("wb") as out:
        some: list[msgspec.Struct] = []
        for line in lines:
            some.append(line)
            if len(some) == _LINES_AT_ONCE:
                out.write(encoder.encode_lines(some))
                some.clear()
        out.write(encoder.encode_lines(some))
    typed = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
    source = f"read_json('{staged}', format = 'newline_delimited', columns = {{{typed}}})"
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {source}")  # noqa: S608 - names of ours
    staged.unlink()


def save(connection: DuckDBPyConnection, query: str, path: Path) -> int:
    """Write what a query finds, in its order, as a Parquet file; return how many rows."""
    written = connection.execute(
        f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP})"
    ).fetchone()
    return int(written[0]) if written else 0


def opened(paths: Iterable[Path], columns: dict[str, str]) -> str:
    """Return what to select from to read files as one; without any, a relation of the same columns and no row."""
    named = [f"'{path}'" for path in paths]
    if named:
        return f"read_parquet([{', '.join(named)}])"
    empty = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
    return f"(SELECT {empty} WHERE FALSE)"
