"""The workbook of rejected rows: every cell text, nothing a program, and read back as what was uploaded."""

from __future__ import annotations

import io
import json
import random
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.jobs.result_rows import COLUMNS as RESULT_COLUMNS
from functions.jobs.results_file import read_results
from functions.shared.sheets import SheetProblem, read
from functions.shared.sheets.columns import Sheet, headed
from functions.shared.sheets.corrections import FIRST_HEADER, MOST_BYTES, MOST_ROWS, to_correct
from functions.shared.sheets.laws import ROW_LAWS, Fault, errors_csv, read_errors
from functions.shared.sheets.reading import Grid, read_grid
from functions.staff.rows import COLUMNS, read_staff
from tests.sheets.workbooks import xlsx

HEADER = ("姓名", "身份证号（必填）", "手机", "备注栏")
PLACES = {"name": 0, "id_number": 1, "phone": 2}
STARTS = ("=", "+", "-", "@", "\t", "\r", "http://", "mailto:", "'", "00", "1e5")


def cells_of(workbook: bytes) -> list[list[Any]]:
    """Return the cells of the first sheet; each must be text, and none a link."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    found = []
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.value is None or cell.data_type == "s", (cell.coordinate, cell.data_type)
            assert cell.hyperlink is None
            assert cell.number_format == "@"
        found.append([cell.value or "" for cell in row])
    return found


def one_row(*cells: object) -> Grid:
    """Return a grid of one row, the second of its sheet."""
    return Grid(HEADER, PLACES, [(2, cells)])  # type: ignore[list-item]


@settings(deadline=None)  # the first example imports the writer
@given(st.sampled_from(STARTS), st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF), max_size=40))
def test_no_cell_becomes_a_formula_a_number_or_a_link(start: str, rest: str) -> None:
    """Whatever a cell begins with, it is a string in the file, and stays one when somebody edits it."""
    text = start + rest
    workbook = to_correct(one_row("张三", text, text, text), [Fault(2, "id_number", "id-length")])
    row = cells_of(workbook)[1]
    # A carriage return would be read back as a line feed (XML 1.0, section 2.11): it is written as one.
    assert row[2:] == [text.replace("\r", "\n")] * 3


def test_every_law_is_told_in_both_languages_under_the_column_s_own_header() -> None:
    """A row that breaks every law names each, by the header as it was uploaded."""
    faults = [Fault(2, "phone", law) for law in ROW_LAWS]
    header, row = cells_of(to_correct(one_row("张三", "1", "2"), faults))
    assert header == [FIRST_HEADER, *HEADER]
    for english, chinese in ROW_LAWS.values():
        assert f"手机：{chinese} {english}" in str(row[0]).split("\n")
    assert row[1:] == ["张三", "1", "2", ""]


def test_only_rejected_rows_are_in_it_in_their_order() -> None:
    """Good rows are in force already; a column that the header lacks is named as we name it."""
    grid = Grid(HEADER, PLACES, [(number, (f"人{number}", "1", "2", "3")) for number in range(2, 9)])
    rows = cells_of(to_correct(grid, [Fault(7, "id_number", "id-length"), Fault(3, "role", "role")]))
    assert [row[1] for row in rows[1:]] == ["人3", "人7"]
    assert str(rows[1][0]).startswith("role：岗位超过32个字符。")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (990101199003071119.0, "9.901011990030711e+17"),  # its lost digits are not made up: it stays refused
        (13800138000.0, "13800138000"),
        (44641.5, "44641.5"),
        (datetime(2026, 3, 21), "2026-03-21"),  # noqa: DTZ001 - as a workbook holds it
        (datetime(2026, 3, 21, 8, 5), "2026-03-21 08:05:00"),  # noqa: DTZ001 - the same
        ("  张 三", "  张 三"),
        (True, "TRUE"),
    ],
)
def test_what_was_no_text_is_written_as_a_person_would(cell: object, text: str) -> None:
    """Numbers without a fraction as digits, dates in ISO form, text untouched."""
    row = cells_of(to_correct(one_row(cell), [Fault(2, "name", "name")]))[1]
    assert row[1] == text


def test_a_workbook_corrected_once_does_not_show_its_first_column_twice() -> None:
    """The second round replaces what the first said."""
    first = to_correct(one_row("张三", "1", "2", "x"), [Fault(2, "id_number", "id-length")])
    grid = read_grid(first, "xlsx", COLUMNS)
    header, row = cells_of(to_correct(grid, [Fault(2, "phone", "phone")]))
    assert header == [FIRST_HEADER, *HEADER]
    assert str(row[0]).startswith("手机：")
    assert row[1:] == ["张三", "1", "2", "x"]


@pytest.mark.parametrize("ids", [["990101199003071119", "990101199001010011"], ["1", "=2"]])
def test_the_reader_passes_over_the_first_column(ids: list[str]) -> None:
    """What it says is in no column of a list: the rows are read as they were uploaded."""
    grid = Grid(HEADER, PLACES, [(place, ("张三", one, "", "")) for place, one in enumerate(ids, start=2)])
    faults = [Fault(place, "id_number", "id-check-digit") for place in range(2, 4)]
    sheet = read(to_correct(grid, faults), "xlsx", COLUMNS)
    assert sheet.columns == ("name", "id_number", "phone")
    assert [row.cells["id_number"] for row in sheet.rows] == ids


def test_an_endless_list_ends_and_says_so() -> None:
    """Ten thousand rows, and how many more there are; that line is no row to a reader."""
    grid = Grid(HEADER, PLACES, [(number, ("张三", "1", "", "")) for number in range(2, MOST_ROWS + 7)])
    faults = [Fault(number, "id_number", "id-length") for number in range(2, MOST_ROWS + 7)]
    made = to_correct(grid, faults)
    assert len(read(made, "xlsx", COLUMNS).rows) == MOST_ROWS
    sheet = openpyxl.load_workbook(io.BytesIO(made), read_only=True).worksheets[0]
    (last,) = sheet.iter_rows(min_row=MOST_ROWS + 2, max_row=MOST_ROWS + 2, values_only=True)
    assert str(last[0]).startswith("另有5行未列出")


@pytest.mark.parametrize("alphabet", ["0123456789abcdef", "".join(map(chr, range(0x4E00, 0x9FA5))), "<&>"])
def test_a_workbook_of_long_cells_still_fits_an_answer(alphabet: str) -> None:
    """Whatever the cells hold, of whatever script: at most 4 MiB, the rows that fit, and how many more there are."""
    drawn = random.Random(7)  # noqa: S311 - not a secret
    long = ["".join(drawn.choices(alphabet, k=3_900)) for _ in range(3_000)]
    grid = Grid(HEADER, PLACES, [(place, ("张三", "1", "", text)) for place, text in enumerate(long, start=2)])
    made = to_correct(grid, [Fault(row, "id_number", "id-length") for row, _cells in grid.rows])
    assert (1 << 20) * (len(alphabet) > 3) < len(made) <= MOST_BYTES
    sheet = openpyxl.load_workbook(io.BytesIO(made), read_only=True).worksheets[0]
    *rows, last = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[4] for row in rows] == long[: len(rows)]
    assert str(last[0]).startswith(f"另有{len(long) - len(rows)}行未列出")


@given(
    st.lists(
        st.builds(
            Fault,
            st.integers(1, 200_000),
            st.sampled_from([column.name for column in COLUMNS]),
            st.sampled_from(sorted(ROW_LAWS)),
        ),
        max_size=30,
    )
)
def test_errors_csv_is_read_back_as_it_was_written(faults: list[Fault]) -> None:
    """Every fault, by row, column and law."""
    key = repr
    assert sorted(read_errors(b"".join(errors_csv(faults))), key=key) == sorted(faults, key=key)


LONG = st.one_of(
    st.floats(allow_nan=False), st.integers(-(10**25), 10**25), st.integers(10**15, 10**18).map(float), st.booleans()
)
TEXTS = st.one_of(
    st.sampled_from(
        ["990101199003071114", "990101191201130000", "9.90101199003071E+17", "13800138000", "-", " ", "长期"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=12),
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)) | st.just(datetime(2026, 3, 21))  # noqa: DTZ001 - as a workbook holds them
STAFF_NAMES = ("name", "id_type", "id_number", "phone", "valid_until")
RESULT_NAMES = ("tube", "revision", "id_number", "sampled_at", "reported_at", "result")
GOOD_STAFF = ("张三", "", "990101199003071114", "13800138000", "2099-01-01")
GOOD_RESULT = ("T1", "0", "990101199003071114", "2026-03-21 08:05", "", "阴性")
AT = 1_774_100_000


def staff_faults(sheet: Sheet) -> tuple[Fault, ...]:
    """Return what a staff list breaks."""
    return read_staff(sheet.rows, at=AT).faults


def result_faults(sheet: Sheet) -> tuple[Fault, ...]:
    """Return what a file of results breaks."""
    return tuple(read_results(sheet.rows).faults.all)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), staff=st.booleans())
def test_a_rejected_row_that_nobody_corrected_is_rejected_again(*, data: st.DataObject, staff: bool) -> None:
    """Whatever the cells were, none becomes clean by being written: not a number that lost digits, not a date."""
    names, columns = (STAFF_NAMES, COLUMNS) if staff else (RESULT_NAMES, RESULT_COLUMNS)
    faults_of = staff_faults if staff else result_faults
    cell = st.one_of(LONG, TEXTS, MOMENTS)
    good = GOOD_STAFF if staff else GOOD_RESULT
    rows = data.draw(
        st.lists(st.tuples(*(st.one_of(st.just(one), st.just(one), cell) for one in good)), min_size=1, max_size=4)
    )
    grid = Grid(names, {name: place for place, name in enumerate(names)}, list(enumerate(rows, start=2)))
    faults = faults_of(headed([(1, names), *grid.rows], columns))
    rejected = sorted({fault.row for fault in faults})
    for row in rejected:  # also when all others were corrected and are gone
        mine = [fault for fault in faults if fault.row == row]
        again = Grid(*as_grid(to_correct(grid, mine)))
        try:
            sheet = headed([(1, again.header), *again.rows], columns)
        except SheetProblem:
            continue  # no row at all: nothing is taken in
        assert {fault.row for fault in faults_of(sheet)} == {one.row for one in sheet.rows}


def as_grid(workbook: bytes) -> tuple[tuple[Any, ...], dict[str, int], list[tuple[int, list[Any]]]]:
    """Return a workbook's cells as they are read: in this process, since a child for each example takes long."""
    rows = cells_of(workbook)
    return tuple(rows[0]), {}, list(enumerate(rows[1:], start=2))


@pytest.mark.parametrize("cell", [990101199003071119, 990101199003071119.0, 1.0e15, 10**15, "990101191201130000"])
@pytest.mark.parametrize("file_format", ["xlsx", "jsonl"])
def test_a_number_that_lost_digits_never_comes_back_as_clean_text(cell: float | str, file_format: str) -> None:
    """By the real readers: the id and the tube stay refused for what they are, however often they are sent."""
    names, row = ["tube", "id_number", "sampled_at", "result"], [cell, cell, "2026-03-21 08:05", "阴性"]
    other = ["T2", 990101199003071119, "2026-03-21 08:05", "阴性"]  # a sure sign that the column went through numbers
    lines = "\n".join(json.dumps(dict(zip(names, one, strict=True))) for one in (row, other))
    data = xlsx([names, row, other]) if file_format == "xlsx" else lines.encode()
    for _ in range(2):
        faults = result_faults(read(data, file_format, RESULT_COLUMNS))
        first = min(fault.row for fault in faults)
        mine = [fault for fault in faults if fault.row == first]
        assert ("id_number", "id-stored-as-number") in {(fault.column, fault.law) for fault in mine}
        data, file_format = to_correct(read_grid(data, file_format, RESULT_COLUMNS), mine), "xlsx"


def test_a_blank_member_of_json_lines_is_no_member() -> None:
    """As a blank cell of a workbook is none: the same row is not refused in one form and taken in the other."""
    line = b'{"name": "\xe5\xbc\xa0\xe4\xb8\x89", "id_number": "990101199003071114", "valid_until": " "}'
    assert staff_faults(read(line, "jsonl", COLUMNS)) == ()
