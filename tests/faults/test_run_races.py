"""Runs, uploads and events at once: a later word stands, nobody's upload is lost, and the next run says what brute force says."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from functions.matching import runs
from functions.matching import service as matching
from functions.matching.model import EntitlementRow
from functions.passes.model import PassRow, place_of
from functions.results.rules import Result
from functions.shared import clock
from functions.shared.transactions import transaction
from functions.status import service as status
from infra.local import Service
from tests.faults import tasks
from tests.faults.district import GROUPS, District
from tests.faults.run_oracle import DAY, HOUR, Stores, named_by, verdict
from tests.faults.test_run_kills import check
from tests.matching.world import World, arrive, drain, eventually

pytestmark = pytest.mark.usefixtures("engine")

UPLOADS = 8
STAGES = ("fold", "decide", "gather", "apply")


@pytest.fixture
def stores(engine: Service) -> Stores:
    """The engine's tables and buckets."""
    return Stores(engine)


def test_two_districts_run_at_once_and_one_twice_while_laboratories_upload(stores: Stores, tmp_path: Path) -> None:
    """Two cut-offs, two executions of one, and one lake for all: each ends as if alone, and every upload is kept."""
    seed = random.randrange(10**6)  # noqa: S311 - a test's lot
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    districts = [District(seed + number, clock.now() + 10 * DAY) for number in range(2)]
    for one in districts:
        arrive(one.rows, one.at)
    drain()
    for one in districts:
        one.inhabit()
    planned = [one.plan() for one in districts]
    elsewhere = World(clock.now())
    late = [elsewhere.result(f"l{number}", "negative", 90) for number in range(UPLOADS)]
    with ThreadPoolExecutor(5) as pool:
        working = [pool.submit(whole, run) for run in (*planned, planned[0])]
        for row in late:
            arrive([row], elsewhere.at)
        for work in working:
            work.result()
    for one, run in zip(districts, planned, strict=True):
        check(one, run, stores, tmp_path)
    manifest = stores.manifest()
    held = [one["results"] for one in manifest["state"]]
    held += [one["key"] for one in manifest["new"] if one["kind"] == "results"]
    found = stores.parquet(tmp_path, held, "pid")
    assert {row.pid for row in late} <= {pid for (pid,) in found}
    assert set(named_by(manifest)) <= stores.keys()


def whole(run: str) -> None:
    """A run's tasks one after the other, as an execution of its own does them."""
    tasks.begin(run)
    for task in tasks.steps(GROUPS):
        tasks.perform(run, *task)


@pytest.mark.parametrize("stage", STAGES)
def test_a_positive_that_arrives_while_a_run_works_stands(stores: Stores, stage: str) -> None:
    """The run's snapshot is older and would entitle both; the event has refused them, and the pass is withdrawn.

    `ann` was never entitled, `bob` was, and the run would renew; the positives arrive before the named step, by the
    deployed stream.
    """
    world = World(clock.now())
    arrive([world.result(name, "negative", HOUR) for name in ("ann", "bob")], world.at)
    drain()
    world.register("u")
    matching.make_known([world.pid(name) for name in ("ann", "bob")], world.at)
    world.enlist("u", ["ann", "bob"])
    unit, until = world.unit("u"), world.at + 20 * HOUR
    row = EntitlementRow(world.pid("bob"), unit, unit=unit, verdict="eligible", cause="eligible")
    row.decided_at, row.expires_at = world.at - 2 * HOUR, until
    row.save()
    slot = world.sign("bob", "u", until)
    run = runs.plan_of(clock.now(), world.area, clock.now())
    tasks.begin(run)
    for task in tasks.steps(1):
        if task[0] == stage:
            arrive([world.result(name, "positive", 60, tube=f"{name}+") for name in ("ann", "bob")], clock.now())
            if stage != "apply":  # there the two are at it at once
                assert eventually(lambda: {world.said(name, "u")[0] for name in ("ann", "bob")} == {"positive"})
        tasks.perform(run, *task)
    pids = [world.pid("ann"), world.pid("bob")]
    assert eventually(lambda: [said[0] for said in stores.entitlements(pids).values()] == ["positive", "positive"])
    assert eventually(lambda: stores.withdrawn(slot.list, slot.index))  # whoever refuses withdraws in the next breath
    assert eventually(lambda: stores.published(slot.list, slot.index))


PEOPLE = ("ann", "bob", "cy", "dee")
OUTCOMES = ("negative", "negative", "negative", "positive", "inconclusive", "pending", "void")
AGES_H = (1, 20, 32, 60, 100)


def operations() -> st.SearchStrategy[tuple[str, tuple[object, ...]]]:
    """What may happen between two steps of a run."""
    people = st.sampled_from(PEOPLE)
    row = st.tuples(
        people, st.sampled_from(OUTCOMES), st.sampled_from(AGES_H), st.sampled_from("ab"), st.integers(0, 2)
    )
    return st.one_of(
        st.tuples(st.just("results"), st.lists(row, min_size=1, max_size=3).map(tuple)),
        st.tuples(st.just("enlist"), st.sets(people).map(lambda some: tuple(sorted(some)))),
        st.tuples(st.just("settle"), st.tuples(people)),
        st.tuples(st.just("sign"), st.tuples(people)),
        st.tuples(st.just("step"), st.just(())),
        st.tuples(st.just("step"), st.just(())),
    )


@dataclass
class Scene:
    """A unit and its people as of now, a run at some step, and the deployed event path at work beside it."""

    world: World = field(default_factory=lambda: World(clock.now()))
    rows: list[Result] = field(default_factory=list)
    people: tuple[str, ...] = ()
    signed: list[tuple[str, status.Slot, int]] = field(default_factory=list)
    run: str = ""
    planned_at: int = 0
    left: list[tasks.Task] = field(default_factory=list)

    def results(self, *drawn: tuple[str, str, int, str, int]) -> None:
        """A laboratory's file arrives."""
        some = [
            self.world.result(name, outcome, hours * HOUR, tube=name + tube, revision=revision)
            for name, outcome, hours, tube, revision in drawn
        ]
        self.rows += some
        arrive(some, clock.now())

    def enlist(self, *people: str) -> None:
        """A list takes the place of the one in force, as a job puts it there."""
        matching.make_known([self.world.pid(name) for name in people], clock.now())
        self.people = people
        self.world.enlist("u", people)

    def settle(self, name: str) -> None:
        """A job's last part: who was concerned is decided about."""
        matching.settle(self.world.pid(name), clock.now())

    def sign(self, name: str) -> None:
        """Whoever is entitled fetches a pass: it is stored only while the entitlement stands."""
        known, at = self.world.stands(name, "u"), clock.now()
        if known is None or known.verdict != "eligible" or known.expires_at <= at:
            return
        slot = status.allocate(known.expires_at, at)
        row = PassRow(known.pid, place_of(known.scope, known.expires_at, f"key{len(self.signed)}"), sub="s", kid="k")
        row.status_list, row.status_index, row.token = slot.list, slot.index, "t"
        row.signed_at, row.expires_at, row.ttl = at, known.expires_at, known.expires_at + DAY
        with transaction() as together:
            model, pid, scope, still = matching.standing_check(known)
            together.condition_check(model, pid, scope, condition=still)
            together.save(row)
        self.signed.append((name, slot, known.expires_at))

    def step(self) -> None:
        """The next task of the run, or the beginning of another."""
        if not self.left:
            self.planned_at = clock.now()
            self.run = runs.plan_of(self.planned_at, self.world.area, self.planned_at)
            tasks.begin(self.run)
            self.left = tasks.steps(1)
        tasks.perform(self.run, *self.left.pop(0))

    def end(self) -> int:
        """Finish what runs, do one more run undisturbed, and return its cut-off."""
        while self.left:
            self.step()
        drain()  # an event that read the list before it changed may yet write; a job settles who leaves, this scene does not
        # Instants are whole seconds, and whoever decides twice within one takes the next: this run's comes after them all.
        taken = [known.decided_at for name in PEOPLE if (known := self.world.stands(name, "u"))]
        while clock.now() <= max([*taken, self.planned_at]):
            time.sleep(0.1)
        self.step()
        while self.left:
            self.step()
        return self.planned_at


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(operations(), min_size=6, max_size=16))
@example(steps=[("settle", ("bob",))] * 5 + [("enlist", ("cy",))])  # five instants taken within one second
def test_whatever_is_done_in_whatever_order_the_next_run_ends_it_right(
    stores: Stores, steps: Sequence[tuple[str, tuple[object, ...]]]
) -> None:
    """Uploads, lists, events, passes and a run's steps in any order: one more run, and brute force says the same."""
    scene = Scene()
    scene.world.register("u")
    scene.enlist("ann", "bob")
    for name, arguments in steps:
        try:
            getattr(scene, name)(*arguments)
        except Exception as error:
            if "Transact" not in type(error).__name__:  # the entitlement did not stand any more: no pass
                raise
    cutoff = scene.end()
    holds = at_rest(scene, stores, cutoff)
    assert eventually(lambda: not holds()), holds()


def at_rest(scene: Scene, stores: Stores, cutoff: int) -> Callable[[], list[object]]:
    """Return what tells all that is not as brute force has it."""
    names = {scene.world.pid(name): name for name in PEOPLE}
    ends_at = scene.world.at + 90 * DAY
    said = {
        name: verdict(scene.world.pid(name), scene.rows, ends_at if name in scene.people else None, ends_at, cutoff)
        for name in PEOPLE
    }

    def wrong() -> list[object]:
        found = {names[pid]: (cause, end) for (pid, _), (cause, end, _) in stores.entitlements(names).items()}
        odd: list[object] = [(name, told, said[name]) for name, told in found.items() if told != said[name]]
        odd += [(name, "nothing", said[name]) for name in scene.people if name not in found]
        lost = [(name, slot) for name, slot, until in scene.signed if until > said[name][1]]
        return odd + [(name, "not withdrawn") for name, slot in lost if not stores.withdrawn(slot.list, slot.index)]

    return wrong
