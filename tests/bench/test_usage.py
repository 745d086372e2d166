"""What `epipass cost` multiplies is what the engine really sees: counted here again, act by act, and held to the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from bench.meter import Meter
from bench.town import Neighbour, Town, neighbours
from cli.cost import HERE
from infra.local import Service
from tests.main_job.district import eventually
from tests.people.world import CODE, Someone, World

FILE = json.loads((HERE / "usage.json").read_text(encoding="utf-8"))["acts"]
TRIES, ROWS = 3, 100
JOBS, STEPS = "JobsFunction", 2  # a file is checked, and its one part applied
Counts = dict[str, float]


@pytest.fixture(scope="module")
def meter(engine: Service) -> Iterator[Meter]:
    """The engine's counters, silent again at the end."""
    made = Meter.of(engine)
    yield made
    made.end()


@dataclass(frozen=True)
class Scene:
    """A town, and people on one list with a negative result and an enrolled device."""

    town: Town
    people: Sequence[Neighbour]


@pytest.fixture(scope="module")
def scene(engine: Service) -> Scene:
    """As many as are measured, and one whose act warms the functions."""
    town, world, some = Town(engine), World().approve(), [Someone() for _ in range(TRIES + 1)]
    world.list_people(*some)
    enrolled = []
    for one in some:
        assert world.result(one) == "eligible"
        one.receive_code()
        enrolled.append(Neighbour(one.number, one.phone))
        town.enrol(enrolled[-1], CODE)
    return Scene(town, enrolled)


def counted(meter: Meter, act: Callable[[Neighbour], object], people: Sequence[Neighbour], entry: str) -> Counts:
    """Return what an act takes of the tables, by request and unit; what a function remembers a while is not asked again.

    So of several times the least is what each costs: a memory that ran out in between adds to one of them.
    """
    tries = []
    for one in people:
        meter.begin()
        act(one)
        seen = meter.seen()
        caller = next(name for name, logical in meter.names.items() if logical == entry)
        tries.append(flat(meter.requests(seen, caller, 1), meter.tables(seen, caller, 1)))
    return {name: least for name in tries[0] if (least := min(one.get(name, 0.0) for one in tries))}


def flat(requests: dict[str, float], tables: dict[str, dict[str, float]], *, every: bool = False) -> Counts:
    """Requests and units of tables under one name each; bytes are left out: they are as long as names are.

    Of other services than the tables' only if `every` is asked for: keys are remembered for a while.
    """
    asked = {name: count for name, count in requests.items() if every or name.startswith("dynamodb.")}
    units = {f"{name} {what}": units[what] for name, units in tables.items() for what in ("write", "read")}
    return {**asked, **units}


def filed(act: str, entry: str) -> Counts:
    """What the file says of one act: means of many, of which what happens once in a while is no part of each."""
    found = flat(FILE[act]["by"][entry]["requests"], FILE[act]["by"][entry]["tables"])
    return {name: nearest for name, mean in found.items() if (nearest := round(mean * 2) / 2)}


def test_a_check_in_costs_what_the_file_says(scene: Scene, meter: Meter) -> None:
    """Every request and unit of the holder's function, exactly."""
    warm, *people = scene.people
    scene.town.check_in(warm)
    assert counted(meter, scene.town.check_in, people, "HolderFunction") == filed("check-in", "HolderFunction")


def test_a_pass_costs_what_the_file_says(scene: Scene, meter: Meter) -> None:
    """Fetched for a fresh key: every request and unit of the holder's function, exactly."""
    warm, *people = scene.people
    scene.town.fetch(warm)
    assert counted(meter, scene.town.fetch, people, "HolderFunction") == filed("pass", "HolderFunction")


@pytest.fixture
def one_by_one(engine: Service, meter: Meter) -> Iterator[None]:
    """JobsFunction writes each result by itself, as in the cloud; here its template shares transactions."""
    client, (name,) = engine.client("lambda"), [name for name, logical in meter.names.items() if logical == JOBS]
    before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    changed = {**before, "RESULT_ROWS_PER_WRITE": "1"}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
    yield
    client.update_function_configuration(FunctionName=name, Environment={"Variables": before})


@pytest.mark.usefixtures("one_by_one")
def test_a_result_costs_what_the_file_says(scene: Scene, meter: Meter) -> None:
    """A laboratory's file through the deployed functions: every kind of request and every unit of both, exactly.

    What is done once a file is the same for a tenth of the rows; rows are written one by one, and looked up by hundreds.
    """
    of_rows = {"dynamodb.PutItem", "dynamodb.BatchGetItem", "ResultTable write", "ResultTable read"}
    whole = FILE["result"]["times"]

    def wanted(entry: str) -> Counts:
        told = FILE["result"]["by"][entry]
        means = flat(told["requests"], told["tables"], every=True)
        rows = of_rows if entry == JOBS else set()
        return {name: mean * (ROWS if name in rows else whole) for name, mean in means.items()}

    scene.town.report(neighbours(10, 500_000))
    files = [reported(scene.town, meter, neighbours(ROWS, 500_000 + ROWS * (n + 1))) for n in range(2)]
    for entry in (JOBS, "UploadFunction"):
        least = {name: min(one[entry].get(name, 0.0) for one in files) for name in files[0][entry]}
        assert {name: count for name, count in least.items() if count} == pytest.approx(
            {name: count for name, count in wanted(entry).items() if count}
        )


def reported(town: Town, meter: Meter, people: Sequence[Neighbour]) -> dict[str, Counts]:
    """Report results in one file, and return what each function took until both steps of the file were over."""
    meter.begin()
    town.report(people)
    names = {logical: name for name, logical in meter.names.items()}

    def over() -> dict[str, Any] | None:
        seen = meter.seen()
        ran = seen["functions"][names[JOBS]]
        return seen if ran["calls"] + ran["cold"] >= STEPS else None

    seen = eventually(over, "both steps of a file")
    return {
        entry: flat(meter.requests(seen, names[entry], 1), meter.tables(seen, names[entry], 1), every=True)
        for entry in (JOBS, "UploadFunction")
    }


def test_the_engine_counts_by_the_clouds_rules(engine: Service, meter: Meter) -> None:
    """A write for each kilobyte begun, twice in a transaction; a read for four, half when it may be a little old."""
    client, table = engine.client("dynamodb"), f"units-{uuid4().hex[:8]}"
    client.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    key, big = {"pk": {"S": "a"}}, {"pk": {"S": "a"}, "text": {"S": "x" * 5_000}}

    def of(call: Callable[[], object]) -> tuple[float, float]:
        meter.begin()
        call()
        units = meter.tables(meter.seen(), "", 1)[table]
        return units["write"], units["read"]

    def refused() -> None:
        with pytest.raises(client.exceptions.ConditionalCheckFailedException):
            client.put_item(TableName=table, Item=key, ConditionExpression="attribute_not_exists(pk)")

    put = {"Put": {"TableName": table, "Item": big}}
    assert of(lambda: client.put_item(TableName=table, Item=big)) == (5, 0)
    assert of(lambda: client.transact_write_items(TransactItems=[put])) == (10, 0)
    assert of(lambda: client.get_item(TableName=table, Key=key)) == (0, 1)
    assert of(lambda: client.get_item(TableName=table, Key=key, ConsistentRead=True)) == (0, 2)
    assert of(lambda: client.scan(TableName=table)) == (0, 1)
    assert of(refused) == (5, 0)
    assert of(lambda: client.delete_item(TableName=table, Key={"pk": {"S": "nobody"}})) == (1, 0)
