"""Under a rush the local server works for so many, lets so many wait, and refuses everybody else at once."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from infra.local.turns import Turns

SOON_S = 30.0  # far beyond what any of this takes; nothing waits for it unless it is broken


class Work:
    """Requests that end when the test says so."""

    def __init__(self, turns: Turns, threads: int) -> None:
        self.turns, self.pool, self.going = turns, ThreadPoolExecutor(threads), threading.Semaphore(0)
        self.order: list[int] = []
        self._end = threading.Semaphore(0)

    def start(self, number: int) -> Future[bool]:
        """Ask for a turn in a thread of its own."""
        return self.pool.submit(self._one, number)

    def _one(self, number: int) -> bool:
        with self.turns.turn() as mine:
            if mine:
                self.order.append(number)
                self.going.release()
                assert self._end.acquire(timeout=SOON_S)
            return mine

    def await_going(self) -> None:
        """Return when one more has begun."""
        assert self.going.acquire(timeout=SOON_S)

    def end_one(self) -> None:
        """Let one of those at work end."""
        self._end.release()


def await_line(turns: Turns, length: int) -> None:
    """Return when so many stand in line."""
    ticks = threading.Event()
    for _ in range(3_000):
        if len(turns._line) == length:
            return
        ticks.wait(0.01)
    pytest.fail(f"the line is {len(turns._line)} long")


def test_whoever_finds_the_line_full_is_refused_at_once_and_nobody_in_it_loses_their_turn() -> None:
    """Two at work, two in line, the fifth refused; then the two in line come, in the order in which they came."""
    turns = Turns(at_once=2, in_line=2, patience_s=SOON_S)
    work = Work(turns, 4)
    first = [work.start(number) for number in (1, 2)]
    for _ in first:
        work.await_going()
    waiting = []
    for number in (3, 4):
        waiting.append(work.start(number))
        await_line(turns, number - 2)
    with turns.turn() as mine:
        assert not mine
    for _ in (3, 4):
        work.end_one()
        work.await_going()
    assert work.order[2:] == [3, 4]
    for _ in waiting:
        work.end_one()
    assert all(one.result(SOON_S) for one in (*first, *waiting))
    with turns.turn() as mine:
        assert mine


def test_a_line_that_does_not_move_is_left() -> None:
    """Whoever waited too long is refused, and the turn that comes later is not given to somebody who has gone."""
    turns = Turns(at_once=1, in_line=1, patience_s=0.01)
    work = Work(turns, 1)
    at_work = work.start(1)
    work.await_going()
    with turns.turn() as mine:
        assert not mine
    work.end_one()
    assert at_work.result(SOON_S)
    with turns.turn() as mine:
        assert mine


def test_a_failure_gives_the_turn_back() -> None:
    """An error while answering costs nobody else their turn."""
    turns = Turns(at_once=1, in_line=0, patience_s=SOON_S)
    with pytest.raises(ValueError, match="broken"), turns.turn():
        raise ValueError("broken")
    with turns.turn() as mine:
        assert mine
