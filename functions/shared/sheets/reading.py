"""One way in for every format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from functions.shared.sheets.columns import Column, Sheet, below_header, headed
from functions.shared.sheets.delimited import open_csv
from functions.shared.sheets.jsonl import Lines, named, read_jsonl
from functions.shared.sheets.limits import LIMITS, Limits
from functions.shared.sheets.problems import SheetProblem
from functions.shared.sheets.text import Cell, RawRow

FORMATS = ("csv", "xlsx", "jsonl")
_BLANKS = 1 << 12


def read(data: bytes, file_format: str, columns: Sequence[Column], limits: Limits = LIMITS) -> Sheet:
    """Read a list's bytes into raw rows under the given columns.

    Args:
        data: the whole file.
        file_format: `csv`, `xlsx` (also XLS and WPS) or `jsonl`.
        columns: what the list may hold, with the headers each goes by.
        limits: how much is read before the file is refused.

    Raises:
        SheetProblem: the file cannot be read; its `law` says why. Nothing else leaves, whatever the bytes are.
    """
    _check_size(data, file_format, limits)
    if file_format == "jsonl":
        return read_jsonl(data, columns, limits)
    return headed(_numbered(data, file_format, columns, limits), columns)


def walk(data: bytes, file_format: str, columns: Sequence[Column], limits: Limits) -> Iterable[RawRow]:
    """Read a list's bytes as `read` does, but a row at a time: text of any length takes no more memory than its bytes.

    What is returned can be walked through more than once, and reads the file again each time.

    Raises:
        SheetProblem: as `read` does, also while walking; so nothing is right before the last row was seen.
    """
    _check_size(data, file_format, limits)
    if file_format == "jsonl":
        return Lines(data, columns, limits)
    return below_header(_numbered(data, file_format, columns, limits), columns)


@dataclass(frozen=True)
class Grid:
    """A file as it was written: its header, each known column's place in it, and the numbered rows below, whole.

    The rows are in the order of the file, and may be walked through only once.
    """

    header: Sequence[Cell]
    places: Mapping[str, int]
    rows: Iterable[tuple[int, Sequence[Cell]]]


def read_grid(data: bytes, file_format: str, columns: Sequence[Column], limits: Limits = LIMITS) -> Grid:
    """Read a list's bytes with every cell of every row, those under no known column too.

    Of JSON Lines only the known members are read; their names are the header.

    Raises:
        SheetProblem: as `read` does, also while its rows are walked through.
    """
    if file_format == "jsonl":
        lines = Lines(data, columns, limits)
        names = named(lines, columns)
        rows = ((row.row, [row.cells.get(name, "") for name in names]) for row in lines)
        return Grid(names, {name: place for place, name in enumerate(names)}, rows)
    below = below_header(_numbered(data, file_format, columns, limits), columns)
    return Grid(below.header[1], below.places, islice(below.source, below.index + 1, None))


def _check_size(data: bytes, file_format: str, limits: Limits) -> None:
    if len(data) > limits.size_of(file_format):
        raise SheetProblem("too-large")
    if not data[:_BLANKS].strip() and not data.strip():
        raise SheetProblem("empty")


def _numbered(
    data: bytes, file_format: str, columns: Sequence[Column], limits: Limits
) -> Iterable[tuple[int, Sequence[Cell]]]:
    if file_format == "csv":
        return open_csv(data, columns, limits)
    if file_format == "xlsx":
        from functions.shared.sheets.workbooks import read_workbook  # noqa: PLC0415 - only a workbook pays for it

        return read_workbook(data, limits)
    raise SheetProblem("format")
