"""Waiting for many small requests at once: the engines answer in parallel, Python only waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

WORKERS = 8

Item = TypeVar("Item")
Done = TypeVar("Done")


def spread(work: Callable[[Item], Done], items: Iterable[Item], *, workers: int = WORKERS) -> Iterator[Done]:
    """Yield `work(item)` for each item, in order, several at a time; the first failure is raised.

    The first item is done alone: a model makes its client at first use, and eight threads would make eight.
    """
    rest: Iterator[Any] = iter(items)
    for first in rest:
        yield work(first)
        break
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, rest)
