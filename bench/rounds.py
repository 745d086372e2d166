"""Rounds: everybody once, in turn. A ratio is taken within its round, and the median over the rounds is told.

So a machine that is busy for a while slows a round, not one peer; and only this process's own time is counted.
Nothing here asserts a time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

Call = Callable[[int], object]


def measure(calls: dict[str, Call], rounds: int, repeats: int) -> dict[str, tuple[float, float]]:
    """For each name the median of its microseconds, and of its rate against the first one's in the same round."""
    took: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.process_time()
            for number in range(repeats):
                call(number)
            took[name].append((time.process_time() - began) / repeats * 1e6)
    base = took[next(iter(calls))]
    return {
        name: (statistics.median(times), statistics.median(raw / own for raw, own in zip(base, times, strict=True)))
        for name, times in took.items()
    }


def show(title: str, calls: dict[str, Call], rounds: int, repeats: int) -> None:
    """Measure and print one table."""
    for call in calls.values():
        call(0)
    print(f"\n{title}: medians of {rounds} rounds of {repeats}")
    print(f"{'':28}{'µs':>9}{'ratio':>8}")
    for name, (microseconds, ratio) in measure(calls, rounds, repeats).items():
        print(f"{name:28}{microseconds:9.1f}{ratio:8.2f}")
