"""Counters that are exact under any replay (law 7): what a change counts for, and which changes were counted already.

A row belongs to one area, day, metric and stream shard, and remembers the sequence of the last change it counted.
Within a shard changes come in order and at least once, so whatever is not newer than that was counted.
Sequences are compared as integers: as text, `9` is after `10`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

TOTAL: Final = "all"  # the row of all days together
METRICS: Final = ("applications", "approvals", "checkins", "scans")
RECOUNT: Final = "recount"
SETTLED_S: Final = 73 * 3600  # a check-in may arrive 72 h late; an hour more for its stream
_LEVELS = (2, 4, 6, 9, 12)


@dataclass(frozen=True)
class Change:
    """One counted thing: where, on which day (`2026-11-22`, China Standard Time), what, and its place in the stream."""

    area: str
    day: str
    metric: str
    sequence: int


@dataclass(frozen=True)
class Key:
    """A counter's row: `area#day` / `metric#streamShard`."""

    area: str
    day: str
    metric: str
    shard: str

    @property
    def partition(self) -> str:
        """The row's partition key."""
        return f"{self.area}#{self.day}"

    @property
    def sort(self) -> str:
        """The row's sort key."""
        return f"{self.metric}#{self.shard}"


@dataclass(frozen=True)
class Tally:
    """A counter's row: how many, and the last sequence among them."""

    n: int = 0
    last: int = -1


def keys_of(change: Change, shard: str) -> tuple[Key, ...]:
    """Return the rows a change counts in: its area and all that contain it, that day and all days together."""
    areas = [change.area[:digits] for digits in _LEVELS if digits <= len(change.area)]
    return tuple(Key(area, day, change.metric, shard) for area in areas for day in (change.day, TOTAL))


def by_row(changes: Iterable[Change], shard: str) -> dict[Key, tuple[int, ...]]:
    """Return for each row touched the sequences of its changes."""
    rows: dict[Key, list[int]] = {}
    for change in changes:
        for key in keys_of(change, shard):
            rows.setdefault(key, []).append(change.sequence)
    return {key: tuple(sequences) for key, sequences in rows.items()}


def fold(stored: Tally, sequences: Iterable[int]) -> Tally:
    """Return a row after a batch: only what is newer than its last sequence counts, each sequence once."""
    newer = {sequence for sequence in sequences if sequence > stored.last}
    return Tally(stored.n + len(newer), max(newer)) if newer else stored


def totals(rows: Mapping[str, int]) -> dict[str, int]:
    """Return the sum of each metric over the shards of a day, by sort keys `metric#…`."""
    sums = dict.fromkeys(METRICS, 0)
    for sort, n in rows.items():
        metric = sort.partition("#")[0]
        if metric in sums:
            sums[metric] += n
    return sums
