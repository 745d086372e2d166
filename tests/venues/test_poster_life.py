"""The life of a poster: what may follow what, on the engine and as rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import clock
from functions.shared.problems import Conflict
from functions.venues import entrances, poster_life, service
from functions.venues.poster_life import GONE, STATES, STEPS
from tests.door.world import open_venue

AT = clock.now()


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_nothing_is_said_of_a_poster_before_it_is_printed(steps: list[str]) -> None:
    """Whatever people say in whatever order: the first step that counts is the printing, and no state is a dead end."""
    state, taken = "made", []
    for step in steps:
        if poster_life.may_follow(state, step):
            state = step
            taken.append(step)
    assert not taken or taken[0] == "printed"
    assert any(poster_life.may_follow(state, step) for step in STEPS if step != state)


def test_only_a_poster_that_was_handled_can_be_gone_and_only_what_is_gone_is_printed_again() -> None:
    """One that hangs is not printed over its own state: it stays seen."""
    assert {state for state in STATES if poster_life.may_follow(state, "covered")} == {"handed-over", "seen", *GONE}
    assert {state for state in STATES if poster_life.may_follow(state, "printed")} == {"made", "printed", *GONE}


@given(st.sampled_from(STEPS), st.integers(0, 100_000))
def test_the_same_step_again_says_nothing_new_but_that_it_was_seen(step: str, later: int) -> None:
    """A retry changes nothing; a walk on another day moves the date."""
    new = poster_life.is_new(step, AT, step, AT + later)
    assert new == (step == "seen" and later >= poster_life.ANEW_S)


@pytest.mark.usefixtures("http")
def test_a_posters_life_stands_with_its_code_and_ends_with_it() -> None:
    """Each step with its date; a step that can't be, and any of a retired code, is a conflict and changes nothing."""
    venue = open_venue()
    code = entrances.add_code(venue, "东门", AT).code
    with pytest.raises(Conflict):
        entrances.set_poster(venue, code, "seen", AT)
    for number, step in enumerate(("printed", "handed-over", "seen", "damaged", "printed"), start=1):
        told = entrances.set_poster(venue, code, step, AT + number)
        assert (told.poster, told.poster_at) == (step, AT + number)
        assert entrances.set_poster(venue, code, step, AT + number + 1) == told
    following = entrances.replace_code(venue, code, AT + 10)
    assert (following.poster, entrances.replace_code(venue, code, AT + 11)) == ("made", following)
    with pytest.raises(Conflict) as refused:
        entrances.set_poster(venue, code, "seen", AT + 12)
    assert refused.value.code == "retired"
    assert entrances.note_printed(venue, {code, following.code}, AT + 20)
    assert [one.poster for one in service.must(venue, AT).codes] == ["printed", "printed"]
