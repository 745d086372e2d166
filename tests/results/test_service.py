"""Results in the real table: law 1 under conditional writes, in single requests and in transactions."""

from __future__ import annotations

import random
from dataclasses import replace
from uuid import uuid4

import pytest

from functions.results import service
from functions.results.model import ResultRow, row_of
from functions.results.rules import RETENTION_S, Result, of_person
from infra.local import Service

AT = 4_098_996_000  # in 2099: the engine deletes rows whose life is over, as DynamoDB does
HOUR = 3600

pytestmark = pytest.mark.usefixtures("engine")


def people(count: int) -> list[str]:
    """Fresh pids: the engine is shared."""
    return [uuid4().hex[:22] for _ in range(count)]


def made(pid: str, tube: str, result: str = "negative", **changes: object) -> Result:
    """A single-person row of an hour ago."""
    row = Result(pid, "L1", tube, 0, 1, AT - HOUR, AT, result, "S1")  # type: ignore[arg-type]
    return replace(row, **changes)  # type: ignore[arg-type]


def story() -> tuple[list[str], list[Result]]:
    """A history with a correction, a reassignment, a pool, a void and a tie, of three fresh people."""
    who, tubes = people(3), [uuid4().hex[:10] for _ in range(5)]
    rows = [
        made(who[0], tubes[0], "positive"),
        made(who[0], tubes[0], "negative", revision=1),
        made(who[0], tubes[1], "pending", reported_at=None),
        made(who[0], tubes[1], "negative"),
        made(who[0], tubes[2]),
        made(who[1], tubes[2], revision=1),
        made(who[1], tubes[3], "positive", pool_size=10),
        made(who[2], tubes[3], "positive", pool_size=10),
        made(who[2], tubes[3], "void", pool_size=10, revision=1),
        made(who[2], tubes[4], site="here"),
        made(who[2], tubes[4], site="there"),
    ]
    return who, rows


@pytest.mark.parametrize("rows_per_write", ["1", "100"])
def test_any_arrival_gives_the_same_history(
    rows_per_write: str, engine: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shuffled, cut into batches and partly repeated, the table holds what the pure rules say."""
    monkeypatch.setenv("RESULT_ROWS_PER_WRITE", rows_per_write)
    for seed in range(4):
        chance = random.Random(seed)  # noqa: S311 - a repeatable shuffle
        who, rows = story()
        sent = [*rows, *chance.sample(rows, 4)]
        chance.shuffle(sent)
        while sent:
            batch, sent = sent[: chance.randint(1, 6)], sent[6:] if len(sent) > 6 else []
            service.record(batch, AT)
        service.record(rows, AT)
        for pid in who:
            assert service.history(pid, AT) == list(of_person(pid, rows)), (engine.url, seed)


def test_the_same_rows_twice_change_nothing() -> None:
    """A repetition is counted as unchanged and does not touch the stored row."""
    _, rows = story()
    first = service.record(rows, AT)
    assert first == service.Recorded(applied=7, unchanged=4)
    assert service.record(rows, AT + 99) == service.Recorded(applied=0, unchanged=11)
    stored = ResultRow.get(rows[0].pid, f"L1#{rows[0].tube}", consistent_read=True)
    assert int(stored.received_at) == AT


def test_a_lower_order_that_lost_the_race_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The read before the write only saves requests: the write's own condition decides, row by row."""
    monkeypatch.setenv("RESULT_ROWS_PER_WRITE", "100")
    pid, tubes = uuid4().hex[:22], [uuid4().hex for _ in range(3)]
    service.record([made(pid, tubes[0], revision=5)], AT)
    late = [row_of(row, row.order, AT) for row in (made(pid, tube) for tube in tubes)]
    assert service._write(late) == 2
    assert {row.revision for row in service.history(pid, AT)} == {0, 5}


def test_a_row_past_its_retention_is_never_read() -> None:
    """Law 8: storage deletes late, so reading filters by age."""
    pid = uuid4().hex[:22]
    service.record([made(pid, "t")], AT)
    assert len(service.history(pid, AT + RETENTION_S - 1)) == 1
    assert service.history(pid, AT + RETENTION_S) == []


def test_a_tube_names_its_people() -> None:
    """The index answers whom a reassignment concerns."""
    who, tube = people(2), uuid4().hex
    service.record([made(who[0], tube), made(who[1], tube, revision=2), made(who[1], tube + "x")], AT)
    assert service.people_of("L1", tube) == set(who)
    assert [row.result for row in service.history(who[0], AT)] == ["void"]


def test_many_rows_are_written_in_few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand rows of one file all arrive, and all are known at the second time."""
    monkeypatch.setenv("RESULT_ROWS_PER_WRITE", "100")
    rows = [made(pid, pid[:12]) for pid in people(1000)]
    assert service.record(rows, AT).applied == 1000
    assert service.record(rows[::-1], AT).unchanged == 1000
