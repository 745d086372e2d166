"""Law 2: a check-in's identity is its key; a repeat is answered with the stored decision, in any order."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.checkins import rules, service
from functions.checkins.rules import Act, Decision
from functions.checkins.service import Answered, Details, Sources
from functions.shared import clock
from functions.shared.problems import Rejected
from functions.venues import entrances
from functions.venues.policy import Policy
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
        st.integers(0, 2),  # by which of its codes, or by none
        st.sampled_from([1, 1, 4]),  # how many people
    ),
    min_size=1,
    max_size=10,
)


@dataclass(frozen=True)
class Place:
    """A venue, and what its posters say: nothing, and two entrances."""

    venue: str
    codes: tuple[str, str, str]

    @classmethod
    def opened(cls, policy: Policy) -> Place:
        """A new one."""
        venue = open_venue(policy=policy)
        east, west = (entrances.add_code(venue, label, AT - 100 * 3600).code for label in ("东", "西"))
        return cls(venue, ("", east, entrances.address(venue, west)))


@pytest.fixture(scope="module")
def places(engine: object) -> tuple[Place, Place]:
    """Two venues with two codes each, one of which counts who is inside."""
    assert engine
    counting = Policy(occupancy=True)
    return Place.opened(Policy()), Place.opened(counting)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=sends, data=st.data())
def test_any_repeat_and_reorder_of_check_ins(
    places: tuple[Place, Place], sent: list[tuple[int, str, int, int, int, int]], data: st.DataObject
) -> None:
    """Each identity is decided once, by its first arrival, and every later answer is that decision.

    By which door somebody came and with how many is no part of it: the first arrival's stands, whoever comes later.
    """
    pid = new_pid()
    arrivals = data.draw(st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=8))))
    first: dict[str, tuple[Decision, str, int]] = {}
    for venue, direction, ago, standing, code, party in arrivals:
        act = Act(pid, places[venue].venue, "in" if direction == "in" else "out", AT - ago)
        details = Details(places[venue].codes[code], party)
        answered = service.check_in(act, AT, sources=_standing(standing), details=details)
        key = rules.sort_key(act)
        assert answered == Answered(first[key][0] if key in first else answered.decision, new=key not in first)
        first.setdefault(key, (answered.decision, answered.entrance.code, party))
        assert answered.entrance.code == first[key][1]
    rows = service.of_person(pid, AT)
    stored = {row.place: (row.decision, row.cause, row.entrance or "", row.party or 1) for row in rows}
    assert stored == {key: (one.decision, one.cause, code, party) for key, (one, code, party) in first.items()}


def _standing(number: int) -> Sources:
    return Sources(standing=lambda _pid, _at: STANDINGS[number])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.one_of(st.integers(0, AT - 72 * 3600 - 1), st.integers(AT + 121, 2**33)))
def test_no_instant_is_ever_replaced(places: tuple[Place, Place], at: int) -> None:
    """Outside the window nothing is written under any instant, the server's least of all."""
    pid = new_pid()
    with pytest.raises(Rejected):
        service.check_in(Act(pid, places[0].venue, "in", at), AT)
    assert service.of_person(pid, 0) == []
