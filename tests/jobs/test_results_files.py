"""A results file on its way: what is recorded, what is refused, what waits, and what never waits."""

from __future__ import annotations

import uuid

import pytest

from functions.jobs import service
from functions.jobs.result_rows import read_verdict
from functions.jobs.results_file import read_results
from functions.results import service as results
from functions.shared.clock import DAY_S, HOUR_S, china_time, now
from functions.shared.pids import pid_of
from functions.shared.sheets import RawRow
from functions.shared.sheets.text import fold
from tests.jobs.driving import Steps, person_id, upload_results

HEADER = "管码,身份证号,采样时间,报告时间,结果,混采人数,采样点\n"


def line(number: int, *, at: int, result: str = "阴性", tube: str = "", reported: int = 0) -> str:
    reported_at = china_time(reported or at + 60)
    return f"{tube or f'T{number}'},{person_id(number)},{china_time(at)},{reported_at},{result},1,东门\n"


def lab() -> str:
    return f"L-{uuid.uuid4().hex[:12]}"


def history(number: int, laboratory: str) -> list[tuple[str, int]]:
    rows = results.history(pid_of("resident-id", person_id(number)), now())
    return [(row.result, row.sampled_at) for row in rows if row.lab == laboratory]


def test_rows_are_recorded_under_the_laboratorys_own_name(steps: Steps) -> None:
    """Good rows are in the table; the laws of time name the bad ones."""
    laboratory, at = lab(), now() // 60 * 60
    rows = [
        line(1, at=at - HOUR_S),
        line(2, at=at + HOUR_S),
        line(3, at=at - 15 * DAY_S),
        line(4, at=at - HOUR_S, reported=at - 2 * HOUR_S),
        line(5, at=at - HOUR_S, reported=at + HOUR_S),
        line(6, at=at - HOUR_S, result="-"),
    ]
    head = upload_results(laboratory, (HEADER + "".join(rows)).encode("gb18030"))
    steps.finish()
    done = service.find(head.job, now())
    text = service.errors(done)
    assert isinstance(text, bytes)
    assert [part.split(":")[0] for part in text.decode("utf-8-sig").splitlines()[1:]] == [
        '3,sampled_at,"sample-in-future',
        '4,sampled_at,"sample-too-old',
        '5,reported_at,"report-before-sample',
        '6,reported_at,"report-in-future',
        '7,result,"result',
    ]
    assert (done.state, done.rows_total, done.rows_rejected) == ("held", 6, 5) or done.state == "done"
    if done.state == "held":
        service.decide(done, "apply", "checked", actor="officer:x", owner=False, at=now())
        steps.finish()
    assert history(1, laboratory) == [("negative", at - HOUR_S)]


def test_a_positive_is_never_held(steps: Steps) -> None:
    """A file that waits for a person still records its positives and inconclusives, also when it is cancelled."""
    laboratory, at = lab(), now() // 60 * 60
    bad = "".join(f"T9{n},9901011990010{n:02d}000,{china_time(at - 60)},,阴性,1,\n" for n in range(10, 22))
    words = {1: "阴性", 2: "阳性", 3: "可疑"}
    good = "".join(line(n, at=at - HOUR_S, result=word) for n, word in words.items())
    head = upload_results(laboratory, (HEADER + good + bad).encode())
    steps.finish()
    held = service.find(head.job, now())
    assert held.state == "held"
    assert [history(n, laboratory) != [] for n in (1, 2, 3)] == [False, True, True]
    service.decide(held, "apply", "checked", actor="officer:x", owner=False, at=now())
    steps.finish()
    assert service.find(head.job, now()).state == "done"
    assert history(1, laboratory) == [("negative", at - HOUR_S)]


def test_a_laboratorys_clock_is_one_fault_with_one_offer(steps: Steps) -> None:
    """A whole file 8 hours ahead is held once; to apply it puts every time back."""
    laboratory, at = lab(), now() // 60 * 60
    shifted = "".join(line(n, at=at - 600 + 8 * HOUR_S) for n in range(6))
    head = upload_results(laboratory, (HEADER + shifted).encode())
    steps.finish()
    held = service.find(head.job, now())
    assert (held.state, held.shift_s, held.rows_rejected) == ("held", 8 * HOUR_S, 0)
    assert held.cause.startswith("clock: ")
    assert history(1, laboratory) == []
    service.decide(held, "apply", "their clock", actor="officer:x", owner=False, at=now())
    steps.finish()
    assert history(1, laboratory) == [("negative", at - 600)]


def test_the_same_file_again_is_the_same_job(steps: Steps) -> None:
    """Results that were recorded are not recorded again."""
    laboratory = lab()
    data = (HEADER + line(1, at=now() - HOUR_S)).encode()
    first = upload_results(laboratory, data)
    steps.finish()
    assert upload_results(laboratory, data).job == first.job


def raw(**cells: object) -> RawRow:
    usual = {"tube": "T1", "id_number": person_id(1), "sampled_at": "2026-11-22 08:05", "result": "阴性"}
    return RawRow(2, {name: cell for name, cell in {**usual, **cells}.items() if cell is not None})  # type: ignore[misc]


@pytest.mark.parametrize(
    ("cells", "column", "law"),
    [
        ({"tube": None}, "tube", "tube-missing"),
        ({"tube": "T 1#2"}, "tube", "tube"),
        ({"tube": 1.23456789012345e18}, "tube", "tube-stored-as-number"),
        ({"id_number": 9.9010119900101e17}, "id_number", "id-stored-as-number"),
        ({"id_number": "9.90101E+17"}, "id_number", "id-stored-as-number"),
        ({"id_number": "-1.00000000000000e+15"}, "id_number", "id-stored-as-number"),  # as we write it ourselves
        ({"revision": "1000"}, "revision", "revision"),
        ({"revision": "-1"}, "revision", "revision"),
        ({"pool_size": "21"}, "pool_size", "pool-size"),
        ({"pool_size": "0"}, "pool_size", "pool-size"),
        ({"sampled_at": None}, "sampled_at", "date-missing"),
        ({"sampled_at": "昨天"}, "sampled_at", "date"),
        ({"result": None}, "result", "result-missing"),
        ({"result": "阴性(+)"}, "result", "result"),
        ({"site": "x" * 65}, "site", "site"),
    ],
)
def test_each_law_of_a_row_names_its_column(cells: dict[str, object], column: str, law: str) -> None:
    """One broken law, one fault, no good row."""
    found = read_results([raw(**cells)])
    assert [(fault.column, fault.law) for fault in found.faults.all] == [(column, law)]
    assert list(found.good.taken()) == []


@pytest.mark.parametrize(
    ("text", "size"), [("", 1), ("单采", 1), ("10", 10), ("10:1", 10), ("10混1", 10), ("20人混采", 20)]
)
def test_pools_are_written_in_many_ways(text: str, size: int) -> None:
    """A mixing ratio is the number of people."""
    (row,) = read_results([raw(pool_size=text)]).good.taken()
    assert row.pool_size == size


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("阴", "negative"),
        ("阴性(-)", "negative"),
        ("阴性（－）", "negative"),
        ("未检出", "negative"),
        ("阳性（+）", "positive"),
        ("Positive", "positive"),
        ("可疑", "inconclusive"),
        ("作废", "void"),
        ("待出", "pending"),
        ("-", None),
        ("+", None),
        ("阳性(-)", None),
        ("ok", None),
    ],
)
def test_a_result_is_a_word(text: str, result: str | None) -> None:
    """Signs alone, and signs that contradict the word, are not guessed."""
    assert read_verdict(fold(text)) == result
