"""Names and phones are shown masked: enough to compare with a person, never the whole."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.masking import COMPOUND_SURNAMES, LONGEST, mask, mask_phone

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6)
LATIN = st.lists(st.from_regex(r"[A-Z][a-zéüñ'-]{0,24}", fullmatch=True), min_size=1, max_size=6).map(" ".join)
DOTTED = st.lists(HAN, min_size=2, max_size=5).map("·".join)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张明", "张*"),
        ("张小明", "张*明"),
        ("欧阳娜娜", "欧阳*娜"),
        ("买买提·阿卜杜拉", "买**·阿**拉"),
        ("Maria Schmidt", "M*** S*****t"),
        ("欧阳娜", "欧阳*"),
        ("欧阳", "欧*"),
        ("李", "*"),
        ("", "*"),
        ("买买提•阿卜杜拉", "买**·阿**拉"),
        (" Wu  Li ", "W* L*"),
        ("张*", "*"),
    ],
)
def test_the_shapes_of_the_design(name: str, masked: str) -> None:
    """The examples of credentials.md, and their neighbours, give exactly these."""
    assert mask(name) == masked


@settings(max_examples=200, deadline=None)
@given(st.one_of(HAN, LATIN, DOTTED, st.text(max_size=80)))
def test_never_the_whole_of_any_name(name: str) -> None:
    """Each part of any name loses at least one character, and what is left fits a pass and deceives nobody."""
    masked = mask(name)
    assert 1 <= len(masked) <= LONGEST
    assert "*" in masked
    assert masked != unicodedata.normalize("NFKC", name) or not name.strip("* ·")
    assert all("*" in part for part in masked.replace("·", " ").split(" "))
    assert not any(unicodedata.category(character)[0] == "C" for character in masked)


@settings(max_examples=200, deadline=None)
@given(st.one_of(HAN, LATIN, DOTTED))
def test_no_given_name_shows(name: str) -> None:
    """Of a name's parts, none of two or more characters stands unmasked in the result."""
    shown = mask(name)
    for part in name.replace("·", " ").split():
        if len(part) > 1 and part not in COMPOUND_SURNAMES:
            assert part not in shown


def test_a_steering_character_does_not_survive() -> None:
    """A right-to-left override in a name cannot turn the guard's screen around."""
    assert mask("张\u202e小\u200b明") == "张*明"


def test_a_long_name_keeps_its_ends() -> None:
    """Whatever does not fit on a pass is cut from the middle."""
    assert mask("José García de la Vega y Martínez-Fernández del Castillo") == "J*** C******o"
    assert mask("W" + "o" * 70 + "f") == "W" + "*" * 30 + "f"


@pytest.mark.parametrize(("phone", "masked"), [("13800000078", "*********78"), ("+86 138", "***38"), ("1", "***")])
def test_a_phone_shows_two_digits(phone: str, masked: str) -> None:
    """The console can tell two phones apart and nobody can dial one."""
    assert mask_phone(phone) == masked
