"""Whatever the service writes holds before an auditor; whatever is written by hand without a cause is found and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.matching.policy import DEFAULT
from functions.matching.rules import Approval, evidence_text
from functions.oversight import rules
from functions.oversight.shapes import StoredVerdictOut, WithdrawalOut
from functions.results.rules import Result
from tests.laws.histories import CUTOFF, HOUR, rows
from tests.threats.histories import LIST, ME, Weeks

GAPS = st.sampled_from((0, 1, 600, HOUR, 5 * HOUR, 40 * HOUR))
ENDS = (CUTOFF - HOUR, CUTOFF + 30 * HOUR, CUTOFF + 9000 * HOUR)
STEPS = st.one_of(
    st.tuples(st.just("receive"), rows((ME, ME, "p2"))),
    st.tuples(st.just("enlist"), st.booleans()),
    st.tuples(st.just("approve"), st.builds(Approval, st.just(True), st.sampled_from(ENDS))),
    st.tuples(st.just("sign"), st.booleans()),
)


def lived(steps: list[tuple[int, tuple[str, Any]]], after: int) -> Weeks:
    """The weeks in which these things happened, each some seconds after the one before."""
    weeks = Weeks()
    weeks.settle()
    for gap, (what, given_) in steps:
        weeks.at += gap
        if what == "sign":
            weeks.sign(printed=given_)
        else:
            getattr(weeks, what)(given_)
    weeks.at += after
    return weeks


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(GAPS, STEPS), max_size=12), st.sampled_from((0, HOUR, 100 * HOUR, 300 * HOUR)))
def test_no_row_of_the_service_fails(steps: list[tuple[int, tuple[str, Any]]], after: int) -> None:
    """For generated histories: refusals, withdrawals and replaced passes all hold, then and days later."""
    weeks = lived(steps, after)
    assert list(rules.of_verdict(weeks.told(), weeks.at)) == []


def entitled() -> Weeks:
    """Somebody with a negative sample of five hours ago and a pass on their phone."""
    weeks = Weeks()
    weeks.receive(Result(ME, "L1", "t1", 0, 1, CUTOFF - 5 * HOUR, CUTOFF, "negative"))
    weeks.sign(printed=False)
    weeks.at += 2 * HOUR
    assert weeks.told().verdict == "eligible"
    return weeks


def invented(at: int) -> str:
    """Evidence of a test that no laboratory made."""
    return evidence_text([Result(ME, "L1", "t99", 0, 1, at - HOUR, at, "positive")])


def taken(known: StoredVerdictOut, **change: Any) -> StoredVerdictOut:
    """The same with its pass withdrawn, by a row written by hand."""
    place = WithdrawalOut(LIST, 0, "not-listed", CUTOFF + HOUR, known.decided_at + 60, DEFAULT.version, "[]", "")
    passes = [msgspec.structs.replace(known.passes[0], withdrawal=msgspec.structs.replace(place, **change))]
    return msgspec.structs.replace(known, passes=passes)


def refused(cause: str, evidence: str = "[]", **change: Any) -> Callable[[StoredVerdictOut], StoredVerdictOut]:
    """A refusal written over what stood."""
    return lambda known: msgspec.structs.replace(
        known, verdict="refused", cause=cause, evidence=evidence, expires_at=0, passes=[], **change
    )


FORGED = {
    "a blank cause": (refused(""), "cause"),
    "an unknown cause": (refused("told-to"), "cause"),
    "a policy nobody published": (refused("no-test", policy="mine"), "policy"),
    "no cause, another verdict": (lambda known: msgspec.structs.replace(known, verdict="barred"), "verdict"),
    "not listed, who is": (refused("not-listed"), "facts-differ"),
    "no test, who has one": (refused("no-test"), "facts-differ"),
    "an approval that has not ended": (refused("approval-ended"), "facts-differ"),
    "a positive without a row": (refused("positive"), "evidence"),
    "a positive that no laboratory sent": (refused("positive", invented(CUTOFF)), "no-such-result"),
    "an instant before the sample": (refused("no-test", decided_at=0), "instant"),
    "refused, and the pass left": (
        lambda known: msgspec.structs.replace(known, verdict="refused", cause="no-test", evidence="[]"),
        "pass-stands",
    ),
    "an end too late": (
        lambda known: msgspec.structs.replace(known, expires_at=known.expires_at + HOUR),
        "facts-differ",
    ),
    "a withdrawal without a refusal": (taken, "no-refusal"),
    "of the very instant": (lambda known: taken(known, decided_at=known.decided_at), "no-refusal"),
    "before the verdict, while listed": (lambda known: taken(known, decided_at=known.decided_at - 60), "no-refusal"),
    "before it, for no test": (
        lambda known: taken(
            msgspec.structs.replace(known, decided_at=known.decided_at + 9 * HOUR),
            cause="no-test",
            decided_at=known.decided_at + 5 * HOUR,
        ),
        "no-refusal",
    ),
    "before it, for an invented row": (
        lambda known: taken(known, cause="positive", evidence=invented(CUTOFF - 60), decided_at=known.decided_at - 60),
        "no-such-result",
    ),
    "a withdrawal without a cause": (lambda known: taken(known, cause=""), "withdrawal-cause"),
    "replaced by nothing": (lambda known: taken(known, cause="replaced"), "withdrawal-evidence"),
    "replaced by a pass that is none": (lambda known: taken(known, cause="replaced", by=f"{LIST}#9"), "no-such-pass"),
    "replaced by itself": (lambda known: taken(known, cause="replaced", by=f"{LIST}#0"), "no-such-pass"),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_is_written_by_hand_is_named(name: str) -> None:
    """Each way to take a right away without a cause, from somebody who is entitled."""
    weeks = entitled()
    forge, code = FORGED[name]
    assert code in {one.code for one in rules.of_verdict(forge(weeks.told()), weeks.at)}


def test_a_list_is_held_to_its_withdrawals_and_these_to_verdicts() -> None:
    """A bit without a row, a row without a bit, a row without a ground, and a row of a place nobody's pass has."""
    sound = WithdrawalOut(LIST, 3, "not-listed", CUTOFF, CUTOFF, DEFAULT.version, "[]", "")
    assert list(rules.of_list(LIST, [sound], {3}, CUTOFF + 60)) == []
    late = msgspec.structs.replace(sound, index=4, withdrawn_at=CUTOFF + 61)
    assert list(rules.of_list(LIST, [sound, late], {3}, CUTOFF + 60)) == []
    bare = msgspec.structs.replace(sound, index=5, cause="", policy="")
    found = [(one.code, one.index) for one in rules.of_list(LIST, [sound, bare], {5, 8}, CUTOFF + 60)]
    assert found == [("bit-without-withdrawal", 8), ("withdrawal-without-bit", 3), ("withdrawal-policy", 5)]
    assert [one.index for one in rules.without_pass([sound, late], {(LIST, 4)})] == [3]


def test_what_only_todays_state_could_tell_is_counted_and_not_accused() -> None:
    """Who was dropped from a list and is back on the next: the withdrawal stays, and the list of then is not kept."""
    weeks = entitled()
    for listed in (False, True):
        weeks.at += HOUR
        weeks.enlist(listed)
    assert list(rules.of_verdict(weeks.told(), weeks.at)) == []
    assert rules.cannot_tell(weeks.told()) == 1
    assert rules.cannot_tell(entitled().told()) == 0


def test_a_correction_after_the_withdrawal_is_no_accusation_and_one_before_it_is() -> None:
    """A positive, a withdrawal, then the laboratory's correction: it held then. The same row named later is made up."""
    weeks = entitled()
    positive = Result(ME, "L1", "t2", 0, 1, CUTOFF - HOUR, CUTOFF, "positive")
    weeks.receive(positive)
    weeks.at += 3 * HOUR
    weeks.receive(replace(positive, revision=1, result="negative"))
    assert list(rules.of_verdict(weeks.told(), weeks.at)) == []
    weeks.at += 9 * HOUR
    told = weeks.told()
    again = taken(
        msgspec.structs.replace(told, decided_at=weeks.at),
        cause="positive",
        evidence=evidence_text([positive]),
        decided_at=weeks.at - HOUR,
        withdrawn_at=weeks.at - HOUR,
    )
    assert "no-such-result" in {one.code for one in rules.of_verdict(again, weeks.at)}
