"""Write the example district's files, with times relative to now: `python -m examples.make FOLDER`.

The people are the same each time; only the times of their samples move. Every id passes its check digit in an area
code that is not assigned, so it is nobody's. `--templates` writes the two templates to download instead.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from examples.workbook import Cell, write_xlsx

HERE = Path(__file__).resolve().parent
CHINA = timezone(timedelta(hours=8), "CST")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂英华玉兰建国文婷雪晨宇"
ROLES = ("配送员", "分拣员", "司机", "护士", "医生", "保洁", "维修工", "检验员", "收银员", "保安")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Example:
    """An invented person."""

    name: str
    id_type: str
    id_number: str
    phone: str
    role: str


def people_of(unit: str, count: int) -> list[Example]:
    """Return a unit's people, the same each time."""
    chance = random.Random(f"epipass {unit}")  # noqa: S311 - examples are to repeat, not to be secret
    return [_person(chance, number) for number in range(count)]


def _person(chance: random.Random, number: int) -> Example:
    given = "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2))))
    born = datetime(1962, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(15_000))
    first = f"990101{born:%Y%m%d}{chance.randrange(100, 1000)}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]
    phone = f"139{chance.randrange(10**8):08d}"
    return Example(chance.choice(SURNAMES) + given, "身份证", first + check, phone, ROLES[number % len(ROLES)])


def _wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) if character.isdigit() else character for character in text)


def _csv(rows: list[list[str]], encoding: str, delimiter: str = ",") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode(encoding)


def staff_lists(district: dict[str, Any]) -> dict[str, bytes]:
    """Return the four staff lists, each with the mess of its kind and a few bad rows."""
    units = {unit["unit"]: people_of(unit["unit"], unit["people"]) for unit in district["units"]}
    return {
        "U-100-qinghe.csv": _food(units["U-100"]),
        "U-200-hospital.xlsx": _hospital(units["U-200"]),
        "U-300-water-gb18030.csv": _water(units["U-300"]),
        "U-400-market.xlsx": _market(units["U-400"]),
    }


def _food(people: list[Example]) -> bytes:
    rows = [["姓名", "身份证号（必填）", "手机号", "岗位", "有效期至"]]
    rows += [[one.name, one.id_number, one.phone, one.role, ""] for one in people]
    rows[3][1], rows[4][2] = f"'{rows[3][1]}", f"+86 {rows[4][2][:3]} {rows[4][2][3:7]} {rows[4][2][7:]}"
    rows[5][1] = _wide(rows[5][1])
    rows += [
        ["马超", "990101199003070019", "13900000000", "司机", ""],  # a mistyped digit
        ["何平", "9.90101E+17", "13900000001", "司机", ""],  # stored as a number
        [people[0].name, people[0].id_number, "13812345678", "调度员", ""],  # the same person again, with a new phone
    ]
    return _csv(rows, "utf-8-sig")


def _hospital(people: list[Example]) -> bytes:
    rows: list[list[Cell]] = [
        ["云岭区示范医院在岗人员名单（样本）"],
        [],
        ["序号", "姓名", "证件类型", "证件号码", "联系电话", "岗位", "工作场所"],
    ]
    rows += [
        [number, one.name, one.id_type, one.id_number, int(one.phone), one.role, "门诊楼;住院部"]
        for number, one in enumerate(people, start=1)
    ]
    lost = people[7]
    rows[10][3] = float(lost.id_number[:17] + "0")  # typed into a column of numbers: its last digits are gone
    rows[12][4] = "12345"
    rows.append([31, "郭雪", "难民旅行证", "RT-0042", "", "检验员", ""])
    rows.append(["注：以上人员均已完成岗前培训"])
    return write_xlsx(rows)


def _water(people: list[Example]) -> bytes:
    rows = [["云岭自来水公司人员名单"], [], ["姓名", "证件号", "联系电话", "工种", "截止日期"]]
    until = (datetime.now(CHINA) + timedelta(days=60)).strftime("%Y年%m月%d日")
    rows += [[one.name, one.id_number, one.phone, one.role, until] for one in people]
    rows[6][4] = "长期"
    rows[8][4] = "2021.3.21"  # over already
    rows.append(["", people[1].id_number[:-1], "", "", ""])
    return _csv(rows, "gb18030", ";")


def _market(people: list[Example]) -> bytes:
    rows: list[list[Cell]] = [["Name", "Document type", "ID number", "Mobile", "Position", "Valid until"]]
    until = datetime.now() + timedelta(days=45)  # noqa: DTZ005 - a spreadsheet knows no zones
    rows += [[one.name, "resident id", one.id_number, one.phone, one.role, until] for one in people]
    rows += [
        ["Maria Schmidt", "passport", "C01X0004T", "13700000001", "buyer", until],
        ["欧阳娜娜", "港澳居民来往内地通行证", "H0123456701", "13700000002", "收银员", until],
        ["林书豪", "台胞证", "01234567", "13700000003", "收银员", None],
        ["Ivan Petrov", "passport", "??", "13700000004", "buyer", None],
    ]
    return write_xlsx(rows)


RESULT_HEADER: list[str] = ["管码", "修订号", "混采人数", "证件号码", "采样时间", "报告时间", "检测结果", "采样点"]


def results(district: dict[str, Any], now: datetime) -> dict[str, bytes]:
    """Return the laboratories' files: duplicates, a correction, a pool, one positive, pending, void, too old."""
    units = {unit["unit"]: people_of(unit["unit"], unit["people"]) for unit in district["units"]}
    first = [*units["U-100"], *units["U-200"][:22]]
    second = [*units["U-200"][22:], *units["U-300"], *units["U-400"]]
    return {
        "L-10-morning.xlsx": _morning(first, now),
        "L-20-night-gb18030.csv": _night(second, now),
        "L-20-corrections.jsonl": _corrections(second, now),
    }


def _morning(people: list[Example], now: datetime) -> bytes:
    rows: list[list[Cell]] = [["信禾医学检验所 核酸检测结果（样本）"], [*RESULT_HEADER]]
    for number, one in enumerate(people[:-3]):  # the last three were not tested
        sampled = (now - timedelta(hours=4 + number % 20, minutes=number)).replace(tzinfo=None)
        result = "待出" if number == 5 else "阴性"  # noqa: PLR2004 - one pending result
        reported = None if number == 5 else sampled + timedelta(hours=3)  # noqa: PLR2004 - the same
        rows.append([f"XH{number:05d}", 0, 1, one.id_number, sampled, reported, result, "云岭采样点1号"])
    rows[9][4] = (now - timedelta(hours=53)).replace(tzinfo=None)  # older than 48 h, so no pass
    rows[9][5] = (now - timedelta(hours=50)).replace(tzinfo=None)
    rows[11][6] = "作废"
    rows.append(rows[4])  # the same row twice
    rows.append(["XH99999", 0, 1, people[0].id_number, "昨天", None, "阴性", ""])
    return write_xlsx(rows)


def _night(people: list[Example], now: datetime) -> bytes:
    rows = [RESULT_HEADER]
    for number, one in enumerate(people[:-10]):
        sampled = now - timedelta(hours=10, minutes=number)
        reported = sampled + timedelta(hours=4)
        result = "阳性(+)" if number == 9 else "未检出"  # noqa: PLR2004 - the one positive
        rows.append(
            [
                f"DL{number:05d}",
                "",
                "单采",
                one.id_number,
                f"{sampled:%Y/%m/%d %H:%M}",
                f"{reported:%Y/%m/%d %H:%M}",
                result,
                "东岭采样点",
            ]
        )
    sampled = now - timedelta(hours=6)
    pool = ["", "10:1"]  # ten people in one tube
    when = f"{sampled:%Y.%m.%d %H:%M}"
    rows += [["DLP00001", *pool, one.id_number, when, "", "阴性", "港湾采样点"] for one in people[-10:]]
    rows.append(
        ["DL00777", "", "单采", people[2].id_number, f"{now + timedelta(days=2):%Y/%m/%d %H:%M}", "", "阴性", ""]
    )
    rows.append(["DL00778", "", "30", people[3].id_number, f"{sampled:%Y/%m/%d %H:%M}", "", "阴性", ""])
    return _csv(rows, "gb18030")


def _corrections(people: list[Example], now: datetime) -> bytes:
    sampled = now - timedelta(hours=10, minutes=4)
    usual = {"tube": "DL00004", "id_number": people[4].id_number, "sampled_at": sampled.isoformat(timespec="seconds")}
    reported = (now - timedelta(hours=1)).isoformat(timespec="seconds")
    lines = [
        {**usual, "revision": 1, "result": "inconclusive", "reported_at": reported, "site": "东岭采样点"},
        {**usual, "revision": 1, "result": "inconclusive", "reported_at": reported, "site": "东岭采样点"},
        {
            **usual,
            "tube": "DL00006",
            "id_number": people[6].id_number,
            "revision": 1,
            "result": "void",
            "reported_at": reported,
        },
    ]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode() + b"\n"


def templates() -> dict[str, bytes]:
    """Return the templates to download: every column is text, so that no spreadsheet drops a digit."""
    staff = [
        "name 姓名",
        "id_type 证件类型",
        "id_number 证件号码",
        "phone 手机号",
        "role 岗位",
        "venues 场所",
        "valid_until 有效期至",
    ]
    tested = ["tube 管码", "revision 修订号", "pool_size 混采人数", "id_type 证件类型", "id_number 证件号码"]
    tested += ["sampled_at 采样时间", "reported_at 报告时间", "result 结果", "site 采样点"]
    applied = ["name 场所名称", "area 社区代码", "category 类别", "address 地址", "parent 所在场所", "contact 联系人"]
    applied += ["phone 联系电话", "latitude 纬度", "longitude 经度", "system 坐标系", "hours 营业时间"]
    applied += ["peak_per_hour 高峰人数", "moves 移动场所"]
    return {
        "venue-applications.xlsx": write_xlsx([applied], text_columns=len(applied)),
        "staff-list.xlsx": write_xlsx([staff], text_columns=len(staff)),
        "results.xlsx": write_xlsx([tested], text_columns=len(tested)),
    }


def main(arguments: list[str]) -> None:
    """Write the files that were asked for and say where."""
    if arguments == ["--templates"]:
        folder, files = HERE / "templates", templates()
    else:
        folder = Path(arguments[0] if arguments else "examples-now")
        district = json.loads((HERE / "district.json").read_text(encoding="utf-8"))
        files = {**staff_lists(district), **results(district, datetime.now(CHINA).replace(second=0, microsecond=0))}
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    print(f"{len(files)} files in {folder}")


if __name__ == "__main__":
    main(sys.argv[1:])
