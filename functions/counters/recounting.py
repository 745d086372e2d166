"""Repairing counters by counting what they count again, when a stream lost records for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from functions.checkins import service as checkins
from functions.counters import levels, rules
from functions.counters.model import CounterRow
from functions.counters.rules import LEVELS, RECOUNT, TOTAL, Key
from functions.gates import service as gates
from functions.scans import service as scans
from functions.shared import log
from functions.shared.clock import DAY_S, HOUR_S, parse_instant
from functions.shared.tables import living
from functions.venues import service as venues
from functions.venues.rules import Venue

QUIET_S = 15 * 60  # what happened to a venue longer ago than this its stream has told
_OLDEST_S = 13 * DAY_S  # of what lives 14 days, a whole day is still there
_OF_A_DAY = ("checkins", "assisted", "groups", "companions", "scans")


def recount(area: str, day: str, at: int) -> dict[str, int]:
    """Count a day's check-ins and scans again from their own rows, for an area and all below it.

    Writes for each area what its counter lacks or has too much, beside the shards' rows; again changes nothing. The
    areas that contain it become the sum of what lies below them: a change that was lost is lost to each by itself.

    Returns:
        For each `area metric` the difference that was found.

    Raises:
        ValueError: the day is not over for 73 hours, so that late check-ins may still come, is over 13 days old, or is
            written otherwise than `2026-11-22`.
    """
    # Written otherwise it would name a partition in which nobody counts, and the whole day would be lacking.
    start = parse_instant(f"{day}T00:00:00")
    if not start + DAY_S + rules.SETTLED_S <= at <= start + _OLDEST_S:
        raise ValueError("a day is recounted when it is over for 73 hours and not over 13 days old")
    true: Counter[tuple[str, str]] = Counter({(area, metric): 0 for metric in _OF_A_DAY})
    for venue in venues.every(area, at):
        counts = {**_checkins(venue, start), "scans": _scans(venue, start, at)}
        true.update(_widened(venue.area, area, counts))
    found = _put_right(true, day, at)
    for wider in reversed(rules.containing(area)[:-1]):
        found |= _put_right(_below(wider, day, at), day, at)
    log.event("counters.recounted", area=area, day=day, rows=len(found))
    return found


def _put_right(true: Mapping[tuple[str, str], int], day: str, at: int) -> dict[str, int]:
    found = {}
    for (place, metric), n in true.items():
        missing = found[f"{place} {metric}"] = _missing(place, day, metric, n, at)
        _put(rules.area_key(place, day, metric, RECOUNT), missing, at)
        _put(rules.area_key(place, TOTAL, metric, f"{RECOUNT}-{day}"), missing, at)
    return found


def _below(area: str, day: str, at: int) -> dict[tuple[str, str], int]:
    """Sum the day's counters of the areas one level below, which were put right before."""
    rows = living(CounterRow.query(rules.area_partition(area, day), consistent_read=True), at)
    below = rules.sums((row.sort, int(row.n)) for row in rows).values()
    return {(area, metric): sum(counts[metric] for counts in below) for metric in _OF_A_DAY}


def recount_levels(area: str, at: int) -> dict[str, int]:
    """Count again what stands at an area's venues: which wait, how many codes are live, where they are.

    Their change has no day to settle: it is done while nobody decides, and again whenever it seems wrong; a later
    recount takes the place of an earlier one.

    Returns:
        For each `area level` the difference that was found.

    Raises:
        ValueError: something happened to one of these venues within a quarter of an hour; its stream may be behind.
    """
    true: Counter[tuple[str, str]] = Counter({(place, level): 0 for place in _counted(area, at) for level in LEVELS})
    for venue in venues.every(area, at):
        if _touched_at(venue) > at - QUIET_S:
            raise ValueError("a venue changed within the last quarter of an hour: wait until nobody decides")
        true.update(_widened(venue.area, area, levels.of_venue(venue)))
    found = {}
    for (place, level), n in true.items():
        missing = found[f"{place} {level}"] = _missing(place, TOTAL, level, n, at)
        _put(rules.area_key(place, TOTAL, level, RECOUNT), missing, at)
    log.event("counters.levels_recounted", area=area, rows=len(found))
    return found


def _checkins(venue: Venue, start: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for hour in range(start, start + DAY_S, HOUR_S):
        for how, party in checkins.ways_of_hour(venue.venue, hour, venue.policy.shards):
            found.update(rules.kinds(how, party))
    return found


def _scans(venue: Venue, start: int, at: int) -> int:
    return sum(
        1 for gate in gates.of_venue(venue.venue) for _scan in scans.of_gate(gate.gate, start, start + DAY_S, at)
    )


def _touched_at(venue: Venue) -> int:
    codes = [instant for code in venue.codes for instant in (code.made_at, code.retired_at or 0)]
    return max(venue.applied_at, venue.decided_at or 0, *codes, 0)


def _widened(place: str, area: str, counts: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """Sum up to the area asked for, and no wider: what lies beside it was not counted."""
    inside = [one for one in rules.containing(place) if one.startswith(area)]
    return {(one, metric): n for one in inside for metric, n in counts.items()}


def _counted(area: str, at: int) -> Iterator[str]:
    """Yield an area and every one below it that has counters: where nothing stands any more, 0 is to be written."""
    yield area
    rows = living(CounterRow.query(rules.area_partition(area, TOTAL), consistent_read=True), at)
    for below in rules.sums((row.sort, int(row.n)) for row in rows):
        yield from _counted(below, at)


def _missing(area: str, day: str, metric: str, true: int, at: int) -> int:
    key = rules.area_key(area, day, metric, RECOUNT)
    begins = CounterRow.sort.startswith(f"{area}#{metric}#")
    rows = living(CounterRow.query(key.partition, begins, consistent_read=True), at)
    return true - sum(int(row.n) for row in rows if row.sort != key.sort)


def _put(key: Key, n: int, at: int) -> None:
    ttl = None if key.kept_s is None else at + key.kept_s
    CounterRow(key.partition, key.sort, n=n, seen_at=at, ttl=ttl).save()
