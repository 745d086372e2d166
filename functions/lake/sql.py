"""SQL texts with named parameters, run by DuckDB under a memory limit; the texts are Trino's SQL as well.

Parameters are whole numbers of ours, never anything from outside, and are written into the text: neither engine has
named parameters the other knows.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PARAMETER: Final = re.compile(r"(?<![:\w]):([a-z_]+)")


def bound(text: str, **numbers: int) -> str:
    """Return a text with its `:name` parameters written out.

    Raises:
        KeyError: the text names a parameter that was not given.
    """
    return _PARAMETER.sub(lambda found: str(int(numbers[found[1]])), text)


def read(path: Path) -> str:
    """Return the statement of a file, without its comments: they may hold colons."""
    return re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))


@contextmanager
def engine(memory_mb: int, threads: int = 0) -> Iterator[tuple[DuckDBPyConnection, Path]]:
    """Open DuckDB with a memory limit and a folder to spill into, which is gone afterwards with all that is in it."""
    import duckdb  # noqa: PLC0415 - 40 ms and 60 MB that only matching and ingest need

    with tempfile.TemporaryDirectory(prefix="lake-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": folder,
            "preserve_insertion_order": False,
        }
        if threads:
            settings["threads"] = threads
        with duckdb.connect(config=settings) as connection:
            yield connection, Path(folder)
