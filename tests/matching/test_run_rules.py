"""The run, pure: dealing parts, what a decision changes, holds and the report."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.matching.policy import DEFAULT
from functions.matching.rules import Entitlement, Verdict
from functions.matching.run_rules import MOST_PARTS, Decided, Hold, Plan, Tally, applies, deal, holds, report, tally

AT = 1_795_312_800


def decided(verdict: Verdict, cause: str, *, expires_at: int = 0, stood_until: int = 0) -> Decided:
    """A decision about somebody in unit U."""
    known = Entitlement("p", "U", verdict, cause, AT, "r", expires_at, 0, "", "")
    return Decided(known, stood_until, known=True)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.text("abcdefghij0123456789-", min_size=1, max_size=8), max_size=600), st.integers(1, 300))
def test_every_unit_is_dealt_once_and_no_part_is_empty(units: set[str], parts: int) -> None:
    """Parts are as many as allowed at most; each unit is in one, and the deal does not depend on the order."""
    dealt = deal(units, parts)
    assert sorted(unit for hand in dealt for unit in hand) == sorted(units)
    assert len(dealt) <= parts
    assert all(dealt)
    assert deal(sorted(units, reverse=True), parts) == dealt


def test_few_units_are_a_part_each() -> None:
    """Up to 256 units nothing waits for a neighbour."""
    assert deal([f"U{n:03}" for n in range(MOST_PARTS)]) == [[f"U{n:03}"] for n in range(MOST_PARTS)]


def test_a_run_s_id_is_its_plan() -> None:
    """The same plan is the same run; another cut-off, area, policy or unit is another one."""
    plan = Plan(AT, "310101", "default-1", [["U"]])
    assert plan.run == Plan(AT, "310101", "default-1", [["U"]]).run
    others = [
        Plan(AT + 1, "310101", "default-1", [["U"]]),
        Plan(AT, "31", "default-1", [["U"]]),
        Plan(AT, "310101", "default-2", [["U"]]),
        Plan(AT, "310101", "default-1", [["U"], ["V"]]),
    ]
    assert len({plan.run, *(other.run for other in others)}) == 5
    assert len(plan.run) == 32


def test_what_a_decision_changes() -> None:
    """Entitled anew, renewed, kept, withdrawn or refused, by what stood at the cut-off."""
    assert decided("eligible", "eligible", expires_at=9).change == "entitled"
    assert decided("eligible", "eligible", expires_at=9, stood_until=8).change == "renewed"
    assert decided("eligible", "eligible", expires_at=9, stood_until=9).change == "kept"
    assert decided("refused", "positive", stood_until=9).change == "withdrawn"
    assert decided("refused", "positive").change == "refused"


def test_only_a_loss_that_no_result_caused_may_wait() -> None:
    """A withdrawal caused by a result is never held back, whatever the unit."""
    assert {cause for cause in DEFAULT.precedence if decided("refused", cause, stood_until=9).may_wait} == {
        "not-listed",
        "unit-not-approved",
        "approval-ended",
    }
    assert not decided("refused", "not-listed").may_wait  # nothing to lose


def test_held_losses_wait_for_a_release_and_nothing_else_is_written_twice() -> None:
    """Before a decision they are left out; after a release they are all that is left of the part."""
    loss, gain = decided("refused", "not-listed", stood_until=9), decided("eligible", "eligible", expires_at=9)
    waiting, released = Hold("U", 25, 9), Hold("U", 25, 9, "release")
    cancelled = Hold("U", 25, 9, "cancel")
    for again in (False, True):
        assert not applies(loss, waiting, again=again)
        assert not applies(loss, cancelled, again=again)
        assert applies(loss, released, again=again)
        for hold in (None, waiting, released, cancelled):
            assert applies(gain, hold, again=again) is not again
    assert applies(loss, None, again=False)


def test_a_report_leaves_out_what_was_not_applied() -> None:
    """Losses that wait or were cancelled are in no count; released ones are."""
    people = [decided("refused", "not-listed", stood_until=9)] * 6
    people += [decided("refused", "positive", stood_until=9), decided("eligible", "eligible", expires_at=9)] * 8
    tallies = {"U": tally(people), "V": tally([decided("refused", "no-test")])}
    (hold,) = holds(tallies, DEFAULT)
    assert hold == Hold("U", 22, 6)
    for decision, withdrawn, refused in (
        ("", 8, {"no-test": 1, "positive": 8}),
        ("cancel", 8, {"no-test": 1, "positive": 8}),
        ("release", 14, {"no-test": 1, "not-listed": 6, "positive": 8}),
    ):
        made = report(tallies, {"U": Hold("U", 22, 6, decision)})
        assert (made.withdrawn, made.refused, made.entitled) == (withdrawn, refused, 8)
    assert report({}, {}).refused == {}
    assert Tally().people == 0
