"""Status lists, pure: names, permutation and bits."""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.status import rules

NOON = 1_795_348_800  # 2026-11-22T12:00:00Z


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.binary(min_size=1, max_size=40))
def test_the_permutation_gives_every_index_once(size: int, secret: bytes) -> None:
    """For any size, whatever its factors, and any secret, counters and indices correspond one to one."""
    assert sorted(rules.scatter(count, size, secret) for count in range(size)) == list(range(size))


def test_the_permutation_hides_the_counter() -> None:
    """Neighbouring counters land far apart, and another secret puts them elsewhere."""
    here = [rules.scatter(count, rules.SIZE, b"a" * 32) for count in range(200)]
    there = [rules.scatter(count, rules.SIZE, b"b" * 32) for count in range(200)]
    assert len(set(here)) == 200
    near = sum(abs(a - b) < 1000 for a, b in pairwise(here))
    assert near < 20
    assert sum(a == b for a, b in zip(here, there, strict=True)) < 5


@pytest.mark.parametrize(
    ("at", "half", "end"),
    [
        (NOON - 1, "2026-11-22a", NOON),
        (NOON, "2026-11-22b", NOON + 43_200),
        (NOON + 43_200, "2026-11-23a", NOON + 86_400),
    ],
)
def test_a_list_is_named_for_the_half_day_of_expiry(at: int, half: str, end: int) -> None:
    """Noon and midnight (UTC) begin the next list, to the second; a name tells its end again."""
    assert rules.half_day(at) == half
    assert rules.half_day_end(at) == end
    assert rules.list_end(rules.list_name(half, 7)) == end
    assert re.fullmatch(r"[A-Za-z0-9-]{1,32}", rules.list_name(half, 999_999))


@pytest.mark.parametrize(
    "name",
    ["", "2026-11-22c-1", "2026-11-22a", "2026-13-01a-1", "2026-11-22a-0", "2026-11-22a-1 ", "../x", "٢٠26-11-22a-1"],
)
def test_what_is_no_list_s_name_has_no_end(name: str) -> None:
    """Nothing but the names this module makes is a list."""
    assert rules.list_end(name) is None


def test_the_halves_between_two_instants_are_named_in_order() -> None:
    """Both ends are included."""
    assert rules.halves(NOON - 1, NOON + 86_400) == ["2026-11-22a", "2026-11-22b", "2026-11-23a", "2026-11-23b"]


def test_waves_name_different_lists() -> None:
    """No list belongs to two waves."""
    names = [name for wave in range(5) for name in rules.lists_of_wave("2026-11-22a", wave)]
    assert len(set(names)) == len(names) == 5 * rules.OPEN_AT_ONCE


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 1023)))
def test_bits_are_the_most_significant_first(indices: set[int]) -> None:
    """Entry i is bit 7 − i mod 8 of byte i div 8 (Bitstring Status List 1.0 §3.1)."""
    bits = rules.bitstring(indices, 1024)
    assert len(bits) == 128
    text = "".join(f"{byte:08b}" for byte in bits)
    assert {place for place, bit in enumerate(text) if bit == "1"} == indices


@given(st.lists(st.integers(NOON, NOON + 6 * 86_400), max_size=8), st.integers(NOON, NOON + 9 * 86_400), st.randoms())
def test_what_is_still_kept_is_every_list_until_48_hours_after_its_half_day(
    expiries: list[int], at: int, random: Random
) -> None:
    """Whatever else lies beside the lists, and in whatever order it is named, nothing ended and nothing else is told."""
    names = [rules.list_name(rules.half_day(expiry), n) for n, expiry in enumerate(expiries, start=8)]
    found = [*names, "index.json", "2026-13-01a-1", "note.txt", ""]
    told = rules.still_kept(random.sample(found, len(found)), at)
    assert set(told) == {name for name in names if at < (rules.list_end(name) or 0) + rules.KEPT_S}
    assert told == sorted(told, key=lambda name: (name[:11], int(name[12:])))
