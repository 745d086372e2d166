"""JSON Lines: one flat object a line, with the columns' English names."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from functions.shared.sheets.columns import Column, Sheet
from functions.shared.sheets.limits import Limits
from functions.shared.sheets.problems import SheetProblem
from functions.shared.sheets.text import RawRow, as_text

_decode = msgspec.json.Decoder(dict[str, str | int | float | bool | None]).decode


def read_jsonl(data: bytes, columns: Sequence[Column], limits: Limits) -> Sheet:
    """Return the objects of a JSON Lines file; a row's number is its line's.

    Raises:
        SheetProblem: `not-jsonl` with the line, `empty`, `too-many-rows`, or `header-missing` when no line has one
            of the required members.
    """
    known = {column.name for column in columns}
    rows: list[RawRow] = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        if len(rows) >= limits.rows:
            raise SheetProblem("too-many-rows", row=number)
        rows.append(RawRow(number, _members(line, number, known, limits)))
    if not rows:
        raise SheetProblem("empty")
    seen = {name for row in rows for name in row.cells}
    missing = tuple(column.name for column in columns if column.required and column.name not in seen)
    if missing:
        raise SheetProblem("header-missing", columns=missing)
    return Sheet(0, tuple(column.name for column in columns if column.name in seen), tuple(rows))


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
