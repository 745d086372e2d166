"""Finding the header: which row it is, and which column means what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from functions.shared.sheets.problems import SheetProblem
from functions.shared.sheets.text import Cell, RawRow, as_text, fold

HEADER_WITHIN = 10
_BRACKETS = re.compile(r"[(\[{【<《〔].*?[)\]}】>》〕]")
_ORNAMENT = re.compile(r"[\s*:.,;、。·_\-#?!'\"“”()\[\]【】]")
_SEPARATORS = re.compile(r"[\s/|,、]+")
_NOTE = re.compile(r"^(注|备注|说明|填表|制表|填报|审核|合计|总计|共计|以上|以下|note|total)", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """A column of a list: its name here, the headers it goes by, and whether a list may lack it."""

    name: str
    synonyms: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Sheet:
    """A file that could be read: where its header was, which columns it has, and its rows below, in order."""

    header_row: int
    columns: tuple[str, ...]
    rows: Sequence[RawRow]


@dataclass(frozen=True)
class Rows:
    """What lies below a header, read anew each time it is walked through: a million rows are never held at once.

    Titles above, columns of serial numbers, notes and repeated headers are left out; a row without any cell under a
    known column is no row. Walking raises `SheetProblem` where the file cannot be read on, and `empty` at its end.
    """

    source: Iterable[tuple[int, Sequence[Cell]]]
    index: int
    header: tuple[int, Sequence[Cell]]
    places: dict[str, int]

    def __iter__(self) -> Iterator[RawRow]:
        """Walk through the rows."""
        none = True
        for row in _rows_below(islice(self.source, self.index + 1, None), self.places, self.header[1]):
            none = False
            yield row
        if none:
            raise SheetProblem("empty")


def below_header(source: Iterable[tuple[int, Sequence[Cell]]], columns: Sequence[Column]) -> Rows:
    """Find the header in numbered rows, which can be walked through again and again.

    Raises:
        SheetProblem: `empty`, `header-missing` or `header-twice`.
    """
    first = list(islice(source, HEADER_WITHIN))
    try:
        index, places = find_header(first, columns)
    except SheetProblem as problem:
        if problem.law == "header-missing" and not any(_filled(cells) for _, cells in source):
            raise SheetProblem("empty") from None
        raise
    return Rows(source, index, first[index], places)


def headed(rows: Iterable[tuple[int, Sequence[Cell]]], columns: Sequence[Column]) -> Sheet:
    """Find the header in numbered rows and return what lies below it, all at once.

    Raises:
        SheetProblem: `empty`, `header-missing` or `header-twice`.
    """
    below = below_header(rows, columns)
    return Sheet(below.header[0], tuple(below.places), tuple(below))


def header_score(rows: Iterable[Sequence[Cell]], columns: Sequence[Column]) -> int:
    """Return how many columns the best of some rows names: what tells one CSV dialect from another."""
    names = _names(columns)
    return max((len({_meaning(cell, names) for cell in cells} - {None}) for cells in rows), default=0)


def header_key(text: str) -> str:
    """Return a header cell in the form in which headers are compared."""
    return _ORNAMENT.sub("", fold(text)).lower()


def find_header(rows: Sequence[tuple[int, Sequence[Cell]]], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """Return which of the numbered rows is the header, and each known column's place in it.

    Raises:
        SheetProblem: `header-missing` or `header-twice`.
    """
    names, required = _names(columns), [column.name for column in columns if column.required]
    best: tuple[str, ...] = tuple(required)
    for index, (number, cells) in enumerate(rows[:HEADER_WITHIN]):
        places: dict[str, int] = {}
        twice: set[str] = set()
        for place, cell in enumerate(cells):
            name = _meaning(cell, names)
            if name is not None and places.setdefault(name, place) != place:
                twice.add(name)
        missing = tuple(name for name in required if name not in places)
        if not missing and twice:
            raise SheetProblem("header-twice", row=number, columns=tuple(sorted(twice)))
        if not missing:
            return index, places
        best = min(best, missing, key=len)
    raise SheetProblem("header-missing", columns=best)


def _names(columns: Sequence[Column]) -> dict[str, str]:
    return {header_key(known): column.name for column in columns for known in (column.name, *column.synonyms)}


def _meaning(cell: Cell, names: dict[str, str]) -> str | None:
    """Return the column a header cell names: whole, without its bracketed hint, or in both languages at once."""
    if not isinstance(cell, str) or not cell or len(cell) > 64:  # noqa: PLR2004 - a longer one is a note
        return None
    folded = fold(cell)
    plain = _BRACKETS.sub("", folded)
    for candidate in (folded, plain):
        if (name := names.get(header_key(candidate))) is not None:
            return name
    meant = {names[key] for part in _SEPARATORS.split(plain) if (key := header_key(part)) in names}
    return meant.pop() if len(meant) == 1 else None


def _rows_below(
    rows: Iterable[tuple[int, Sequence[Cell]]], places: dict[str, int], header: Sequence[Cell]
) -> Iterator[RawRow]:
    head = [as_text(cell) for cell in header]
    for number, cells in rows:
        found = {
            name: cells[place]
            for name, place in places.items()
            if place < len(cells) and (cells[place] != "" and as_text(cells[place]) != "")
        }
        if not found or _is_note(found):
            continue
        if len(found) > 1 and all(as_text(found[name]) == head[places[name]] for name in found):
            continue  # a header printed again at the top of each page
        yield RawRow(number, found)


def _is_note(found: dict[str, Cell]) -> bool:
    return len(found) == 1 and bool(_NOTE.match(as_text(next(iter(found.values())))))


def _filled(cells: Sequence[Cell]) -> bool:
    return any(cell != "" and as_text(cell) != "" for cell in cells)
