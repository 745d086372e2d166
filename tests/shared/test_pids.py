"""A pid is a keyed name of an identity document: stable under how it was typed, useless without the key."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from functions.shared.pids import derive

KEY = bytes(range(32))
TEXT = st.text(min_size=1, max_size=20)


def test_the_form_of_a_pid_is_fixed() -> None:
    """A changed derivation would orphan every row, so its value is pinned here."""
    assert derive(KEY, "resident-id", "99010119900307001X") == "ZkP_kChhsM_BqJ3kqNitww"


def test_full_width_and_lower_case_are_the_same_person() -> None:
    """A clerk's full-width digits or a small x name the same document."""
    assert derive(KEY, "resident-id", "９９０１０１19900307001x") == derive(KEY, "RESIDENT-ID", "99010119900307001X ")


@given(TEXT, TEXT)
def test_every_document_has_a_pid_of_22_characters(id_type: str, number: str) -> None:
    """Whatever the document, the pid fits the key format of every table."""
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", derive(KEY, id_type, number))


@given(TEXT.map(str.strip).filter(bool))
def test_type_and_number_cannot_be_shifted_into_each_other(text: str) -> None:
    """Lengths are part of the message: moving a character from number to type is another person."""
    assert derive(KEY, "A" + text, "B") != derive(KEY, "A", text + "B")


def test_another_key_is_another_name() -> None:
    """Without the key, a pid says nothing about the number."""
    assert derive(bytes(32), "passport", "E1") != derive(KEY, "passport", "E1")
