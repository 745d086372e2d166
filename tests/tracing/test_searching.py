"""The search waits for many small readings at once: venues' hours, then people."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from threading import Barrier
from typing import Any

import pytest

from functions.checkins import service as checkins
from functions.shared import clock
from functions.tracing import searching, service
from tests.tracing.world import DAY, HOUR, Team, approved, asking, checkin, open_shop, pids, store, work_all

pytestmark = pytest.mark.usefixtures("engine")
NOW = clock.now()
START = (NOW - 4 * DAY) // HOUR * HOUR
SEVERAL = 5


def test_several_hours_and_then_several_people_are_read_at_once(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first, which is read alone, five are held until all five are under way: one by one would end there."""
    venue, people = open_shop(), pids(2 + SEVERAL)
    store(*(checkin(pid, venue, START) for pid in people))
    head = approved(asking(START - HOUR, START + DAY, pid=people[0]), team, NOW)
    monkeypatch.setattr(checkins, "at_venue", side_by_side(checkins.at_venue))
    monkeypatch.setattr(searching, "_met", side_by_side(searching._met))
    searching.search(head.trace)
    done = service.must(head.trace, NOW)
    assert (done.state, done.people) == ("done", len(people) - 1)
    assert done.hours_total > SEVERAL
    work_all()


def side_by_side(read: Callable[..., Any]) -> Callable[..., Any]:
    """Read as before, but the second to the sixth reading wait for one another."""
    turn, meeting = count(), Barrier(SEVERAL)

    def reading(*given: Any) -> Any:
        if 1 <= next(turn) <= SEVERAL:
            meeting.wait(20)
        return read(*given)

    return reading
