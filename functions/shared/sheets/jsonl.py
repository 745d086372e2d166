"""JSON Lines: one flat object a line, with the columns' English names."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from functions.shared.sheets.columns import Column, Sheet
from functions.shared.sheets.limits import Limits
from functions.shared.sheets.problems import SheetProblem
from functions.shared.sheets.text import RawRow, as_text

_BOM = b"\xef\xbb\xbf"
_decode = msgspec.json.Decoder(dict[str, str | int | float | bool | None]).decode


@dataclass(frozen=True)
class Lines:
    """The objects of a JSON Lines file, read anew each time they are walked through; a row's number is its line's.

    Walking raises `SheetProblem`: `not-jsonl` with the line, `empty`, `too-many-rows`, or `header-missing` when no
    line has one of the required members.
    """

    data: bytes
    columns: Sequence[Column]
    limits: Limits

    def __iter__(self) -> Iterator[RawRow]:
        """Walk through the rows."""
        known = {column.name for column in self.columns}
        missing = {column.name for column in self.columns if column.required}
        count = 0
        for number, line in enumerate(_lines(self.data), start=1):
            if not line.strip():
                continue
            count += 1
            if count > self.limits.rows:
                raise SheetProblem("too-many-rows", row=number)
            row = RawRow(number, _members(line, number, known, self.limits))
            if missing:
                missing -= row.cells.keys()
            yield row
        if not count:
            raise SheetProblem("empty")
        if missing:
            raise SheetProblem("header-missing", columns=tuple(c.name for c in self.columns if c.name in missing))


def read_jsonl(data: bytes, columns: Sequence[Column], limits: Limits) -> Sheet:
    """Return the objects of a JSON Lines file, all at once.

    Raises:
        SheetProblem: as walking through its lines does.
    """
    rows = tuple(Lines(data, columns, limits))
    return Sheet(0, named(rows, columns), rows)


def named(rows: Iterable[RawRow], columns: Sequence[Column]) -> tuple[str, ...]:
    """Return which columns any row has, in their usual order."""
    seen: set[str] = set()
    for row in rows:
        seen |= row.cells.keys()
    return tuple(column.name for column in columns if column.name in seen)


def _lines(data: bytes) -> Iterator[bytes]:
    stream = io.BytesIO(data)
    stream.seek(len(_BOM) if data.startswith(_BOM) else 0)
    return iter(stream)


def _members(line: bytes, number: int, known: set[str], limits: Limits) -> dict[str, str | int | float | bool]:
    if len(line) > limits.cell * 16:
        raise SheetProblem("cell-too-long", row=number)
    try:
        members = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SheetProblem("not-jsonl", row=number) from None
    # A blank member is none, as a blank cell of a workbook is.
    given = {name: value for name, value in members.items() if name in known and value is not None}
    return {name: value for name, value in given.items() if as_text(value) != ""}
