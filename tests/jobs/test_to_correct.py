"""A file to correct: out of a bad upload, mended, and uploaded again until all is accepted."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import openpyxl
import pytest

from functions.jobs import vault
from functions.jobs.model import Head
from functions.shared.clock import now
from functions.shared.objects import uploads
from functions.shared.sheets.corrections import FIRST_HEADER
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.jobs.driving import Steps, listed, new_unit, person_id, staff_csv, upload
from tests.sheets.workbooks import xlsx

AREA = "990101001001"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STAFF_HEADER = ["姓名", "工号", "身份证号", "手机"]
BAD = [
    ["张三", "007", "990101199001010011", "13800138000"],
    ["李四", "=1+1", person_id(2), "12345"],
    ["王五", "@x", person_id(3)[:-1], "13800138000"],
]
GOOD = [["赵六", "1", person_id(9), "13800138000"]]
RIGHT = {"990101199001010011": person_id(1), "12345": "13900139000", person_id(3)[:-1]: person_id(3)}


def csv_of(rows: list[list[str]]) -> bytes:
    """Return rows as CSV, with a title above the header."""
    lines = ["第一食品厂人员名单", ",".join(STAFF_HEADER), *(",".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def jsonl_of(rows: list[list[str]]) -> bytes:
    """Return rows as JSON Lines."""
    names = ("name", "id_number", "phone")
    return "\n".join(json.dumps(dict(zip(names, (row[0], *row[2:]), strict=True))) for row in rows).encode()


FILES = {
    "csv": csv_of([*BAD, *GOOD]),
    "xlsx": xlsx([["第一食品厂人员名单"], STAFF_HEADER, *BAD, *GOOD]),
    "jsonl": jsonl_of([*BAD, *GOOD]),
}


def as_uploaded(row: list[str], file_format: str) -> list[str]:
    """Return what a format holds of a row: JSON Lines no column we do not know, a workbook no formula's text."""
    if file_format == "jsonl":
        return [row[0], *row[2:]]
    return ["" if file_format == "xlsx" and cell.startswith("=") else cell for cell in row]


def fetched(engine: Service, job: str, role: str, scope: str) -> Reply:
    """Ask for a job's file to correct."""
    return call("GET", f"/jobs/{job}/to-correct.xlsx", token=engine.token(role, scope))


def mended(workbook: bytes) -> bytes:
    """Correct the cells that are wrong, as a clerk does in a spreadsheet, and leave all else as it is."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    for row in book.worksheets[0].iter_rows(min_row=2):
        for cell in row:
            if cell.value in RIGHT:
                cell.value = RIGHT[str(cell.value)]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def send(engine: Service, unit: str, data: bytes, file_format: str) -> str:
    """Upload a list and return its job."""
    path = f"/units/{unit}/staff-list?format={file_format}&mode=update"
    answered = call("POST", path, data, token=engine.token("unit", unit))
    assert answered.status == 202, answered.body
    return str(answered.json()["job"])


def told(engine: Service, job: str, scope: str, role: str = "unit") -> dict[str, Any]:
    """Return a job as somebody reads it."""
    found: dict[str, Any] = call("GET", f"/jobs/{job}", token=engine.token(role, scope)).json()
    return found


@pytest.mark.parametrize("file_format", sorted(FILES))
def test_a_bad_list_is_fetched_mended_and_accepted(engine: Service, steps: Steps, file_format: str) -> None:
    """From each format: only the bad rows, whole, as an attachment; corrected and sent again, all are listed."""
    unit = new_unit()
    job = send(engine, unit, FILES[file_format], file_format)
    steps.finish()
    first = told(engine, job, unit)
    assert (first["state"], first["rows_rejected"], len(listed(unit))) == ("done", 3, 1)
    answered = call("GET", first["to_correct"], token=engine.token("unit", unit))
    assert (answered.status, answered.headers["content-type"]) == (200, XLSX)
    assert answered.headers["content-disposition"] == f'attachment; filename="to-correct-{job}.xlsx"'
    assert answered.headers["cache-control"] == "no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(answered.body)).worksheets[0]
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    expected = ["name", "id_number", "phone"] if file_format == "jsonl" else STAFF_HEADER
    assert rows[0] == [FIRST_HEADER, *expected]
    assert [row[1:] for row in rows[1:]] == [as_uploaded(row, file_format) for row in BAD]
    assert "证件号码校验位不符" in str(rows[1][0])
    assert "no mainland mobile number" in str(rows[2][0])
    again = send(engine, unit, mended(answered.body), "xlsx")
    steps.finish()
    second = told(engine, again, unit)
    assert (second["state"], second["rows_accepted"], second["rows_rejected"]) == ("done", 3, 0)
    assert len(listed(unit)) == 4


def test_results_are_corrected_the_same_way(engine: Service, steps: Steps) -> None:
    """A laboratory's rows, its times and words included, come back as they were."""
    lab = new_unit().replace("U-", "L-")
    officer, own = engine.token("officer", "990101"), engine.token("lab", lab)
    assert call("PUT", f"/labs/{lab}", {"name": "信禾", "area": AREA}, token=officer).status == 201
    at = time.strftime("%Y/%m/%d %H:%M", time.gmtime(time.time() + 7 * 3600))
    data = f"管码,身份证号,采样时间,结果\nT1,{person_id(50)},{at},阴性\nT2,{person_id(51)},{at},-\n".encode("gb18030")
    job = call("POST", f"/labs/{lab}/results?format=csv", data, token=own).json()["job"]
    steps.finish()
    answered = fetched(engine, job, "lab", lab)
    sheet = openpyxl.load_workbook(io.BytesIO(answered.body))
    assert [cell.value for cell in sheet.worksheets[0][2]][1:] == ["T2", person_id(51), at, "-"]
    sheet.worksheets[0]["E2"] = "阴性"
    stream = io.BytesIO()
    sheet.save(stream)
    again = call("POST", f"/labs/{lab}/results?format=xlsx", stream.getvalue(), token=own).json()["job"]
    steps.finish()
    assert (told(engine, again, lab, "lab")["state"], told(engine, again, lab, "lab")["rows_accepted"]) == ("done", 1)


def test_it_is_for_the_owner_alone(engine: Service, steps: Steps) -> None:
    """It holds people's data: an officer of the area learns of the rows by errors.csv, and is not told where it is."""
    unit = new_unit()
    job = send(engine, unit, FILES["csv"], "csv")
    steps.finish()
    for role, scope, code in (
        ("officer", "990101", "role"),
        ("auditor", "", "role"),
        ("unit", "U-other", "scope"),
        ("lab", unit, "scope"),
    ):
        refused = fetched(engine, job, role, scope)
        assert (refused.status, refused.json()["code"]) == (403, code)
    assert "to_correct" not in told(engine, job, "990101", "officer")


def test_there_is_none_when_nothing_was_rejected_or_the_file_is_gone(engine: Service, steps: Steps) -> None:
    """404 `no-file`, with what to do; an unknown job is like another's."""
    unit = new_unit()
    fine = upload(unit, staff_csv(range(3)))
    assert fetched(engine, fine.job, "unit", unit).json()["code"] == "no-file"  # not checked yet
    steps.finish()
    refused = fetched(engine, fine.job, "unit", unit)
    assert (refused.status, refused.json()["code"]) == (404, "no-file")
    assert "to_correct" not in told(engine, fine.job, unit)
    job = send(engine, unit, FILES["csv"], "csv")
    steps.finish()
    vault.forget(job, "001-to-correct")
    gone = fetched(engine, job, "unit", unit)
    assert (gone.status, gone.json()["code"], "errors.csv" in gone.json()["detail"]) == (404, "no-file", True)
    assert fetched(engine, "J-NONE", "unit", unit).json()["code"] == "scope"


def test_a_list_without_any_good_row_can_be_corrected_too(engine: Service, steps: Steps) -> None:
    """The job failed and the list in force stays; its rows are there to be mended."""
    unit = new_unit()
    job = send(engine, unit, csv_of(BAD), "csv")
    steps.finish()
    head = Head.find(job, "head", at=now())
    assert head is not None
    assert head.state == "failed"
    assert (
        len(list(openpyxl.load_workbook(io.BytesIO(fetched(engine, job, "unit", unit).body)).worksheets[0].rows)) == 4
    )


def test_it_is_made_once_beside_the_errors_and_encrypted(engine: Service, steps: Steps) -> None:
    """Asking reads no upload again; the bucket holds no cell of it in the clear."""
    unit = new_unit()
    job = send(engine, unit, FILES["csv"], "csv")
    steps.finish()
    vault.forget(job, "upload")
    answered = fetched(engine, job, "unit", unit)
    assert answered.status == 200
    stored = uploads.get(f"jobs/{job}/001-to-correct")
    assert stored is not None
    assert stored.startswith(b"EPU1")
    assert answered.body[:200] not in stored
