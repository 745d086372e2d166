"""Counters that are exact under any replay (law 7): what a change counts for, and which changes were counted already.

A row belongs to one thing that is counted and one stream shard, and remembers the sequence of the last change it counted.
Within a shard changes come in order and at least once, so whatever is not newer than that was counted. A day's row moves
with that of all days, whose last sequence says what is new to both.
Sequences are compared as integers: as text, `9` is after `10`.

Some things happen (a check-in) and are summed by day and over all days. Others stand (a venue that waits, a code that is
live, somebody inside): a change adds to them or takes away, and their sum is how many there are now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

TOTAL: Final = "all"  # all days together
# What happens. `assisted` and `groups` are some of `checkins`; `companions` came in a group without a check-in of their own.
METRICS: Final = ("applications", "approvals", "checkins", "assisted", "groups", "companions", "scans")
LEVELS: Final = ("waiting", "codes", "placed", "north", "east")  # what stands; the last three are a mean position
RECOUNT: Final = "recount"
MERGED: Final = "merged"
SETTLED_S: Final = 73 * 3600  # a check-in may arrive 72 h late; an hour more for its stream
CLOSED_S: Final = 48 * 3600  # a stream gives a change again for 24 h and never later
KEPT_S: Final = 400 * 86_400
BRIEFLY_S: Final = 2 * 86_400
SLOT_S: Final = 600
WINDOW_S: Final = 10
_LEVEL_DIGITS = (2, 4, 6, 9, 12)
_BUSY = 50  # check-ins of one venue in one window: below it no partition is anywhere near its limit


class Move(Protocol):
    """How a check-in changes who is counted inside one venue."""

    @property
    def venue(self) -> str:
        """The venue's id."""

    @property
    def before(self) -> int | None:
        """The slot in which the person was counted until now, None when they were not."""

    @property
    def gone(self) -> int:
        """How many were counted there with them."""

    @property
    def came(self) -> int:
        """How many are counted in the check-in's own slot."""


@dataclass(frozen=True)
class Key:
    """A counter's row; `kept_s` is its life, None for ever."""

    partition: str
    sort: str
    kept_s: int | None


class Counted(Protocol):
    """A change that counts somewhere: `sequence` is its place in its stream shard, `n` what it adds or takes away."""

    @property
    def sequence(self) -> int:
        """Its place in the stream shard."""

    @property
    def n(self) -> int:
        """What it adds; negative takes away."""

    def keys(self, shard: str) -> tuple[Key, ...]:
        """Return the rows it counts in."""


@dataclass(frozen=True)
class Change:
    """A change in an area; `day` (`2026-11-22`, China Standard Time) is TOTAL for what stands."""

    area: str
    day: str
    metric: str
    sequence: int
    n: int = 1

    def keys(self, shard: str) -> tuple[Key, ...]:
        """Return the rows: of its area and all that contain it, that day and all days together."""
        days = dict.fromkeys((self.day, TOTAL))
        return tuple(area_key(area, day, self.metric, shard) for area in containing(self.area) for day in days)


@dataclass(frozen=True)
class Presence:
    """How many came into a venue in a slot of ten minutes, or are no longer counted there (negative)."""

    venue: str
    slot: int
    sequence: int
    n: int = 1

    def keys(self, shard: str) -> tuple[Key, ...]:
        """Return the venue's row of that slot."""
        return (Key(presence_partition(self.venue), f"{self.slot}#{shard}", BRIEFLY_S),)


@dataclass(frozen=True)
class Arrival:
    """A check-in that was written to a venue's index within ten seconds."""

    venue: str
    window: int
    sequence: int
    n: int = 1

    def keys(self, shard: str) -> tuple[Key, ...]:
        """Return the venue's row of that window."""
        return (Key(rate_partition(self.venue, self.window), shard, BRIEFLY_S),)


@dataclass(frozen=True)
class Tally:
    """A counter's row: how many, and the last sequence among them."""

    n: int = 0
    last: int = -1


def area_key(area: str, day: str, metric: str, shard: str) -> Key:
    """Return the row of an area: in the partition of the area above, so that one query reads all areas below one."""
    return Key(area_partition(above(area), day), f"{area}#{metric}#{shard}", None if day == TOTAL else KEPT_S)


def area_partition(area: str, day: str) -> str:
    """Return the partition that holds the counters of the areas one level below an area."""
    return f"{area}#{day}"


def presence_partition(venue: str) -> str:
    """Return the partition of who is inside a venue."""
    return f"in#{venue}"


def rate_partition(venue: str, window: int) -> str:
    """Return the partition of how many check-ins a venue had in a window of ten seconds."""
    return f"rate#{venue}#{window}"


def containing(area: str) -> tuple[str, ...]:
    """Return an area and all that contain it, the widest first."""
    return tuple(area[:digits] for digits in _LEVEL_DIGITS if digits <= len(area))


def above(area: str) -> str:
    """Return the area that contains an area, the empty text for a province."""
    return area[: max((digits for digits in _LEVEL_DIGITS if digits < len(area)), default=0)]


def by_row(changes: Iterable[Counted], shard: str) -> dict[Key, dict[int, int]]:
    """Return for each row touched what each sequence adds to it.

    One record may take from one area and add to another: where both are below a third, its row sees neither.
    """
    rows: dict[Key, dict[int, int]] = defaultdict(dict)
    for change in set(changes):  # the same record twice in a batch is one
        for key in change.keys(shard):
            rows[key][change.sequence] = rows[key].get(change.sequence, 0) + change.n
    return dict(rows)


def fold(stored: Tally, deltas: Mapping[int, int]) -> Tally:
    """Return a row after a batch: only what is newer than its last sequence counts, each sequence once."""
    newer = {sequence: n for sequence, n in deltas.items() if sequence > stored.last}
    return Tally(stored.n + sum(newer.values()), max(newer)) if newer else stored


def together(rows: Iterable[Key]) -> dict[Key, tuple[Key, ...]]:
    """Return which rows move at once: an area's of all days together, whose last sequence says what is new, with its days'.

    A batch that dies half-way has then moved both or neither. So what its days lack is what all days together lack, and
    counting a day again mends both.
    """
    every = list(rows)
    heads = {key.sort: key for key in every if key.kept_s is None}
    found: dict[Key, tuple[Key, ...]] = {}
    for key in every:
        head = heads[key.sort] if key.kept_s == KEPT_S else key
        found[head] = found.get(head, ()) + (() if key is head else (key,))
    return found


def gained(head: Tally, days: Mapping[Key, Mapping[int, int]]) -> dict[Key, Tally]:
    """Return what days' rows gain of a batch, and the last sequence of it: only what is new to their head counts."""
    gains = {key: fold(Tally(0, head.last), deltas) for key, deltas in days.items()}
    return {key: gain for key, gain in gains.items() if gain.last > head.last}


def kinds(how: str, party: int) -> dict[str, int]:
    """Return what a check-in counts for, by metric: assisted and group ones apart, and who came along in a group.

    Args:
        how: `self`, `assisted` or `group`.
        party: how many came with it, the person themselves among them.
    """
    counts = {"checkins": 1, "assisted": int(how == "assisted"), "groups": int(party > 1), "companions": party - 1}
    return {metric: n for metric, n in counts.items() if n}


def presences(move: Move, at: int, sequence: int) -> tuple[Presence, ...]:
    """Return how a check-in changes who is inside a venue: whoever comes in is counted where they came in last.

    Args:
        move: what the check-in's row says of the venue.
        at: of the check-in, epoch seconds.
        sequence: the record's.
    """
    came = (Presence(move.venue, at // SLOT_S, sequence, move.came),) if move.came else ()
    gone = () if move.before is None else (Presence(move.venue, move.before, sequence, -move.gone),)
    return came + gone


def worth_counting(changes: Iterable[Counted], at: int) -> Iterator[Counted]:
    """Leave out who came in so long ago that nobody asks any more: a check-in may come three days late.

    Which those are depends on the clock, and no answer on which of them were counted: none is read.
    """
    oldest = (at - BRIEFLY_S) // SLOT_S
    return (one for one in changes if not isinstance(one, Presence) or one.slot >= oldest)


def sums(rows: Iterable[tuple[str, int]]) -> dict[str, Counter[str]]:
    """Return for each area the sum of each metric over shards and repairs, by sort keys `area#metric#…`."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for sort, n in rows:
        area, metric, _shard = sort.split("#", 2)
        found[area][metric] += n
    return dict(found)


def busy(arrivals: Iterable[Arrival]) -> tuple[Arrival, ...]:
    """Return those of a batch that belong to a venue and window with so many that its rate is worth a look."""
    every = set(arrivals)
    counts = Counter((one.venue, one.window) for one in every)
    return tuple(one for one in every if counts[one.venue, one.window] >= _BUSY)


def first_slot(at: int, stay_s: int) -> int:
    """Return the oldest slot whose people count as inside at an instant: each stays at least `stay_s`."""
    return (at - stay_s) // SLOT_S


def is_shard(sort: str) -> bool:
    """Tell whether a row of an area is a stream shard's, and no repair and no merger."""
    shard = sort.split("#", 2)[2]
    return shard != MERGED and not shard.startswith(RECOUNT)
