"""docs/limits.md tells the truth: each number stands in the code where the table says, as it says."""

from __future__ import annotations

import importlib
import re

import pytest

from infra.paths import ROOT

_ROW = re.compile(r"\| (?P<what>[^|]+) \| (?P<value>[^|]+) \| (?P<beyond>[^|]+) \| `(?P<place>[\w.]+)` \|")
_UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "s": 1, "characters": 1, "digits": 1, "bytes": 1}
ROWS = [found.groupdict() for found in _ROW.finditer((ROOT / "docs" / "limits.md").read_text(encoding="utf-8"))]


def value_at(place: str) -> object:
    """The value of a dotted name: a module's, or an attribute of one of its values."""
    names = place.split(".")
    for length in range(len(names) - 1, 0, -1):
        try:
            found: object = importlib.import_module(".".join(names[:length]))
        except ModuleNotFoundError:
            continue
        for name in names[length:]:
            found = getattr(found, name)
        return found
    raise LookupError(place)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["place"])
def test_the_table_says_what_the_code_says(row: dict[str, str]) -> None:
    """A limit that changes in the code changes in the table, or this fails."""
    number, _, unit = row["value"].partition(" ")
    assert int(number.replace(",", "")) * _UNITS[unit or "s"] == value_at(row["place"])


def test_the_table_is_read_whole() -> None:
    """Every row has its four columns: none is passed over because it is written otherwise."""
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| limit")]
    assert len(lines) == len(ROWS) > 30
