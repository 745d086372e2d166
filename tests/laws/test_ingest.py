"""Ingest at mass screening: nothing lost, nothing doubled, every rejected row explained; in the table and in the lake."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.jobs import applying, service
from functions.jobs.model import Head
from functions.shared.clock import DAY_S, HOUR_S, now
from infra.local import Service
from tests.jobs.driving import Killed, Steps, kill_at, steps_of, upload_results
from tests.laws import screening
from tests.laws.screening import Format, Line

MINUTE_S = 60
NOON = now() // MINUTE_S * MINUTE_S - 6 * HOUR_S
MOST_WRITES = 80
pytestmark = pytest.mark.usefixtures("own_lake")
FORMATS = get_args(Format)


@pytest.fixture
def steps(engine: Service, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Steps that wait until the test takes them."""
    return steps_of(engine, monkeypatch)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the lake's files are kept that were read already."""
    return tmp_path_factory.mktemp("lake")


def new_lab() -> str:
    """Name a laboratory nobody else uses."""
    return f"L-{uuid.uuid4().hex[:12]}"


def send(lab: str, lines: Sequence[Line], file_format: Format = "csv", *, at: int = 0) -> Head:
    """Upload lines as a file of a laboratory."""
    return upload_results(lab, screening.written(lines, file_format), at=at, file_format=file_format)


def holds(engine: Service, folder: Path, sent: Mapping[str, Sequence[Sequence[Line]]]) -> None:
    """Check that what stands of each laboratory, and what the lake has, are its files: no row more, none less."""
    table, lake = screening.in_table(engine, sent), screening.in_lake(engine, folder, sent)
    for lab, files in sent.items():
        lines = [line for lines in files for line in lines if not line.fault]
        wanted = screening.standing(lab, lines)
        assert table[lab] == wanted
        assert lake[lab] == Counter((screening.pid(line), line.tube, screening.facts(line)) for line in lines)
        assert screening.stands_in_lake(lab, lake[lab], lines) == wanted


def explained(head: Head, lines: Sequence[Line], file_format: Format = "csv") -> None:
    """Check that a job's `errors.csv` names each bad row, by the law it was made to break, and no other."""
    first = 1 if file_format == "jsonl" else 2
    broken = [(row, *line.fault) for row, line in enumerate(lines, start=first) if line.fault]
    done = service.find(head.job, now())
    assert (int(done.rows_total), int(done.rows_rejected)) == (len(lines), len(broken))
    assert screening.rejected(service.errors(done)) == broken


LINES = st.builds(
    Line,
    person=st.integers(0, 3),
    tube=st.sampled_from(("T1", "T2")),
    result=st.sampled_from(screening.SEVERITY),
    revision=st.integers(0, 2),
    sampled_at=st.sampled_from((NOON, NOON - HOUR_S)),
    reported_at=st.sampled_from((None, NOON + HOUR_S)),
    pool_size=st.sampled_from((1, 1, 10)),
    fault=st.sampled_from((None,) * 6 + tuple(screening.BREAKING)),
)
FILES = st.lists(st.tuples(st.lists(LINES, min_size=1, max_size=8), st.sampled_from(FORMATS)), min_size=1, max_size=4)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES, again=st.integers(0, 3))
def test_whatever_arrives_in_whatever_order_is_what_was_sent(
    engine: Service, steps: Steps, folder: Path, files: list[tuple[list[Line], Format]], again: int
) -> None:
    """Duplicates in a file and across files, revisions before what they revise, ties, bad rows, a file sent twice."""
    lab = new_lab()
    contents = [(lines, form, screening.written(lines, form)) for lines, form in files]
    jobs = {}
    for lines, form, data in [*contents, *contents[again : again + 1]]:
        jobs[upload_results(lab, data, file_format=form).job] = lines, form
    steps.finish()
    assert len(jobs) == len({(form, data) for _, form, data in contents})
    for job, (lines, form) in jobs.items():
        head = service.find(job, now())
        if head.state == "held":  # most bad rows break one law: an officer lets it through
            service.decide(head, "apply", "seen", actor="officer:x", owner=False, at=now())
            steps.finish()
        explained(head, lines, form)
        assert service.find(job, now()).state == ("failed" if all(line.fault for line in lines) else "done")
    holds(engine, folder, {lab: [lines for lines, _ in jobs.values()]})


def test_forty_laboratories_at_once(engine: Service, steps: Steps, folder: Path) -> None:
    """Each sends two files that overlap, by several workers in no order: each has its own rows and nobody else's."""
    labs = [new_lab() for _ in range(40)]

    def files(place: int) -> list[list[Line]]:
        some = [Line(person, f"T{person // 2}", sampled_at=NOON) for person in range(place, place + 12)]
        bad = replace(some[3], fault=tuple(screening.BREAKING)[place % len(screening.BREAKING)])
        late = [replace(some[5], result="positive", revision=1), replace(some[6], result="void", revision=1), *some[7:]]
        return [[*some, bad], late]

    def sent(place: int) -> list[tuple[Head, list[Line]]]:
        form: Format = FORMATS[place % 2]
        return [(send(labs[place], lines, form), lines) for lines in reversed(files(place))]

    with ThreadPoolExecutor(8) as pool:
        heads = list(pool.map(sent, range(40)))
    screening.worked(engine, steps.url, workers=6)
    for place, some in enumerate(heads):
        for head, lines in some:
            assert service.find(head.job, now()).state == "done"
            explained(head, lines, FORMATS[place % 2])
    holds(engine, folder, {lab: files(place) for place, lab in enumerate(labs)})


def test_yesterday_s_file_again_changes_nothing(engine: Service, steps: Steps, folder: Path) -> None:
    """The same bytes are the same job; the same rows in another order and format write no row and lose none."""
    lab, lines = new_lab(), [Line(person, f"T{person}", sampled_at=NOON) for person in range(9)]
    lines += [replace(lines[4], result="positive", revision=1), replace(lines[5], site="西门")]
    first = send(lab, lines)
    steps.finish()
    rows = engine.client("dynamodb").scan(TableName=engine.environment["TABLE_RESULT"], ConsistentRead=True)["Items"]
    assert send(lab, lines, at=now() + DAY_S).job == first.job
    steps.finish()
    holds(engine, folder, {lab: [lines]})
    for file_format in ("jsonl", "xlsx"):
        assert send(lab, screening.shuffled(lines, 7), file_format, at=now() + HOUR_S).job != first.job
    steps.finish()
    holds(engine, folder, {lab: [lines] * 3})
    # Not even when it was received is written again: a row's retention begins once.
    again = engine.client("dynamodb").scan(TableName=engine.environment["TABLE_RESULT"], ConsistentRead=True)["Items"]
    assert [row for row in again if row not in rows] == []


def test_a_clock_an_hour_ahead_is_one_fault_with_one_offer(engine: Service, steps: Steps, folder: Path) -> None:
    """The file waits once, however often it is sent; what is applied is corrected, in the table and in the lake."""
    lab, taken = new_lab(), now() // MINUTE_S * MINUTE_S - 10 * MINUTE_S
    true = [Line(person, f"T{person}", sampled_at=taken - 50 * MINUTE_S, reported_at=taken) for person in range(12)]
    true[3] = replace(true[3], result="positive")
    shown = [replace(one, sampled_at=one.sampled_at + HOUR_S, reported_at=taken + HOUR_S) for one in true]
    head = send(lab, shown)
    assert send(lab, shown).job == head.job
    steps.finish()
    held = service.find(head.job, now())
    assert (held.state, [kind for kind, _ in held.holds or []], int(held.shift_s)) == ("held", ["clock"], HOUR_S)
    assert int(held.rows_rejected) == 0
    holds(engine, folder, {lab: [true[3:4]]})  # a positive waits for nobody, and is corrected as well
    assert send(lab, shown).job == head.job
    steps.finish()
    service.decide(service.find(head.job, now()), "apply", "their clock", actor="officer:x", owner=False, at=now())
    service.decide(service.find(head.job, now()), "apply", "their clock", actor="officer:y", owner=False, at=now())
    steps.finish()
    assert service.find(head.job, now()).state == "done"
    holds(engine, folder, {lab: [true]})


@pytest.mark.parametrize("contradicting", [False, True])
def test_two_uploads_that_race(engine: Service, steps: Steps, folder: Path, *, contradicting: bool) -> None:
    """The same content is one job; contradicting content ends as the more cautious word, whoever was first."""
    lab, lines = new_lab(), [Line(person, f"T{person}", sampled_at=NOON) for person in range(30)]
    other = [replace(line, result=("positive", "void", "pending")[line.person % 3]) for line in lines]
    files = [lines, other] if contradicting else [lines, lines]
    with ThreadPoolExecutor(4) as pool:
        heads = list(pool.map(lambda some: send(lab, some), files * 2))
    assert len({head.job for head in heads}) == (2 if contradicting else 1)
    screening.worked(engine, steps.url, workers=4)
    assert {service.find(head.job, now()).state for head in heads} == {"done"}
    holds(engine, folder, {lab: files if contradicting else [lines]})


def test_killed_at_any_write_and_continued_it_ends_the_same(
    engine: Service, steps: Steps, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Die at each write in turn: the laboratory's own program sends the file again.

    Every other write is lost with the process; of the ones between only the answer is, which leaves behind what a death
    before the next write does.
    """
    monkeypatch.setattr(applying, "LEASE_S", 0)  # a dead worker's lease has run out by the time its message returns
    bad = Line(9, "T9", sampled_at=NOON, fault=("result", "result"))
    for number in range(1, MOST_WRITES):
        lab, results = new_lab(), ("negative", "positive", "void", "pending")
        lines = [Line(place, f"T{place}", result, sampled_at=NOON) for place, result in enumerate(results)]
        lines = [*lines, replace(lines[0], result="positive", revision=1), lines[1], bad]
        with kill_at(number, after=number % 2 == 0) as count:
            try:
                send(lab, lines)
                steps.finish()
            except Killed:
                pass
            reached = count()
        head = send(lab, lines)
        steps.finish()
        explained(head, lines)
        assert service.find(head.job, now()).state == "done"
        holds(engine, folder, {lab: [lines]})
        if reached < number:
            break
    else:
        raise AssertionError("a file takes more writes than were tried")
    assert number > 15
