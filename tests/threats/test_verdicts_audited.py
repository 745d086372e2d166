"""`epipass audit-verdicts` against the running service: what it wrote holds, what somebody wrote into a table is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import epipass
from functions.audit import service as audit
from functions.matching import service as matching
from functions.matching.model import EntitlementRow
from functions.oversight import rules, service
from functions.oversight.routes import MOST_PARTS
from functions.results import service as results
from functions.shared import clock
from functions.shared.aws import client
from functions.status.model import WithdrawalRow
from infra.local import Service
from tests.conftest import Http
from tests.door.inprocess import call
from tests.matching.world import HOUR, World


@pytest.fixture
def world(engine: Service, http: Http, monkeypatch: pytest.MonkeyPatch) -> World:
    """A unit of three: one positive whose pass was taken, one entitled, one without a test."""
    assert http.url
    monkeypatch.setenv("EPIPASS_STATE", str(engine.state.root))
    monkeypatch.delenv("EPIPASS_API_URL", raising=False)
    made = World(clock.now())
    made.register("u")
    made.enlist("u", ["ann", "bob", "cy"], settled=True)
    results.record([made.result(name, "negative", 3 * HOUR) for name in ("ann", "bob")], made.at)
    settle(made, "ann", "bob")
    made.sign("ann", "u", made.at + 9 * HOUR)
    results.record([made.result("ann", "positive", HOUR, tube="later")], made.at)
    settle(made, "ann")
    return made


def settle(world: World, *names: str) -> None:
    """Decide about people now; what the deployed event path does besides comes to the same."""
    for name in names:
        matching.settle(world.pid(name), clock.now())


def audited(world: World) -> list[tuple[str, str]]:
    """What the command finds of the world's unit: code and pid."""
    ran = CliRunner().invoke(epipass, ["audit-verdicts", "--unit", world.unit("u"), "--wait", "0", "--json"])
    told: dict[str, Any] = json.loads(ran.stdout)
    assert ran.exit_code == (0 if told["holds"] else 1), ran.output
    assert (told["verdicts"], told["whole"]) == (3, False)
    return sorted((one["code"], one["pid"]) for one in told["findings"] if one["unit"] == world.unit("u"))


def by_hand(table: str, **item: Any) -> None:
    """Write a row as somebody with rights over the account would, past the service."""
    typed = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in item.items()}
    client("dynamodb").put_item(TableName=table, Item=typed)


def test_what_the_service_wrote_holds_and_each_reading_is_in_the_log(world: World) -> None:
    """A refusal with its evidence, a withdrawal with its ground, an entitlement: nothing is found, and who looked is known."""
    assert {world.said(name, "u")[0] for name in ("ann", "bob", "cy")} == {"positive", "eligible", "no-test"}
    assert audited(world) == []
    rows = [row for shard in range(4) for row in audit.entries(shard, at=clock.now())]
    assert [row.count for row in rows if row.case == f"unit-{world.unit('u')}"] == [3]


def test_what_was_written_by_hand_is_named(world: World) -> None:
    """A refusal without a cause, one with a cause that the facts do not give, and a withdrawal nobody decided."""
    bob, cy, at = world.pid("bob"), world.pid("cy"), clock.now()
    slot = world.sign("bob", "u", world.at + 9 * HOUR)
    by_hand(
        WithdrawalRow.Meta.table_name, pk=slot.list, sk=str(slot.index), cause="told-to", withdrawn_at=at, ttl=at + HOUR
    )
    assert audited(world) == [("withdrawal-policy", bob)]
    stood = {"unit": world.unit("u"), "verdict": "refused", "decided_at": at, "ttl": at + HOUR}
    table = EntitlementRow.Meta.table_name
    by_hand(table, pk=bob, sk=world.unit("u"), cause="not-listed", policy="default-1", evidence="[]", **stood)
    by_hand(table, pk=cy, sk=world.unit("u"), cause="", **stood)
    try:
        assert audited(world) == sorted([("facts-differ", bob), ("withdrawal-policy", bob), ("policy", cy)])
    finally:  # the runs of other tests read every unit
        for pid in (bob, cy):
            EntitlementRow(pid, world.unit("u")).delete()
        WithdrawalRow(slot.list, str(slot.index)).delete()


def test_a_row_that_lacks_what_the_service_always_writes_is_read_and_named(world: World) -> None:
    """Two keys and nothing else: the auditor's page is answered all the same, and says what is missing."""
    bare = service._verdict(EntitlementRow(world.pid("nobody"), world.unit("u")), clock.now())
    assert [one.code for one in rules.of_verdict(bare, clock.now())] == ["verdict"]


def test_a_sample_is_drawn_from_all_of_the_table(world: World) -> None:
    """However few rows there are, some are found; that not all were read is said."""
    assert world.at
    ran = CliRunner().invoke(epipass, ["audit-verdicts", "--sample", "1", "--wait", "0"])
    assert ran.exit_code in {0, 1}, ran.output  # another test's row may be made up
    assert "Not all were read" in ran.stdout
    both = CliRunner().invoke(epipass, ["audit-verdicts", "--sample", "1", "--unit", "U-1"])
    assert both.exit_code == 2


@pytest.mark.parametrize(
    "asked",
    [
        "verdicts?part=1&of=1",
        "verdicts?part=-1",
        "verdicts?part=x",
        f"verdicts?part=0&of={MOST_PARTS + 1}",
        "verdicts?of=0",
        "verdicts?unit=a%20b",
        "withdrawals",
        "withdrawals?list=index.json",
        "withdrawals?list=2026-11-22a-1&next=x",
    ],
)
def test_what_makes_no_sense_is_refused(engine: Service, asked: str) -> None:
    """400, before anything is read."""
    assert call("GET", f"/audit/{asked}", token=engine.token("auditor", "")).status == 400


def test_a_list_without_withdrawals_is_an_empty_page(engine: Service) -> None:
    """An answer like any other: whose passes are in a list is told by nothing here."""
    told = call("GET", "/audit/withdrawals?list=2019-01-01a-1", token=engine.token("auditor", ""))
    assert (told.status, told.json()) == (200, {"withdrawals": [], "next": None})
