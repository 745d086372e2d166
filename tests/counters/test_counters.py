"""Counters on the embedded engine: streams fold, replays change nothing, a day can be counted again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from functions.checkins import service as checkins
from functions.checkins.rules import Act
from functions.counters import handlers, service
from functions.counters.model import CounterRow
from functions.counters.rules import Change
from functions.scans import service as scans
from functions.scans.service import Place, Shown
from functions.shared import clock
from functions.venues import service as venues
from infra.local import Service
from tests.door.inprocess import call
from tests.door.world import fresh, give_pass, new_area, new_pid, open_venue

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()
TODAY = clock.china_day(AT)


def eventually(holds: Callable[[], bool]) -> bool:
    """Ask until it holds or 30 s are over: streams follow within moments."""
    deadline = time.monotonic() + 30
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_the_streams_count_what_happens(engine: Service) -> None:
    """Applications, approvals, check-ins and scans of a new area arrive in its report, and in its district's."""
    area = new_area()
    applied, _new = venues.apply(venues.Facts("书店", area), AT)
    venues.decide(applied.venue, "approve", "ok", AT)
    venue = open_venue(area)
    for _ in range(3):
        checkins.check_in(Act(new_pid(), venue, "in", AT), AT)
    held = give_pass(AT - 60)
    scans.record(Shown(held.shown(AT), "in", AT), Place(fresh("G"), venue, area, ""), AT)
    expected = {"applications": 2, "approvals": 2, "checkins": 3, "scans": 1}
    assert eventually(lambda: dict(service.report(area, TODAY, AT).of_day) == expected)
    assert dict(service.report(area, TODAY, AT).cumulative) == expected
    officer = engine.token("officer", area[:6])
    report = call("GET", f"/areas/{area}/report?day={TODAY}", token=officer).json()
    assert report["checkins"] == {"day": 3, "cumulative": 3}
    yesterday = call("GET", f"/areas/{area}/report", token=officer).json()
    assert yesterday["day"] == service.day_before(TODAY)
    assert yesterday["checkins"] == {"day": 0, "cumulative": 3}
    for path in (f"/areas/{area}/report?day=2026-02-30", "/areas/123/report", f"/areas/{area}/report?day=20261122"):
        assert call("GET", path, token=officer).status == 400


def event(table: str, area: str, sequences: list[int]) -> dict[str, Any]:
    """A batch of new check-ins as a stream with a tumbling window delivers it."""
    image = {"area": {"S": area}, "at": {"N": str(AT)}}
    arn = f"arn:aws:dynamodb:local:000000000000:table/{table}/stream/2026-11-22T00:00:00.000"
    return {
        "shardId": "shardId-000000000001-x",
        "window": {"start": "2026-11-22T00:00:00Z", "end": "2026-11-22T00:01:00Z"},
        "state": {},
        "isFinalInvokeForWindow": False,
        "Records": [
            {"eventSourceARN": arn, "dynamodb": {"SequenceNumber": str(n), "NewImage": image}} for n in sequences
        ],
    }


def test_replayed_batches_change_nothing(engine: Service) -> None:
    """Retries, bisected batches and whole replays of a shard on the real table (law 7)."""
    area, table = new_area(), engine.environment["TABLE_CHECKIN"]
    base = 10**30
    for first, last in ((0, 10), (0, 10), (5, 15), (0, 5), (12, 20), (0, 20)):
        answered = handlers.fold(event(table, area, [base + n for n in range(first, last)]), None)
        assert answered == {"state": {}, "batchItemFailures": []}
    assert service.report(area, TODAY, AT).of_day["checkins"] == 20
    assert handlers.fold(event(table, area, []), None)["batchItemFailures"] == []


def test_two_workers_on_one_shard_count_once() -> None:
    """A worker that was thought dead writes too: the row's last sequence lets one of them through."""
    area, shard = new_area(), "shard-1"
    changes = [Change(area, TODAY, "checkins", n) for n in range(50)]
    for end in (20, 30, 40, 20, 50, 30):
        service.fold(reversed(changes[:end]), shard, AT)
    assert service.report(area, TODAY, AT).of_day["checkins"] == 50


def test_a_settled_day_is_repaired_by_counting_again() -> None:
    """What a stream lost for good is found in the rows themselves; again changes nothing."""
    area = new_area()
    start = AT - 5 * 86_400
    day = clock.china_day(start)
    venue = open_venue(area, at=start)
    noon = clock.parse_instant(f"{day}T12:00:00")
    for _ in range(4):
        checkins.check_in(Act(new_pid(), venue, "in", noon), noon)
    assert eventually(lambda: service.report(area, day, AT).of_day["checkins"] == 4)
    for partition in (f"{area}#{day}", f"{area}#all"):
        (row,) = CounterRow.query(partition, CounterRow.sort.startswith("checkins#"))
        row.n -= 3
        row.save()
    assert service.recount(area, day, AT)[f"{area} checkins"] == 3
    assert service.report(area, day, AT).of_day["checkins"] == 4
    assert service.recount(area, day, AT)[f"{area} checkins"] == 3
    assert service.report(area, day, AT).of_day["checkins"] == 4
    assert service.report(area, day, AT).cumulative["checkins"] == 4
    for wrong in (clock.china_day(AT - 86_400), clock.china_day(AT - 15 * 86_400)):
        with pytest.raises(ValueError, match="recounted"):
            service.recount(area, wrong, AT)
