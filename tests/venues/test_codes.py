"""Venue codes: what a person can type, and what a poster's symbol says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.venues import codes

ids = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
randoms = st.binary(min_size=5, max_size=5)


def sign(venue: str, short: str) -> bytes:
    """Stand in for the keyed hash."""
    return f"{venue}{short}".encode()[-5:]


@given(randoms)
def test_a_short_code_is_read_however_it_is_typed(randomness: bytes) -> None:
    """Lower case, dashes, spaces, and O, I, L for 0, 1, 1 are what people type."""
    short = codes.make_short(randomness)
    assert len(short) == 10
    typed = codes.spelled(short).lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert codes.read_short(typed) == short


@given(randoms, st.integers(0, 9), st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_seen(randomness: bytes, place: int, char: str) -> None:
    """Whichever it is, and whatever it is taken for."""
    short = codes.make_short(randomness)
    wrong = short[:place] + char + short[place + 1 :]
    assert (codes.read_short(wrong) == wrong) == (wrong == short)


@given(randoms, st.integers(0, 7), st.integers(0, 7))
def test_two_exchanged_characters_are_seen(randomness: bytes, first: int, second: int) -> None:
    """Neighbours or not."""
    chars = list(short := codes.make_short(randomness))
    chars[first], chars[second] = chars[second], chars[first]
    wrong = "".join(chars)
    assert (codes.read_short(wrong) == wrong) == (wrong == short)


@given(ids, randoms)
def test_an_address_names_its_venue_and_who_made_it(venue: str, randomness: bytes) -> None:
    """Whatever dashes an id holds, a page learns the venue from the address alone; another mark is not ours."""
    short = codes.make_short(randomness)
    text = codes.address(venue, short, sign)
    found = codes.read_address(text)
    assert found is not None
    assert (found.venue, found.short) == (venue, short)
    assert codes.is_ours(found, sign)
    assert not codes.is_ours(found, lambda _venue, _short: b"other")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "V-1",
        "V-1-K7QM3XPA91",
        "V-1-K7QM3XPA92-aebagbaf",
        "V-1-k7qm3xpa91-aebagbaf",
        "-K7QM3XPA91-aebagbaf",
        "x" * 70,
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_asked(text: str) -> None:
    """A poster read by half, a wrong check digit, no venue."""
    assert codes.read_address(text) is None
