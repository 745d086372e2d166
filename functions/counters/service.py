"""Counters: fold changes from the streams, read a report, and repair a day by counting it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.checkins import service as checkins
from functions.counters import rules
from functions.counters.model import CounterRow
from functions.counters.rules import Change, Key, Tally
from functions.gates import service as gates
from functions.scans import service as scans
from functions.shared import log
from functions.shared.clock import CHINA, DAY_S, HOUR_S
from functions.shared.tables import living
from functions.venues import service as venues
from functions.venues.rules import Venue

KEPT_S = 400 * DAY_S
_ATTEMPTS = 5
_OLDEST_S = 13 * DAY_S  # of what lives 14 days, a whole day is still there
_PAGE = 200


@dataclass(frozen=True)
class Report:
    """A day of an area: what happened on it, and since the beginning."""

    area: str
    day: str
    of_day: Mapping[str, int]
    cumulative: Mapping[str, int]


def fold(changes: Iterable[Change], shard: str, at: int) -> int:
    """Count changes of one stream shard and tell how many rows moved; those counted before change nothing.

    Raises:
        RuntimeError: others wrote a row at every attempt; the stream then sends the batch again, harmlessly.
    """
    rows = rules.by_row(changes, shard)
    stored = _stored(rows)
    return sum(_fold_row(key, stored.get(key, Tally()), sequences, at) for key, sequences in rows.items())


def report(area: str, day: str, at: int) -> Report:
    """Return the counts of an area on a day (`2026-11-22`, China Standard Time) and since the beginning."""
    return Report(area, day, _totals(area, day, at), _totals(area, rules.TOTAL, at))


def recount(area: str, day: str, at: int) -> dict[str, int]:
    """Count a day's check-ins and scans again from their own rows, for an area and all below it.

    Writes for each area what its counter lacks or has too much, beside the shards' rows; again changes nothing.

    Returns:
        For each `area metric` the difference that was found.

    Raises:
        ValueError: the day is not over for 73 hours, so that late check-ins may still come, or is over 13 days old.
    """
    start = int(datetime.fromisoformat(day).replace(tzinfo=CHINA).timestamp())
    if not start + DAY_S + rules.SETTLED_S <= at <= start + _OLDEST_S:
        raise ValueError("a day is recounted when it is over for 73 hours and not over 13 days old")
    true: Counter[tuple[str, str]] = Counter()
    for venue in _venues(area, at):
        true.update({(venue.area, "checkins"): _checkins(venue, start)})
        true.update({(venue.area, "scans"): _scans(venue, start, at)})
    found = {}
    for key, n in _widened(true, area, day).items():
        found[f"{key.area} {key.metric}"] = _repair(key, n, at)
    log.event("counters.recounted", area=area, day=day, rows=len(found))
    return found


def day_before(day: str) -> str:
    """Return the calendar day before one."""
    return (datetime.fromisoformat(day) - timedelta(days=1)).strftime("%Y-%m-%d")


def _stored(keys: Iterable[Key]) -> dict[Key, Tally]:
    wanted = {(key.partition, key.sort): key for key in keys}
    found = CounterRow.batch_get(list(wanted), consistent_read=True)
    return {wanted[row.partition, row.sort]: _tally(row) for row in found}


def _tally(row: CounterRow) -> Tally:
    return Tally(int(row.n), int(row.last) if row.last else -1)


def _fold_row(key: Key, stored: Tally, sequences: tuple[int, ...], at: int) -> bool:
    for _attempt in range(_ATTEMPTS):
        folded = rules.fold(stored, sequences)
        if folded == stored:
            return False
        # Sum and last sequence move together or not at all: that is why a replay can't be counted twice.
        unmoved = CounterRow.partition.does_not_exist() if stored.last < 0 else CounterRow.last == str(stored.last)
        row = CounterRow(key.partition, key.sort, n=folded.n, last=str(folded.last), ttl=at + KEPT_S)
        if row.put_if(unmoved):
            return True
        stored = _tally(CounterRow.get(key.partition, key.sort, consistent_read=True))
    raise RuntimeError("a counter was written by others at every attempt")


def _totals(area: str, day: str, at: int) -> dict[str, int]:
    rows = living(CounterRow.query(f"{area}#{day}", consistent_read=True), at)
    return rules.totals({row.sort: int(row.n) for row in rows})


def _venues(area: str, at: int) -> Iterator[Venue]:
    position = None
    while True:
        page = venues.in_area(area, position, _PAGE, at)
        yield from page.items
        position = page.position
        if position is None:
            return


def _checkins(venue: Venue, start: int) -> int:
    hours = range(start, start + DAY_S, HOUR_S)
    return sum(checkins.count_hour(venue.venue, hour, venue.policy.shards) for hour in hours)


def _scans(venue: Venue, start: int, at: int) -> int:
    return sum(
        1 for gate in gates.of_venue(venue.venue) for _scan in scans.of_gate(gate.gate, start, start + DAY_S, at)
    )


def _widened(true: Mapping[tuple[str, str], int], area: str, day: str) -> dict[Key, int]:
    """Sum up to the area asked for, and no wider: what lies beside it was not counted."""
    sums: Counter[Key] = Counter({Key(area, day, metric, rules.RECOUNT): 0 for metric in ("checkins", "scans")})
    for (place, metric), n in true.items():
        for key in rules.keys_of(Change(place, day, metric, 0), rules.RECOUNT):
            if key.day == day and key.area.startswith(area):
                sums[key] += n
    return dict(sums)


def _repair(key: Key, true: int, at: int) -> int:
    rows = living(
        CounterRow.query(key.partition, CounterRow.sort.startswith(f"{key.metric}#"), consistent_read=True), at
    )
    counted = sum(int(row.n) for row in rows if row.sort != key.sort)
    missing = true - counted
    total = Key(key.area, rules.TOTAL, key.metric, f"{rules.RECOUNT}-{key.day}")
    for place in (key, total):
        CounterRow(place.partition, place.sort, n=missing, ttl=at + KEPT_S).save()
    return missing
