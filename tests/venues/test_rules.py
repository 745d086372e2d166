"""What a venue may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.venues import rules


@given(st.floats(min_value=0, max_value=12_800))
def test_shards_carry_the_peak_with_half_as_much_again(peak: float) -> None:
    """A shard takes 300 writes/s of the 1,000 a partition can: peak × 1.5 / 300, a power of two."""
    shards = rules.shards_for(peak)
    assert shards * 300 >= peak * 1.5
    assert shards == 1 or (shards // 2) * 300 < peak * 1.5
    assert shards & (shards - 1) == 0


@pytest.mark.parametrize(
    ("state", "decision", "reached"),
    [
        ("applied", "approve", "approved"),
        ("applied", "refuse", "refused"),
        ("applied", "close", None),
        ("approved", "approve", "approved"),
        ("approved", "refuse", None),
        ("approved", "close", "closed"),
        ("refused", "approve", "approved"),
        ("refused", "close", None),
        ("closed", "approve", "approved"),
        ("closed", "close", "closed"),
        ("closed", "refuse", None),
        ("applied", "check", "checked"),
        ("checked", "return", "returned"),
        ("returned", "check", "checked"),
        ("checked", "approve", "approved"),
        ("approved", "check", None),
        ("approved", "return", None),
    ],
)
def test_decisions_lead_where_they_may(state: str, decision: str, reached: str | None) -> None:
    """An approved venue is closed, never refused; every decision can be sent twice."""
    assert rules.state_after(state, decision) == reached


def test_the_same_application_is_the_same_venue() -> None:
    """Stray spaces make no second venue; another area, name or address does."""
    venue = rules.venue_of_application("990101", "书店", "一路1号")
    assert venue == rules.venue_of_application("990101", " 书店 ", "一路1号 ")
    others = [("990102", "书店", "一路1号"), ("990101", "花店", "一路1号"), ("990101", "书店", "一路2号")]
    assert len({venue, *(rules.venue_of_application(*facts) for facts in others)}) == 4


def test_a_community_checks_and_a_subdistrict_decides() -> None:
    """Who is nearest looks whether the shop is there; who answers for the area lets it have a code."""
    assert all(
        rules.may_decide(decision, "990101001") for decision in ("check", "return", "approve", "refuse", "close")
    )
    assert [d for d in ("check", "return", "approve", "refuse", "close") if rules.may_decide(d, "990101001001")] == [
        "check",
        "return",
    ]


def test_only_what_waits_has_a_place_among_those_who_wait() -> None:
    """A decided venue leaves the queue by itself."""
    places = {state: rules.waiting("990101", state) for state in rules.STATES}
    assert {state for state, place in places.items() if place} == rules.WAITING
    assert places["applied"] == "990101#applied"
