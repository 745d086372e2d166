"""How long a pass lives and what is told about one, decided from facts alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.passes.rules import VALID_S, Signed, Told, cut, life, refusal, state

AT = 1_795_312_800
LATER = AT + 3600


@settings(max_examples=200, deadline=None)
@given(st.integers(1_700_000_000, 1_900_000_000), st.integers(-200_000, 400_000))
def test_a_pass_ends_48_hours_after_the_minute_it_names(sampled_at: int, rest: int) -> None:
    """A verifier that knows the sample's minute only never sees a pass outlive it by more than 48 h."""
    made = life(sampled_at, sampled_at + rest)
    assert made.sampled_at % 60 == 0
    assert 0 <= sampled_at - made.sampled_at < 60
    assert made.expires_at <= made.sampled_at + VALID_S
    assert made.expires_at <= sampled_at + rest
    assert made.expires_at in {made.sampled_at + VALID_S, sampled_at + rest}


GOOD, GONE = Signed(LATER, withdrawn=False, printed=False), Signed(LATER, withdrawn=True, printed=False)
OVER = Signed(AT, withdrawn=False, printed=False)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ((None, "", 0, []), Told("not-eligible", "no-test", None)),
        (("eligible", "", LATER, []), Told("entitled", "", LATER)),
        (("eligible", "", LATER, [GOOD, GONE]), Told("issued", "", LATER)),
        (("eligible", "", LATER, [GONE, OVER]), Told("entitled", "", LATER)),
        (("eligible", "", AT, [OVER]), Told("expired", "test-too-old", None)),
        (("refused", "positive", 0, [GONE]), Told("withdrawn", "positive", None)),
        (("refused", "positive", 0, [OVER]), Told("not-eligible", "positive", None)),
        (("refused", "no-test", 0, []), Told("not-eligible", "no-test", None)),
    ],
)
def test_each_state_is_reached(facts: tuple[str | None, str, int, list[Signed]], told: Told) -> None:
    """Each state of the interface follows from a decision and the passes signed for it, and from nothing else."""
    assert state(*facts, AT) == told


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ((None, "", LATER), "not-listed"),
        (("refused", "pool-recheck", LATER), "pool-recheck"),
        (("eligible", "", AT), "test-too-old"),
        (("eligible", "", LATER), ""),
    ],
)
def test_a_pass_is_refused_with_the_full_cause(facts: tuple[str | None, str, int], cause: str) -> None:
    """The holder learns why there is no pass; at the very second of its end there is none."""
    assert refusal(*facts, AT) == cause


def test_a_text_that_was_cut_says_so() -> None:
    """What does not fit is marked, what fits is untouched."""
    assert cut("第三人民医院", 6) == "第三人民医院"
    assert cut("第三人民医院", 5) == "第三人民…"
