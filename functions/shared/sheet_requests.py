"""Requests whose body is a spreadsheet that is worked through by pages of rows, and what is said of one nobody can read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from functions.shared.http import Request
from functions.shared.problems import FieldError, Malformed, Problem, Rejected, TooLarge
from functions.shared.sheets import Column, Sheet, SheetProblem, read

_ROW: Final = re.compile(r"\d{1,6}", re.ASCII)  # no sheet is longer


def first_row(request: Request) -> int:
    """Return the row to begin with, `from_row`; the first one when the request names none.

    Raises:
        Malformed: it is no whole number.
    """
    first = request.query.get("from_row") or "1"
    if not _ROW.fullmatch(first):
        raise Malformed("A row is a whole number.", errors=(FieldError("/from_row", "row", ""),))
    return int(first)


def read_sheet(request: Request, columns: Sequence[Column], most: int) -> Sheet:
    """Read a request's body by its `format`, a workbook when it names none.

    Args:
        request: whose body is the file.
        columns: what the file may hold.
        most: how many rows it may have.

    Raises:
        TooLarge, Rejected: as `unreadable`, or `too-many-rows`.
    """
    try:
        sheet = read(request.body, request.query.get("format") or "xlsx", columns)
    except SheetProblem as problem:
        raise unreadable(problem) from None
    if len(sheet.rows) > most:
        raise Rejected(f"At most {most} rows at once. Split the file.", code="too-many-rows")
    return sheet


def unreadable(problem: SheetProblem) -> Problem:
    """Return the refusal of a file that cannot be read at all: its law, the row where that is known, what to do."""
    if problem.law == "too-large":
        return TooLarge(problem.sentence(), code=problem.law)
    pointer = "/" if problem.row is None else f"/row/{problem.row}"
    wrong = FieldError(pointer, problem.law, problem.sentence())
    return Rejected(problem.sentence(), code=problem.law, errors=(wrong,))
