"""The workbook of rejected rows: what to correct in the first column, then every cell as it was uploaded, as text.

An 18-digit id survives only as text, and a cell that begins like a formula must stay what it is: so every cell is
written as a string, in a column formatted as text, and none becomes a number, a formula or a link. The first column
goes by no name that a list knows; a reader of the corrected workbook passes over it.

A rejected row that nobody corrected is rejected again: a number that has lost digits must not become the clean text of
an id by way of this workbook.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from itertools import chain, islice
from typing import Any, Final

from functions.shared.sheets.id_cells import FIRST_INEXACT
from functions.shared.sheets.laws import ROW_LAWS, Fault
from functions.shared.sheets.reading import Grid
from functions.shared.sheets.text import Cell, as_text, compact, fold

FIRST_HEADER: Final = "错误 What to correct"
MOST_ROWS: Final = 10_000  # who has more corrects the source
MOST_BYTES: Final = 4 << 20  # in base64 it must fit a function's answer of 6 MB
_CELL_BYTES: Final = 16  # of a packed workbook beside the text
_AS_WRITTEN: Final = {
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "in_memory": True,  # a function's disk is not for people's data
}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDTHS: Final = (60, 22)
_LOST: Final = "-stored-as-number"
_NO_MOMENT: Final = frozenset({"tube", "id-length", "id-form"})  # laws that a date breaks where none belongs
_NONE: Final[Collection[str]] = frozenset()


def to_correct(grid: Grid, faults: Sequence[Fault]) -> bytes:
    """Return an XLSX with the rows that have faults, in order, below the header as it was uploaded.

    At most MOST_ROWS of them, and what fits MOST_BYTES; the line below says how many are left off.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - only who corrects pays for it

    shown, left_off = _shown_of(faults)
    told, kept, broken = _told(grid, shown), _kept(grid), _broken(grid, shown)
    made = io.BytesIO()
    with Workbook(made, _AS_WRITTEN) as workbook:
        sheet = workbook.add_worksheet("更正 Correct")
        text = workbook.add_format({"num_format": "@"})
        bold = workbook.add_format({"num_format": "@", "bold": True, "bottom": 1})
        wrapped = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "bg_color": "#FFF2CC"})
        sheet.set_column(0, 0, _WIDTHS[0], wrapped)
        sheet.set_column(1, max(1, len(kept)), _WIDTHS[1], text)
        sheet.freeze_panes(1, 1)
        header = [FIRST_HEADER, *(written(grid.header[place]) for place in kept)]
        _write(sheet, 0, header, [bold])
        rows = ((number, cells) for number, cells in grid.rows if number in told)
        texts = ([told[number], *_cells(cells, kept, broken[number])] for number, cells in islice(rows, len(told)))
        place = 0
        for place, row in enumerate(_fitting(header, texts), start=1):
            _write(sheet, place, row, [wrapped, text])
        if left_off + len(told) > place:
            _write(sheet, place + 1, [_left_off(left_off + len(told) - place)], [wrapped])
    return made.getvalue()


def _shown_of(faults: Sequence[Fault]) -> tuple[Sequence[Fault], int]:
    """Return the faults of the first MOST_ROWS rejected rows, and how many rows more there are."""
    rows = sorted({fault.row for fault in faults})
    if len(rows) <= MOST_ROWS:
        return faults, 0
    last = rows[MOST_ROWS - 1]
    return [fault for fault in faults if fault.row <= last], len(rows) - MOST_ROWS


def _fitting(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Yield rows while the workbook is sure to fit: as if nothing could be packed but a text that stands there twice."""
    seen, left = set[str](), MOST_BYTES - (64 << 10)
    for row in chain([header], rows):
        new = {text for text in row if text not in seen}
        left -= sum(len(text.encode()) for text in new) + _CELL_BYTES * len(row)
        if left < 0:
            return
        seen |= new
        if row is not header:
            yield row


def _write(sheet: Any, row: int, texts: Sequence[str], formats: Sequence[Any]) -> None:
    for place, text in enumerate(texts):
        sheet.write_string(row, place, text, formats[min(place, len(formats) - 1)])


def _left_off(count: int) -> str:
    return f"另有{count}行未列出，请先更正以上各行。{count} more rows are not shown; correct these first."


def _told(grid: Grid, faults: Sequence[Fault]) -> Mapping[int, str]:
    """What is wrong with each row: a line a law, under the column's own header, in both languages."""
    lines: dict[int, list[str]] = {}
    for fault in faults:
        english, chinese = ROW_LAWS[fault.law]
        place = grid.places.get(fault.column)
        header = fold(written(grid.header[place])) if place is not None else fault.column
        lines.setdefault(fault.row, []).append(f"{header}：{chinese} {english}")
    return {row: "\n".join(told) for row, told in lines.items()}


def _broken(grid: Grid, faults: Sequence[Fault]) -> Mapping[int, Mapping[int, Collection[str]]]:
    """The laws that each cell breaks, by row and by the cell's place in it."""
    found: dict[int, dict[int, set[str]]] = {}
    for fault in faults:
        found.setdefault(fault.row, {}).setdefault(grid.places.get(fault.column, -1), set()).add(fault.law)
    return found


def _kept(grid: Grid) -> list[int]:
    # A workbook that was corrected once already brings its first column along; it is not shown twice.
    return [place for place, cell in enumerate(grid.header) if written(cell) != FIRST_HEADER]


def _cells(cells: Sequence[Cell], kept: Sequence[int], broken: Mapping[int, Collection[str]]) -> list[str]:
    return [_shown(cells[place], broken.get(place, _NONE)) if place < len(cells) else "" for place in kept]


def _shown(cell: Cell, laws: Collection[str]) -> str:
    """Return a cell in a form that breaks the same laws again."""
    if any(law.endswith(_LOST) for law in laws):
        # As plain digits it would pass for text that never was a number, or that stands among none that was.
        return _rounded(compact(as_text(cell)))
    if isinstance(cell, datetime) and not _NO_MOMENT.isdisjoint(laws):
        return as_text(cell)  # as a date alone it would be a tube of digits
    return written(cell)


def _rounded(number: str) -> str:
    try:
        exact = Decimal(number)
    except InvalidOperation:
        return number
    if not exact.is_finite():
        return "#NUM!"
    return f"{exact:.14e}" if abs(exact) >= FIRST_INEXACT else number  # the 15 digits that a spreadsheet keeps


def written(cell: Cell) -> str:
    """Return a cell as a person would type it: what a reader of lists reads back as the same.

    Text is untouched but for line ends and control characters, which a workbook would hold in a form that not every
    program reads back, and which the reader of a list folds away.
    """
    if isinstance(cell, str):
        return _CONTROLS.sub("", cell.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M:%S}"
    return as_text(cell)
