"""Ways in of the counters: the streams of check-ins, scans and venues, and a recount by hand."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from functions.checkins.inside import Move
from functions.counters import levels, recounting, rules, service
from functions.counters.rules import TOTAL, WINDOW_S, Arrival, Change, Counted
from functions.shared import clock

_Image = Mapping[str, Mapping[str, Any]]


def fold(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Fold a batch of one stream shard; the tumbling window is there because it names the shard.

    Nothing is kept in the window's state: each batch is written as it comes, so a window cut short loses nothing.
    """
    shard, at = event["shardId"], clock.now()
    service.fold(rules.worth_counting(_changes(event["Records"]), at), shard, at)
    service.raise_busy(_arrivals(event["Records"]), shard, at)
    return {"state": {}, "batchItemFailures": []}


def recount(event: Mapping[str, str], _context: object) -> dict[str, int]:
    """Repair an area's day: `{"area": "990101", "day": "2026-11-22"}`; without a day, what stands there now."""
    if "day" in event:
        return recounting.recount(event["area"], event["day"], clock.now())
    return recounting.recount_levels(event["area"], clock.now())


def _changes(records: Sequence[Mapping[str, Any]]) -> Iterator[Counted]:
    metrics = {
        os.environ["TABLE_CHECKIN"]: _checkin,
        os.environ["TABLE_SCAN"]: _scan,
        os.environ["TABLE_VENUE"]: _venue,
    }
    for table, old, new, sequence in _read(records):
        yield from metrics[table](old, new, sequence)


def _arrivals(records: Sequence[Mapping[str, Any]]) -> Iterator[Arrival]:
    for table, old, new, sequence in _read(records):
        if table == os.environ["TABLE_CHECKIN"] and new and not old:
            yield Arrival(new["venue"]["S"], int(new["received_at"]["N"]) // WINDOW_S, sequence)


def _read(records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, _Image, _Image, int]]:
    for record in records:
        change = record["dynamodb"]
        images = change.get("OldImage") or {}, change.get("NewImage") or {}
        yield record["eventSourceARN"].split("/")[1], *images, int(change["SequenceNumber"])


def _checkin(old: _Image, new: _Image, sequence: int) -> Iterator[Counted]:
    if old or not new:
        return
    at, day = int(new["at"]["N"]), clock.china_day(int(new["at"]["N"]))
    party = int(new.get("party", {}).get("N", 1))
    for metric, n in rules.kinds(new.get("how", {}).get("S", "self"), party).items():
        yield Change(new["area"]["S"], day, metric, sequence, n)
    for move in _moves(new):
        yield from rules.presences(move, at, sequence)


def _moves(new: _Image) -> tuple[Move, ...]:
    if "moves" in new:
        return msgspec.json.decode(new["moves"]["S"], type=tuple[Move, ...])
    if not new.get("counted", {}).get("BOOL"):
        return ()
    # A row of the release before: of the one venue, and of one person.
    before = new.get("before", {}).get("N")
    slot = None if before is None else int(before)
    return (Move(new["venue"]["S"], slot, int(slot is not None), int(new["direction"]["S"] == "in"), own=True),)


def _scan(old: _Image, new: _Image, sequence: int) -> Iterator[Counted]:
    # The table also holds the live proofs that were seen and guards' reports; they have no area and are nobody's scan.
    if new and not old and new.get("area", {}).get("S"):
        yield Change(new["area"]["S"], clock.china_day(int(new["at"]["N"])), "scans", sequence)


def _venue(old: _Image, new: _Image, sequence: int) -> Iterator[Counted]:
    for area, stands in _moved(old, new).items():
        yield from (Change(area, TOTAL, level, sequence, n) for level, n in stands.items() if n)
    if not new:
        return
    area = new["division"]["S"]
    if not old:
        yield Change(area, clock.china_day(int(new["applied_at"]["N"])), "applications", sequence)
    if new["state"]["S"] == "approved" and (not old or old["state"]["S"] != "approved"):
        yield Change(area, clock.china_day(int(new["decided_at"]["N"])), "approvals", sequence)


def _moved(old: _Image, new: _Image) -> dict[str, Counter[str]]:
    """What a change of a venue adds to what stands in its area, and takes from another that it lay in before."""
    moved: dict[str, Counter[str]] = defaultdict(Counter)
    if new:
        moved[new["division"]["S"]].update(levels.of_image(new))
    if old:
        moved[old["division"]["S"]].subtract(levels.of_image(old))
    return moved
