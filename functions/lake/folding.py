"""Folding 合并 (`Compact`): the former state and what arrived since become the state of some parts, as three files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from functions.lake import files, sql
from functions.lake.files import UnitLine
from functions.lake.manifest import Kind, Manifest, Slice
from functions.results.rules import RETENTION_S
from functions.shared.objects import lake
from functions.shared.threads import spread
from functions.staff.service import KEPT_S, LONGEST_S

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TEXT: Final = sql.read(Path(__file__).with_name("fold.sql"))
LISTINGS: Final = sql.read(Path(__file__).with_name("fold-listings.sql"))
REVISED: Final = "SELECT lab, tube, pid, revision FROM folded WHERE revision > 0 ORDER BY lab, tube"


def fold(
    connection: DuckDBPyConnection,
    folder: Path,
    source: Manifest,
    units: Iterable[UnitLine],
    parts: tuple[int, int],
    *,
    prefix: str,
    at: int,
) -> Slice:
    """Fold what a manifest says of the parts `first` to `last`, and write it under a prefix of the bucket.

    `units` are those a plan knows: of their lists only the generation in force is kept, and what may follow it.
    `at` is now: what is past its retention leaves.
    """
    first, last = parts
    names = {name: f"{prefix}/{first:03d}-{last:03d}-{name}.parquet" for name in ("results", "revised", "listings")}
    paths = {name: folder / f"{name}.parquet" for name in names}
    arrived = files.opened(fetched(folder, source, "results", parts, at), files.RESULTS)
    connection.execute(f"CREATE OR REPLACE VIEW files AS SELECT * FROM {arrived}")  # noqa: S608 - paths of ours
    # Straight into the file, sorted once: as a table it would lie in memory beside its own sort.
    text = sql.bound(TEXT, first=first, last=last, retention_s=RETENTION_S, now=at)
    rows = files.save(connection, text, paths["results"])
    connection.execute(f"CREATE OR REPLACE VIEW folded AS SELECT * FROM '{paths['results']}'")  # noqa: S608 - the same
    rows += files.save(connection, REVISED, paths["revised"])
    files.load(connection, folder, "units", files.UNITS, units)
    listed = files.opened(fetched(folder, source, "listings", parts, at), files.LISTINGS)
    connection.execute(f"CREATE OR REPLACE VIEW files AS SELECT * FROM {listed}")  # noqa: S608 - paths of ours
    kept = sql.bound(LISTINGS, first=first, last=last, oldest=at - LONGEST_S, kept_s=KEPT_S, now=at)
    rows += files.save(connection, kept, paths["listings"])
    for name, path in paths.items():
        lake.send(path, names[name])
        path.unlink()
    return Slice(first, last, names["results"], names["revised"], names["listings"], rows)


def fetched(folder: Path, source: Manifest, kind: Kind, parts: tuple[int, int], at: int) -> list[Path]:
    """Fetch the files of a kind in which there may be rows of some parts.

    Results that no run read for so long that the bucket forgot them are past their retention: nobody misses them.

    Raises:
        LookupError: a file is gone that should be there.
    """
    first, last = parts
    overlapping = (one for one in source.state if one.first <= last and one.last >= first)
    keys = [one.results if kind == "results" else one.listings for one in overlapping]
    keys += [one.key for one in source.new if one.kind == kind]
    old = {one.key for one in source.new if one.kind == "results" and 0 < one.named_at <= at - RETENTION_S}

    def fetch(numbered: tuple[int, str]) -> Path | None:
        number, key = numbered
        try:
            return lake.fetch(key, folder / f"{kind}-{number:05d}.parquet")
        except LookupError:
            if key in old:
                return None
            raise

    # A day of uploads is thousands of small files, each waited for a moment.
    return [path for path in spread(fetch, enumerate(keys)) if path is not None]
