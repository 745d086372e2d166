"""The handler of the result stream: each person once, and the first failure named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.matching import handlers, service
from functions.matching.model import EntitlementRow
from functions.results import service as results
from functions.shared import clock
from tests.matching.world import HOUR, World, drain

pytestmark = pytest.mark.usefixtures("engine")


def record(world: World, name: str, sequence: str, *, revision: int = 0, event: str = "INSERT", tube: str = "") -> Any:
    """A stream record as DynamoDB writes it, of the members that are read."""
    row = {
        "pk": {"S": world.pid(name)},
        "sk": {"S": f"L1#{world.key}{tube or name}"},
        "revision": {"N": str(revision)},
        "pool_size": {"N": "1"},
    }
    return {"eventName": event, "dynamodb": {"SequenceNumber": sequence, "NewImage": row}}


@pytest.fixture
def world() -> World:
    """Two people with a negative each, stored before they were listed, so that no event settled them."""
    made = World(clock.now())
    results.record([made.result("ann", "negative", HOUR), made.result("bob", "negative", HOUR)], made.at)
    drain()
    made.register("u")
    made.enlist("u", ["ann", "bob"])
    service.make_known([made.pid("ann"), made.pid("bob")], made.at)
    return made


@pytest.fixture
def broken() -> Iterator[set[str]]:
    """Writing an entitlement of these pids fails, as a throttled table does."""
    pids: set[str] = set()
    client = EntitlementRow._get_connection().connection.client

    def fail(params: dict[str, Any], **_call: Any) -> None:
        if any(pid in str(params.get("body")) for pid in pids):
            raise ConnectionError("throttled")

    client.meta.events.register("before-call.dynamodb.PutItem", fail, unique_id="broken")
    yield pids
    client.meta.events.unregister("before-call.dynamodb.PutItem", fail, unique_id="broken")


def test_a_batch_settles_everybody_in_it(world: World) -> None:
    """Two records of one person settle them once; a row that expired says nothing."""
    records = [record(world, "ann", "1"), record(world, "ann", "2"), record(world, "bob", "3")]
    assert handlers.on_results({"Records": [*records, {"eventName": "REMOVE"}]}, None) == {"batchItemFailures": []}
    assert {world.said(name, "u")[0] for name in ("ann", "bob")} == {"eligible"}


def test_the_first_failed_record_is_named_and_the_others_are_done(world: World, broken: set[str]) -> None:
    """What failed comes again from its record on; nobody waits for it meanwhile; later it succeeds."""
    broken.add(world.pid("bob"))
    event = {"Records": [record(world, "ann", "1"), record(world, "bob", "2"), record(world, "ann", "3")]}
    assert handlers.on_results(event, None) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert (world.said("ann", "u")[0], world.said("bob", "u")[0]) == ("eligible", "")
    broken.clear()
    assert handlers.on_results(event, None) == {"batchItemFailures": []}
    assert world.said("bob", "u")[0] == "eligible"


def test_a_reassignment_concerns_whoever_else_is_in_the_tube(world: World) -> None:
    """A first revision concerns its person alone; a higher one everybody in the tube."""
    results.record([world.result("bob", "negative", HOUR, tube="ann", revision=1)], world.at)
    first = handlers._concerned(record(world, "bob", "1", tube="ann"))
    higher = handlers._concerned(record(world, "bob", "1", tube="ann", revision=1))
    assert (first, higher) == ({world.pid("bob")}, {world.pid("ann"), world.pid("bob")})


def test_an_unknown_step_is_an_error() -> None:
    """A state machine that asks for what nobody knows must fail aloud."""
    with pytest.raises(ValueError, match="no such step"):
        handlers.coordinate({"step": "dance", "run": "r"}, None)
