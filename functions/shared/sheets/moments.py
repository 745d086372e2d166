"""Dates and instants in every form that clerks, laboratories and spreadsheets write them; China Standard Time.

Read: `2022-03-21T08:05:00+08:00`, `2022-3-21 8:05`, `2022/3/21 8:05`, `2022.3.21`, `2022年3月21日 下午2时05分`,
`20220321`, `202203210805`, `20220321080500`, and Excel serials (44641.337) as numbers or as text. Day first and month
first are not told apart by guessing: a date whose year does not come first is refused.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

from functions.shared.sheets.text import Cell, fold

CHINA = timezone(timedelta(hours=8), "CST")
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=CHINA)  # Excel counts a 29 February 1900 that never was
_SERIALS = range(36526, 73051)  # 2000-01-01 to 2099-12-31: other numbers are no dates
_DAY = r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?"
_CLOCK = r"(上午|下午|中午|凌晨|晚上)? ?(\d{1,2})(?::|时|点)(?:(\d{1,2})(?::|分|分钟)?(?:(\d{1,2})(?:\.\d+)?秒?)?)?"
_ZONE = r"(Z|[+-]\d{2}:?\d{2})?"
_WRITTEN = re.compile(rf"{_DAY}(?:[T ]*{_CLOCK} ?{_ZONE})?", re.IGNORECASE)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_AFTERNOON = {"下午", "晚上", "中午"}
_NOON = 12


def read_instant(cell: Cell, *, whole_day: Literal["start", "end"] = "start") -> int:
    """Return an instant in epoch seconds.

    A date alone means its first second, or, with `whole_day="end"`, the first second of the day after.

    Raises:
        ValueError: the cell is no instant in a form above; its message says nothing of the cell.
    """
    if isinstance(cell, datetime):
        return _seconds(cell, whole_day=whole_day, dated_only=_midnight(cell))
    if isinstance(cell, date):
        return _seconds(datetime(cell.year, cell.month, cell.day), whole_day=whole_day, dated_only=True)  # noqa: DTZ001 - zone added below
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell, whole_day)
    if isinstance(cell, str):
        return _from_text(cell, whole_day)
    raise ValueError("no instant")


@lru_cache(maxsize=4096)
def _from_text(text: str, whole_day: Literal["start", "end"]) -> int:
    folded = fold(text)
    if match := _WRITTEN.fullmatch(folded):
        return _from_written(match, whole_day)
    if _SERIAL.fullmatch(folded):
        return _from_serial(float(folded), whole_day)
    if match := _DIGITS.fullmatch(folded):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - zone added below
        return _seconds(moment, whole_day=whole_day, dated_only=match.group(4) is None)
    raise ValueError("no instant")


def _from_written(match: re.Match[str], whole_day: Literal["start", "end"]) -> int:
    year, month, day, half, hour, minute, second, zone = match.groups()
    clock = int(hour or 0)
    if half in _AFTERNOON and 0 < clock < _NOON:
        clock += _NOON
    moment = datetime(int(year), int(month), int(day), clock, int(minute or 0), int(second or 0))  # noqa: DTZ001
    if zone:
        moment = moment.replace(tzinfo=datetime.fromisoformat(f"2000-01-01T00:00:00{zone.upper()}").tzinfo)
    return _seconds(moment, whole_day=whole_day, dated_only=hour is None)


def _from_number(number: float, whole_day: Literal["start", "end"]) -> int:
    if number in _SERIALS or _SERIALS.start <= number < _SERIALS.stop:
        return _from_serial(float(number), whole_day)
    if float(number).is_integer() and number > _SERIALS.stop:
        return _from_text(str(int(number)), whole_day)  # 20220321 typed into a cell of numbers
    raise ValueError("no instant")


def _from_serial(serial: float, whole_day: Literal["start", "end"]) -> int:
    if not _SERIALS.start <= serial < _SERIALS.stop:
        raise ValueError("no instant")
    moment = _EXCEL_EPOCH + timedelta(seconds=round(serial * 86400))  # a serial's fraction is inexact: to the second
    return _seconds(moment, whole_day=whole_day, dated_only=serial.is_integer())


def _seconds(moment: datetime, *, whole_day: Literal["start", "end"], dated_only: bool) -> int:
    placed = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
    if dated_only and whole_day == "end":
        placed += timedelta(days=1)
    return int(placed.timestamp())


def _midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)
