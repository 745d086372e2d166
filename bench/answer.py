"""What each contender of the join must say: so that all of them did the same work, or the comparison is worthless."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """Everybody decided: people by cause, the sum of all ends, how many decisions differ from what stood.

    `stages` are seconds by name; they are no part of what must agree.
    """

    causes: dict[str, int]
    ends: int
    changed: int
    stages: dict[str, float] = {}

    def agrees(self, other: Answer) -> bool:
        """Tell whether two contenders decided the same."""
        return (self.causes, self.ends, self.changed) == (other.causes, other.ends, other.changed)


class Clock:
    """Adds up seconds by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count what runs inside to a stage."""
        began = time.perf_counter()
        yield
        self.stages[stage] = self.stages.get(stage, 0.0) + time.perf_counter() - began


def demand(right: bool, said: object) -> None:  # noqa: FBT001 - a condition, no switch
    """End a measurement of which something went wrong: its figures would mean nothing."""
    if not right:
        raise SystemExit(f"not as it must be: {said}")


def answer(counts: Iterable[tuple[str, int, int, int]], clock: Clock) -> Answer:
    """Return the answer that `(cause, people, sum of ends, changed)` amount to."""
    causes: dict[str, int] = {}
    ends = changed = 0
    for cause, people, end, differs in counts:
        causes[cause] = causes.get(cause, 0) + people
        ends += end
        changed += differs
    return Answer(dict(sorted(causes.items())), ends, changed, {name: round(s, 3) for name, s in clock.stages.items()})
