"""The drill of a restore: a recovery makes a new table, and all that is left to do is done by `epipass restore`."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import epipass
from functions.shared import clock
from functions.units import service as units
from functions.units.model import UnitRow
from infra.build.restored import NotPointed, build_from, recorded, replaced, repointed, variable_of
from infra.local import Service
from infra.local.template import parse
from infra.paths import TEMPLATE
from tests.door.inprocess import call
from tests.drills.copying import recovered

AREA = "970101001"
TEXT = TEMPLATE.read_text(encoding="utf-8")
SMALL = """
Globals: {Function: {Environment: {Variables: {TABLE_LAB: !Ref LabTable}}}}
Resources:
  LabTable: {Type: "AWS::DynamoDB::Table", Properties: {}}
  ResultTable: {Type: "AWS::DynamoDB::Table", Properties: {}}
  Reader: {Type: "AWS::Serverless::Function", Properties: {Stream: !GetAtt ResultTable.StreamArn, Role: !GetAtt LabTable.Arn}}
"""
STREAM = "arn:aws:dynamodb:r:1:table/{}/stream/2026"


@pytest.fixture
def tables(engine: Service, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The engine's tables, the environment of somebody at this machine, and no connection kept from before or for after."""
    monkeypatch.setenv("EPIPASS_STATE", str(engine.state.service_file.parent))
    monkeypatch.setattr(UnitRow, "_connection", None)
    return engine.client("dynamodb")


def run(*words: object, status: int = 0) -> Result:
    """Say a command, and expect an exit status."""
    ran = CliRunner().invoke(epipass, ["restore", *map(str, words)])
    assert ran.exit_code == status, ran.output
    return ran


def registered() -> str:
    """Register a unit and return its id."""
    made, at = f"R-{uuid.uuid4().hex[:12]}", clock.now()
    facts = units.Facts("第一食品厂", AREA, "food", "A3", "EPI-1", "区指挥部", 10, at + clock.DAY_S)
    units.register(made, facts, at)
    return made


def answer(engine: Service, unit: str) -> tuple[int, Any]:
    """What an officer is told of a unit."""
    told = call("GET", f"/units/{unit}", token=engine.token("officer", AREA[:6]))
    return told.status, told.json() if told.status == 200 else None


def use(monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    """Point the functions at a table: one variable, and a process that starts anew."""
    monkeypatch.setenv("TABLE_UNIT", table)
    monkeypatch.setattr(UnitRow, "_connection", None)


def test_the_service_reads_from_a_restored_table(
    engine: Service, tables: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It answers as before; what was written after the restore point is counted, named in a file, and can be brought."""
    living = os.environ["TABLE_UNIT"]
    early = registered()
    before = answer(engine, early)
    with recovered(tables, living) as copy:
        late = registered()
        differing = tmp_path / "rows.jsonl"
        differing.touch(0o644)  # of a look before, and everybody's to read
        told = json.loads(run("compare", "UnitTable", copy, "--rows", differing, "--json", status=1).stdout)
        assert (told["only_living"], told["only_restored"], told["changed"]) == (1, 0, 0)
        assert json.loads(differing.read_text()) == {"what": "only_living", "pk": late}
        assert differing.stat().st_mode & 0o077 == 0

        use(monkeypatch, copy)
        assert answer(engine, early) == before
        assert answer(engine, late)[0] == 404
        assert run("bring", "UnitTable", copy, "--into", "restored").stdout == f"1 rows brought into {copy}\n"
        assert answer(engine, late)[0] == 200
        run("compare", "UnitTable", copy)


def test_rows_lost_by_a_mistake_come_back_into_the_living_table(
    engine: Service, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The smaller way: no function is pointed elsewhere, and what was written meanwhile is not replaced."""
    living = os.environ["TABLE_UNIT"]
    lost, changed = registered(), registered()
    with recovered(tables, living) as copy:
        tables.delete_item(TableName=living, Key={"pk": {"S": lost}})
        tables.update_item(
            TableName=living,
            Key={"pk": {"S": changed}},
            UpdateExpression="SET quota = :n",
            ExpressionAttributeValues={":n": {"N": "77"}},
        )
        assert answer(engine, lost)[0] == 404
        told = json.loads(run("compare", "UnitTable", copy, "--json", status=1).stdout)
        assert (told["only_living"], told["only_restored"], told["changed"]) == (0, 1, 1)
        run("bring", "UnitTable", copy, "--into", "living")
        use(monkeypatch, living)
        assert answer(engine, lost)[0] == 200
        kept = tables.get_item(TableName=living, Key={"pk": {"S": changed}})["Item"]
        assert kept["quota"] == {"N": "77"}


def test_a_restored_table_is_made_ready_once(tables: Any) -> None:
    """End of life, stream and recovery, which a restore does not bring; a table of other keys is refused."""
    with recovered(tables, os.environ["TABLE_RESULT"], rows=False) as copy:
        first = run("ready", "ResultTable", copy).stdout
        assert "end of life: set now" in first
        assert "stream: on now" in first
        held = tables.describe_table(TableName=copy)["Table"]
        assert held["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        assert tables.describe_time_to_live(TableName=copy)["TimeToLiveDescription"]["AttributeName"] == "ttl"
        again = run("ready", "ResultTable", copy).stdout
        assert "end of life: was set" in again
        assert "stream: was on" in again
        assert "is it a copy of it?" in run("ready", "UnitTable", copy, status=1).output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("compare", "UnitTable", "nowhere-at-all"), "There is no table nowhere-at-all"),
        (("compare", "NoTable", "nowhere-at-all"), "No function of the stack uses a table NoTable"),
        (("ready", "PublicBucket", "nowhere-at-all"), "has no table PublicBucket"),
    ],
)
def test_what_is_not_there_is_named(tables: Any, words: tuple[str, ...], sentence: str) -> None:
    """At night a name is mistyped: nothing is done, and one sentence says which."""
    assert tables
    assert sentence in run(*words, status=1).output


@pytest.mark.parametrize("words", [("compare",), ("bring", "--into", "restored"), ("bring", "--into", "living")])
def test_a_table_is_not_held_to_itself(tables: Any, words: tuple[str, ...]) -> None:
    """Once functions use the copy, its own name would answer that nothing differs and bring nothing: it is refused."""
    assert tables
    told = run(*words, "UnitTable", os.environ["TABLE_UNIT"], status=1).output
    assert "name the table that they used before" in told


def test_nothing_is_pointed_to_a_table_that_forgets_nothing(tables: Any, tmp_path: Path) -> None:
    """A copy whose rows would outlive the law's days is refused until it was made ready."""
    template, record = tmp_path / "template.yaml", tmp_path / "restored.json"
    ends = {"AttributeName": "ttl", "Enabled": True}
    lab = "Properties: " + json.dumps({"TimeToLiveSpecification": ends})
    template.write_text(SMALL.replace("Properties: {}", lab, 1), encoding="utf-8")
    with recovered(tables, os.environ["TABLE_LAB"], rows=False) as copy:
        point = ("point", "LabTable", copy, "--template", template, "--record", record)
        assert "`epipass restore ready` first" in run(*point, status=1).output
        assert not record.exists()
        tables.update_time_to_live(TableName=copy, TimeToLiveSpecification=ends)
        run(*point)
    assert recorded(record) == {"LabTable": {"table": copy, "stream": ""}}


def test_every_table_can_be_pointed_elsewhere_in_one_go() -> None:
    """No grant, variable or stream goes on meaning a table of the stack, whichever was restored."""
    names = [name for name, one in parse(TEXT)["Resources"].items() if one["Type"] == "AWS::DynamoDB::Table"]
    text = TEXT
    for name in names:
        text = replaced(text, name, f"restored-{name}", STREAM.format(name))
    document = parse(text)
    variables = document["Globals"]["Function"]["Environment"]["Variables"]
    rest = json.dumps({name: one for name, one in document["Resources"].items() if name not in names})
    for name in names:
        assert variables[variable_of(name)] == f"restored-{name}"
        assert f'"{name}' not in rest
        assert f"${{{name}" not in rest
        assert f"table/restored-{name}" in rest


@pytest.mark.parametrize(
    ("table", "name", "reason"),
    [
        ("ResultTable", "copy-1", "has none"),
        ("NoTable", "copy-1", "no table NoTable"),
        ("LabTable", 'x", "y', "no name of a table"),
    ],
)
def test_what_cannot_be_pointed_is_refused(table: str, name: str, reason: str) -> None:
    """A stream that is read and not there, a table that is none, a name that is none: the template stays as it was."""
    with pytest.raises(NotPointed, match=reason):
        repointed(SMALL, table, name, "")


def test_a_build_is_made_from_what_was_recorded(tables: Any, tmp_path: Path) -> None:
    """`epipass restore point` writes one line a table, again for a second restore; without any the template is as it is."""
    template, record = tmp_path / "template.yaml", tmp_path / "restored.json"
    template.write_text(SMALL, encoding="utf-8")
    with pytest.raises(NotPointed, match="RESTORED=none"):
        build_from(record, template)  # a slip of the pen would have pointed a release back at the old table
    record.write_text("<<<<<<< HEAD", encoding="utf-8")
    with pytest.raises(NotPointed, match="no JSON"):
        build_from(record, template)
    record.write_text("{}", encoding="utf-8")
    assert build_from(record, template) == template
    also = ("--template", template, "--record", record)
    with recovered(tables, os.environ["TABLE_LAB"], rows=False) as copy:
        run("point", "LabTable", copy, *also)
    with recovered(tables, os.environ["TABLE_LAB"], rows=False) as second:
        run("point", "LabTable", second, *also)
    assert recorded(record) == {"LabTable": {"table": second, "stream": ""}}
    changed = build_from(record, template).read_text(encoding="utf-8")
    assert copy not in changed
    assert f'TABLE_LAB: "{second}"' in changed
    assert template.read_text(encoding="utf-8") == SMALL
    with recovered(tables, os.environ["TABLE_RESULT"], rows=False) as dry:
        assert "`epipass restore ready` first" in run("point", "ResultTable", dry, *also, status=1).output
    assert set(recorded(record)) == {"LabTable"}
