"""What a clerk uploads: CSV, JSON Lines, workbooks, and the cells in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from functions.jobs.result_rows import COLUMNS as RESULT_COLUMNS
from functions.jobs.results_file import read_results
from functions.shared.identity import DocumentFault, PhoneFault, read_document, read_phone
from functions.shared.sheets import Column, SheetProblem, read
from functions.shared.sheets.corrections import to_correct
from functions.shared.sheets.laws import Fault
from functions.shared.sheets.limits import LIMITS
from functions.shared.sheets.moments import read_instant
from functions.shared.sheets.reading import read_grid, walk
from functions.shared.sheets.text import as_text, fold, neutral
from functions.shared.sheets.workbooks import check_zip
from functions.staff.rows import COLUMNS as STAFF_COLUMNS
from functions.staff.rows import read_staff
from fuzz.hunting import Disagreement, Target, each
from tests.sheets import workbooks

AT: Final = 1_795_320_000
SMALL: Final = replace(
    LIMITS, rows=2_000, columns=64, unpacked_bytes=8 << 20, members=60, memory_bytes=1 << 30, seconds=20
)
_STAFF: Final = [
    ["姓名", "证件类型", "身份证号", "手机", "有效期"],
    ["张小明", "", "990101199003071114", "13800138000", "2099-01-01"],
    ["李四", "护照", "E12345678", "+86 138 0013 8001", "2026年3月21日"],
]
_RESULTS: Final = [
    ["tube", "revision", "id_number", "sampled_at", "reported_at", "result"],
    ["T1", "0", "990101199003071114", "2026-03-21 08:05", "44641.5", "阴性"],
]
_WORDS: Final = (
    b",", b";", b"\t", b'"', b"\r", b"=cmd|' /C calc'!A0", "注：".encode(), "合计".encode(), "身份证号".encode(), b"\x1e",
    "（必填".encode(), b"9.9E+17", b"44641.337", b"20220321", "2022年13月40日".encode(), "１２３".encode(), b"[" * 300,
)  # fmt: skip


def _csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> bytes:
    return "\n".join(",".join(row) for row in rows).encode(encoding)


def _reading(file_format: str, columns: Sequence[Column], rows_of: Callable[..., object]) -> Callable[[bytes], str]:
    """A file is read, or refused by a law; at once and a row at a time are the same; its rows have faults, no errors."""

    def judge(data: bytes) -> str:
        try:
            sheet = read(data, file_format, columns, SMALL)
        except SheetProblem as problem:
            sheet, law = None, problem.law
        try:
            walked = tuple(walk(data, file_format, columns, SMALL))
        except SheetProblem as problem:
            if sheet is not None or problem.law != law:
                raise Disagreement(f"at once: {'read' if sheet else law}; by rows: {problem.law}") from None
            return law
        if sheet is None or walked != tuple(sheet.rows):
            raise Disagreement("a row at a time, other rows were read")
        rows_of(sheet.rows)
        to_correct(
            read_grid(data, file_format, columns, SMALL), [Fault(row.row, "id_number", "id-form") for row in walked[:3]]
        )
        return "read"

    return judge


def _cell(data: bytes) -> str:
    """A cell's text is folded once and for all, and is an instant, a document, a phone, or none by a named law."""
    text = data.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
    if fold(fold(text)) != fold(text):
        raise Disagreement(f"folded twice is not folded once: {text!a}")
    if neutral(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")):
        raise Disagreement(f"a formula: {text!a}")
    found = [as_text(text) and "text"]
    try:
        found.append(f"instant {read_instant(text) > 0}")
    except (ValueError, OverflowError):
        found.append("no instant")
    found += [_document(kind, text) for kind in ("", "护照", "港澳通行证", "台胞证", "永居证", text[:8])]
    try:
        read_phone(text)
        found.append("phone")
    except PhoneFault:
        found.append("no phone")
    return " ".join(found)


def _document(kind: str, text: str) -> str:
    try:
        document = read_document(kind, text)
    except DocumentFault as fault:
        return fault.law
    if document.known and read_document(document.type, document.number) != document:
        raise Disagreement(f"a number read again is another: {document.type}")
    return "document"


def _directory(data: bytes) -> str:
    """An archive is bounded and whole, or refused by a law, before anything of it is read."""
    try:
        check_zip(data, SMALL)
    except SheetProblem as problem:
        return problem.law
    return "whole"


def _packed(xml: bytes) -> bytes:
    """A workbook whose first sheet is this XML: what the archive's checksums would otherwise keep from the reader."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbooks.xlsx(_STAFF))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return made.getvalue()


def _sheet_xml() -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbooks.xlsx(_STAFF))) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


_XML_WORDS: Final = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>', b"&b;", b"&#0;", b"<f>1+1</f>",
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', b"&e;", b'<dimension ref="A1:XFD1048576"/>',
    b'r="XFD1048576"', b'r="A0"', b'r=""', b't="s"', b't="d"', b't="e"', b"<v>99999999</v>", b"<v>-1</v>", b"<c><c><c>" * 99,
    b"<v>1e999</v>", b"<is><t>", b"</row>", b"<row>",
)  # fmt: skip


def targets() -> Iterator[Target]:
    """Everything that reads a file, or a cell of one."""
    staff, results = _csv(_STAFF), _csv(_RESULTS)
    cells = [cell.encode() for row in (*_STAFF, *_RESULTS) for cell in row]
    lines = [
        b'{"name":"a","id_number":"990101199003071114","phone":1}\n\n{"name":"b","id_number":990101199003071114.0}'
    ]
    book, old = workbooks.xlsx(_STAFF), workbooks.xls(_STAFF)
    staffed = _reading("xlsx", STAFF_COLUMNS, lambda rows: read_staff(rows, at=AT))
    yield Target("csv-staff", each(_reading("csv", STAFF_COLUMNS, lambda rows: read_staff(rows, at=AT))),
                 [staff, staff.replace(b",", b"\t"), _csv(_STAFF, "gb18030")], _WORDS)  # fmt: skip
    yield Target("csv-results", each(_reading("csv", RESULT_COLUMNS, read_results)), [results], _WORDS)
    yield Target("jsonl", each(_reading("jsonl", STAFF_COLUMNS, lambda rows: read_staff(rows, at=AT))), lines, _WORDS)
    yield Target("cell", each(_cell), cells, _WORDS)
    yield Target(
        "zip", each(_directory), [book, workbooks.bomb(16 << 20), workbooks.lying_bomb(4 << 20)], [b"PK\x01\x02"]
    )
    # Each of these starts a process of its own, twice or more: few, and worth it.
    yield Target("xlsx", each(staffed), [book], _WORDS, batch=4)
    yield Target("xlsx-xml", each(lambda xml: staffed(_packed(xml))), [_sheet_xml()], _XML_WORDS, batch=4)
    yield Target("xls", each(staffed), [old], _WORDS, batch=4)
