"""What a change counts for, and what stands at a venue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.counters import levels, rules
from functions.counters.rules import Arrival, Change, Presence, Tally


def test_a_change_counts_in_every_area_that_contains_it() -> None:
    """A community's check-in is its subdistrict's, district's, city's and province's, of the day and of all days."""
    keys = Change("990101001001", "2026-11-22", "checkins", 1).keys("shard-1")
    areas = ("99", "9901", "990101", "990101001", "990101001001")
    above = ("", *areas)
    assert {(key.partition, key.sort) for key in keys} == {
        (f"{wider}#{day}", f"{area}#checkins#shard-1")
        for wider, area in zip(above, areas, strict=False)
        for day in ("2026-11-22", "all")
    }
    assert len(Change("990101", "2026-11-22", "checkins", 1).keys("shard-1")) == 6


def test_what_stands_has_no_day_and_no_end() -> None:
    """A code made 500 days ago still counts; a day's figures go after 400."""
    assert {key.kept_s for key in Change("99", rules.TOTAL, "codes", 1).keys("s")} == {None}
    assert {key.kept_s for key in Change("99", "2026-11-22", "scans", 1).keys("s")} == {None, 400 * 86_400}


def test_sequences_are_compared_as_integers() -> None:
    """As text 9 is after 10, and a number of DynamoDB holds 38 of the 40 digits."""
    big = 10**39
    assert rules.fold(Tally(3, 9), {10: 1}) == Tally(4, 10)
    assert rules.fold(Tally(3, big), {big + 1: 1, 9: 1}) == Tally(4, big + 1)


def test_a_sum_is_over_shards_mergers_and_repairs() -> None:
    """Areas and metrics are told apart, whatever a shard is called."""
    rows = [
        ("1#checkins#a#b", 3),
        ("1#checkins#merged", 4),
        ("1#checkins#recount", -1),
        ("1#scans#a", 2),
        ("2#scans#a", 9),
    ]
    assert rules.sums(rows) == {"1": {"checkins": 6, "scans": 2}, "2": {"scans": 9}}
    assert [rules.is_shard(sort) for sort, _ in rows] == [True, False, False, True, True]
    assert not rules.is_shard("1#checkins#recount-2026-11-22")


def test_a_venue_that_moves_is_taken_from_one_area_and_added_to_the_other() -> None:
    """The area above both sees nothing; the same record twice in a batch is one."""
    moved = [Change("990101001001", "all", "codes", 7, -2), Change("990101001002", "all", "codes", 7, 2)]
    found = {key.sort.split("#")[0]: deltas for key, deltas in rules.by_row([*moved, *moved], "s").items()}
    assert found["990101001"] == found["99"] == {7: 0}
    assert (found["990101001001"], found["990101001002"]) == ({7: -2}, {7: 2})


def image(state: str, retired: tuple[int | None, ...] = (), position: Any = None) -> dict[str, dict[str, str]]:
    """A venue's row as a stream shows it."""
    codes = [{"code": str(n), "label": "", "made_at": 1, "retired_at": at} for n, at in enumerate(retired)]
    return {
        "state": {"S": state},
        "division": {"S": "990101001001"},
        "codes": {"S": json.dumps(codes)},
        "about": {"S": json.dumps({"position": position} if position else {})},
    }


@pytest.mark.parametrize("state", ["applied", "checked", "returned"])
def test_what_nobody_decided_waits_and_has_no_live_code(state: str) -> None:
    """Whoever asked again, whoever has checked: somebody has to act."""
    stands = levels.of_image(image(state, (None,), {"latitude": 1.0, "longitude": 2.0, "system": "wgs84"}))
    assert stands == {"waiting": 1, "codes": 0, "placed": 0, "north": 0, "east": 0}


def test_codes_of_an_open_venue_live_until_they_are_retired() -> None:
    """A closed or refused venue's posters are dead, though nobody retired them; an old row without codes has none."""
    assert levels.of_image(image("approved", (None, 5, None)))["codes"] == 2
    assert levels.of_image(image("closed", (None, None)))["codes"] == 0
    assert levels.of_image({"state": {"S": "approved"}, "division": {"S": "99"}})["codes"] == 0
    assert set(levels.of_image({}).values()) == {0}


def test_a_mean_position_is_exact_to_a_metre() -> None:
    """Sums of whole numbers: what was added is what is taken away again."""
    places = [(30.123456, 120.65432), (30.2, 120.7), (-10.0, -70.00001)]
    stands = [
        levels.of_image(image("approved", position={"latitude": lat, "longitude": lon, "system": "gcj02"}))
        for lat, lon in places
    ]
    total = {name: sum(one[name] for one in stands[:2]) for name in stands[0]}
    assert levels.position(total) == (30.16173, 120.67716)
    back = {name: total[name] - stands[0][name] for name in total}
    assert levels.position(back) == (30.2, 120.7)
    assert levels.position({"placed": 0, "north": 5, "east": 5}) is None


def test_only_a_crowd_is_looked_at() -> None:
    """Fifty at one venue within ten seconds, twice delivered: nobody else costs a row."""
    crowd = [Arrival("V-1", 3, n) for n in range(50)]
    others = [Arrival("V-1", 4, n) for n in range(100, 149)] + [Arrival("V-2", 3, n) for n in range(200, 249)]
    assert set(rules.busy([*crowd, *crowd, *others])) == set(crowd)


def test_who_came_long_ago_is_not_counted_as_inside_and_costs_no_row() -> None:
    """A check-in that waited three days for a network counts in the report alone."""
    at = 1_800_000_000
    change, old = Change("99", "2027-01-12", "checkins", 1), Presence("V-1", (at - 3 * 86_400) // 600, 1)
    fresh = Presence("V-1", (at - 86_400) // 600, 2)
    assert list(rules.worth_counting([change, old, fresh], at)) == [change, fresh]


def test_the_slots_of_who_is_inside_cover_the_whole_stay() -> None:
    """Somebody who came in two hours ago to the second still counts."""
    at = 1_800_000_123
    (key,) = Presence("V-1", (at - 7200) // rules.SLOT_S, 1).keys("s")
    assert int(key.sort.split("#")[0]) == rules.first_slot(at, 7200)


def test_what_is_apart_is_part_of_what_there_is() -> None:
    """Every check-in is one; assisted, a group's, or neither; who came along is no check-in."""
    assert rules.kinds("self", 1) == {"checkins": 1}
    assert rules.kinds("assisted", 1) == {"checkins": 1, "assisted": 1}
    assert rules.kinds("group", 5) == {"checkins": 1, "groups": 1, "companions": 4}
    assert rules.kinds("assisted", 2) == {"checkins": 1, "assisted": 1, "groups": 1, "companions": 1}
    assert {"checkins", *rules.kinds("assisted", 2)} <= set(rules.METRICS)
