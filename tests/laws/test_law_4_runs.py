"""Law 4: a matching run killed at any point and started again yields the same entitlements."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.matching import run_files, runs
from functions.matching.model import row_of
from functions.matching.rules import Decision, entitle
from functions.matching.run_model import RunRow
from functions.shared import clock
from functions.status import service as status
from tests.laws.killing import Killed, When, killed_at
from tests.matching.world import DAY, HOUR, World, arrive, drain

pytestmark = pytest.mark.usefixtures("engine", "own_lake")

PEOPLE = ("ann", "bob", "cy", "dee")
MOST_WRITES = 60
WHENS: tuple[When, When] = ("before", "after")


def perform(world: World) -> str:
    """A whole run as the state machine does it, in this process."""
    run = runs.plan_of(world.at, world.area, world.at + 60)
    plan = runs.begin(run, "here", world.at + 60)
    for part in range(plan.groups):
        runs.fold(run, part, clock.now())  # what is past its retention is so by the clock of everybody's tests
    for part in range(plan.groups):
        runs.decide(run, part, world.at + 60)
    runs.gather(run, world.at + 60)
    for part in range(plan.groups):
        runs.apply(run, part, world.at + 60)
    runs.finish(run, world.at + 60)
    return run


def worlds(count: int) -> list[World]:
    """Equal districts, ten days ahead: what the deployed handler decides now is older than their runs."""
    at = clock.now() + 10 * DAY
    made = [World(at) for _ in range(count)]
    rows = [
        row
        for world in made
        for row in (
            world.result("ann", "negative", HOUR),
            world.result("bob", "positive", 5 * HOUR),
            world.result("cy", "negative", 60 * HOUR),
            world.result("dee", "negative", 48 * HOUR),
        )
    ]
    arrive(rows, at)
    drain()
    return made


def inhabit(world: World) -> list[status.Slot]:
    """Two units; ann and bob stood since the run before, and each has a pass."""
    for unit, people in (("u", PEOPLE), ("v", ("ann",))):
        world.register(unit)
        world.enlist(unit, people)
    for name in ("ann", "bob"):
        before = world.result(name, "negative", 2 * HOUR)
        decision = Decision("eligible", "eligible", (), (before,), world.at + HOUR, "default-1", world.at - HOUR)
        row_of(entitle(world.pid(name), world.unit("u"), decision, world.at - HOUR)).save()
    return [world.sign("bob", "u", world.at + HOUR), world.sign("ann", "u", world.at + HOUR)]


def outcome(world: World, slots: list[status.Slot]) -> list[object]:
    """What everybody may tell from outside: causes, ends, instants, bits."""
    stands = [world.said(name, unit) for unit in ("u", "v") for name in PEOPLE]
    bits = [status.is_withdrawn(slot) for slot in slots]
    return [*((cause, end and end - world.at, at and at - world.at) for cause, end, at in stands), *bits]


def expected() -> list[object]:
    """What an undisturbed run leads to: 48 h to the second, a positive, a sample too old."""
    day = 2 * DAY
    u = [("eligible", day - HOUR, 0), ("positive", 0, 0), ("test-too-old", 0, 0), ("eligible", 0, 0)]
    v = [("eligible", day - HOUR, 0), ("", 0, 0), ("", 0, 0), ("", 0, 0)]
    return [*u, *v, True, False]


def test_a_run_killed_at_any_write_and_started_again_ends_the_same() -> None:
    """Each write of a run is the last one of its process once; the second start makes up for it.

    Every other write is lost with the process, the ones between are done and only their answer is lost.
    """
    kills = 0
    for write, world in enumerate(worlds(MOST_WRITES)):
        slots, when = inhabit(world), WHENS[write % 2]
        try:
            with killed_at(write, when):
                perform(world)
        except Killed:
            kills += 1
            perform(world)
        assert outcome(world, slots) == expected(), (write, when)
        if kills <= write:
            break
    assert 15 < kills < MOST_WRITES, "a run has more writes than that, and ends"


def test_two_starts_of_one_cut_off_are_one_run() -> None:
    """Whoever plans second reads the first plan, though a unit was registered in between; both do the same work."""
    (world,) = worlds(1)
    slots = inhabit(world)
    first = runs.plan_of(world.at, world.area, world.at)
    world.register("late")
    assert runs.plan_of(world.at, world.area, world.at + 5) == first
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(perform, [world, world])) == {first}
    assert outcome(world, slots) == expected()
    assert runs.parts_done(first) == 1
    row = runs.head(first, world.at)
    assert row is not None
    assert row.state == "done"


def test_the_decisions_of_a_slower_attempt_count_for_nothing() -> None:
    """A part decided twice is decided as the first that put its row said, whole, and never half one, half other."""
    (world,) = worlds(1)
    inhabit(world)
    run = runs.plan_of(world.at, world.area, world.at)
    runs.begin(run, "x", world.at)
    runs.fold(run, 0, clock.now())
    runs.decide(run, 0, world.at)
    row = RunRow.get(run, "part#0000", consistent_read=True)
    world.enlist("u", ("ann",))
    runs.decide(run, 0, world.at)
    assert RunRow.get(run, "part#0000", consistent_read=True).label == row.label
    kept = run_files.decisions(run, 0, row.label or "", int(row.chunks or 0))
    assert {one.entitlement.pid for one in kept} == {world.pid(name) for name in PEOPLE}
