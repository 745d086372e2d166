"""Real files for tests: XLSX by openpyxl, XLS by xlwt, and archives that lie."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
import xlwt


def xlsx(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook whose first sheet has these rows; an empty row leaves one out."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return an old binary workbook, the kind that WPS writes as .et too."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("list")
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def far_cell() -> bytes:
    """Return a small workbook with one cell in the last row of the last column."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"] = "姓名"
    sheet["XFD1048576"] = "x"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def bomb(size_bytes: int) -> bytes:
    """Return an archive of a kilobyte or so for each mebibyte that it unpacks to."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(size_bytes >> 20):
            member.write(bytes(1 << 20))
    return stream.getvalue()


def lying_bomb(size_bytes: int) -> bytes:
    """Return the same, whose directory says that it unpacks to 100 bytes."""
    data = bytearray(bomb(size_bytes))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 100)
    return bytes(data)
