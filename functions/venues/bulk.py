"""Applications by spreadsheet: a mall's shops, a chain's branches, an operator's buses.

Good rows apply, bad rows are named by their number, column and law. What was applied for already is not made again, so
a file can be sent twice; what did not fit the time of one request is told, and goes on from there.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from functions.shared.batches import batches
from functions.shared.callers import Caller
from functions.shared.identity import PhoneFault, read_phone
from functions.shared.labels import is_area, is_label
from functions.shared.problems import Rejected
from functions.shared.sheets import Column, RawRow
from functions.shared.sheets.laws import Fault
from functions.shared.threads import spread
from functions.venues import about, scheme, service
from functions.venues.policy import Hours
from functions.venues.rules import About, Position
from functions.venues.service import Contact, Facts

ROWS: Final = 2_000
PATIENCE_S: Final = 4.0  # no request works longer than five
_TOGETHER: Final = 64

COLUMNS: Final = (
    Column("name", ("场所名称", "名称", "店名", "商户名称", "车牌", "车牌号", "venue", "venue name"), required=True),
    Column("area", ("区划", "区划代码", "社区代码", "行政区划代码", "division", "area code")),
    Column("category", ("类别", "场所类别", "场所类型", "行业", "kind", "type")),
    Column("address", ("地址", "场所地址", "详细地址", "门牌", "经营地址", "street")),
    Column("parent", ("所在场所", "上级场所", "上级场所编号", "所属场所", "lies in", "parent venue")),
    Column("contact", ("联系人", "负责人", "店长", "经营者", "contact name", "manager")),
    Column("phone", ("联系电话", "手机", "手机号", "手机号码", "电话", "联系方式", "mobile", "phone number")),
    Column("latitude", ("纬度", "lat")),
    Column("longitude", ("经度", "lng", "lon")),
    Column("system", ("坐标系", "坐标系统", "coordinate system")),
    Column("hours", ("营业时间", "开放时间", "opening hours")),
    Column("peak_per_hour", ("高峰人数", "每小时高峰人数", "高峰客流", "peak", "peak per hour")),
    Column("moves", ("移动场所", "是否移动", "流动", "移动", "moving")),
)
# law -> (English, Chinese): what is wrong and what to do.
LAWS: Final = {
    "name": ("A name has 1 to 64 characters.", "名称须为1至64个字符。"),
    "area": (
        "A division code of 6, 9 or 12 digits within your area.",
        "区划代码须为6、9或12位数字，且在您的区划之内。",
    ),
    "category": ("A kind has at most 128 characters.", "类别不超过128个字符。"),
    "address": ("An address has at most 128 characters.", "地址不超过128个字符。"),
    "address-missing": (
        "Without an address only what moves can apply: fill in the address, or 是 under 移动场所.",
        "缺少地址；公交、出租等请在“移动场所”填“是”。",
    ),
    "parent": ("There is no such venue to lie in, or it lies too deep.", "所在场所不存在，或层级太深。"),
    "contact": ("A phone needs a name, and a name a phone.", "联系人和联系电话须同时填写。"),
    "phone": ("This is no mainland mobile number.", "不是有效的大陆手机号。"),
    "position": (
        "Latitude 3 to 54 and longitude 73 to 136, both or neither.",
        "纬度3至54、经度73至136，须同时填写或都不填。",
    ),
    "system": (
        "State the coordinate system of a position: gcj02, bd09, wgs84 or cgcs2000.",
        "有经纬度时须注明坐标系：gcj02、bd09、wgs84或cgcs2000。",
    ),
    "hours": ("Write opening hours as 08:00-22:00.", "营业时间请写成08:00-22:00。"),
    "peak_per_hour": ("A whole number of people an hour.", "高峰人数须为整数。"),
    "moves": ("Write 是 or 否.", "请填“是”或“否”。"),
}
_SYSTEMS: Final = {
    "gcj02": "gcj02",
    "火星": "gcj02",
    "高德": "gcj02",
    "腾讯": "gcj02",
    "bd09": "bd09",
    "百度": "bd09",
    "wgs84": "wgs84",
    "gps": "wgs84",
    "cgcs2000": "cgcs2000",
    "国家2000": "cgcs2000",
}
_YES: Final = {"是": True, "yes": True, "y": True, "true": True, "1": True, "√": True}
_NO: Final = {"": False, "否": False, "no": False, "n": False, "false": False, "0": False}
_HOURS = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)[-–—~至到]([01]?\d|2[0-3])[:：]([0-5]\d)")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Outcome:
    """What became of a file's rows; `next_row` is where it goes on, None at its end."""

    applied: int
    known: int
    faults: tuple[Fault, ...]
    next_row: int | None


class _Bad(Exception):
    """A cell breaks a law; which."""

    def __init__(self, column: str, law: str = "") -> None:
        super().__init__(law or column)
        self.fault = (column, law or column)


def apply_all(
    rows: Sequence[RawRow], caller: Caller, area: str, at: int, clock: Callable[[], float] = time.monotonic
) -> Outcome:
    """Apply for the venue of every good row until the time of a request is over.

    Args:
        rows: of the spreadsheet, from the one this request begins with.
        caller: an officer or worker; a row outside their area is a bad row.
        area: where a row lies that names no area.
        at: epoch seconds.
        clock: seconds that only go forward.

    Raises:
        Rejected: the scheme ended in the district, in which all the rows lie.
    """
    scheme.require_running(area, at, at)
    until, applied, known, faults = clock() + PATIENCE_S, 0, 0, list[Fault]()
    for some in batches(rows, _TOGETHER):
        if clock() > until:
            return Outcome(applied, known, tuple(faults), some[0].row)
        for made in spread(lambda row: _apply(row, caller, area, at), some):
            if isinstance(made, Fault):
                faults.append(made)
            else:
                applied, known = applied + made, known + (not made)
    return Outcome(applied, known, tuple(faults), None)


def _apply(row: RawRow, caller: Caller, area: str, at: int) -> bool | Fault:
    try:
        return service.apply(read_row(row, caller, area), at)[1]
    except _Bad as bad:
        return Fault(row.row, *bad.fault)
    except Rejected as refused:
        # What remains to be refused is the venue it lies in.
        column = refused.errors[0].pointer.strip("/") if refused.errors else "parent"
        return Fault(row.row, column, column if column in LAWS else "parent")


def read_row(row: RawRow, caller: Caller, area: str) -> Facts:
    """Return the facts of a row; private errors name the broken law."""
    name, address = row.text("name"), row.text("address")
    moves = _one_of({**_YES, **_NO}, row.text("moves").casefold(), "moves")
    if not is_label(name, 64):
        raise _Bad("name")
    if not is_label(address, about.LONGEST, shortest=0):
        raise _Bad("address")
    if not address and not moves:
        raise _Bad("address", "address-missing")
    if not is_label(row.text("category"), about.LONGEST, shortest=0):
        raise _Bad("category")
    lies = row.text("area") or area
    if not is_area(lies) or len(lies) < 6 or not caller.covers(lies) or not lies.startswith(area):  # noqa: PLR2004
        raise _Bad("area")
    known = About(_position(row), _hours(row.text("hours")), _peak(row.text("peak_per_hour")), moves)
    return Facts(name, lies, row.text("category"), address, row.text("parent"), known, _contact(row))


def _contact(row: RawRow) -> Contact | None:
    name, phone = row.text("contact"), row.text("phone")
    if not name and not phone:
        return None
    if not phone or not is_label(name, 64):
        raise _Bad("contact" if phone else "phone", "contact")
    try:
        return Contact(name, read_phone(phone))
    except PhoneFault:
        raise _Bad("phone") from None


def _position(row: RawRow) -> Position | None:
    stated = row.text("latitude"), row.text("longitude")
    if stated == ("", ""):
        return None
    try:
        latitude, longitude = float(stated[0]), float(stated[1])
    except ValueError:
        raise _Bad("latitude", "position") from None
    if about.position_fault(latitude, longitude):
        raise _Bad("latitude", "position")
    system = row.text("system").casefold().replace("-", "").replace("_", "").replace(" ", "").removesuffix("坐标系")
    return Position(latitude, longitude, _one_of(_SYSTEMS, system, "system"))  # type: ignore[arg-type]  # of the four


def _hours(text: str) -> tuple[Hours, ...]:
    if not text:
        return ()
    found = _HOURS.fullmatch(text.replace(" ", ""))
    if found is None:
        raise _Bad("hours")
    opens_h, opens_m, closes_h, closes_m = found.groups()
    return (Hours((1, 2, 3, 4, 5, 6, 7), f"{int(opens_h):02}:{opens_m}", f"{int(closes_h):02}:{closes_m}"),)


def _peak(text: str) -> int:
    if not text:
        return 0
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII):
        raise _Bad("peak_per_hour")
    return int(text)


def _one_of(choices: dict[str, Value], text: str, column: str) -> Value:
    if text not in choices:
        raise _Bad(column)
    return choices[text]
