"""A refusal or a withdrawal without a cause cannot be written: what the service decides holds, and nothing else does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.matching.grounds import REPLACED, Ground, Unfounded, flaw_of_verdict, rows_of
from functions.matching.model import EntitlementRow, row_of
from functions.matching.policy import DEFAULT
from functions.matching.rules import ADMINISTRATIVE, Approval, Entitlement, Facts, decide, entitle, evidence_text
from functions.results.rules import Result, of_person
from functions.status.model import WithdrawalRow
from functions.status.rules import Slot
from tests.laws.histories import CUTOFF, HOUR, histories

SLOT = Slot("2026-11-22b-1", 7)
POSITIVE = Result("", "L1", "t1", 0, 1, CUTOFF - HOUR, CUTOFF, "positive")
NEGATIVE = replace(POSITIVE, result="negative")
# What no laboratory's row says, member by member.
CHANGES: tuple[dict[str, object], ...] = (
    {"result": "told-to"},
    {"result": ["positive"]},
    {"lab": None},
    {"tube": 1},
    {"site": []},
    {"sampled_at": 1.5},
    {"reported_at": "now"},
)
MADE_UP = tuple(json.dumps({**json.loads(evidence_text([POSITIVE]))[0], **change}) for change in CHANGES)
APPROVALS = (None, Approval(approved=False), Approval(approved=True, ends_at=CUTOFF), Approval(approved=True))


def flaw(known: Entitlement) -> str:
    """What is wrong with an entitlement."""
    return flaw_of_verdict(known.verdict, known.cause, known.policy, known.decided_at, known.evidence)


@settings(max_examples=120, deadline=None)
@given(histories(), st.booleans(), st.sampled_from(APPROVALS))
def test_whatever_is_decided_can_be_written(rows: list[Result], listed: bool, approval: Approval | None) -> None:  # noqa: FBT001 - drawn
    """For generated histories every decision's row is put, and so is the withdrawal that follows from it."""
    facts = Facts(of_person("p1", rows), listed, approval)
    known = entitle("p1", "U-1", decide(facts, DEFAULT, CUTOFF), CUTOFF)
    assert flaw(known) == ""
    assert row_of(known).serialize()["cause"] == {"S": known.cause}
    cause = REPLACED if known.verdict == "eligible" else known.cause
    ground = Ground(cause, CUTOFF, known.evidence, known.policy)
    assert WithdrawalRow.of(SLOT, ground, CUTOFF, ttl=CUTOFF).serialize()["evidence"] == {"S": known.evidence}


@settings(max_examples=120, deadline=None)
@given(histories(), st.sampled_from(("", " ", "told-to", "eligible", "replaced", *DEFAULT.precedence)))
def test_another_cause_than_the_decided_one_cannot_be_written(rows: list[Result], cause: str) -> None:
    """Whatever cause is put in the place of a result's: the row is refused unless the very rows give it."""
    known = entitle("p1", "U-1", decide(Facts(of_person("p1", rows), True, Approval(True)), DEFAULT, CUTOFF), CUTOFF)
    made_up = replace(known, verdict="refused", cause=cause)
    lone = {known.cause, cause} == {"positive", "positive-not-cleared"} and len(rows_of(known.evidence)) == 1
    if cause == known.cause or lone or (known.evidence == "[]" and cause in ADMINISTRATIVE):
        return  # a lone positive has both names; lists and registers are the auditor's to ask
    with pytest.raises(Unfounded):
        row_of(made_up).serialize()
    if cause != REPLACED:  # who is entitled for a shorter time has a pass replaced
        with pytest.raises(Unfounded):
            Ground(cause, CUTOFF, known.evidence, known.policy)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"verdict": "barred"}, "verdict"),
        ({"cause": "eligible"}, "verdict"),
        ({"policy": ""}, "policy"),
        ({"policy": "default-2"}, "policy"),
        ({"cause": ""}, "cause"),
        ({"decided_at": 0}, "instant"),
        ({"evidence": "[]"}, "evidence"),
        ({"evidence": ""}, "evidence"),
        ({"evidence": "{}"}, "evidence"),
        ({"evidence": '[{"result":"positive"}]'}, "evidence"),
        ({"evidence": json.dumps([1])}, "evidence"),
        ({"evidence": "[" * 100_000}, "evidence"),
        *(({"evidence": f"[{row}]"}, "evidence") for row in MADE_UP),
        ({"cause": "not-listed"}, "evidence"),
        ({"evidence": evidence_text([NEGATIVE])}, "unsupported"),
        ({"decided_at": CUTOFF - 2 * HOUR}, "unsupported"),
    ],
)
def test_each_flaw_is_named_and_stops_the_write(change: dict[str, str], wrong: str) -> None:
    """A blank or unknown cause, a policy nobody published, rows that are missing or say otherwise."""
    sound = entitle("p1", "U-1", decide(Facts((POSITIVE,), True, Approval(True)), DEFAULT, CUTOFF), CUTOFF)
    assert flaw(sound) == ""
    known = replace(sound, **change)  # type: ignore[arg-type]  # each change is of its member's type
    assert flaw(known) == wrong
    with pytest.raises(Unfounded, match=wrong):
        row_of(known).save()


def test_a_row_changed_after_it_was_made_is_not_put_either() -> None:
    """The look is at what is sent, whichever way it is sent: alone, in a batch, in a transaction."""
    sound = row_of(entitle("p1", "U-1", decide(Facts((), False, None), DEFAULT, CUTOFF), CUTOFF))
    assert sound.cause == "unit-not-approved"
    sound.cause = " "
    with pytest.raises(Unfounded), EntitlementRow.batch_write() as batch:
        batch.save(sound)
    with pytest.raises(Unfounded):
        sound.get_save_kwargs_from_instance()
    bare = WithdrawalRow(SLOT.list, str(SLOT.index), cause="not-listed", withdrawn_at=CUTOFF)
    with pytest.raises(Unfounded):
        bare.put_if_absent()


def test_a_replaced_pass_says_by_which_or_by_what_decision() -> None:
    """`replaced` alone is no ground: the pass that took its place is named, or the decision that ends it sooner."""
    assert Ground(REPLACED, CUTOFF, by="2026-11-22b-1#8")
    assert Ground(REPLACED, CUTOFF, evidence_text([NEGATIVE]))
    for evidence in ("[]", evidence_text([POSITIVE])):
        with pytest.raises(Unfounded):
            Ground(REPLACED, CUTOFF, evidence)
    with pytest.raises(Unfounded):
        Ground("not-listed", CUTOFF, by="2026-11-22b-1#8")
