"""One way in for every format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from functions.shared.sheets.columns import Column, Sheet, find_header, headed
from functions.shared.sheets.delimited import read_csv
from functions.shared.sheets.jsonl import read_jsonl
from functions.shared.sheets.limits import LIMITS, Limits
from functions.shared.sheets.problems import SheetProblem
from functions.shared.sheets.text import Cell

FORMATS = ("csv", "xlsx", "jsonl")


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
    if len(data) > limits.size_bytes:
        raise SheetProblem("too-large")
    if not data.strip():
        raise SheetProblem("empty")
    if file_format == "jsonl":
        return read_jsonl(data, columns, limits)
    return headed(_numbered(data, file_format, columns, limits), columns)


@dataclass(frozen=True)
class Grid:
    """A file as it was written: its header, each known column's place in it, and the numbered rows below, whole."""

    header: Sequence[Cell]
    places: Mapping[str, int]
    rows: Sequence[tuple[int, Sequence[Cell]]]


def read_grid(data: bytes, file_format: str, columns: Sequence[Column], limits: Limits = LIMITS) -> Grid:
    """Read a list's bytes with every cell of every row, those under no known column too.

    Of JSON Lines only the known members are read; their names are the header.

    Raises:
        SheetProblem: as `read` does.
    """
    if file_format == "jsonl":
        sheet = read_jsonl(data, columns, limits)
        rows = [(row.row, [row.cells.get(name, "") for name in sheet.columns]) for row in sheet.rows]
        return Grid(sheet.columns, {name: place for place, name in enumerate(sheet.columns)}, rows)
    numbered = _numbered(data, file_format, columns, limits)
    index, places = find_header(numbered, columns)
    return Grid(numbered[index][1], places, numbered[index + 1 :])


def _numbered(
    data: bytes, file_format: str, columns: Sequence[Column], limits: Limits
) -> Sequence[tuple[int, Sequence[Cell]]]:
    if file_format == "csv":
        return read_csv(data, columns, limits)
    if file_format == "xlsx":
        from functions.shared.sheets.workbooks import read_workbook  # noqa: PLC0415 - only a workbook pays for it

        return read_workbook(data, limits)
    raise SheetProblem("format")
