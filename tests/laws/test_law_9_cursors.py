"""Law 9: cursors are opaque, signed, bound to caller, route and filter, and end after 15 minutes."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.shared.cursors import LIFE_S, read_cursor, write_cursor
from functions.shared.problems import Malformed

pytestmark = pytest.mark.usefixtures("engine")
AT = 4_098_996_000  # in 2099: the engine deletes rows whose life is over, as DynamoDB does
BOUND = {"caller": "officer:o-1", "route": "GET /venues", "filter_": "990101"}
positions = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SHARED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SHARED
@given(position=positions, later=st.integers(0, LIFE_S - 1))
def test_a_cursor_gives_its_position_back_for_15_minutes(position: object, later: int) -> None:
    """To whoever asked, on the same route with the same filter; at the fifteenth minute it is over."""
    cursor = write_cursor(position, **BOUND, at=AT)
    assert read_cursor(cursor, **BOUND, at=AT + later) == position
    with pytest.raises(Malformed):
        read_cursor(cursor, **BOUND, at=AT + LIFE_S)


@SHARED
@given(changed=st.sampled_from(sorted(BOUND)), text=st.text(max_size=20))
def test_a_cursor_is_nobody_elses(changed: str, text: str) -> None:
    """Another caller, route or filter can't open it, whatever they are."""
    cursor = write_cursor({"pk": "x"}, **BOUND, at=AT)
    other = {**BOUND, changed: text}
    if other != BOUND:
        with pytest.raises(Malformed):
            read_cursor(cursor, **other, at=AT)


@SHARED
@given(data=st.data())
def test_no_altered_cursor_opens(data: st.DataObject) -> None:
    """Each character counts, and nothing of the position shows in the text."""
    cursor = write_cursor({"pk": "SECRET-PID"}, **BOUND, at=AT)
    place = data.draw(st.integers(0, len(cursor) - 2))
    letters = "ABCDEFGHabcdefgh0123-_"
    # The cursor is another each time, so what is drawn may not depend on it.
    char = next(one for one in data.draw(st.permutations(letters)) if one != cursor[place])
    with pytest.raises(Malformed):
        read_cursor(cursor[:place] + char + cursor[place + 1 :], **BOUND, at=AT)
    assert "SECRET" not in json.dumps(cursor)


@SHARED
@given(text=st.text(max_size=200))
def test_no_text_whatever_makes_it_fail_otherwise(text: str) -> None:
    """A cursor comes from outside: anything that is none is a clear problem, never an error of ours."""
    with pytest.raises(Malformed):
        read_cursor(text, **BOUND, at=AT)
