"""Who may enrol for whom, decided from facts alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.matching.policy import DEFAULT
from functions.people.rules import Claim, Listed, advice, folded, judge_claim, oldest, vouches

MINE, OTHER = "13800000001", "13800000002"


@pytest.mark.parametrize(
    ("facts", "claim"),
    [
        # at first enrolment
        ({"on_record": None, "vouched": False, "listed": False}, Claim.NEW),
        ({"on_record": None, "vouched": True, "listed": True}, Claim.NEW),
        ({"on_record": None, "vouched": False, "listed": True}, Claim.WAITS),
        # later
        ({"on_record": MINE, "vouched": False, "listed": False}, Claim.SAME),
        ({"on_record": MINE, "vouched": True, "listed": True}, Claim.SAME),
        ({"on_record": OTHER, "vouched": False, "listed": False}, Claim.WAITS),
        ({"on_record": OTHER, "vouched": True, "listed": True}, Claim.REPLACES),
        ({"on_record": OTHER, "vouched": True, "listed": True, "record_vouched": True}, Claim.WAITS),
    ],
)
def test_a_claim_is_judged_by_phone_and_lists(facts: dict[str, object], claim: Claim) -> None:
    """The phone on record speaks first; a list's word outweighs a record no list vouches for; the rest waits."""
    assert judge_claim(phone=MINE, **{"record_vouched": False, **facts}) is claim  # type: ignore[arg-type]


@given(st.booleans(), st.booleans())
def test_nobody_is_displaced_whom_a_list_vouches_for(vouched: bool, listed: bool) -> None:  # noqa: FBT001 - facts
    """Whatever an intruder brings, a record that a list vouches for stays."""
    claim = judge_claim(on_record=OTHER, phone=MINE, vouched=vouched, record_vouched=True, listed=listed)
    assert claim is Claim.WAITS


@pytest.mark.parametrize(
    ("listed", "stands"),
    [
        (Listed("U-1", "张明", MINE), True),
        (Listed("U-1", "another name", MINE), True),
        (Listed("U-1", "张明", OTHER), False),
        (Listed("U-1", "张 明", ""), True),
        (Listed("U-1", "张小明", ""), False),
    ],
)
def test_a_list_means_a_person_by_phone_or_else_by_name(listed: Listed, *, stands: bool) -> None:
    """The phone decides where the list has one; without one the name does."""
    assert vouches(listed, "张明", MINE) is stands


def test_names_are_compared_as_people_write_them() -> None:
    """Spaces, dots, width and case do not make another name."""
    assert folded("买买提·阿卜杜拉") == folded("买买提•阿卜杜拉 ")
    assert folded("Ｍaria  SCHMIDT") == folded("maria schmidt")


def test_every_cause_of_the_policy_has_its_advice() -> None:
    """No cause leaves a person without what to do next, in both languages."""
    for cause in (*DEFAULT.precedence, "phone-differs", "undecided", "", "a-cause-of-tomorrow"):
        told = advice(cause)
        assert told.en
        assert told.zh
    assert advice("a-cause-of-tomorrow") == advice("another")
    assert advice("positive") != advice("no-test")


def test_the_oldest_device_is_the_one_used_longest_ago() -> None:
    """Use counts, not enrolment."""
    assert oldest([(30, "a"), (10, "b"), (20, "c")]) == "b"
