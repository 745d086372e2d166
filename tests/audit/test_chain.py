"""The audit log's chain holds, and shows where it was touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.audit.rules import GENESIS, Broken, Entry, row_hash, verify_chain


def chain(length: int, first: int = 1) -> list[Entry]:
    """Return a sound chain whose first row has the sequence `first`."""
    rows: list[Entry] = []
    for n in range(first, first + length):
        previous = rows[-1].hash if rows else GENESIS if first == 1 else "0" * 64
        bare = Entry(2, n, 1_795_312_800 + n, f"officer:{n % 3}", "unit.register", "U-1", "", n, "", previous, "")
        rows.append(replace(bare, hash=row_hash(bare)))
    return rows


@pytest.mark.parametrize("first", [1, 77])
def test_a_sound_chain_gives_its_last_row(first: int) -> None:
    """A chain verifies from its birth, and from its middle once the old end has left."""
    rows = chain(6, first)
    assert verify_chain(rows) == rows[-1]
    assert verify_chain([]) is None


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 7), st.sampled_from(["at", "count", "actor", "act", "case", "previous", "sequence", "hash"]))
def test_any_changed_row_is_found(place: int, member: str) -> None:
    """Whatever member of whatever row is altered, the chain breaks at that row."""
    rows = chain(8)
    before = getattr(rows[place], member)
    changed: Any = f"x{before}" if isinstance(before, str) else 9_999
    rows[place] = replace(rows[place], **{member: changed})
    with pytest.raises(Broken) as broken:
        verify_chain(rows)
    assert broken.value.entry == rows[place]
    assert broken.value.law == "altered"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6))
def test_a_row_taken_out_is_found(place: int) -> None:
    """A missing row in the middle is a gap, even when every row left is genuine."""
    rows = chain(8)
    with pytest.raises(Broken, match="gap"):
        verify_chain(rows[:place] + rows[place + 1 :])


def test_each_way_to_break_a_chain_has_its_name() -> None:
    """Rows in another order, of another shard, rewritten, or a birth that is none are told apart."""
    rows, other = chain(4), [replace(row, shard=1) for row in chain(4)]
    other = [replace(row, hash=row_hash(row)) for row in other]
    rewritten = replace(rows[1], count=41)
    rewritten = replace(rewritten, hash=row_hash(rewritten))
    orphan = replace(rows[0], previous="0" * 64)
    orphan = replace(orphan, hash=row_hash(orphan))
    for law, broken in (
        ("order", [rows[1], rows[0]]),
        ("shard", [rows[0], other[1]]),
        ("link", [rows[0], rewritten, rows[2]]),
        ("link", [orphan]),
    ):
        with pytest.raises(Broken, match=law) as seen:
            verify_chain(broken)
        assert seen.value.law == law
