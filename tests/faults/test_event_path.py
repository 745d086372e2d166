"""Between runs: whatever a stream does to the records, decisions, withdrawals and lists end as an oracle says.

The oracle reads every row ever stored, one person at a time; tables and the published lists are read without the code
under test.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from functions.matching import service as matching
from functions.results import service as results
from functions.results.rules import Result
from functions.shared import clock
from functions.status.service import Slot
from infra.local import Service
from infra.local.deploy import physical_names
from tests.faults.delivery import Consumer, Record, Stream, throttled
from tests.faults.run_oracle import DAY, HOUR, Stores, verdict
from tests.matching.world import World, drain, eventually

PEOPLE = tuple(f"p{number}" for number in range(12))
UNITS = ("u", "w")
KINDS = ("negative", "negative", "negative", "negative", "positive", "inconclusive", "void", "pending")
AGES_H = (1, 3, 20, 26, 30, 46, 50, 70, 100, 167, 169, 200)


@dataclass(frozen=True)
class Signed:
    """A pass, and how many rows had been stored when it was signed."""

    name: str
    unit: str
    slot: Slot
    expires_at: int
    after: int


@dataclass
class Night:
    """Results that arrive through one night, how their records are delivered, and the passes signed meanwhile."""

    stores: Stores
    stream: Stream
    rng: random.Random
    world: World = field(default_factory=lambda: World(clock.now()))
    stored: list[Result] = field(default_factory=list)
    passes: list[Signed] = field(default_factory=list)
    consumer: Consumer = field(default_factory=Consumer)
    refused: list[str] = field(default_factory=list)
    share: float = 0.0  # of the calls a delivery makes that are refused
    poisoned: bool = False
    poison: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Two units, everybody in one or both of them, and known: a result about them is looked at."""
        for n, unit in enumerate(UNITS):
            self.world.register(unit)
            self.world.enlist(unit, PEOPLE[n * 3 : 9 + n * 3])
        matching.make_known([self.world.pid(name) for name in PEOPLE], self.world.at)

    def rows(self) -> list[Result]:
        """What arrives, in an order of its own: corrections before what they correct, shared tubes, pools, repetitions."""
        made = [self._row(name, "negative", f"{name}own", self.rng.choice((1, 3, 20, 46))) for name in PEOPLE]
        for name in PEOPLE:
            for n in range(self.rng.randint(0, 3)):
                tube, age = f"{name}t{n}", self.rng.choice(AGES_H)
                made.append(self._row(name, self.rng.choice(KINDS), tube, age))
                if self.rng.random() < 0.4:
                    made.append(self._row(name, self.rng.choice(KINDS), tube, age, 1))
        made += [self._row(name, "positive", "pool", 20, pool_size=3) for name in PEOPLE[4:6]]
        made += self.rng.sample(made, 8)
        self.rng.shuffle(made)
        # At the very end some tubes turn out to be somebody else's: those who lose them have no row of their own to come.
        taken = ((PEOPLE[0], PEOPLE[1]), (PEOPLE[4], PEOPLE[1]), (PEOPLE[7], PEOPLE[8]))
        return [*made, *(self._row(other, "negative", f"{one}own", 2, 1) for one, other in taken)]

    def pass_through(self) -> None:
        """Store rows, deliver records and sign passes, in whatever order the lot says; then all that is left."""
        waiting: list[list[Record]] = []
        seen: list[list[Record]] = []
        rows = self.rows()
        while rows or waiting:
            if rows and (not waiting or self.rng.random() < 0.5):
                some, rows = rows[: (n := self.rng.randint(1, 6))], rows[n:]
                results.record(some, self.world.at)
                self.stored += some
                waiting += self._batches()
            if waiting and (not rows or self.rng.random() < 0.6):
                batch = waiting.pop(self.rng.randrange(len(waiting)))  # not the oldest: shards know no common order
                self._deliver(batch)
                seen.append(batch)
            if seen and self.rng.random() < 0.3:
                self._deliver(self.rng.choice(seen))  # at least once is not once
            if self.rng.random() < 0.5:
                self._sign()

    def redrive(self) -> None:
        """What was given up is handed over again, all but what is poisonous for ever."""
        dead, self.consumer.dead = self.consumer.dead, []
        self.consumer.deliver([one for one in dead if one["dynamodb"]["SequenceNumber"] not in self.poison])
        assert self.consumer.dead == []

    def ends(self, name: str, rows: list[Result]) -> tuple[str, int]:
        """What the oracle says of somebody once these rows are known."""
        ends_at = self.world.at + 90 * DAY
        mine = {self.world.pid(one) for one in PEOPLE}
        return verdict(self.world.pid(name), [row for row in rows if row.pid in mine], ends_at, ends_at, clock.now())

    def check_decisions(self) -> None:
        """Everybody stands in their units as the oracle says, and nowhere else."""
        wanted = {
            (self.world.pid(name), self.world.unit(unit)): self.ends(name, self.stored)
            for n, unit in enumerate(UNITS)
            for name in PEOPLE[n * 3 : 9 + n * 3]
        }
        found = self.stores.entitlements(self.world.pid(name) for name in PEOPLE)
        assert {place: (cause, end) for place, (cause, end, _) in found.items()} == wanted

    def check_passes(self) -> None:
        """Whoever lost it has their bit set; nobody has who never lost it since it was signed; the list says the table."""
        assert self.passes, "nothing was signed: the night shows nothing"
        for one in self.passes:
            ended = [
                cause != "eligible" or end < one.expires_at
                for n in range(one.after, len(self.stored) + 1)
                for cause, end in [self.ends(one.name, self.stored[:n])]
            ]
            gone = self.stores.withdrawn(one.slot.list, one.slot.index)
            assert gone or not ended[-1], (one, "stands although it ended")
            assert not gone or any(ended), (one, "was withdrawn without a reason")
            assert self.stores.published(one.slot.list, one.slot.index) == gone

    def _row(self, name: str, result: str, tube: str, hours: int, revision: int = 0, *, pool_size: int = 1) -> Result:
        # Off the limits of 24 h, 48 h and 7 days by minutes: the night takes seconds, and decides at each of them.
        age_s = hours * HOUR + 600
        return self.world.result(name, result, age_s, tube=tube, revision=revision, pool_size=pool_size)

    def _deliver(self, batch: list[Record]) -> None:
        with throttled(self.rng, self.share) as refused:
            self.consumer.deliver(batch)
        self.refused += refused

    def _batches(self) -> Iterator[list[Record]]:
        records = self.stream.newer()
        edges = sorted({0, len(records), *(self.rng.randint(0, len(records)) for _ in range(2))})
        for begin, end in pairwise(edges):
            batch = records[begin:end]
            if self.poisoned and self.rng.random() < 0.5:
                place = self.rng.randint(0, len(batch))
                batch.insert(place, {"eventName": "INSERT", "dynamodb": {"SequenceNumber": self._poison()}})
            yield batch

    def _poison(self) -> str:
        number = f"9{self.rng.randrange(10**20):020d}"
        self.poison.add(number)
        return number

    def _sign(self) -> None:
        name = self.rng.choice(PEOPLE)
        found = self.stores.entitlements([self.world.pid(name)])
        good = [(unit.partition("-")[2], end) for (_, unit), (cause, end, _) in found.items() if cause == "eligible"]
        if good:
            unit, end = self.rng.choice(good)
            self.passes.append(Signed(name, unit, self.world.sign(name, unit, end), end, len(self.stored)))


@pytest.fixture
def night(engine: Service, request: pytest.FixtureRequest) -> Iterator[Night]:
    """A night by the seed that a test names, while the deployed function sleeps."""
    drain()
    stream = Stream(engine)
    with stream.unwatched():
        made = Night(Stores(engine), stream, random.Random(request.param))  # noqa: S311 - a test's lot
        made.begin()
        yield made


def publish(engine: Service) -> None:
    """What the publisher's schedule does each minute."""
    name = physical_names(engine.client("cloudformation"))["PublisherFunction"]
    answered = engine.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answered


@pytest.mark.parametrize("night", [1, 2, 3], indirect=True)
def test_replayed_and_reordered_records_end_the_same(engine: Service, night: Night) -> None:
    """In any order, some of them twice, in batches of any size."""
    night.pass_through()
    assert night.consumer.dead == []
    night.check_decisions()
    publish(engine)
    night.check_passes()


@pytest.mark.parametrize("night", [11, 12], indirect=True)
def test_a_poisonous_record_takes_nobody_with_it(engine: Service, night: Night) -> None:
    """Halved until it is alone, retried, given up: it and nothing else; everybody else is decided without a redrive."""
    night.poisoned = True
    night.pass_through()
    assert {record["dynamodb"]["SequenceNumber"] for record in night.consumer.dead} == night.poison != set()
    night.check_decisions()
    publish(engine)
    night.check_passes()


@pytest.mark.parametrize("night", [21, 22], indirect=True)
def test_throttled_tables_lose_nothing(engine: Service, night: Night) -> None:
    """Some calls are refused at every table, some records given up; handed over again afterwards, all ends the same."""
    night.share = 0.05
    night.pass_through()
    assert len(night.refused) > 20
    night.redrive()
    night.check_decisions()
    publish(engine)
    night.check_passes()


def test_a_row_that_nobody_can_read_stops_nobody_in_the_real_stream(engine: Service) -> None:
    """By the deployed mapping: halved, given up with a letter that names that record, everybody beside it decided."""
    drain()
    world, names = World(clock.now()), physical_names(engine.client("cloudformation"))
    queue = {"QueueUrl": names["StreamDead"]}
    engine.client("sqs").purge_queue(**queue)
    world.register("u")
    world.enlist("u", ["ann", "bob"])
    matching.make_known([world.pid("ann"), world.pid("bob")], world.at)
    results.record([world.result("ann", "negative", HOUR)], world.at)
    row = {"pk": {"S": world.pid("eve")}, "sk": {"S": "L1#torn"}, "tube": {"S": "L1#torn"}}  # it says nothing else
    engine.client("dynamodb").put_item(TableName=names["ResultTable"], Item=row)
    results.record([world.result("bob", "negative", HOUR)], world.at)
    stores, unit = Stores(engine), world.unit("u")
    wanted = {(world.pid(name), unit): "eligible" for name in ("ann", "bob")}

    def found() -> dict[tuple[str, str], str]:
        pids = [world.pid(name) for name in ("ann", "bob", "eve")]
        return {place: cause for place, (cause, _, _) in stores.entitlements(pids).items()}

    assert eventually(lambda: found() == wanted), found()
    letters: list[dict[str, str]] = []

    def is_given_up() -> bool:
        letters.extend(engine.client("sqs").receive_message(**queue).get("Messages", []))
        return bool(letters)

    assert eventually(is_given_up)
    (letter,) = letters
    batch = json.loads(letter["Body"])["DDBStreamBatchInfo"]
    assert (batch["batchSize"], batch["startSequenceNumber"]) == (1, batch["endSequenceNumber"])
    engine.client("sqs").delete_message(**queue, ReceiptHandle=letter["ReceiptHandle"])
