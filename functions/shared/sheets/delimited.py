"""CSV: UTF-8 with or without BOM, or GB 18030; comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from functions.shared.sheets.columns import HEADER_WITHIN, Column, header_score
from functions.shared.sheets.limits import Limits
from functions.shared.sheets.problems import SheetProblem

_BOM = b"\xef\xbb\xbf"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MULTIBYTE = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")  # Chinese in UTF-8: U+4000 to U+9FFF
_DELIMITERS = (",", ";", "\t")
_END = "\x1eend of file\x1e"  # U+001E never stands in a list: see `_text`
_LONGEST_RUN = 50  # lines in one cell; more is a quotation mark left open


def read_csv(data: bytes, columns: Sequence[Column], limits: Limits) -> list[tuple[int, list[str]]]:
    """Return a CSV file's records, numbered from 1 as a spreadsheet that opens the file numbers its rows.

    Raises:
        SheetProblem: `not-csv`, `encoding`, `encoding-damaged`, `quote-unclosed`, `cell-too-long` or a limit.
    """
    text = _text(data)
    records = list(islice(_records(text, _delimiter(text, columns), limits), limits.rows + HEADER_WITHIN + 2))
    if records and records[-1][1] == [_END]:
        return records[:-1]
    if len(records) > limits.rows + HEADER_WITHIN:
        raise SheetProblem("too-many-rows", row=limits.rows + HEADER_WITHIN)
    raise SheetProblem("quote-unclosed", row=records[-1][0])


def _records(text: str, delimiter: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    # The mark at the end comes back as a record of its own unless a quotation mark before it never closed.
    lines = csv.reader(io.StringIO(f"{text}\n{_END}", newline=""), delimiter=delimiter)
    number = 0
    try:
        for number, cells in enumerate(lines, start=1):
            if len(cells) > limits.columns:
                raise SheetProblem("too-many-columns", row=number)
            if any(len(cell) > limits.cell for cell in cells):
                too_many_lines = any(cell.count("\n") > _LONGEST_RUN for cell in cells)
                raise SheetProblem("quote-unclosed" if too_many_lines else "cell-too-long", row=number)
            yield number, cells
    except csv.Error:
        raise SheetProblem("cell-too-long", row=number + 1) from None


def _delimiter(text: str, columns: Sequence[Column]) -> str:
    # The dialect is whichever makes the most of the header; the module's own sniffer fails on Chinese titles.
    head = "\n".join(text[:65536].splitlines()[: 2 * HEADER_WITHIN])

    def score(delimiter: str) -> int:
        try:
            rows = list(islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), HEADER_WITHIN))
        except csv.Error:
            return 0
        return header_score(rows, columns)

    return max(_DELIMITERS, key=score)


def _text(data: bytes) -> str:
    if data.startswith(_WORKBOOKS):
        raise SheetProblem("not-csv")
    if data.startswith(_UTF_16) or b"\0" in data or b"\x1e" in data:
        raise SheetProblem("encoding", row=1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith(_BOM) or _mostly_utf_8(data):
            raise SheetProblem("encoding-damaged", row=_line_of(data, error.start)) from None
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise SheetProblem("encoding", row=_line_of(data, error.start)) from None


def _mostly_utf_8(data: bytes) -> bool:
    """Tell damaged UTF-8 from GB 18030: nearly every byte sequence decodes as the latter, to the wrong characters."""
    whole = len(_MULTIBYTE.findall(data))
    broken = data.decode("utf-8", errors="replace").count("\ufffd")
    return whole > broken


def _line_of(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1
