"""The lake: results and lists as files of pids, for the matching run. It is fed before the tables are.

So whatever an event could have decided about is in every plan that is made later: a run never knows less than the
entitlements it finds, for those it does not know of are decided for a later instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from functions.lake import files, manifest, sql
from functions.lake.files import ListingLine
from functions.lake.manifest import Kind, Source
from functions.results.rules import Result
from functions.shared.objects import lake

_MEMORY_MB: Final = 512


def results_file(name: str, rows: Iterable[Result], received_at: int) -> Source:
    """Write rows received at an instant as a file called `name`, sorted by part; nobody reads it until it is added."""
    lines = (files.result_line(row, received_at) for row in rows)
    return _write("results", name, files.RESULTS, lines)


def listings_file(name: str, lines: Iterable[ListingLine]) -> Source:
    """Write the people of a list's generation as a file called `name`."""
    return _write("listings", name, files.LISTINGS, lines)


def add(sources: Sequence[Source]) -> None:
    """Have the next run read files; again is the same."""
    manifest.add([source for source in sources if source.rows])


def key(kind: Kind, name: str) -> str:
    """Return the key of a file called `name`."""
    return f"new/{kind}/{name}.parquet"


def _write(kind: Kind, name: str, columns: dict[str, str], lines: Iterable[msgspec.Struct]) -> Source:
    with sql.engine(_MEMORY_MB) as (connection, folder):
        files.load(connection, folder, "lines", columns, lines)
        rows = files.save(connection, "SELECT * FROM lines ORDER BY part, pid", folder / "sorted.parquet")
        lake.send(folder / "sorted.parquet", key(kind, name))
    return Source(kind, key(kind, name), rows)
