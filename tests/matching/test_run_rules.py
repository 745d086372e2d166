"""The run, pure: groups of parts, what a decision changes, holds and the report."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.matching.policy import DEFAULT
from functions.matching.rules import Approval, Entitlement, Facts, Verdict, decide
from functions.matching.run_rules import (
    MOST_PARTS,
    Decided,
    Hold,
    Plan,
    Tally,
    applies,
    groups_for,
    hand,
    holds,
    is_administrative,
    report,
    summed,
    tallies,
    was_missed,
)
from functions.results.rules import Result

AT = 1_795_312_800
HOUR = 3_600


def decided(
    verdict: Verdict, cause: str, *, expires_at: int = 0, stood_until: int = 0, administrative: bool = False
) -> Decided:
    """A decision about somebody in unit U."""
    known = Entitlement("p", "U", verdict, cause, AT, "r", expires_at, 0, "", "")
    return Decided(known, stood_until, known=True, administrative=administrative)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.text("abcdefghij0123456789-", min_size=1, max_size=8), max_size=300), st.integers(0, 8))
def test_every_unit_and_every_part_is_one_groups(units: set[str], power: int) -> None:
    """However many groups: each unit's entitlements are read once, and the groups' parts are all, each once."""
    groups = 2**power
    dealt = [hand(units, group, groups) for group in range(groups)]
    assert sorted(unit for some in dealt for unit in some) == sorted(units)
    plan = Plan(AT, "", "default-1", groups, "")
    parts = [part for group in range(groups) for part in range(plan.parts(group)[0], plan.parts(group)[1] + 1)]
    assert parts == list(range(MOST_PARTS))


@pytest.mark.parametrize(("rows", "groups"), [(0, 1), (2_000_000, 1), (2_000_001, 2), (50_000_000, 32), (10**10, 256)])
def test_more_rows_are_more_groups(rows: int, groups: int) -> None:
    """A power of two, so that groups are whole parts; never more than there are parts."""
    assert groups_for(rows) == groups


def test_a_run_s_id_is_its_plan() -> None:
    """The same plan is the same run; another cut-off, area, policy, number of groups or source is another one."""
    plan = Plan(AT, "310101", "default-1", 1, "a")
    assert plan.run == Plan(AT, "310101", "default-1", 1, "a").run
    others = [
        Plan(AT + 1, "310101", "default-1", 1, "a"),
        Plan(AT, "31", "default-1", 1, "a"),
        Plan(AT, "310101", "default-2", 1, "a"),
        Plan(AT, "310101", "default-1", 2, "a"),
        Plan(AT, "310101", "default-1", 1, "b"),
    ]
    assert len({plan.run, *(other.run for other in others)}) == 6
    assert len(plan.run) == 32


def test_what_a_decision_changes() -> None:
    """Entitled anew, renewed, kept, withdrawn or refused, by what stood at the cut-off."""
    assert decided("eligible", "eligible", expires_at=9).change == "entitled"
    assert decided("eligible", "eligible", expires_at=9, stood_until=8).change == "renewed"
    assert decided("eligible", "eligible", expires_at=9, stood_until=9).change == "kept"
    assert decided("refused", "positive", stood_until=9).change == "withdrawn"
    assert decided("refused", "positive").change == "refused"


def test_only_a_loss_that_no_result_caused_may_wait() -> None:
    """A withdrawal that a result is a cause of is never held back, whatever the unit and whatever is named first."""
    negative, positive = row("negative", HOUR), row("positive", HOUR)
    approved, ended = Approval(approved=True), Approval(approved=True, ends_at=AT)

    def alone(result: Result | None, approval: Approval | None, *, listed: bool) -> bool:
        facts = Facts((result,) if result else (), listed, approval, None)
        return is_administrative(decide(facts, DEFAULT, AT))

    for approval, listed in ((approved, False), (ended, True), (None, True)):
        assert alone(negative, approval, listed=listed)
        assert not alone(positive, approval, listed=listed)
        assert not alone(None, approval, listed=listed)
    assert not alone(negative, approved, listed=True)
    assert decided("refused", "not-listed", stood_until=9, administrative=True).may_wait
    assert not decided("refused", "not-listed", administrative=True).may_wait  # nothing to lose
    assert not decided("refused", "not-listed", stood_until=9).may_wait


def test_held_losses_wait_for_a_release_and_nothing_else_is_written_twice() -> None:
    """Before a decision they are left out; after a release they are all that is left of the part."""
    loss = decided("refused", "not-listed", stood_until=9, administrative=True)
    gain = decided("eligible", "eligible", expires_at=9)
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
    counted = [
        ("U", "withdrawn", "not-listed", True, 6),
        ("U", "withdrawn", "positive", False, 7),
        ("U", "withdrawn", "not-listed", False, 1),
        ("U", "entitled", "eligible", False, 8),
    ]
    counts = tallies([*counted, ("V", "refused", "no-test", False, 1)])
    (hold,) = holds(counts, DEFAULT)
    assert hold == Hold("U", 22, 6)
    for decision, withdrawn, refused in (
        ("", 8, {"no-test": 1, "not-listed": 1, "positive": 7}),
        ("cancel", 8, {"no-test": 1, "not-listed": 1, "positive": 7}),
        ("release", 14, {"no-test": 1, "not-listed": 7, "positive": 7}),
    ):
        made = report(counts, {"U": Hold("U", 22, 6, decision)})
        assert (made.withdrawn, made.refused, made.entitled) == (withdrawn, refused, 8)
    assert report({}, {}).refused == {}
    assert summed([counts, counts])["U"].people == 2 * counts["U"].people
    assert report(summed([counts, counts]), {}).withdrawn == 28
    assert Tally().people == 0


def row(result: str, age_s: int, tube: str = "t") -> Result:
    """A single-person row."""
    return Result("p", "L", tube, 0, 1, AT - age_s, AT - age_s, result, "")  # type: ignore[arg-type]


def stood(rows: tuple[Result, ...], age_s: int) -> tuple[str, int, int]:
    """What an event had decided from rows, so long before the cut-off."""
    decision = decide(Facts(rows, listed=True, approval=Approval(approved=True)), DEFAULT, AT - age_s)
    return decision.cause, decision.expires_at or 0, AT - age_s


@pytest.mark.parametrize(
    ("then", "now", "missed"),
    [
        ((row("negative", 50 * HOUR),), (row("negative", 50 * HOUR),), False),  # time made it too old
        (
            (row("positive", 8 * 24 * HOUR), row("negative", 31 * HOUR, "n")),
            None,
            False,
        ),  # a positive's seven days ended
        ((row("negative", 5 * HOUR),), (row("negative", 5 * HOUR), row("negative", HOUR, "n")), True),  # a newer sample
        ((row("negative", 5 * HOUR),), (row("negative", 5 * HOUR), row("positive", 4 * HOUR, "x")), True),
        ((row("negative", 5 * HOUR),), (row("void", 5 * HOUR),), True),  # a sample that was taken back
        ((), (row("pending", HOUR),), False),  # refused before and after: nothing at the door changes
    ],
)
def test_what_the_event_path_had_missed(
    then: tuple[Result, ...], now: tuple[Result, ...] | None, *, missed: bool
) -> None:
    """Time's own work is the run's; what arrived and was not decided about is a miss, and so is whom nobody decided."""
    facts = Facts(then if now is None else now, listed=True, approval=Approval(approved=True))
    age = 30 * HOUR if now is None else 3 * HOUR + 1
    assert was_missed(decide(facts, DEFAULT, AT), facts, stood(then, age), DEFAULT) is missed
    entitled = Facts((row("negative", HOUR),), listed=True, approval=Approval(approved=True))
    assert was_missed(decide(entitled, DEFAULT, AT), entitled, None, DEFAULT)
    nobody = Facts((), listed=True, approval=None)
    assert not was_missed(decide(nobody, DEFAULT, AT), nobody, None, DEFAULT)
