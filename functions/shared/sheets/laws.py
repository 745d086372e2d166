"""What makes one row bad, and `errors.csv`, which says so: row, column, law, never a cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from functions.shared.sheets.text import neutral

# law -> (English, Chinese): what is wrong and what to do, for the clerk who reads `errors.csv`.
ROW_LAWS: Final = {
    "id-stored-as-number": (
        (
            "An 18-digit id stored as a number has lost its last three digits. "
            "Format the column as text, then type or paste the ids again."
        ),
        "以数字保存的18位证件号已丢失末三位。请先把该列设为“文本”格式，再重新录入或粘贴。",
    ),
    "id-missing": ("The id number is missing.", "缺少证件号码。"),
    "id-length": ("The id number has the wrong length for its type.", "证件号码位数与证件类型不符。"),
    "id-form": ("The id number does not have the form of its type.", "证件号码格式与证件类型不符。"),
    "id-birth-date": ("The date of birth in the id number is no date.", "证件号码中的出生日期无效。"),
    "id-check-digit": (
        "The id number's check character does not fit; a digit is mistyped.",
        "证件号码校验位不符，请核对。",
    ),
    "name-missing": ("The name is missing.", "缺少姓名。"),
    "name": (
        "This is no name: 1 to 64 characters, a letter among them, not a formula.",
        "姓名须为1至64个字符，且不能是公式。",
    ),
    "phone": ("This is no mainland mobile number.", "不是有效的大陆手机号。"),
    "role": ("The role is longer than 32 characters.", "岗位超过32个字符。"),
    "venues": ("At most 8 venues of 1 to 32 characters.", "场所最多8个，每个1至32个字符。"),
    "date": (
        "This is no date; write 2026-03-21 or 2026-03-21 08:05.",
        "日期无法识别，请写成2026-03-21或2026-03-21 08:05。",
    ),
    "date-missing": ("The date is missing.", "缺少日期。"),
    "until-past": ("This date is over already.", "该日期已过。"),
    "tube-missing": ("The tube is missing.", "缺少管码。"),
    "tube": ("A tube is 1 to 32 letters, digits, _ and -.", "管码须为1至32位字母、数字、_或-。"),
    "tube-stored-as-number": (
        "A long tube code stored as a number has lost digits. Format the column as text and enter it again.",
        "以数字保存的长管码已丢失位数，请把该列设为“文本”格式后重新录入。",
    ),
    "revision": ("A revision is a whole number from 0 to 999.", "修订号须为0至999的整数。"),
    "pool-size": ("A pool holds 1 to 20 people.", "混采人数须为1至20。"),
    "result-missing": ("The result is missing.", "缺少结果。"),
    "result": (
        "The result is one of negative, positive, inconclusive, void and pending, in words.",
        "结果须写明：阴性、阳性、可疑、作废或待出。",
    ),
    "site": ("The site is longer than 64 characters.", "采样点超过64个字符。"),
    "sample-in-future": (
        "The sample is later than the file's receipt; check the clock.",
        "采样时间晚于上传时间，请核对时钟。",
    ),
    "sample-too-old": ("The sample is older than 14 days.", "采样时间超过14天。"),
    "report-before-sample": ("The report is earlier than the sample.", "报告时间早于采样时间。"),
    "report-in-future": ("The report is later than the file's receipt.", "报告时间晚于上传时间。"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken law: the spreadsheet's own row number, the column, and the law, a key of `ROW_LAWS`."""

    row: int
    column: str
    law: str


def sentence(law: str) -> str:
    """Return a law's name with its sentence in both languages."""
    english, chinese = ROW_LAWS[law]
    return f"{law}: {english} {chinese}"


def errors_csv(faults: Iterable[Fault]) -> Iterator[bytes]:
    """Yield the lines of `errors.csv`, in order of rows: UTF-8, the bare header first, as programs read it.

    Line by line, because a file of a million bad rows makes hundreds of megabytes of sentences.
    """
    yield b"row,column,law\r\n"
    told = {law: _quoted(sentence(law)) for law in ROW_LAWS}
    for fault in sorted(faults, key=lambda fault: (fault.row, fault.column, fault.law)):
        yield f"{fault.row},{neutral(fault.column)},{told[fault.law]}\r\n".encode()


def read_errors(data: bytes) -> list[Fault]:
    """Read back the faults that `errors_csv` wrote."""
    lines = csv.reader(io.StringIO(data.decode(), newline=""))
    next(lines, None)  # the header
    return [Fault(int(row), column, text.partition(":")[0]) for row, column, text in lines]


def _quoted(text: str) -> str:
    doubled = neutral(text).replace('"', '""')
    return f'"{doubled}"'
