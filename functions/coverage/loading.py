"""A business register as a spreadsheet: good rows are kept, bad ones named by their number, column and law, never a cell.

Whatever else the sheet holds about people (owners, their phones) is under no column known here and is not read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Final

from functions.coverage import rules
from functions.coverage.model import RegisterRow
from functions.coverage.rules import Business
from functions.shared.batches import batches
from functions.shared.labels import DISTRICT, district_of, is_area, is_label
from functions.shared.sheets import Column, RawRow, SheetProblem, read
from functions.shared.sheets.laws import Fault
from functions.shared.sheets.limits import LIMITS
from functions.shared.threads import spread

ROWS: Final = 5_000
PATIENCE_S: Final = 15.0  # well below what a gateway waits for; the rest is sent again from `next_row`
COLUMNS: Final = (
    Column(
        "name",
        (
            "名称",
            "企业名称",
            "经营主体名称",
            "市场主体名称",
            "商户名称",
            "店名",
            "字号名称",
            "business",
            "business name",
        ),
        required=True,
    ),
    Column("address", ("地址", "住所", "经营场所", "经营地址", "注册地址", "详细地址", "住所(经营场所)", "street")),
    Column("area", ("区划", "区划代码", "行政区划代码", "社区代码", "division", "area code")),
    Column(
        "number",
        ("统一社会信用代码", "社会信用代码", "信用代码", "注册号", "统一社会信用代码/注册号", "registration number"),
    ),
    Column("kind", ("类型", "类别", "行业", "经营类型", "主体类型", "所属行业", "category", "type")),
    Column("grid", ("网格", "网格名称", "网格编号", "所属网格", "grid name")),
)
# law -> (English, Chinese): what is wrong and what to do.
LAWS: Final = {
    "name": ("A name has 1 to 64 characters.", "名称须为1至64个字符。"),
    "address": ("An address has at most 128 characters.", "地址不超过128个字符。"),
    "address-missing": (
        "Without a registration number the address tells which business it is: fill in one of the two.",
        "没有统一社会信用代码时须填写地址。",
    ),
    "area": (
        "A division code of 6, 9 or 12 digits within the area you load for.",
        "区划代码须为6、9或12位数字，且在所导入的区划之内。",
    ),
    "elsewhere": (
        "The register has this business in another subdistrict. The district may move it.",
        "该主体已登记在其他街道，请由区级调整。",
    ),
    "number": (
        "This is no unified social credit code: 18 characters, the last of which checks the others (GB 32100).",
        "统一社会信用代码不正确：须为18位，末位为校验码（GB 32100）。",
    ),
    "number-stored-as-number": (
        "A code stored as a number has lost digits. Format the column as text and enter it again.",
        "以数字保存的代码已丢失位数，请把该列设为“文本”格式后重新录入。",
    ),
    "kind": ("A kind has at most 64 characters.", "类型不超过64个字符。"),
    "grid": ("A grid's name has at most 32 characters.", "网格名称不超过32个字符。"),
}
_LIMITS: Final = replace(LIMITS, rows=ROWS, workbook_rows=ROWS)
_TOGETHER: Final = 100
_LONGEST: Final = {"address": 128, "kind": 64, "grid": 32}
_FACTS: Final = ("area", "name", "address", "number", "kind", "grid")


@dataclass(frozen=True)
class Loaded:
    """What became of a file; `repeated` rows gave way to a later one, `next_row` is where it goes on, None at its end."""

    new: int
    changed: int
    unchanged: int
    repeated: int
    faults: tuple[Fault, ...]
    next_row: int | None


@dataclass(frozen=True)
class Rows:
    """A register's file, read: businesses by the row that states each, what is bad, and how many rows were repeated."""

    businesses: tuple[tuple[int, Business], ...]
    faults: tuple[Fault, ...]
    repeated: int


def read_register(data: bytes, file_format: str, area: str) -> Rows:
    """Read a register of an area; a business that stands there twice is taken as the later row says.

    Raises:
        SheetProblem: the file cannot be read, or has more than ROWS rows.
    """
    found, faults, good = dict[str, tuple[int, Business]](), list[Fault](), 0
    rows = read(data, file_format, COLUMNS, _LIMITS).rows
    if len(rows) > ROWS:  # the limits leave room for titles above the header
        raise SheetProblem("too-many-rows")
    for raw in rows:
        business, broken = read_row(raw, area)
        faults += [Fault(raw.row, column, law) for column, law in broken]
        if business:
            good += 1
            found.pop(business.business, None)
            found[business.business] = raw.row, business
    return Rows(tuple(found.values()), tuple(faults), good - len(found))


def read_row(raw: RawRow, area: str) -> tuple[Business | None, list[tuple[str, str]]]:
    """Return the business of a row of an area's register, or the columns and laws it breaks."""
    name, address, lies = raw.text("name"), raw.text("address"), raw.text("area") or area
    number, number_law = _number(raw)
    kind, grid = raw.text("kind"), raw.text("grid")
    laws = [("number", number_law)] if number_law else []
    laws += [] if is_label(name, 64) and rules.folded_name(name) else [("name", "name")]
    for column, text in (("address", address), ("kind", kind), ("grid", grid)):
        laws += [] if is_label(text, _LONGEST[column], shortest=0) else [(column, column)]
    if not number and not number_law and not rules.folded_address(address):
        laws.append(("address", "address-missing"))
    if not is_area(lies) or len(lies) < DISTRICT or not lies.startswith(area):
        laws.append(("area", "area"))
    if laws:
        return None, laws
    return Business(rules.business_id(lies, name, address, number), name, lies, address, number, kind, grid), []


def load(rows: Rows, area: str, first: int, at: int, clock: Callable[[], float] = time.monotonic) -> Loaded:
    """Put businesses into the register of an area until the time of a request is over; what an officer decided stays.

    Args:
        rows: the whole file.
        area: whose register it is; a business that is registered elsewhere stays there and is told.
        first: the row of the spreadsheet to go on from.
        at: epoch seconds.
        clock: seconds that only go forward.
    """
    until, done, faults = clock() + PATIENCE_S, list[str](), [one for one in rows.faults if one.row >= first]
    wanted = sorted(one for one in rows.businesses if one[0] >= first)
    for some in batches(wanted, _TOGETHER):
        if clock() > until:
            return _loaded(done, rows, [one for one in faults if one.row < some[0][0]], some[0][0])
        stored = {row.business: row for row in RegisterRow.batch_get([one.business for _, one in some])}
        for (number, _), what in zip(some, spread(partial(_put, stored, area, at), some), strict=True):
            done.append(what)
            if what == "elsewhere":
                faults.append(Fault(number, "area", "elsewhere"))
    return _loaded(done, rows, faults, None)


def read_business(row: RegisterRow) -> Business:
    """Return a business as its row says."""
    return Business(row.business, row.name, row.area, row.address, row.number, row.kind, row.grid)


def sentence(law: str) -> str:
    """Return what is wrong with a row and what to do, in both languages."""
    return " ".join(LAWS[law])


def _put(stored: dict[str, RegisterRow], area: str, at: int, numbered: tuple[int, Business]) -> str:
    _number, business = numbered
    known = stored.get(business.business)
    facts = {name: value for name, value in asdict(business).items() if name in _FACTS}
    if known is None:
        row = RegisterRow(business.business, district=district_of(business.area), loaded_at=at, **facts)
        if row.put_if_absent():
            return "new"
        known = RegisterRow.get(business.business, consistent_read=True)
    if not known.area.startswith(area):
        return "elsewhere"
    changes = [getattr(RegisterRow, name).set(value) for name, value in facts.items() if getattr(known, name) != value]
    if not changes:
        return "unchanged"
    # Its area as it was read: a neighbour must not lose a business that the district moved at this moment.
    moved = not known.update_if([*changes, RegisterRow.loaded_at.set(at)], RegisterRow.area == known.area)
    return "elsewhere" if moved else "changed"


def _loaded(done: Sequence[str], rows: Rows, faults: Sequence[Fault], next_row: int | None) -> Loaded:
    told = tuple(sorted(faults, key=lambda fault: (fault.row, fault.column)))
    return Loaded(done.count("new"), done.count("changed"), done.count("unchanged"), rows.repeated, told, next_row)


def _number(raw: RawRow) -> tuple[str, str]:
    """Return a row's registration number, and the law it breaks."""
    if isinstance(raw.cells.get("number", ""), float):
        return "", "number-stored-as-number"
    number = raw.text("number").replace(" ", "").replace("-", "").upper()
    return (number, "") if not number or rules.is_number(number) else ("", "number")
