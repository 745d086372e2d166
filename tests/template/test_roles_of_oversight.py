"""The auditor's entry reads what it must under its own role, and is granted no change of anything but the log."""

from __future__ import annotations

from functions.matching import service as matching
from functions.results import service as results
from functions.shared import clock
from infra.local import Service
from tests.conftest import Http
from tests.matching.world import HOUR, World
from tests.template.reading import listed, statements
from tests.template.test_roles import through_functions

__all__ = ["through_functions"]  # the fixture


def test_verdicts_and_withdrawals_are_read_under_the_role(through_functions: Http, engine: Service) -> None:
    """Through the deployed function alone: a unit's verdicts with what they rest on, and a list's withdrawals."""
    assert engine.outputs
    http, world = through_functions, World(clock.now())
    world.register("u")
    world.enlist("u", ["ann"], settled=True)
    results.record([world.result("ann", "negative", 2 * HOUR)], world.at)
    matching.settle(world.pid("ann"), clock.now())
    slot = world.sign("ann", "u", world.at + 9 * HOUR)
    results.record([world.result("ann", "positive", HOUR, tube="later")], world.at)
    matching.settle(world.pid("ann"), clock.now())
    token = http.token("auditor", "")
    told = http.get(f"/audit/verdicts?unit={world.unit('u')}", token=token)
    assert told.status == 200, told.body
    (known,) = told.json()["verdicts"]
    assert (known["cause"], len(known["records"]), known["passes"][0]["withdrawal"]["cause"]) == (
        "positive",
        2,
        "positive",
    )
    assert http.get("/audit/verdicts?part=0&of=1000000", token=token).status == 200
    rows = http.get(f"/audit/withdrawals?list={slot.list}", token=token)
    assert slot.index in {one["index"] for one in rows.json()["withdrawals"]}, rows.body


def test_the_auditors_entry_changes_nothing() -> None:
    """Its one write is the log's next row."""
    mine = [statement for name, statement in statements() if name == "OversightFunction"]
    writes = {
        (action, str(statement["Resource"]))
        for statement in mine
        for action in listed(statement["Action"])
        if not action.split(":")[1].startswith(("Get", "Query", "Scan", "BatchGet", "Decrypt"))
    }
    assert writes == {("dynamodb:PutItem", str({"Fn::GetAtt": ["AuditTable", "Arn"]}))}
