"""Whose a unit or a laboratory is: its own account's, and the officers' of the area it lies in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.callers import Caller
from functions.shared.problems import Forbidden, NotFound


def nothing() -> str:
    """Say that there is no such thing."""
    raise NotFound("There is none.", code="no-unit")


@given(st.sampled_from(["unit", "lab", "officer"]), st.sampled_from(["U-1", "9901", "990101", "990102", ""]))
def test_one_s_own_and_one_s_area_s_and_nobody_else_s(role: str, scope: str) -> None:
    """An officer is let in by the area, an owner by the id, whatever the scope looks like."""
    allowed = scope in {"9901", "990101"} if role == "officer" else scope == "U-1"
    caller = Caller(role, scope, "s")
    if allowed:
        caller.require_own("U-1", lambda: "990101001")
    else:
        with pytest.raises(Forbidden):
            caller.require_own("U-1", lambda: "990101001")


def test_only_who_may_know_learns_that_there_is_none() -> None:
    """A stranger is refused before anything is read."""
    with pytest.raises(NotFound):
        Caller("unit", "U-1", "s").require_own("U-1", nothing)
    with pytest.raises(Forbidden):
        Caller("unit", "U-2", "s").require_own("U-1", nothing)
