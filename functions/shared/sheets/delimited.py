"""CSV: UTF-8 with or without BOM, or GB 18030; comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from functions.shared.sheets.columns import HEADER_WITHIN, Column, header_score
from functions.shared.sheets.limits import Limits
from functions.shared.sheets.problems import SheetProblem

_BOM = b"\xef\xbb\xbf"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MULTIBYTE = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")  # Chinese in UTF-8: U+4000 to U+9FFF
_DELIMITERS = (",", ";", "\t")
_END = "\x1eend of file\x1e"  # U+001E never stands in a list: see `_encoding`
_PIECE = 1 << 20
_HEAD_BYTES = 1 << 16
_LONGEST_RUN = 50  # lines in one cell; more is a quotation mark left open


@dataclass(frozen=True)
class Records:
    """A CSV file's records, numbered from 1 as a spreadsheet that opens the file numbers its rows.

    They are read anew each time they are walked through, a line at a time. Walking raises `SheetProblem`:
    `quote-unclosed`, `cell-too-long` or a limit.
    """

    data: bytes
    encoding: str
    delimiter: str
    limits: Limits

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Walk through the records."""
        last: tuple[int, list[str]] | None = None
        for record in self._all():
            if last is not None:
                if last[0] > self.limits.rows + HEADER_WITHIN:
                    raise SheetProblem("too-many-rows", row=self.limits.rows + HEADER_WITHIN)
                yield last
            last = record
        # The mark at the end comes back as a record of its own unless a quotation mark before it never closed.
        if last is not None and last[1] != [_END]:
            raise SheetProblem("quote-unclosed", row=last[0])

    def _all(self) -> Iterator[tuple[int, list[str]]]:
        text = io.TextIOWrapper(io.BytesIO(self.data), self.encoding, newline="")
        lines = csv.reader(chain(text, ("\n", _END)), delimiter=self.delimiter)
        limits, number = self.limits, 0
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


def open_csv(data: bytes, columns: Sequence[Column], limits: Limits) -> Records:
    """Find out how a CSV file is written.

    Raises:
        SheetProblem: `not-csv`, `encoding` or `encoding-damaged`.
    """
    encoding = _encoding(data)
    head = data[:_HEAD_BYTES].decode(encoding, errors="ignore")
    return Records(data, encoding, _delimiter(head, columns), limits)


def _delimiter(head: str, columns: Sequence[Column]) -> str:
    # The dialect is whichever makes the most of the header; the module's own sniffer fails on Chinese titles.
    head = "\n".join(head.splitlines()[: 2 * HEADER_WITHIN])

    def score(delimiter: str) -> int:
        try:
            rows = list(islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), HEADER_WITHIN))
        except csv.Error:
            return 0
        return header_score(rows, columns)

    return max(_DELIMITERS, key=score)


def _encoding(data: bytes) -> str:
    if data.startswith(_WORKBOOKS):
        raise SheetProblem("not-csv")
    if data.startswith(_UTF_16) or b"\0" in data or b"\x1e" in data:
        raise SheetProblem("encoding", row=1)
    place = _undecodable(data, "utf-8")
    if place is None:
        return "utf-8-sig"
    if data.startswith(_BOM) or _mostly_utf_8(data):
        raise SheetProblem("encoding-damaged", row=_line_of(data, place))
    place = _undecodable(data, "gb18030")
    if place is None:
        return "gb18030"
    raise SheetProblem("encoding", row=_line_of(data, place))


def _undecodable(data: bytes, encoding: str) -> int | None:
    """Return where the bytes stop being text of an encoding, a piece at a time: the text is never held whole."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(data), _PIECE):
        held = len(decoder.getstate()[0])  # of a character that the piece before cut in two
        try:
            decoder.decode(data[start : start + _PIECE], final=start + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            return start - held + error.start
    return None


def _mostly_utf_8(data: bytes) -> bool:
    """Tell damaged UTF-8 from GB 18030: nearly every byte sequence decodes as the latter, to the wrong characters."""
    whole = sum(1 for _ in _MULTIBYTE.finditer(data))
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    pieces = (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))
    broken = sum(decoder.decode(piece).count("\ufffd") for piece in pieces)
    return whole > broken + decoder.decode(b"", final=True).count("\ufffd")


def _line_of(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1
