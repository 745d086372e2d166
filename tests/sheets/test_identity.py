"""Identity documents and phones keep the rules of those who issue them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.identity import DocumentFault, PhoneFault, read_document, read_phone
from functions.shared.identity.documents import check_character

GOOD = "99010119900101001" + check_character("99010119900101001")


def test_the_standards_own_examples_have_their_check_character() -> None:
    """GB 11643-1999 prints these two."""
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


@pytest.mark.parametrize(
    ("kind", "number", "stored"),
    [
        ("", f" {GOOD[:6]} {GOOD[6:14]} {GOOD[14:]}", ("resident-id", GOOD)),
        ("身份证", "11010519491231002x", ("resident-id", "11010519491231002X")),
        ("居民身份证", "１１０１０５１９４９１２３１００２Ｘ", ("resident-id", "11010519491231002X")),
        ("护照", "e12345678", ("passport", "E12345678")),
        ("港澳居民来往内地通行证", "H0123456701", ("hk-macao-permit", "H01234567")),
        ("回乡证", "M01234567", ("hk-macao-permit", "M01234567")),
        ("台胞证", "0123456701", ("taiwan-permit", "01234567")),
        ("taiwan_permit", "01234567", ("taiwan-permit", "01234567")),
        ("港澳居民居住证", "81000019900101001" + check_character("81000019900101001"), ("hk-macao-residence", None)),
        ("台湾居民居住证", "83000019900101001" + check_character("83000019900101001"), ("taiwan-residence", None)),
        ("外国人永久居留身份证", "ABC123456789012", ("foreigner-permanent-residence", "ABC123456789012")),
        ("foreigner-permanent-residence", GOOD, ("foreigner-permanent-residence", GOOD)),
    ],
)
def test_each_document_has_its_validator(kind: str, number: str, stored: tuple[str, str | None]) -> None:
    """A number is folded to the one form in which people are compared, whoever typed it."""
    document = read_document(kind, number)
    assert document.known
    assert document.type == stored[0]
    assert stored[1] in {None, document.number}


@pytest.mark.parametrize(
    ("kind", "number", "law"),
    [
        ("", "", "id-missing"),
        ("", "110105491231002", "id-length"),
        ("", "A" * 65, "id-length"),
        ("", "1101051949123100AX", "id-form"),
        ("", "110105194912310020", "id-check-digit"),
        ("", "11010519490231002X", "id-birth-date"),
        ("", "11010517491231002X", "id-birth-date"),
        ("passport", "ABCDEF", "id-form"),
        ("passport", "1234", "id-form"),
        ("hk-macao-permit", "X01234567", "id-form"),
        ("taiwan-permit", "012345", "id-form"),
        ("taiwan-residence", GOOD, "id-form"),
        ("foreigner-permanent-residence", "11010519491231002X", "id-form"),
    ],
)
def test_each_refusal_of_a_number_has_its_law(kind: str, number: str, law: str) -> None:
    """A number that is none of its type is refused by the law it breaks, and the message does not quote it."""
    with pytest.raises(DocumentFault) as caught:
        read_document(kind, number)
    assert caught.value.law == law
    assert not number or number not in str(caught.value)


def test_an_unknown_type_is_accepted_and_flagged() -> None:
    """A document nobody thought of is never a bad row."""
    document = read_document("难民旅行证", "RT-0042")
    assert (document.number, document.known) == ("RT-0042", False)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 16), step=st.integers(1, 9))
def test_one_mistyped_digit_never_passes(place: int, step: int) -> None:
    """MOD 11-2 finds every single mistyped digit."""
    wrong = GOOD[:place] + str((int(GOOD[place]) + step) % 10) + GOOD[place + 1 :]
    with pytest.raises(DocumentFault):
        read_document("", wrong)


@pytest.mark.parametrize(
    "text", ["13800138000", "+86 138 0013 8000", "0086-138-0013-8000", "8613800138000", "１３８００１３８０００"]
)
def test_a_mainland_phone_is_its_eleven_digits(text: str) -> None:
    """Prefixes and groups are dropped."""
    assert read_phone(text) == "13800138000"


@pytest.mark.parametrize(
    "text", ["", "12800138000", "1380013800", "138001380000", "010-12345678", "+852 5123 4567", "手机"]
)
def test_other_phones_are_refused(text: str) -> None:
    """Landlines, foreign numbers and numbers that no operator has."""
    with pytest.raises(PhoneFault):
        read_phone(text)
