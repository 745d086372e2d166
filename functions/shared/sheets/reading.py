"""One way in for every format."""

from __future__ import annotations

from collections.abc import Sequence

from functions.shared.sheets.columns import Column, Sheet, headed
from functions.shared.sheets.delimited import read_csv
from functions.shared.sheets.jsonl import read_jsonl
from functions.shared.sheets.limits import LIMITS, Limits
from functions.shared.sheets.problems import SheetProblem

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
    if file_format == "csv":
        return headed(read_csv(data, columns, limits), columns)
    if file_format == "jsonl":
        return read_jsonl(data, columns, limits)
    if file_format == "xlsx":
        from functions.shared.sheets.workbooks import read_workbook  # noqa: PLC0415 - only a workbook pays for it

        return headed(read_workbook(data, limits), columns)
    raise SheetProblem("format")
