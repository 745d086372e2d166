"""The format of every row, as data: what a release before wrote is read by this one, and the other way round.

`rows.json` holds the formats of the release before; `python -m tests.drills.formats --write` records those of the code
as it is, once a release is out. Before the first release they are the formats of the newest commit that recorded them.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import functions
from functions.shared.tables import Table

KEPT: Final = Path(__file__).with_name("rows.json")
Formats = dict[str, dict[str, str]]  # kind → attribute → its type, and of hash, range, null, default what it is


def kinds() -> dict[str, type[Table]]:
    """Return every kind of row by its table and class: `checkin/CheckinRow`. What only others are made of is none."""
    for module in pkgutil.walk_packages(functions.__path__, "functions."):
        if not module.name.startswith("functions.entry"):
            importlib.import_module(module.name)
    return {f"{kind.Meta.logical}/{kind.__name__}": kind for kind in _below(Table) if _is_row(kind)}


def formats() -> Formats:
    """Return the format of every kind of row, by the names that stand in the table."""
    return {name: dict(sorted(_attributes(kind))) for name, kind in sorted(kinds().items())}


def recorded() -> Formats:
    """Return the formats of the release before."""
    kept: Formats = json.loads(KEPT.read_text(encoding="utf-8"))
    return kept


def breaks(before: Formats, now: Formats) -> list[str]:
    """Say where a row of either format cannot be read by the other's code, or loses what it said."""
    return [
        f"{kind}.{name}: {why}"
        for kind, held in before.items()
        for name in {*held, *now.get(kind, {})}
        if (why := _break(held.get(name), now.get(kind, {}).get(name)))
    ]


def _break(was: str | None, becomes: str | None) -> str:
    if was is None:
        return "" if becomes and may_lack(becomes) else "is new and must be there: rows of the release before lack it"
    if becomes is None:
        return "is not read any more; rows of the release before say it"
    if _type(was) != _type(becomes):
        return "is of another type"
    if "null" in was.split() and not may_lack(becomes):
        return "must be there now: rows of the release before may lack it"
    if "null" in becomes.split() and not may_lack(was):
        return "may be missing now: the release before cannot do without it"
    return ""


def may_lack(attribute: str) -> bool:
    """Tell whether a row without the attribute is read."""
    return bool({"null", "default"} & set(attribute.split()))


def _type(attribute: str) -> set[str]:
    return set(attribute.split()) - {"null", "default"}


def _attributes(kind: type[Table]) -> Iterator[tuple[str, str]]:
    for attribute in kind.get_attributes().values():
        said = {
            "hash": attribute.is_hash_key,
            "range": attribute.is_range_key,
            "null": attribute.null,
            "default": attribute.default is not None,
        }
        yield attribute.attr_name, " ".join([type(attribute).__name__, *(word for word, true in said.items() if true)])


def _is_row(kind: type[Table]) -> bool:
    return not kind.__subclasses__() and any(attribute.is_hash_key for attribute in kind.get_attributes().values())


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("python -m tests.drills.formats --write")
    lines = [f" {json.dumps(kind)}: {json.dumps(held)}" for kind, held in formats().items()]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
