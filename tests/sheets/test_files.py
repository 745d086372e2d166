"""A file is read as it was meant, or refused with the law it breaks; nothing of a refused file is read."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.sheets import Column, RawRow, SheetProblem, read
from functions.shared.sheets.limits import LIMITS
from functions.shared.sheets.problems import FILE_LAWS
from functions.shared.sheets.reading import walk
from tests.sheets import workbooks

COLUMNS = (
    Column("name", ("姓名",), required=True),
    Column("id_number", ("证件号码", "身份证号"), required=True),
    Column("phone", ("手机", "联系电话")),
)
SMALL = replace(LIMITS, rows=10, columns=8, cell=100, unpacked_bytes=4 << 20, members=50)
GRID = [["姓名", "身份证号", "联系电话"], ["张小明", "990101199001010010", "13800138000"]]
TEXT = "\n".join(",".join(row) for row in GRID)


def law_of(data: bytes, file_format: str, limits: object = SMALL) -> tuple[str, int | None]:
    with pytest.raises(SheetProblem) as caught:
        read(data, file_format, COLUMNS, limits)  # type: ignore[arg-type]
    return caught.value.law, caught.value.row


def outcome(data: bytes, file_format: str) -> str:
    try:
        return "read" if read(data, file_format, COLUMNS, SMALL).rows else "no rows"
    except SheetProblem as problem:
        return problem.law


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_reads_the_same_in_every_dialect(encoding: str, delimiter: str, ending: str) -> None:
    """Encoding, delimiter and line ends are found, and change nothing."""
    data = TEXT.replace(",", delimiter).replace("\n", ending).encode(encoding)
    (row,) = read(data, "csv", COLUMNS).rows
    assert (row.row, dict(row.cells)) == (2, dict(zip(("name", "id_number", "phone"), GRID[1], strict=True)))


@pytest.mark.parametrize("make", [workbooks.xlsx, workbooks.xls])
def test_workbooks_read_like_csv(make: object) -> None:
    """XLSX and XLS give the cells that CSV gives."""
    (row,) = read(make(GRID), "xlsx", COLUMNS).rows  # type: ignore[operator]
    assert (row.row, list(row.cells.values())) == (2, GRID[1])


@pytest.mark.parametrize("as_file", ["csv", "xlsx"])
def test_rows_keep_the_spreadsheets_own_numbers(as_file: str) -> None:
    """Titles, serial numbers, blank rows, notes and a header printed again shift no row's number."""
    grid = [
        ["第一食品厂人员名单", "", "", ""],
        [],
        ["序号", *GRID[0]],
        ["1", *GRID[1]],
        [],
        ["序号", *GRID[0]],
        ["2", "李四", "x", ""],
        ["", "注：以上人员均在岗", "", ""],
    ]
    data = workbooks.xlsx(grid) if as_file == "xlsx" else "\n".join(",".join(row) for row in grid).encode()
    sheet = read(data, as_file, COLUMNS)
    assert (sheet.header_row, [row.row for row in sheet.rows]) == (3, [4, 7])


def test_a_cell_with_line_breaks_is_one_row() -> None:
    """The number counted is the spreadsheet's row, not the text file's line."""
    rows = read('姓名,身份证号\n"张\n小\n明",1\n李四,2\n'.encode(), "csv", COLUMNS).rows
    assert [row.row for row in rows] == [2, 3]


@pytest.mark.parametrize(
    "header", ["身份证号（必填）", "* 身份证号", "身 份 证 号", "ID_Number", "id_number 证件号码", "证件号码/id_number"]
)
def test_headers_go_by_their_usual_names(header: str) -> None:
    """Hints in brackets, stars, spaces, case and both languages at once are one header."""
    assert read(f"姓名,{header}\n张三,1\n".encode(), "csv", COLUMNS).columns == ("name", "id_number")


def test_jsonl_rows_are_lines() -> None:
    """A JSON Lines file reads by its members; other members are ignored, blank lines counted."""
    data = b'{"name":"a","id_number":"1","note":null}\n\n{"name":"b","id_number":"2"}'
    assert [(row.row, dict(row.cells)) for row in read(data, "jsonl", COLUMNS).rows] == [
        (1, {"name": "a", "id_number": "1"}),
        (3, {"name": "b", "id_number": "2"}),
    ]


REFUSALS = [
    (b"", "csv", "empty", None),
    (b" \n\n", "csv", "empty", None),
    (TEXT.splitlines()[0].encode(), "csv", "empty", None),
    (b"\xff\xfe" + TEXT.encode("utf-16-le"), "csv", "encoding", 1),
    (TEXT.encode("utf-16-le"), "csv", "encoding", 1),
    (TEXT.encode() + b"\n\xff\xff,1", "csv", "encoding-damaged", 3),
    (b"\xef\xbb\xbf" + TEXT.encode("gb18030"), "csv", "encoding-damaged", 1),
    (TEXT.encode("gb18030") + b"\n\xff\xff,1", "csv", "encoding", 3),
    (TEXT.encode() + '\n"李四,2\n王五,3\n'.encode(), "csv", "quote-unclosed", 3),
    (TEXT.encode() + b"\n" + b"a" * 101 + b",1", "csv", "cell-too-long", 3),
    (TEXT.encode() + b"\na,1" * 25, "csv", "too-many-rows", 20),
    (TEXT.encode() + b"\n" + b"," * 20, "csv", "too-many-columns", 3),
    ("姓名,电话号\n张三,1".encode(), "csv", "header-missing", None),
    ("姓名,身份证号,证件号码\n张三,1,1".encode(), "csv", "header-twice", 1),
    (workbooks.xlsx(GRID), "csv", "not-csv", None),
    (TEXT.encode(), "xlsx", "not-a-workbook", None),
    (b"<html><table></table></html>", "xlsx", "not-a-workbook", None),
    (workbooks.xlsx(GRID)[:-200], "xlsx", "workbook-damaged", None),
    (workbooks.xlsx(GRID)[: len(workbooks.xlsx(GRID)) // 2], "xlsx", "workbook-damaged", None),
    (workbooks.xls(GRID)[:1024], "xlsx", "workbook-damaged", None),
    (b"\xd0\xcf\x11\xe0" + bytes(512) + "EncryptedPackage".encode("utf-16-le"), "xlsx", "workbook-locked", None),
    (workbooks.bomb(64 << 20), "xlsx", "unpacks-too-large", None),
    (workbooks.lying_bomb(64 << 20), "xlsx", "workbook-damaged", None),
    (workbooks.far_cell(), "xlsx", "unpacks-too-large", None),
    (workbooks.xlsx([*GRID, *[["a", "1"]] * 30]), "xlsx", "too-many-rows", None),
    (workbooks.xlsx([["x"] * 20, *GRID]), "xlsx", "too-many-columns", None),
    (b'{"name":"a","id_number":"1"}\n[1]', "jsonl", "not-jsonl", 2),
    (b'{"name":"a","id_number":{"deep":1}}', "jsonl", "not-jsonl", 1),
    (b'{"name":"a"}', "jsonl", "header-missing", None),
    (TEXT.encode(), "pdf", "format", None),
]


@pytest.mark.parametrize(
    ("data", "file_format", "law", "row"), REFUSALS, ids=[f"{r[2]}-{n}" for n, r in enumerate(REFUSALS)]
)
def test_an_unreadable_file_names_its_law_and_place(data: bytes, file_format: str, law: str, row: int | None) -> None:
    """Every law of whole files is reached, with the row where it is known."""
    assert law_of(data, file_format) == (law, row)


def test_a_file_over_the_size_limit_is_not_looked_at() -> None:
    """Size comes first."""
    assert law_of(b"a" * 101, "csv", replace(SMALL, size_bytes=100)) == ("too-large", None)


def test_every_file_law_is_reached() -> None:
    """The list above and the catalogue are the same."""
    assert {law for _, _, law, _ in REFUSALS} | {"too-large", "workbook-too-long"} == set(FILE_LAWS)


def test_a_workbook_has_a_limit_of_its_own_and_says_what_to_save_instead() -> None:
    """Where text may be longer than a workbook, one that is too long is told so; its bytes are bounded apart too."""
    longer, data = replace(SMALL, rows=1_000, workbook_rows=10), workbooks.xlsx([*GRID, *[["a", "1"]] * 30])
    assert law_of(data, "xlsx", longer) == ("workbook-too-long", None)
    assert len(read(TEXT.encode() + b"\na,1" * 30, "csv", COLUMNS, longer).rows) == 31
    assert law_of(data, "xlsx", replace(longer, workbook_bytes=100)) == ("too-large", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("shift", range(4))
def test_a_character_cut_by_the_reader_s_pieces_is_no_damage(encoding: str, shift: int) -> None:
    """Text is decoded a mebibyte at a time; where a piece ends inside a character nothing is lost or refused."""
    data = f"{GRID[0][0]},{GRID[0][1]}\n{'x' * shift},1\n" + "张小明㐀𠀀,2\n" * 150_000
    (*_, last) = rows = read(data.encode(encoding), "csv", COLUMNS).rows
    assert (len(rows), last.row, last.text("name")) == (150_001, 150_002, "张小明㐀𠀀")


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400), file_format=st.sampled_from(["csv", "jsonl"]), headed=st.booleans())
def test_a_file_walked_through_is_the_file_read_at_once(*, data: bytes, file_format: str, headed: bool) -> None:
    """A row at a time gives the same rows, or the same refusal, each time it is walked through."""
    data = (TEXT.encode() if file_format == "csv" else b'{"name": "a", "id_number": "1"}') * headed + b"\n" + data

    def walked() -> tuple[RawRow, ...] | str:
        try:
            return tuple(walk(data, file_format, COLUMNS, SMALL))
        except SheetProblem as problem:
            return problem.law

    def at_once() -> tuple[RawRow, ...] | str:
        try:
            return tuple(read(data, file_format, COLUMNS, SMALL).rows)
        except SheetProblem as problem:
            return problem.law

    assert walked() == walked() == at_once()


def test_a_bomb_costs_little() -> None:
    """4 GiB that a directory admits to are refused by the directory alone."""
    stream = workbooks.bomb(32 << 20)
    began = time.process_time()
    assert law_of(stream, "xlsx", replace(SMALL, unpacked_bytes=1 << 20))[0] == "unpacks-too-large"
    assert time.process_time() - began < 1


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400), file_format=st.sampled_from(["csv", "jsonl"]))
def test_nothing_but_a_sheet_problem_leaves(data: bytes, file_format: str) -> None:
    """Whatever the bytes are, reading ends in rows or in a named law."""
    assert outcome(data, file_format) in {"read", *FILE_LAWS}


@settings(max_examples=10, deadline=None)
@given(place=st.integers(0, 4000), bit=st.integers(0, 7))
def test_a_flipped_bit_in_a_workbook_is_survived(place: int, bit: int) -> None:
    """A damaged workbook is read or refused; it neither crashes nor hangs the reader."""
    data = bytearray(workbooks.xlsx(GRID))
    data[place % len(data)] ^= 1 << bit
    assert outcome(bytes(data), "xlsx") in {"read", *FILE_LAWS}
