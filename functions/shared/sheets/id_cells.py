"""Id numbers out of cells: what a spreadsheet may have done to them, before what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable

from functions.shared.identity.documents import Document, DocumentFault, lost_digits, read_document
from functions.shared.sheets.text import RawRow, compact

_EXPONENT = re.compile(r"-?[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{2,3}")
FIRST_INEXACT = 10**15  # a spreadsheet keeps 15 digits of a number


def stored_as_number(row: RawRow, column: str) -> bool:
    """Tell whether a cell is a number so long that a spreadsheet has dropped digits of it, or the text of one."""
    cell = row.cells.get(column)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return abs(cell) >= FIRST_INEXACT
    return bool(_EXPONENT.fullmatch(row.text(column)))


def digits_were_lost(rows: Iterable[RawRow]) -> bool:
    """Tell whether any text id of a file ends in the zeros that a spreadsheet leaves and fails its check digit.

    One such id shows that the whole column went through numbers. Then an id whose zeros happen to pass the check
    digit (one in eleven does) belongs to somebody else, and is refused too.
    """
    return any(is_lost(row) for row in rows)


def id_of(row: RawRow, *, all_suspect: bool) -> Document:
    """Return the document of a row's `id_type` and `id_number`.

    Raises:
        DocumentFault: with `id-stored-as-number` among its laws; nothing is guessed.
    """
    if stored_as_number(row, "id_number"):
        raise DocumentFault("id-stored-as-number")
    number = compact(row.text("id_number"))
    if lost_digits(number) and (all_suspect or is_lost(row)):
        raise DocumentFault("id-stored-as-number")
    return read_document(row.text("id_type"), number)


def is_lost(row: RawRow) -> bool:
    """Tell whether a row's text id ends in the zeros that a spreadsheet leaves and fails its check digit."""
    number = compact(row.text("id_number"))
    if not lost_digits(number):
        return False
    try:
        return not read_document(row.text("id_type"), number).known
    except DocumentFault as fault:
        return fault.law == "id-check-digit"
