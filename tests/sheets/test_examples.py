"""The example district is what it says: real formats, real mess, a few bad rows, nobody's ids, no hold."""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from examples.make import CHINA, people_of, results, staff_lists, templates
from functions.jobs import result_rows
from functions.jobs.results_file import read_results
from functions.jobs.rules import systematic
from functions.shared.identity import read_document
from functions.shared.sheets import read
from functions.shared.sheets.laws import Fault
from functions.staff import rows as staff_rows
from functions.venues import bulk

DISTRICT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "examples/district.json").read_text("utf-8"))
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=CHINA)
AT = int(NOW.timestamp())
FILES = {**staff_lists(DISTRICT), **results(DISTRICT, NOW)}


def checked(upload: dict[str, str]) -> tuple[int, list[Fault]]:
    data = FILES[upload["file"]]
    if upload["kind"] == "staff-list":
        listed = staff_rows.read_staff(read(data, upload["format"], staff_rows.COLUMNS).rows, at=AT)
        return len(listed.people), list(listed.faults)
    found = read_results(read(data, upload["format"], result_rows.COLUMNS).rows)
    good = list(found.good.taken())
    late = [fault for row in good if (fault := result_rows.time_fault(row, received_at=AT)) is not None]
    return len(good) - len(late), [*found.faults.all, *late]


@pytest.mark.parametrize("upload", DISTRICT["uploads"], ids=lambda upload: upload["file"])
def test_each_file_applies_with_a_few_bad_rows(upload: dict[str, str]) -> None:
    """Most rows are good, none of the files waits for a person, and only the corrections are faultless."""
    good, faults = checked(upload)
    bad = len({fault.row for fault in faults})
    assert good >= 3
    assert bad < 5
    assert (bad == 0) == (upload["file"] == "L-20-corrections.jsonl")
    assert systematic([(fault.row, fault.column, fault.law) for fault in faults], good + bad) is None


def test_ids_pass_their_check_digit_in_an_area_code_nobody_has() -> None:
    """No example is anybody's document."""
    for unit in DISTRICT["units"]:
        for person in people_of(unit["unit"], unit["people"]):
            assert read_document(person.id_type, person.id_number).number.startswith("990101")


def test_the_same_district_is_written_each_time() -> None:
    """Only times move, so that a file kept is a job kept."""
    assert results(DISTRICT, NOW) == results(DISTRICT, NOW)


@pytest.mark.parametrize("name", ["staff-list.xlsx", "results.xlsx", "venue-applications.xlsx"])
def test_templates_have_every_column_as_text(name: str) -> None:
    """A spreadsheet drops digits of numbers, never of text; the committed template is the generated one."""
    data = (Path(__file__).parents[2] / "examples/templates" / name).read_bytes()
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    cells = list(sheet[1])
    assert {cell.number_format for cell in cells} == {"@"}
    columns = {"staff": staff_rows.COLUMNS, "results": result_rows.COLUMNS, "venue": bulk.COLUMNS}[
        name.partition("-")[0].removesuffix(".xlsx")
    ]
    assert [str(cell.value).split()[0] for cell in cells] == [column.name for column in columns]
    assert openpyxl.load_workbook(io.BytesIO(templates()[name])).worksheets[0][1][0].value == cells[0].value
