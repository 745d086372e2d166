"""Law 8 of traces: no check-in past the policy's days comes back, however late DynamoDB deletes it."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.checkins import service as checkins
from functions.shared import clock
from functions.tracing import rules, searching, service
from functions.tracing.rules import Found, Met
from tests.tracing.conftest import own_queue, team
from tests.tracing.world import DAY, HOUR, OFFICER, Team, approved, asking, checkin, open_shop, pids, store

__all__ = ["own_queue", "team"]  # fixtures
pytestmark = pytest.mark.usefixtures("engine")
NOW = clock.now()
KEPT = 14 * DAY
LATE = NOW + 400 * DAY  # a `ttl` so far off that only the check-in's own instant tells its age


def test_a_search_by_a_clock_that_moved_finds_only_what_is_not_14_days_old(team: Team) -> None:
    """The rows lie there still: of the case, and of whoever was with them, to the second."""
    venue, (case, early, late) = open_shop(), pids(3)
    first, second = NOW - 3 * DAY, NOW - 2 * DAY
    store(
        checkin(case, venue, first, ttl=LATE),
        checkin(early, venue, first, ttl=LATE),
        checkin(case, venue, second, ttl=LATE),
        checkin(late, venue, second, ttl=LATE),
    )
    for moved, expected in (
        (0, {early, late}),
        (KEPT - 3 * DAY - 1, {early, late}),
        (KEPT - 3 * DAY, {late}),
        (KEPT - 2 * DAY - 1, {late}),
    ):
        at = NOW + moved
        # Asked just before, for the window may not reach back over the policy's days either.
        head = approved(asking(max(first - HOUR, at - KEPT), NOW - HOUR, pid=case), team, at)
        searching.search(head.trace, partial(int, at))
        done = service.must(head.trace, at)
        found = {one.pid for number in range(int(done.pages)) for one in service.page_of_people(done, number, at)}
        assert found == expected, moved
    assert checkins.at_venue(venue, first // HOUR * HOUR, 1, first + KEPT) == []


def test_a_result_read_later_shows_only_what_is_not_14_days_old(team: Team) -> None:
    """What was found in time is forgotten in time: encounter by encounter, then the page, then the trace."""
    venue, (case, both, early) = open_shop(), pids(3)
    first, second = NOW - 3 * DAY, NOW - 2 * DAY
    store(*(checkin(pid, venue, first) for pid in (case, both, early)))
    store(*(checkin(pid, venue, second) for pid in (case, both)))
    head = approved(asking(first - HOUR, NOW - HOUR, pid=case), team, NOW)
    searching.search(head.trace, lambda: NOW)
    done = service.must(head.trace, NOW)

    def shown(at: int) -> dict[str, int]:
        return {one.found.pid: one.found.seconds for one in service.read(done, 0, OFFICER, at).people}

    assert shown(first + KEPT - 1) == {both: 14_400, early: 7_200}
    assert shown(first + KEPT) == {both: 7_200}
    assert shown(second + KEPT) == {}


mets = st.builds(
    Met, st.just("V"), st.just("V"), st.integers(0, 99), st.integers(100, 200), st.integers(0, 40 * DAY), st.booleans()
)


@given(met=st.lists(mets, min_size=1, max_size=6), at=st.integers(0, 60 * DAY))
def test_no_encounter_past_its_days_is_shown_and_none_before_is_lost(met: list[Met], at: int) -> None:
    """Whatever the page holds: exactly those whose newest check-in is younger than the policy's days."""
    left = rules.still_kept(Found("p", 1, tuple(met)), at)
    young = tuple(one for one in met if at - one.seen_at < rules.KEPT_S)
    assert (left.met if left else ()) == young
