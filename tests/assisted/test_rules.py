"""What decides for people without a phone, without a table: a card's text, a tail, a name, a limit's window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.assisted import rules
from functions.venues import codes

NUMBERS = st.binary(min_size=5, max_size=5).map(codes.make_short)
INSTANTS = st.integers(min_value=0, max_value=2**33)


@given(NUMBERS, st.sampled_from(["https://gate.example.gov", "http://gate.localhost:8000"]))
def test_a_card_is_read_scanned_and_typed(number: str, origin: str) -> None:
    """The address a symbol holds, the bare number, and the spelt one in small letters are the same card."""
    for text in (
        f"{origin}/p#{number}",
        number,
        codes.spelled(number),
        codes.spelled(number).lower().replace("-", " "),
    ):
        assert codes.read_short(rules.card_text(text)) == number


@given(NUMBERS, st.integers(min_value=0, max_value=9), st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_no_card(number: str, place: int, wrong: str) -> None:
    """Typing slips are seen before anybody is asked: no other person is checked in by one."""
    typed = number[:place] + wrong + number[place + 1 :]
    assert codes.read_short(rules.card_text(typed)) == (number if typed == number else None)


@pytest.mark.parametrize(
    "text", ["", "https://pass.example.gov/v#123", "https://gate.example.gov/p", "K7QM", "x" * 200]
)
def test_what_is_no_card_has_no_number(text: str) -> None:
    """A pass, a page and a slip of paper are no card."""
    assert codes.read_short(rules.card_text(text)) is None


@given(st.text(max_size=6))
def test_a_tail_is_four_letters_or_digits(text: str) -> None:
    """Whatever is typed, folded like a document's number: or it is none."""
    read = rules.read_tail(text)
    assert read is None or (len(read) == 4 and read.isalnum() and read == read.upper())
    assert rules.read_tail("１２３x") == "123X"


@given(
    on_card=st.none() | st.booleans(), listed=st.lists(st.booleans(), max_size=3), enrolled=st.none() | st.booleans()
)
def test_who_saw_the_document_speaks_first(*, on_card: bool | None, listed: list[bool], enrolled: bool | None) -> None:
    """A name given at enrolment, by a phone alone, decides only where nobody saw a document; nobody knowing is no answer."""
    judged = rules.judge_name(on_card=on_card, listed=listed, enrolled=enrolled)
    seen = [one for one in (on_card, *listed) if one is not None]
    assert judged == (any(seen) if seen else enrolled)


@given(INSTANTS, st.sampled_from(sorted(rules.WINDOWS)))
def test_a_limit_says_when_it_is_over(at: int, window: str) -> None:
    """Whoever comes back after so many seconds is in the next window, and a second earlier still in this one."""
    wait = rules.retry_after(window, at)  # type: ignore[arg-type]  # one of the two
    assert rules.windows_of(at + wait)[window] == rules.windows_of(at)[window] + 1  # type: ignore[index]
    assert rules.windows_of(at + wait - 1)[window] == rules.windows_of(at)[window]  # type: ignore[index]


def test_every_limit_of_a_shift_holds_several_of_its_hours() -> None:
    """A shift is twelve hours: its limit is under twelve of an hour's, and not under one."""
    for cap in rules.CAPS.values():
        assert cap.hour < cap.shift < 12 * cap.hour
