"""What a file may hold: at the limit it is read, one over it is refused by name."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from functions.shared.sheets import Column, SheetProblem, read
from functions.shared.sheets.columns import HEADER_WITHIN
from functions.shared.sheets.limits import BULK, LIMITS, Limits
from functions.shared.sheets.workbooks import check_zip
from tests.sheets import workbooks

COLUMNS = (Column("name", ("姓名",), required=True), Column("id_number", required=True))
SMALL = replace(LIMITS, rows=20, workbook_rows=20, columns=8, cell=100, unpacked_bytes=1 << 20, members=12)
HEADER = "姓名,id_number\n"
LINES = "\n" * 101


def law_of(data: bytes, file_format: str = "csv", limits: Limits = SMALL) -> str:
    """The law that refuses a file, `read` when none does."""
    try:
        read(data, file_format, COLUMNS, limits)
    except SheetProblem as problem:
        return problem.law
    return "read"


def archive_of(members: int, size: int) -> bytes:
    """An archive of so many members, the first of so many bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"m{number}", bytes(0 if number else size))
    return made.getvalue()


def law_of_zip(data: bytes) -> str:
    """The law that refuses an archive, `whole` when none does."""
    try:
        check_zip(data, SMALL)
    except SheetProblem as problem:
        return problem.law
    return "whole"


def text(rows: int) -> bytes:
    """A CSV file of so many rows below its header."""
    return (HEADER + "a,1\n" * rows).encode()


@pytest.mark.parametrize(
    ("at_limit", "over", "law"),
    [
        (text(SMALL.rows), text(SMALL.rows + HEADER_WITHIN + 2), "too-many-rows"),
        (f"{HEADER}a,1{',' * 6}\n".encode(), f"{HEADER}a,1{',' * 7}\n".encode(), "too-many-columns"),
        (f"{HEADER}{'a' * 100},1\n".encode(), f"{HEADER}{'a' * 101},1\n".encode(), "cell-too-long"),
        (f'{HEADER}"{"a" * 100}",1'.encode(), f'{HEADER}"a{LINES}",1'.encode(), "quote-unclosed"),
    ],
)  # fmt: skip
def test_text_at_its_limit_is_read(at_limit: bytes, over: bytes, law: str) -> None:
    """Rows, columns, a cell's length, a quotation mark that swallows lines."""
    assert [law_of(at_limit), law_of(over)] == ["read", law]


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "xlsx"])
def test_a_file_at_its_size_is_looked_at(file_format: str) -> None:
    """One byte over, it is not."""
    data = {
        "csv": text(1),
        "jsonl": b'{"name":"a","id_number":"1"}',
        "xlsx": workbooks.xlsx([["姓名", "id_number"], ["a", "1"]]),
    }
    sized = [
        replace(SMALL, size_bytes=size, workbook_bytes=size)
        for size in (len(data[file_format]), len(data[file_format]) - 1)
    ]
    assert [law_of(data[file_format], file_format, limits) for limits in sized] == ["read", "too-large"]


def test_lines_of_json_at_their_limits_are_read() -> None:
    """So many rows, each line sixteen cells long: beyond, they are refused."""
    row = b'{"name":"a","id_number":"1"}'
    longest = row[:-1] + b" " * (SMALL.cell * 16 - len(row) - 1) + b"}\n"
    assert [law_of(longest, "jsonl"), law_of(b" " + longest, "jsonl")] == ["read", "cell-too-long"]
    assert [law_of((row + b"\n") * rows, "jsonl") for rows in (20, 21)] == ["read", "too-many-rows"]
    assert law_of(b"[" * 1_500, "jsonl") == "not-jsonl"


def test_an_archive_at_its_limits_is_whole() -> None:
    """Members and what they unpack to, however small it was: a thousand times its size is whole, one byte more is not."""
    assert [law_of_zip(archive_of(count, 0)) for count in (12, 13)] == ["whole", "unpacks-too-large"]
    dense = [archive_of(1, size) for size in (1 << 20, (1 << 20) + 1)]
    assert all(len(one) * 800 < 1 << 20 for one in dense)
    assert [law_of_zip(one) for one in dense] == ["whole", "unpacks-too-large"]


@pytest.mark.parametrize("count", [30, 32])
def test_a_workbook_at_its_limits_is_read(count: int) -> None:
    """Rows, with ten more for what stands above them; its columns."""
    book = workbooks.xlsx([["姓名", "id_number"], *[["a", "1"]] * (count - 1)])
    assert law_of(book, "xlsx") == ("read" if count == 30 else "too-many-rows")


HOSTILE = {
    "entities that multiply": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    "an entity out of a file": '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
}


@pytest.mark.parametrize("doctype", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_entity_of_a_workbook_is_followed(doctype: str) -> None:
    """The cell that names it is empty or the workbook is damaged: no text comes out of it."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbooks.xlsx([["姓名", "id_number"], ["PLACE", "1"]]))) as old,
        zipfile.ZipFile(made, "w") as new,
    ):
        for name in old.namelist():
            xml = old.read(name).decode()
            hostile = doctype + xml.replace("PLACE", "&b;") if name.endswith("sheet1.xml") else xml
            new.writestr(name, hostile)
    assert name_in(made.getvalue()) in {"workbook-damaged", "", "&b;"}


def name_in(data: bytes) -> str:
    """The name in a workbook's only row, or the law that refuses the workbook."""
    try:
        (row,) = read(data, "xlsx", COLUMNS, SMALL).rows
    except SheetProblem as problem:
        return problem.law
    return row.text("name")


def test_results_may_be_longer_than_a_list_but_no_workbook_is() -> None:
    """Text is read a row at a time; a workbook whole."""
    assert (BULK.rows, BULK.workbook_rows) == (1_000_000, LIMITS.workbook_rows)
    assert (BULK.size_bytes, BULK.workbook_bytes) == (4 * LIMITS.size_bytes, LIMITS.workbook_bytes)
