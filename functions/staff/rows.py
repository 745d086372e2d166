"""The rows of a staff list 人员名单: columns, and the laws a row must keep."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from functions.shared.identity import Document, DocumentFault, PhoneFault, read_phone
from functions.shared.sheets import Column, RawRow
from functions.shared.sheets.id_cells import digits_were_lost, id_of
from functions.shared.sheets.laws import Fault
from functions.shared.sheets.moments import read_instant
from functions.shared.sheets.text import neutral

COLUMNS = (
    Column("name", ("姓名", "名字", "人员姓名", "员工姓名", "full name", "staff name"), required=True),
    Column("id_type", ("证件类型", "证件种类", "证件类别", "document type", "id type")),
    Column(
        "id_number",
        (
            "证件号码",
            "证件号",
            "身份证号",
            "身份证号码",
            "身份证",
            "公民身份号码",
            "证件编号",
            "身份证件号码",
            "有效身份证件号码",
            "有效证件号码",
            "id",
            "id no",
            "id card",
            "id number",
        ),
        required=True,
    ),
    Column(
        "phone",
        (
            "手机号",
            "手机",
            "手机号码",
            "联系电话",
            "电话",
            "联系方式",
            "电话号码",
            "mobile",
            "telephone",
            "phone number",
        ),
    ),
    Column("role", ("岗位", "职务", "工种", "职位", "岗位名称", "position", "job", "job title")),
    Column("venues", ("场所", "工作场所", "工作地点", "场所码", "venue")),
    Column(
        "valid_until", ("有效期至", "有效期", "截止日期", "到期日期", "有效期截止", "until", "valid until", "expires")
    ),
)
_NAME_LONGEST, _ROLE_LONGEST, _VENUE_LONGEST, _VENUES = 64, 32, 32, 8
_BETWEEN_VENUES = re.compile(r"[;；,，、|\n]+")


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person of a list, checked; `phone` may be empty, `until` is None where the list does not say."""

    row: int
    document: Document
    name: str
    phone: str
    role: str
    venues: tuple[str, ...]
    until: int | None


@dataclass(frozen=True, slots=True)
class StaffFile:
    """A list, read: one row a person (the later wins), the rows that gave way to a later one, and what is bad.

    `unclear` are the documents of bad rows whose id could be read all the same.
    """

    people: tuple[StaffRow, ...]
    repeated: tuple[int, ...]
    unclear: tuple[Document, ...]
    faults: tuple[Fault, ...]


def read_staff(rows: Sequence[RawRow], *, at: int) -> StaffFile:
    """Check the raw rows of a staff list received at the instant `at`."""
    suspect = digits_were_lost(rows)
    people: dict[Document, StaffRow] = {}
    repeated: list[int] = []
    unclear: list[Document] = []
    faults: list[Fault] = []
    for raw in rows:
        person, document, broken = _read_row(raw, suspect=suspect, at=at)
        faults += broken
        if person is None:
            unclear += [document] if document is not None else []
            continue
        if (earlier := people.pop(person.document, None)) is not None:
            repeated.append(earlier.row)
        people[person.document] = person
    return StaffFile(tuple(people.values()), tuple(repeated), tuple(unclear), tuple(faults))


def _read_row(raw: RawRow, *, suspect: bool, at: int) -> tuple[StaffRow | None, Document | None, list[Fault]]:
    laws: list[tuple[str, str]] = []
    name, role = raw.text("name"), raw.text("role")
    if (law := _name_law(name)) is not None:
        laws.append(("name", law))
    document: Document | None = None
    try:
        document = id_of(raw, all_suspect=suspect)
        if document.reserved:
            laws.append(("id_number", "id-form"))
    except DocumentFault as fault:
        laws.append(("id_number", fault.law))
    phone = _phone(raw, laws)
    if len(role) > _ROLE_LONGEST:
        laws.append(("role", "role"))
    venues = tuple(dict.fromkeys(filter(None, map(str.strip, _BETWEEN_VENUES.split(raw.text("venues"))))))
    if len(venues) > _VENUES or any(len(venue) > _VENUE_LONGEST for venue in venues):
        laws.append(("venues", "venues"))
    until = _until(raw, laws, at)
    if laws or document is None:
        return None, document, [Fault(raw.row, column, law) for column, law in laws]
    return StaffRow(raw.row, document, name, phone, role, venues, until), document, []


def _name_law(name: str) -> str | None:
    if not name:
        return "name-missing"
    readable = len(name) <= _NAME_LONGEST and any(unicodedata.category(character)[0] == "L" for character in name)
    return None if readable and neutral(name) == name else "name"


def _phone(raw: RawRow, laws: list[tuple[str, str]]) -> str:
    text = raw.text("phone")
    if not text:
        return ""  # a person without a phone may be on a list: grid workers enrol them
    try:
        return read_phone(text)
    except PhoneFault:
        laws.append(("phone", "phone"))
        return ""


def _until(raw: RawRow, laws: list[tuple[str, str]], at: int) -> int | None:
    if "valid_until" not in raw.cells or raw.text("valid_until") in {"长期", "无", "-", "/"}:
        return None
    try:
        until = read_instant(raw.cells["valid_until"], whole_day="end")
    except (ValueError, OverflowError):
        laws.append(("valid_until", "date"))
        return None
    if until <= at:
        laws.append(("valid_until", "until-past"))
    return until
