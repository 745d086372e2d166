"""Counters on the embedded engine: streams fold, replays change nothing, a day can be counted again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from functions.checkins import service as checkins
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act, hour_shard, sort_key
from functions.checkins.service import Details
from functions.counters import handlers, recounting, reports, rules, service
from functions.counters.model import CounterRow
from functions.counters.rules import Change, Key, Tally
from functions.scans import service as scans
from functions.scans.service import Place, Shown
from functions.shared import clock
from functions.venues import entrances
from functions.venues import service as venues
from functions.venues.policy import Policy
from functions.venues.rules import About, Position
from infra.local import Service
from tests.door.inprocess import call
from tests.door.world import fresh, give_pass, new_area, new_pid, open_door, open_venue
from tests.matching.world import eventually

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()
TODAY = clock.china_day(AT)


def of_day(area: str, day: str = TODAY) -> dict[str, int]:
    """An area's figures of a day."""
    return dict(reports.report(area, day, AT).own.of_day)


def test_the_streams_count_what_happens(engine: Service) -> None:
    """Applications, approvals, check-ins and scans of a new area arrive in its report, and in its district's."""
    area = new_area()
    applied, _new = venues.apply(venues.Facts("书店", area), AT)
    venues.decide(applied.venue, "approve", "ok", AT)
    venue = open_venue(area)
    for _ in range(3):
        checkins.check_in(Act(new_pid(), venue, "in", AT), AT)
    checkins.assist(Act(new_pid(), venue, "in", AT), AT)
    checkins.check_in(Act(new_pid(), venue, "in", AT), AT, details=Details(party=4))
    held = give_pass(AT - 60)
    scans.record(Shown(held.shown(AT), "in", AT), Place(fresh("G"), venue, area, ""), AT)
    apart = {"assisted": 1, "groups": 1, "companions": 3}
    expected = {"applications": 2, "approvals": 2, "checkins": 5, **apart, "scans": 1}
    assert eventually(lambda: of_day(area) == expected)
    assert dict(reports.report(area, TODAY, AT).own.cumulative) == expected
    officer = engine.token("officer", area[:6])
    report = call("GET", f"/areas/{area}/report?day={TODAY}", token=officer).json()
    assert report["checkins"] == {"day": 5, "cumulative": 5}
    assert report["companions"] == {"day": 3, "cumulative": 3}
    assert [one["day"] for one in report["trend"]] == [reports.days_before(TODAY, n) for n in reversed(range(14))]
    assert report["trend"][-1] == {"day": TODAY, **expected}
    assert report["below"] == []  # nothing lies below a community
    yesterday = call("GET", f"/areas/{area}/report", token=officer).json()
    assert yesterday["day"] == reports.days_before(TODAY, 1)
    assert yesterday["checkins"] == {"day": 0, "cumulative": 5}
    tomorrow = call("GET", f"/areas/{area}/report?day={reports.days_before(TODAY, -1)}", token=officer).json()
    assert tomorrow["before"] == {"day": TODAY, **expected}
    for path in (f"/areas/{area}/report?day=2026-02-30", "/areas/123/report", f"/areas/{area}/report?day=20261122"):
        assert call("GET", path, token=officer).status == 400
    assert call("GET", f"/areas/{area}/report?day=0001-01-03", token=officer).status == 400


def apply_at(area: str, latitude: float) -> str:
    """Apply for a venue that says where it is."""
    about = About(position=Position(latitude, 120.5, "gcj02"))
    return venues.apply(venues.Facts(fresh("店"), area, about=about), AT)[0].venue


def test_what_waits_and_what_is_live_follows_every_decision(engine: Service) -> None:
    """A district sees each subdistrict, a subdistrict each community: waiting, live codes, where they are."""
    area, officer = new_area(), engine.token("officer", "99")
    beside = area[:9] + ("002" if area[9:] != "002" else "001")
    first, second = apply_at(area, 30.1), apply_at(area, 30.3)
    third = apply_at(beside, 30.5)
    venues.decide(first, "approve", "ok", AT)
    venues.decide(second, "return", "which door", AT)
    venues.decide(third, "refuse", "no such shop", AT)
    east = entrances.add_code(first, "east", AT)
    entrances.add_code(first, "west", AT)
    entrances.retire_code(first, east.code, AT)

    def told(code: str) -> dict[str, Any]:
        found: dict[str, Any] = call("GET", f"/areas/{code}/report?day={TODAY}", token=officer).json()
        return found

    def stands(code: str) -> list[Any]:
        found = {one["area"]: one for one in told(code[:9])["below"]}.get(code, {})
        return [found.get("waiting"), found.get("codes"), found.get("position", {}).get("latitude")]

    # Each figure is a row of its own, and may be seen a moment before another; before the first there is no area.
    assert eventually(lambda: stands(area) == [1, 1, 30.1])
    assert eventually(lambda: stands(beside) == [0, 0, None])
    below = {one["area"]: one for one in told(area[:9])["below"]}
    assert set(below) == {area, beside}
    assert (below[area]["applications"], below[beside]["applications"]["day"]) == ({"day": 2, "cumulative": 2}, 1)
    assert [one["codes"] for one in told(area[:6])["below"]] == [1]
    assert [told(area)[name] for name in ("waiting", "codes")] == [1, 1]
    venues.decide(first, "close", "moved away", AT)
    venues.decide(second, "approve", "ok", AT)
    assert eventually(lambda: stands(area) == [0, 0, 30.3])


def test_a_report_is_saved_as_workbook_and_as_csv(engine: Service) -> None:
    """Excel reads both: a line for the area and each below it, texts as texts."""
    area = new_area()
    open_venue(area)
    assert eventually(lambda: of_day(area)["approvals"] == 1)
    officer = engine.token("officer", area[:9])
    saved = call("GET", f"/areas/{area[:9]}/report.csv?day={TODAY}", token=officer)
    assert saved.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"report-{area[:9]}-{TODAY}.csv" in saved.headers["content-disposition"]
    assert saved.body.startswith("\ufeff区划 area,".encode())
    lines = list(csv.reader(io.StringIO(saved.body.decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["区划 area", area[:9], area]
    assert {len(line) for line in lines} == {24}
    assert lines[2][lines[0].index(f"批准 approvals {TODAY}")] == "1"
    book = call("GET", f"/areas/{area[:9]}/report.xlsx?day={TODAY}", token=officer)
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book.body))
    assert sheets.sheet_names == ["概要 Summary", "区划 Areas", "趋势 Trend"]
    assert [row[0] for row in sheets.get_sheet_by_index(1).to_python()][1:] == [area[:9], area]
    assert len(sheets.get_sheet_by_index(2).to_python()) == 15


def test_who_is_inside_is_seen_by_who_keeps_the_door(engine: Service) -> None:
    """Came twice is inside once, who left or was never let in is not; a venue that did not ask for it counts nobody."""
    door = open_door(area=new_area())
    path, venue = f"/venues/{door.venue}/occupancy", door.venue
    guard = engine.token("guard", door.gate)
    assert call("GET", path, token=guard).json()["code"] == "not-counted"
    venues.set_policy(venue, Policy(pass_required=False, occupancy=True, capacity=9), AT)
    stays, leaves, again = new_pid(), new_pid(), new_pid()
    start = AT - 3600
    for pid, way, at in (
        (stays, "in", start),
        (again, "in", start),
        (leaves, "in", start),
        (leaves, "out", start + 1200),
        (again, "in", start + 1800),
        (again, "in", start + 1801),
        (new_pid(), "out", start),
    ):
        checkins.check_in(Act(pid, venue, way, at), at)  # type: ignore[arg-type]  # one of the two
    # At an hour before midnight in China the acts are of two days.
    days = {clock.china_day(at) for at in (start, start + 1801)}
    assert eventually(lambda: sum(of_day(door.area, day)["checkins"] for day in days) >= 5)
    told = call("GET", path, token=guard).json()
    assert (told["present"], told["capacity"], told["stay_s"]) == (2, 9, 7200)
    assert call("GET", path, token=engine.token("venue", venue)).json()["present"] == 2
    assert call("GET", path, token=engine.token("officer", door.area[:6])).status == 200
    assert call("GET", path, token=engine.token("guard", open_door().gate)).json()["code"] == "scope"
    assert service.occupancy(venue, 7200, AT + 7200) in {0, 1}  # who came again an hour and a half ago, by the slot
    assert service.occupancy(venue, 7200, AT + 3 * 3600) == 0


def test_a_crowd_gets_shards_and_never_fewer(engine: Service) -> None:
    """3,000 check-ins within ten seconds, in batches of several stream shards: two parts of an hour's index."""
    venue, table = open_venue(), engine.environment["TABLE_CHECKIN"]
    for shard in range(4):
        batch = event(table, new_area(), [10**20 + n for n in range(750)], venue)
        handlers.fold({**batch, "shardId": f"shard-{venue}-{shard}"}, None)
        handlers.fold({**batch, "shardId": f"shard-{venue}-{shard}"}, None)
    assert venues.must(venue, AT).policy.shards == 2
    assert not venues.raise_shards(venue, 1)
    venues.raise_shards(venue, 8)
    handlers.fold({**event(table, new_area(), [10**21 + n for n in range(750)], venue), "shardId": "again"}, None)
    assert venues.must(venue, AT).policy.shards == 8
    quiet = open_venue()
    handlers.fold(event(table, new_area(), [10**22 + n for n in range(40)], quiet), None)
    assert venues.must(quiet, AT).policy.shards == 1


def event(table: str, area: str, sequences: list[int], venue: str = "V-1") -> dict[str, Any]:
    """A batch of new check-ins as a stream with a tumbling window delivers it."""
    image = {"area": {"S": area}, "venue": {"S": venue}, "at": {"N": str(AT)}, "received_at": {"N": str(AT)}}
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
    assert of_day(area)["checkins"] == 20
    assert handlers.fold(event(table, area, []), None)["batchItemFailures"] == []


def test_two_workers_on_one_shard_count_once() -> None:
    """A worker that was thought dead writes too: the row's last sequence lets one of them through."""
    area, shard = new_area(), "shard-1"
    changes = [Change(area, TODAY, "checkins", n) for n in range(50)]
    for end in (20, 30, 40, 20, 50, 30):
        service.fold(reversed(changes[:end]), shard, AT)
    assert of_day(area)["checkins"] == 50


def test_a_worker_that_was_overtaken_counts_in_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another counted between its reading and its writing: day and all days stay as they are, and it reads again."""
    area, read = new_area(), service._stored
    changes = [Change(area, TODAY, "checkins", n) for n in range(50)]
    service.fold(changes[:20], "s", AT)

    def overtaken(keys: Iterable[Key]) -> dict[Key, Tally]:
        monkeypatch.setattr(service, "_stored", read)
        found = read(keys)
        service.fold(changes[:40], "s", AT)
        return found

    monkeypatch.setattr(service, "_stored", overtaken)
    service.fold(changes, "s", AT)
    told = reports.report(area, TODAY, AT).own
    assert told.of_day["checkins"] == told.cumulative["checkins"] == 50


def test_a_settled_day_is_repaired_by_counting_again() -> None:
    """What a stream lost for good is found in the rows themselves; again changes nothing."""
    area = new_area()
    start = AT - 5 * 86_400
    day = clock.china_day(start)
    venue = open_venue(area, at=start)
    noon = clock.parse_instant(f"{day}T12:00:00")
    for party in (1, 1, 4):
        checkins.check_in(Act(new_pid(), venue, "in", noon), noon, details=Details(party=party))
    checkins.assist(Act(new_pid(), venue, "in", noon), noon)
    apart = {"assisted": 1, "groups": 1, "companions": 3}
    assert eventually(lambda: of_day(area, day)["checkins"] == 4)
    assert eventually(lambda: apart.items() <= of_day(area, day).items())
    for partition in (f"{area[:9]}#{day}", f"{area[:9]}#all"):
        (row,) = CounterRow.query(partition, CounterRow.sort.startswith(f"{area}#checkins#"))
        row.n -= 3
        row.save()
    for partition in (f"{area[:4]}#{day}", f"{area[:4]}#all"):  # the district's own rows lost another one
        row = next(CounterRow.query(partition, CounterRow.sort.startswith(f"{area[:6]}#checkins#")))
        row.n -= 1
        row.save()
    assert recounting.recount(area, day, AT)[f"{area} checkins"] == 3
    assert of_day(area, day)["checkins"] == 4
    assert apart.items() <= of_day(area, day).items()
    again = recounting.recount(area, day, AT)
    assert [again[f"{area} {metric}"] for metric in ("checkins", *apart)] == [3, 0, 0, 0]
    assert of_day(area, day)["checkins"] == 4
    assert reports.report(area, day, AT).own.cumulative["checkins"] == 4
    assert again[f"{area[:6]} checkins"] == 1
    for wider in (area[:9], area[:6], area[:4]):
        told = reports.report(wider, day, AT)
        assert told.own.of_day["checkins"] == sum(one.of_day["checkins"] for one in told.below)
    with pytest.raises(ValueError, match="RFC 3339"):
        recounting.recount(area, day.replace("-", ""), AT)
    for wrong in (clock.china_day(AT - 86_400), clock.china_day(AT - 15 * 86_400)):
        with pytest.raises(ValueError, match="recounted"):
            recounting.recount(area, wrong, AT)


def test_what_stands_is_repaired_by_counting_again() -> None:
    """Lost, or counted where nothing stands any more: the venues' rows say what is true; again changes nothing."""
    area, early = new_area(), AT - 3600
    venue = open_venue(area, at=early)
    entrances.add_code(venue, "", early)
    venues.apply(venues.Facts("书店", area), early)
    emptied = area[:9] + ("009" if area[9:] != "009" else "008")
    service.fold([Change(emptied, rules.TOTAL, "codes", 1, 5)], "lost", AT)
    assert eventually(lambda: dict(reports.report(area, TODAY, AT).own.standing) == {"waiting": 1, "codes": 1})
    service.fold([Change(area, rules.TOTAL, "waiting", 1, 7)], "lost", AT)
    for _again in range(2):
        found = handlers.recount({"area": area[:9]}, None)
        assert (found[f"{area} waiting"], found[f"{area[:9]} waiting"], found[f"{emptied} codes"]) == (-7, -7, -5)
        below = {one.area: dict(one.standing) for one in reports.report(area[:9], TODAY, AT).below}
        assert below == {area: {"waiting": 1, "codes": 1}, emptied: {"waiting": 0, "codes": 0}}
    venues.apply(venues.Facts("饭店", area), AT)
    with pytest.raises(ValueError, match="quarter"):
        recounting.recount_levels(area[:9], AT)


def test_closed_shards_are_merged_and_nothing_is_lost_or_doubled() -> None:
    """A sum over all days is over few rows however old the deployment is; what a shard gives again still counts once."""
    area, place = new_area(), "#all"
    for hour in range(0, 24 * 8, 4):
        at = AT - 8 * 86_400 + hour * 3600
        changes = [Change(area, rules.TOTAL, "codes", n, 2) for n in range(3)]
        service.fold(changes, f"shard-{hour}", at)
        service.fold(changes, f"shard-{hour}", at)
    assert reports.report(area, TODAY, AT).own.standing["codes"] == 48 * 3 * 2
    rows = list(CounterRow.query(area[:9] + place, CounterRow.sort.startswith(f"{area}#codes#"), consistent_read=True))
    assert len(rows) <= 14  # two days of six, the one that began, and what was merged
    assert all(row.ttl is None for row in rows)


def test_the_function_merges_and_raises_under_its_own_role() -> None:
    """What the tests above do in this process the deployed function may do: shards long closed, a crowd at a door."""
    area, old = new_area(), AT - 5 * 86_400
    venue = open_venue(area, Policy(pass_required=False))
    for shard in ("shard-a", "shard-b"):
        CounterRow(f"{area[:9]}#all", f"{area}#checkins#{shard}", n=5, last="9", seen_at=old).save()
    # Another stream shard's part of the same ten seconds.
    others = rules.rate_partition(venue, AT // rules.WINDOW_S)
    CounterRow(others, "shard-a", n=4_000, last="9", seen_at=AT).save()
    with CheckinRow.batch_write() as rows:
        for _ in range(400):
            rows.save(arrived(venue, area))
    assert eventually(lambda: reports.report(area, TODAY, AT).own.cumulative["checkins"] == 410)
    assert eventually(lambda: venues.must(venue, AT).policy.shards >= 2)
    own = CounterRow.sort.startswith(f"{area}#checkins#")
    sorts = [row.sort for row in CounterRow.query(f"{area[:9]}#all", own, consistent_read=True)]
    assert f"{area}#checkins#merged" in sorts
    assert not [sort for sort in sorts if sort.endswith(("shard-a", "shard-b"))]


def arrived(venue: str, area: str) -> CheckinRow:
    """A check-in that was written at this module's instant."""
    act = Act(new_pid(), venue, "in", AT)
    return CheckinRow(
        act.pid,
        sort_key(act),
        hour_shard=hour_shard(venue, AT, act.pid, 1),
        at=AT,
        received_at=AT,
        venue=venue,
        area=area,
        direction="in",
        decision="admitted",
        cause="pass-not-required",
        ttl=AT + 86_400,
    )
