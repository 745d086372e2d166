"""Counters: fold changes from the streams, and give a busy venue's hours more shards. Reading them is `reports`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.update import Action

from functions.counters import rules
from functions.counters.model import CounterRow
from functions.counters.occupancy import occupancy
from functions.counters.rules import Arrival, Counted, Key, Tally
from functions.shared import log
from functions.shared.tables import living
from functions.shared.threads import spread
from functions.shared.transactions import lost, transaction
from functions.venues import service as venues
from functions.venues.rules import shards_for

__all__ = ["fold", "occupancy", "raise_busy"]
Deltas = Mapping[int, int]
_ATTEMPTS = 5
_MERGED_AT_ONCE = 24  # a shard lives four hours: more than closed since the last one opened


def fold(changes: Iterable[Counted], shard: str, at: int) -> int:
    """Count changes of one stream shard and tell how many rows moved; those counted before change nothing.

    Raises:
        RuntimeError: others wrote a row at every attempt; the stream then sends the batch again, harmlessly.
    """
    rows = rules.by_row(changes, shard)
    heads = rules.together(rows)
    stored = _stored(heads)

    def fold_one(head: Key) -> int:
        return _fold_head(head, rows[head], {key: rows[key] for key in heads[head]}, stored.get(head, Tally()), at)

    # A batch of a whole city's morning moves a thousand rows, each with its days': one after the other they would be late.
    return sum(spread(fold_one, heads))


def raise_busy(arrivals: Iterable[Arrival], shard: str, at: int) -> int:
    """Give venues whose check-ins come so fast that they need it more shards; tell how many got some.

    What a batch holds is one stream shard's part of a venue's arrivals, so the parts are put together in a row each;
    shards are only ever raised, so that a wrong guess costs a reader some queries and nobody anything else.
    """
    looked_at = rules.busy(arrivals)
    fold(looked_at, shard, at)
    places = {(one.venue, one.window) for one in looked_at}
    return sum(_raise_one(venue, window, at) for venue, window in sorted(places))


def _raise_one(venue: str, window: int, at: int) -> bool:
    rows = living(CounterRow.query(rules.rate_partition(venue, window), consistent_read=True), at)
    shards = shards_for(sum(int(row.n) for row in rows) / rules.WINDOW_S)
    raised = shards > 1 and venues.raise_shards(venue, shards)
    if raised:
        log.event("venue.shards_raised", venue=venue, shards=shards)
    return raised


def _stored(keys: Iterable[Key]) -> dict[Key, Tally]:
    wanted = {(key.partition, key.sort): key for key in keys}
    found = CounterRow.batch_get(list(wanted), consistent_read=True)
    return {wanted[row.partition, row.sort]: _tally(row) for row in found}


def _tally(row: CounterRow) -> Tally:
    return Tally(int(row.n), int(row.last) if row.last else -1)


def _fold_head(head: Key, deltas: Deltas, days: Mapping[Key, Deltas], stored: Tally, at: int) -> int:
    for _attempt in range(_ATTEMPTS):
        folded = rules.fold(stored, deltas)
        if folded == stored:
            return 0
        moved = rules.gained(stored, days)
        if _write(head, stored, folded, moved, at):
            if stored.last < 0 and head.kept_s is None:
                _merge(head, at)
            return 1 + len(moved)
        stored = _stored([head]).get(head, Tally())  # in a conflict the other's row may not be there yet
    raise RuntimeError("a counter was written by others at every attempt")


def _write(head: Key, stored: Tally, folded: Tally, moved: Mapping[Key, Tally], at: int) -> bool:
    # Sum and last sequence move together or not at all: that is why a replay can't be counted twice.
    unmoved = CounterRow.partition.does_not_exist() if stored.last < 0 else CounterRow.last == str(stored.last)
    ttl = None if head.kept_s is None else at + head.kept_s
    row = CounterRow(head.partition, head.sort, n=folded.n, last=str(folded.last), seen_at=at, ttl=ttl)
    if not moved:
        return row.put_if(unmoved)
    try:
        with transaction() as together:
            together.save(row, condition=unmoved)
            for key, gain in moved.items():
                together.update(CounterRow(key.partition, key.sort), actions=_gained(gain, row, at))
    except TransactWriteError as error:
        if lost(error):
            return False
        raise
    return True


def _gained(gain: Tally, head: CounterRow, at: int) -> list[Action]:
    return [
        CounterRow.n.add(gain.n),
        CounterRow.last.set(str(gain.last)),
        CounterRow.seen_at.set(at),
        CounterRow.ttl.set(at + rules.KEPT_S),
        CounterRow.v.set(head.v),
    ]


def _merge(key: Key, at: int) -> None:
    """Put what long closed shards counted into one row, when another shard begins: a sum over all days stays short.

    A stream gives nothing again after 24 hours, so that no shard untouched for 48 can be folded from its beginning.
    """
    metric = key.sort.rpartition("#")[0]
    rows = CounterRow.query(key.partition, CounterRow.sort.startswith(f"{metric}#"), consistent_read=True)
    closed = [
        row
        for row in rows
        if rules.is_shard(row.sort) and row.seen_at is not None and row.seen_at < at - rules.CLOSED_S
    ]
    for row in closed[:_MERGED_AT_ONCE]:
        try:
            with transaction() as together:
                together.delete(row, condition=CounterRow.last == row.last)
                merged = CounterRow(key.partition, f"{metric}#{rules.MERGED}")
                together.update(merged, actions=[CounterRow.n.add(row.n), CounterRow.v.set(row.v)])
        except TransactWriteError as error:
            if not lost(error):
                raise
            return  # another worker merges them
