"""Cells as they come, and the folding that undoes what keyboards and spreadsheets do to text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

Cell = str | int | float | bool | date | datetime | time

# U+FEFF and the zero-width marks ride along when text is pasted from a web page or a chat.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_SPACES = re.compile(r"\s+")
_PLAIN = re.compile(r"[\x21-\x7e]*")
_LARGEST_EXACT = 1 << 53  # beyond it a spreadsheet's number has lost digits
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "|", "%")


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of a sheet: its own number there, counted from 1, and the cells under the columns that were asked for."""

    row: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """Return a cell as folded text; empty when the row has none."""
        return as_text(self.cells.get(column, ""))


@lru_cache(maxsize=8_192)  # a cell is folded several times on its way, and most cells say what others said
def fold(text: str) -> str:
    """Return text with full-width forms, odd spaces, invisible marks and leading apostrophes folded away (NFKC)."""
    if text.isascii() and _PLAIN.fullmatch(text):
        return text.lstrip("'`")
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _SPACES.sub(" ", folded).strip().lstrip("'`’‘").strip()


def as_text(cell: Cell) -> str:
    """Return a cell as folded text; a whole number without its decimal point, an instant in ISO form."""
    if isinstance(cell, str):
        return fold(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _LARGEST_EXACT else repr(cell)
    return str(cell)


def compact(text: str) -> str:
    """Return folded text without any space: ids and numbers are often typed in groups."""
    return fold(text).replace(" ", "")


def neutral(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: a leading apostrophe before the characters that start one.

    Source: OWASP, CSV Injection. Every cell that epipass exports goes through here.
    """
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
