"""Law 2: a check-in's identity is its key; a repeat is answered with the stored decision, in any order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.checkins import rules, service
from functions.checkins.rules import Act, Decision
from functions.checkins.service import Answered, Sources
from functions.shared import clock
from functions.shared.problems import Rejected
from tests.checkins.test_rules import Entitled, refused
from tests.door.world import new_pid, open_venue

pytestmark = pytest.mark.usefixtures("engine")
AT = clock.now()
STANDINGS = (
    (),
    (Entitled(decided_at=AT - 90_000, expires_at=AT + 3600),),
    (refused("positive", AT - 90_000),),
    (refused("no-test", AT - 90_000),),
)
sends = st.lists(
    st.tuples(
        st.integers(0, 1),  # which venue
        st.sampled_from(["in", "out"]),
        st.sampled_from([0, 1, 300, 599, 600, 3600, 72 * 3600]),  # how long ago
        st.integers(0, len(STANDINGS) - 1),  # what stands of the person when it arrives
    ),
    min_size=1,
    max_size=10,
)


@pytest.fixture(scope="module")
def places(engine: object) -> tuple[str, str]:
    """Two venues."""
    assert engine
    return open_venue(), open_venue()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=sends, data=st.data())
def test_any_repeat_and_reorder_of_check_ins(
    places: tuple[str, str], sent: list[tuple[int, str, int, int]], data: st.DataObject
) -> None:
    """Each identity is decided once, by its first arrival, and every later answer is that decision."""
    pid = new_pid()
    arrivals = data.draw(st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=8))))
    first: dict[str, Decision] = {}
    for venue, direction, ago, standing in arrivals:
        act = Act(pid, places[venue], "in" if direction == "in" else "out", AT - ago)
        answered = service.check_in(act, AT, sources=_standing(standing))
        key = rules.sort_key(act)
        assert answered == Answered(first.get(key, answered.decision), new=key not in first)
        first.setdefault(key, answered.decision)
    stored = {row.place: (row.decision, row.cause) for row in service.of_person(pid, AT)}
    assert stored == {key: (one.decision, one.cause) for key, one in first.items()}


def _standing(number: int) -> Sources:
    return Sources(standing=lambda _pid, _at: STANDINGS[number])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.one_of(st.integers(0, AT - 72 * 3600 - 1), st.integers(AT + 121, 2**33)))
def test_no_instant_is_ever_replaced(places: tuple[str, str], at: int) -> None:
    """Outside the window nothing is written under any instant, the server's least of all."""
    pid = new_pid()
    with pytest.raises(Rejected):
        service.check_in(Act(pid, places[0], "in", at), AT)
    assert service.of_person(pid, 0) == []
