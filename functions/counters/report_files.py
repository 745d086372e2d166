"""A report as a workbook and as CSV: the area, each area one level below, a fortnight; counts, never names of people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from functions.counters.shapes import AreaOut, DayOut, ReportOut
from functions.shared.clock import china_time, parse_instant

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
_BOM: Final = "\ufeff"  # without it Excel takes Chinese for another encoding
_METRICS: Final = {
    "applications": "申请 applications",
    "approvals": "批准 approvals",
    "checkins": "扫码登记 check-ins",
    "assisted": "其中代登记 assisted",
    "groups": "其中多人同行 groups",
    "companions": "同行人 companions",
    "scans": "查验 scans",
}
_STANDING: Final = {"waiting": "待处理申请 waiting", "codes": "在用场所码 codes live"}

Cell = str | int


def workbook(report: ReportOut) -> bytes:
    """Return an XLSX. Texts are strings: nothing in it becomes a formula or a link."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only who saves a report pays for it

    made = io.BytesIO()
    with Workbook(made, _OPTIONS) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        _sheet(book, "概要 Summary", _summary(report), bold)
        _sheet(book, "区划 Areas", _areas(report), bold)
        _sheet(book, "趋势 Trend", _trend(report.trend), bold)
    return made.getvalue()


def table(report: ReportOut) -> bytes:
    """Return CSV in UTF-8 with a mark for Excel: a line for the area itself, then one for each below it."""
    made = io.StringIO(_BOM)
    made.seek(0, io.SEEK_END)
    csv.writer(made).writerows(_areas(report))
    return made.getvalue().encode()


def _summary(report: ReportOut) -> Iterator[Sequence[Cell]]:
    yield ("项目 item", f"{report.day}", "前一日 day before", "累计 in all")
    for member, told in _METRICS.items():
        count = getattr(report, member)
        yield (told, count.day, getattr(report.before, member), count.cumulative)
    for member, told in _STANDING.items():
        yield (f"{told}（当前 now）", getattr(report, member))
    yield ("区划 area", report.area)
    yield ("生成时间 written (UTC+8)", china_time(parse_instant(report.as_of)))


def _areas(report: ReportOut) -> Iterator[Sequence[Cell]]:
    days = [f"{told} {part}" for told in _METRICS.values() for part in (report.day, report.before.day, "累计 in all")]
    yield ("区划 area", *days, *_STANDING.values())
    yield _line(report)
    yield from (_line(one) for one in report.below)


def _line(one: ReportOut | AreaOut) -> Sequence[Cell]:
    counts = [
        n
        for member in _METRICS
        for n in (getattr(one, member).day, getattr(one.before, member), getattr(one, member).cumulative)
    ]
    return (one.area, *counts, *(getattr(one, member) for member in _STANDING))


def _trend(days: Iterable[DayOut]) -> Iterator[Sequence[Cell]]:
    yield ("日期 day", *_METRICS.values())
    yield from ((one.day, *(getattr(one, member) for member in _METRICS)) for one in days)


def _sheet(book: Any, name: str, rows: Iterable[Sequence[Cell]], bold: Any) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 30, 18)
    sheet.freeze_panes(1, 1)
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            write = sheet.write_string if isinstance(cell, str) else sheet.write_number
            write(line, place, cell, bold if line == 0 else None)
