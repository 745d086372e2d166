"""Ways in of the counters: the streams of check-ins, scans and venues, and a recount by hand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from functions.counters import service
from functions.counters.rules import Change
from functions.shared import clock

_Image = Mapping[str, Mapping[str, str]]


def fold(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Fold a batch of one stream shard; the tumbling window is there because it names the shard.

    Nothing is kept in the window's state: each batch is written as it comes, so a window cut short loses nothing.
    """
    service.fold(_changes(event["Records"]), event["shardId"], clock.now())
    return {"state": {}, "batchItemFailures": []}


def recount(event: Mapping[str, str], _context: object) -> dict[str, int]:
    """Repair an area's day: `{"area": "990101", "day": "2026-11-22"}`."""
    return service.recount(event["area"], event["day"], clock.now())


def _changes(records: Iterable[Mapping[str, Any]]) -> Iterator[Change]:
    metrics = {
        os.environ["TABLE_CHECKIN"]: _checkin,
        os.environ["TABLE_SCAN"]: _scan,
        os.environ["TABLE_VENUE"]: _venue,
    }
    for record in records:
        table = record["eventSourceARN"].split("/")[1]
        change = record["dynamodb"]
        for area, at, metric in metrics[table](change.get("OldImage") or {}, change.get("NewImage") or {}):
            yield Change(area, clock.china_day(at), metric, int(change["SequenceNumber"]))


_Counted = Iterator[tuple[str, int, str]]


def _checkin(old: _Image, new: _Image) -> _Counted:
    if new and not old:
        yield new["area"]["S"], int(new["at"]["N"]), "checkins"


def _scan(old: _Image, new: _Image) -> _Counted:
    # The table also holds the live proofs that were seen and guards' reports; they have no area and are nobody's scan.
    if new and not old and new.get("area", {}).get("S"):
        yield new["area"]["S"], int(new["at"]["N"]), "scans"


def _venue(old: _Image, new: _Image) -> _Counted:
    if not new:
        return
    area = new["division"]["S"]
    if not old:
        yield area, int(new["applied_at"]["N"]), "applications"
    if new["state"]["S"] == "approved" and (not old or old["state"]["S"] != "approved"):
        yield area, int(new["decided_at"]["N"]), "approvals"
