"""The rows of a results file 核酸检测结果: columns, and the laws a row must keep.

Every time in a file is the laboratory's; the instant of receipt only bounds it and never enters a row, so that the
same row uploaded twice is the same row.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import msgspec

from functions.shared.clock import DAY_S
from functions.shared.identity import Document, DocumentFault
from functions.shared.sheets import Column, RawRow
from functions.shared.sheets.id_cells import id_of, stored_as_number
from functions.shared.sheets.laws import Fault
from functions.shared.sheets.moments import read_instant
from functions.shared.sheets.text import compact

COLUMNS = (
    Column(
        "tube",
        (
            "管码",
            "采样管",
            "采样管码",
            "采样管号",
            "试管号",
            "管号",
            "条码",
            "条形码",
            "样本编号",
            "样本号",
            "tube code",
            "sample id",
        ),
        required=True,
    ),
    Column("revision", ("修订号", "修订", "版本", "版本号", "rev")),
    Column("pool_size", ("混采人数", "混样人数", "人份", "混采比例", "采样方式", "pool")),
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
    Column("sampled_at", ("采样时间", "采样日期", "采集时间", "采集日期", "sample time", "sampled"), required=True),
    Column("reported_at", ("报告时间", "报告日期", "检测时间", "出具时间", "report time", "reported")),
    Column("result", ("结果", "检测结果", "核酸结果", "核酸检测结果", "检验结果", "test result"), required=True),
    Column("site", ("采样点", "采样地点", "采样机构", "采样点名称", "sampling site", "location")),
)
AHEAD_S: Final = 5 * 60  # a laboratory's clock may be this far ahead
OLDEST_S: Final = 14 * DAY_S
_POOL_LARGEST, _REVISION_LARGEST, _SITE_LONGEST = 20, 999, 64
_TUBE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_POOL = re.compile(r"(?:混采)?([0-9]{1,3})(?:混1|合1|:1|人份?|人混采|人混样)?")
_SINGLE = {"", "单采", "单管", "单人单管", "single"}
_BRACKETED = re.compile(r"[()\[\]+\-±—–−\s:]")
# Words only: a bare "-" means "negative" to one laboratory and "nothing here" to another.
_RESULTS = MappingProxyType(
    {
        word: result
        for result, words in {
            "negative": "negative neg 阴性 阴 未检出 核酸阴性 阴性未检出 notdetected",
            "positive": "positive pos 阳性 阳 检出 核酸阳性 检出阳性 detected",
            "inconclusive": "inconclusive 可疑 疑似 待复核 待复检 弱阳性 弱阳 灰区 suspected",
            "void": "void 作废 无效 撤销 invalid",
            "pending": "pending 待出 待检 检测中 未出 待检测 结果未出 结果待出 待出结果",
        }.items()
        for word in words.split()
    }
)


class ResultRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One person's line of a results file, checked; instants in epoch seconds."""

    row: int
    document: Document
    tube: str
    revision: int
    pool_size: int
    sampled_at: int
    reported_at: int | None
    result: str
    site: str

    def shifted(self, seconds: int) -> ResultRow:
        """Return the row with its times put back by a laboratory clock's error."""
        reported_at = None if self.reported_at is None else self.reported_at - seconds
        return msgspec.structs.replace(self, sampled_at=self.sampled_at - seconds, reported_at=reported_at)


def read_result(raw: RawRow, *, suspect: bool) -> ResultRow | list[Fault]:
    """Check one raw row of a results file, all laws but those of time (see `time_fault`).

    `suspect` says that an id of the file has lost digits (see `digits_were_lost`).
    """
    laws: list[tuple[str, str]] = []
    made = _read_row(raw, laws, suspect=suspect)
    if made is not None and not laws:
        return made
    return [Fault(raw.row, column, law) for column, law in laws]


def time_fault(row: ResultRow, *, received_at: int) -> Fault | None:
    """Return the law of time that a row breaks, if any."""
    if row.sampled_at > received_at + AHEAD_S:
        return Fault(row.row, "sampled_at", "sample-in-future")
    if row.sampled_at < received_at - OLDEST_S:
        return Fault(row.row, "sampled_at", "sample-too-old")
    if row.reported_at is None:
        return None
    if row.reported_at < row.sampled_at:
        return Fault(row.row, "reported_at", "report-before-sample")
    if row.reported_at > received_at + AHEAD_S:
        return Fault(row.row, "reported_at", "report-in-future")
    return None


@lru_cache(maxsize=256)
def read_verdict(text: str) -> str | None:
    """Return a result's name here for the word a laboratory uses; None for anything but a word."""
    result = _RESULTS.get(_BRACKETED.sub("", text).lower())
    contradicted = ("+" in text and result == "negative") or ("-" in text and result == "positive")
    return None if contradicted else result


def _read_row(raw: RawRow, laws: list[tuple[str, str]], *, suspect: bool) -> ResultRow | None:
    document: Document | None = None
    try:
        document = id_of(raw, all_suspect=suspect)
    except DocumentFault as fault:
        laws.append(("id_number", fault.law))
    tube, site = _tube(raw, laws), raw.text("site")
    revision = _whole(raw.text("revision") or "0", 0, _REVISION_LARGEST)
    pool_size = _pool_size(raw.text("pool_size"))
    sampled_at = _instant(raw, "sampled_at", laws)
    reported_at = _instant(raw, "reported_at", laws) if "reported_at" in raw.cells else None
    result = read_verdict(raw.text("result"))
    if result is None:
        laws.append(("result", "result" if raw.text("result") else "result-missing"))
    if revision is None:
        laws.append(("revision", "revision"))
    if pool_size is None:
        laws.append(("pool_size", "pool-size"))
    if len(site) > _SITE_LONGEST:
        laws.append(("site", "site"))
    if document is None or revision is None or pool_size is None or sampled_at is None:
        return None
    if result is None:
        return None
    return ResultRow(raw.row, document, tube, revision, pool_size, sampled_at, reported_at, result, site)


def _tube(raw: RawRow, laws: list[tuple[str, str]]) -> str:
    tube = compact(raw.text("tube"))
    if stored_as_number(raw, "tube"):
        laws.append(("tube", "tube-stored-as-number"))
    elif not _TUBE.fullmatch(tube):
        laws.append(("tube", "tube" if tube else "tube-missing"))
    return tube


@lru_cache(maxsize=256)
def _pool_size(text: str) -> int | None:
    plain = compact(text)
    if plain in _SINGLE:
        return 1
    match = _POOL.fullmatch(plain)
    return _whole(match.group(1), 1, _POOL_LARGEST) if match else None


def _whole(text: str, least: int, most: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 5):  # noqa: PLR2004 - longer than any bound here
        return None
    return int(text) if least <= int(text) <= most else None


def _instant(raw: RawRow, column: str, laws: list[tuple[str, str]]) -> int | None:
    if column not in raw.cells:
        laws.append((column, "date-missing"))
        return None
    try:
        return read_instant(raw.cells[column])
    except (ValueError, OverflowError):
        laws.append((column, "date"))
        return None
