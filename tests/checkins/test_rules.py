"""What is decided of a check-in, and what makes two of them one."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.checkins import rules
from functions.checkins.door import Door, decide_at_door
from functions.checkins.facts import facts_of
from functions.checkins.rules import Act, Decision
from functions.matching.policy import DEFAULT
from functions.matching.rules import ADMINISTRATIVE, coarse
from functions.venues.policy import Policy

AT = 1_795_312_800
PID = "A" * 22


@dataclass(frozen=True)
class Entitled:
    """What a check-in reads of an entitlement."""

    verdict: str = "eligible"
    cause: str = "eligible"
    decided_at: int = AT - 3600
    expires_at: int = AT + 3600


def refused(cause: str, decided_at: int = AT - 3600) -> Entitled:
    """A refusal of a cause."""
    return Entitled("refused", cause, decided_at, AT + 3600)


def decide(*standing: Entitled, venue_open: bool = True, pass_required: bool = True) -> Decision:
    """Decide at AT by the default policy, as a check-in does."""
    known = facts_of(standing, "in", AT, precedence=DEFAULT.precedence, administrative=ADMINISTRATIVE, aged=False)
    return decide_at_door(known, [Door("V-1", venue_open, Policy(pass_required=pass_required))], AT)


def test_a_standing_entitlement_admits_until_its_last_second() -> None:
    """Of several units one is enough; at the end of the entitlement the test is too old."""
    assert decide(Entitled()) == Decision("admitted", "entitled")
    assert decide(refused("not-listed"), Entitled()) == Decision("admitted", "entitled")
    assert decide(Entitled(expires_at=AT + 1)) == Decision("admitted", "entitled")
    assert decide(Entitled(expires_at=AT)) == Decision("refused", "test-too-old")


@pytest.mark.parametrize("cause", DEFAULT.precedence)
def test_a_refusal_names_its_full_cause(cause: str) -> None:
    """The person is told exactly what stands in the way."""
    assert decide(refused(cause)) == Decision("refused", cause)


def test_of_several_refusals_the_one_about_the_person_is_named() -> None:
    """A unit that dropped somebody says nothing of their health; the policy's order decides the rest."""
    assert decide(refused("not-listed"), refused("positive")).cause == "positive"
    assert decide(refused("test-too-old"), refused("positive"), refused("result-pending")).cause == "positive"
    assert decide(refused("not-listed"), refused("approval-ended")).cause == "approval-ended"
    assert decide() == Decision("refused", "not-listed")


def test_a_closed_venue_refuses_everybody() -> None:
    """Whoever stands before a closed venue is told so, and nothing about themselves."""
    assert decide(Entitled(), venue_open=False) == Decision("refused", "venue-closed")
    assert decide(venue_open=False, pass_required=False) == Decision("refused", "venue-closed")


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ((), Decision("admitted", "pass-not-required")),
        ((refused("test-too-old"),), Decision("admitted", "pass-not-required")),
        ((refused("positive"),), Decision("refused", "positive")),
        ((refused("positive-not-cleared"),), Decision("refused", "positive-not-cleared")),
        ((refused("pool-recheck"),), Decision("unsure", "pool-recheck")),
        ((refused("inconclusive"),), Decision("unsure", "inconclusive")),
    ],
)
def test_a_venue_without_passes_registers_all_but_the_positive(
    standing: tuple[Entitled, ...], expected: Decision
) -> None:
    """Where no pass is asked for, only a confirmed positive is refused, and an unsettled sample is unsure."""
    assert decide(*standing, pass_required=False) == expected


def test_what_was_overwritten_since_is_unsure() -> None:
    """A queued check-in from before the newest decision is not judged by what nobody knew then."""
    assert decide(refused("positive", decided_at=AT + 1)) == Decision("unsure", "decided-since")
    assert decide(Entitled(decided_at=AT + 1)) == Decision("unsure", "decided-since")
    assert decide(Entitled(decided_at=AT + 1), Entitled()) == Decision("admitted", "entitled")


def test_a_check_in_of_just_now_is_judged_now() -> None:
    """A phone's clock that is a little slow must not make a fresh decision unknown."""
    act = Act(PID, "V-1", "in", AT)
    assert rules.judged_at(act, AT + 120, ()) == AT + 120
    assert rules.judged_at(act, AT - 120, ()) == AT - 120
    assert rules.judged_at(act, AT + 121, ()) == AT


def test_a_decision_put_a_second_ahead_counts_for_a_check_in_of_just_now() -> None:
    """Two decisions of one second stand one after the other; who checks in within that second is not *unsure*."""
    act, newest = Act(PID, "V-1", "in", AT), Entitled(decided_at=AT + 2)
    assert rules.judged_at(act, AT, (Entitled(), newest)) == AT + 2
    # One that waited is judged by what stood at its own instant all the same.
    assert rules.judged_at(act, AT + 121, (newest,)) == AT


def test_instants_are_believed_within_72_hours_and_2_minutes() -> None:
    """The window is closed at both ends, to the second."""
    assert rules.is_believable(AT - 72 * 3600, AT)
    assert not rules.is_believable(AT - 72 * 3600 - 1, AT)
    assert rules.is_believable(AT + 120, AT)
    assert not rules.is_believable(AT + 121, AT)


@given(at=st.integers(min_value=1_700_000_000, max_value=1_900_000_000), later=st.integers(0, 1_200))
def test_one_slot_is_one_check_in(at: int, later: int) -> None:
    """Two acts are one exactly when they fall in the same ten minutes, at one venue, in one direction."""
    first, again = Act(PID, "V-1", "in", at), Act(PID, "V-1", "in", at + later)
    assert (rules.sort_key(first) == rules.sort_key(again)) == (at // 600 == (at + later) // 600)
    assert rules.sort_key(first) != rules.sort_key(Act(PID, "V-1", "out", at))
    assert rules.sort_key(first) != rules.sort_key(Act(PID, "V-2", "in", at))


@given(pid=st.text("abcXYZ019_-", min_size=22, max_size=22), shards=st.sampled_from([1, 2, 4, 64]))
def test_a_persons_shard_is_among_those_a_reader_asks(pid: str, shards: int) -> None:
    """crc32(pid) mod shards; with more shards later, a reader of all of them still finds the row."""
    key = rules.hour_shard("V-1", AT, pid, shards)
    assert key == f"V-1#2026112202#{crc32(pid.encode()) % shards}"
    assert key in {rules.shard_key("V-1", AT, shard) for shard in range(64)}


def test_the_coarse_cause_never_names_a_result() -> None:
    """What a guard or unit may see of any cause is one of three words."""
    assert {coarse(cause) for cause in DEFAULT.precedence} == {"needs-test", "result-pending", "not-eligible"}
