"""What a change counts for."""

from __future__ import annotations

from functions.counters import rules
from functions.counters.rules import Change, Tally


def test_a_change_counts_in_every_area_that_contains_it() -> None:
    """A community's check-in is its subdistrict's, district's, city's and province's, of the day and of all days."""
    keys = rules.keys_of(Change("990101001001", "2026-11-22", "checkins", 1), "shard-1")
    assert {key.partition for key in keys} == {
        f"{area}#{day}"
        for area in ("99", "9901", "990101", "990101001", "990101001001")
        for day in ("2026-11-22", "all")
    }
    assert {key.sort for key in keys} == {"checkins#shard-1"}
    assert len(rules.keys_of(Change("990101", "2026-11-22", "checkins", 1), "shard-1")) == 6


def test_sequences_are_compared_as_integers() -> None:
    """As text 9 is after 10, and a number of DynamoDB holds 38 of the 40 digits."""
    big = 10**39
    assert rules.fold(Tally(3, 9), [10]) == Tally(4, 10)
    assert rules.fold(Tally(3, big), [big + 1, 9]) == Tally(4, big + 1)


def test_a_days_total_is_the_sum_over_shards_and_repairs() -> None:
    """Rows of other metrics, or of a future one, do not leak into a sum."""
    rows = {"checkins#a": 3, "checkins#b": 4, "checkins#recount": -1, "scans#a": 2, "later#a": 9}
    assert rules.totals(rows) == {"applications": 0, "approvals": 0, "checkins": 6, "scans": 2}
