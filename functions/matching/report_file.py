"""A run's report as a workbook: a summary, every unit, every area; counts, never names of people."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from functions.matching.policy import NEEDS_TEST, NOT_ELIGIBLE, RESULT_PENDING
from functions.matching.shapes import AreaTally, RunOut, UnitTally

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_IN_FILE: Final = 20_000  # units: what fits a function's answer of 6 MB
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
_COARSE: Final = {
    NEEDS_TEST: "需检测 needs test",
    RESULT_PENDING: "待出结果 pending",
    NOT_ELIGIBLE: "不符合 not eligible",
}
_CHANGES: Final = {
    "entitled": "新增 entitled",
    "renewed": "延续 renewed",
    "kept": "不变 kept",
    "withdrawn": "撤销 withdrawn",
}
_SUMMARY: Final = {
    "run": "批次 run",
    "state": "状态 state",
    "cutoff": "截止时刻 cut-off",
    "policy": "规则 policy",
    **_CHANGES,
    "missed": "即时处理遗漏 missed by events",
    "units_left_off": "未列出的单位 units left off",
}
_HEADS: Final = {"unit": "单位编号 unit", "name": "单位 name", "area": "区划 area", "units": "单位数 units"}

Cell = str | int


def workbook(report: RunOut) -> bytes:
    """Return an XLSX of a report. Texts are strings: a unit's name that begins like a formula stays what it is."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only who saves a report pays for it

    made = io.BytesIO()
    with Workbook(made, _OPTIONS) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        _sheet(book, "概要 Summary", _summary(report), bold, (34, 40))
        _sheet(book, "单位 Units", _rows(("unit", "name"), report.units), bold, (22, 30))
        _sheet(book, "区划 Areas", _rows(("area", "units"), report.areas), bold, (18, 12))
    return made.getvalue()


def _summary(report: RunOut) -> Iterable[Sequence[Cell]]:
    yield ("项目 item", "数值 value")
    for member, told in _SUMMARY.items():
        yield (told, getattr(report, member))
    for cause, count in report.refused.items():
        yield (f"不符合原因 refused: {cause}", count)
    for stage, seconds in report.stages.items():
        yield (f"用时（秒）seconds: {stage}", seconds)
    for hold in report.holds:
        yield (f"待人工核验 held: {hold.unit}", f"{hold.losing}/{hold.people} {hold.decision}".strip())


def _rows(first: Sequence[str], tallies: Sequence[UnitTally] | Sequence[AreaTally]) -> Iterable[Sequence[Cell]]:
    yield (*(_HEADS[member] for member in first), "人数 people", *_CHANGES.values(), *_COARSE.values())
    for one in tallies:
        refused: Mapping[str, int] = one.refused
        changes = (getattr(one, member) for member in _CHANGES)
        yield (*(getattr(one, member) for member in first), one.people, *changes, *(refused.get(c, 0) for c in _COARSE))


def _sheet(book: Any, name: str, rows: Iterable[Sequence[Cell]], bold: Any, widths: tuple[int, int]) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, widths[0])
    sheet.set_column(1, 1, widths[1])
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            write = sheet.write_string if isinstance(cell, str) else sheet.write_number
            write(line, place, cell, bold if line == 0 else None)
