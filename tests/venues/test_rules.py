"""What a venue may be."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.venues import rules

ids = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)


@given(venue=ids, randomness=st.binary(min_size=5, max_size=5))
def test_a_code_names_its_venue(venue: str, randomness: bytes) -> None:
    """Whatever dashes an id holds, a page learns the venue from the code alone."""
    assert rules.venue_of_code(rules.make_code(venue, randomness)) == venue


@pytest.mark.parametrize("text", ["", "V-1", "V-100-ABCDEFGH", "V-100-abcdefg1", "-abcdefgh", "V/1-abcdefgh", "x" * 60])
def test_what_is_no_code_names_no_venue(text: str) -> None:
    """A text of another shape is refused before any table is asked."""
    assert rules.venue_of_code(text) is None


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
    assert rules.venue_of_code(rules.make_code(venue, os.urandom(5))) == venue
