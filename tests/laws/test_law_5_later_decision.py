"""Law 5: the later decision stands, whichever path made it and in whatever order they are written."""

from __future__ import annotations

from itertools import permutations

import pytest

from functions.matching import runs, service
from functions.matching.model import precedes, row_of
from functions.matching.rules import Decision, entitle
from functions.shared import clock
from functions.status import service as status
from tests.laws.test_law_4_runs import perform
from tests.matching.world import DAY, HOUR, World, arrive, drain

pytestmark = pytest.mark.usefixtures("engine", "own_lake")


def test_of_decisions_written_in_any_order_the_latest_stands() -> None:
    """A write needs a greater instant: late, repeated and outdated writes change nothing."""
    world, causes = World(clock.now()), {1: "not-listed", 2: "no-test", 3: "unit-not-approved"}
    for number, order in enumerate(permutations((1, 2, 3))):
        for instant in (*order, 1):
            decision = Decision("refused", causes[instant], (), (), None, "default-1", instant)
            row_of(entitle(world.pid(str(number)), "U", decision, instant)).put_if(precedes(instant))
        known = service.entitlement(world.pid(str(number)), "U")
        assert known is not None
        assert (known.cause, known.decided_at) == (causes[3], 3)


def test_an_older_run_cannot_undo_a_positive_that_came_after_its_cut_off() -> None:
    """The run decided to renew, then a positive arrived and was settled, then the run writes: the refusal stands."""
    world = World(clock.now() + 10 * DAY)
    arrive([world.result("ann", "negative", 3 * HOUR)], world.at)
    drain()
    world.register("u")
    world.enlist("u", ["ann"])
    run = runs.plan_of(world.at, world.area, world.at)
    runs.begin(run, "here", world.at)
    runs.fold(run, 0, clock.now())
    runs.decide(run, 0, world.at)
    arrive([world.result("ann", "positive", HOUR, tube="x")], world.at)
    drain()  # else the deployed handler could come after the pass below, and rightly withdraw it
    assert service.settle(world.pid("ann"), world.at + 5)[0].cause == "positive"
    slot = world.sign("ann", "u", world.at + HOUR)
    runs.apply(run, 0, world.at + 60)
    known = world.stands("ann", "u")
    assert known is not None
    assert (known.verdict, known.cause, known.run) == ("refused", "positive", "")
    assert not status.is_withdrawn(slot)  # signed by hand after the refusal: the run had nothing to say about it


def test_a_run_repairs_what_no_event_saw() -> None:
    """The reconciler: a refusal that a newer sample has overtaken without an event is renewed by the next run."""
    world = World(clock.now() + 10 * DAY)
    positive = world.result("ann", "positive", 9 * DAY)
    arrive([positive, world.result("ann", "negative", HOUR, tube="x")], world.at)
    drain()
    world.register("u")
    world.enlist("u", ["ann"])
    stale = Decision("refused", "positive", (), (positive,), None, "default-1", world.at - DAY)
    row_of(entitle(world.pid("ann"), world.unit("u"), stale, world.at - DAY)).save()
    perform(world)
    assert world.said("ann", "u") == ("eligible", world.at + 47 * HOUR, world.at)
