"""Counters: fold changes from the streams, and give a busy venue's hours more shards. Reading them is `reports`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pynamodb.exceptions import TransactWriteError

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
_ATTEMPTS = 5
_MERGED_AT_ONCE = 24  # a shard lives four hours: more than closed since the last one opened


def fold(changes: Iterable[Counted], shard: str, at: int) -> int:
    """Count changes of one stream shard and tell how many rows moved; those counted before change nothing.

    Raises:
        RuntimeError: others wrote a row at every attempt; the stream then sends the batch again, harmlessly.
    """
    rows = rules.by_row(changes, shard)
    stored = _stored(rows)

    def fold_one(row: tuple[Key, Mapping[int, int]]) -> bool:
        key, deltas = row
        return _fold_row(key, stored.get(key, Tally()), deltas, at)

    # A batch of a whole city's morning moves a thousand rows, each by itself: one after the other they would be late.
    return sum(spread(fold_one, rows.items()))


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


def _fold_row(key: Key, stored: Tally, deltas: Mapping[int, int], at: int) -> bool:
    for _attempt in range(_ATTEMPTS):
        folded = rules.fold(stored, deltas)
        if folded == stored:
            return False
        # Sum and last sequence move together or not at all: that is why a replay can't be counted twice.
        unmoved = CounterRow.partition.does_not_exist() if stored.last < 0 else CounterRow.last == str(stored.last)
        ttl = None if key.kept_s is None else at + key.kept_s
        row = CounterRow(key.partition, key.sort, n=folded.n, last=str(folded.last), seen_at=at, ttl=ttl)
        if row.put_if(unmoved):
            if stored.last < 0 and key.kept_s is None:
                _merge(key, at)
            return True
        stored = _tally(CounterRow.get(key.partition, key.sort, consistent_read=True))
    raise RuntimeError("a counter was written by others at every attempt")


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
