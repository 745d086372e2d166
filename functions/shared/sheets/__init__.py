"""Spreadsheets as clerks really send them, read into typed raw rows that keep the spreadsheet's own row numbers.

`read(data, format, columns)` is the one way in; it raises `SheetProblem` for a file that cannot be read at all and
never applies, guesses or repairs anything. What a cell means is for the reader of its row: `text.py` and `moments.py`.
"""

from functions.shared.sheets.columns import Column, Sheet
from functions.shared.sheets.problems import SheetProblem
from functions.shared.sheets.reading import FORMATS, read
from functions.shared.sheets.text import RawRow

__all__ = ["FORMATS", "Column", "RawRow", "Sheet", "SheetProblem", "read"]
