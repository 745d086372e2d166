"""The drill of the end: what `sunset plan` prints is done word for word, and `sunset prove` believes nothing else."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from cli.main import epipass
from infra.local import Service
from infra.local.engine import Engine
from infra.local.template import read
from infra.paths import TEMPLATE

# One or two of each kind, as the template has them.
PARTS = (
    "PersonTable",
    "CheckinTable",
    "AuditTable",
    "UploadsBucket",
    "JobsDead",
    "DataKey",
    "DayKey",
    "PidSecret",
    "Logs",
)
DAY = 86_400


class Stack:
    """A small stack of the template's own resources, with something in each."""

    def __init__(self, engine: Engine, name: str, template: Path) -> None:
        """Deploy it; the session's own stack is left alone."""
        self.engine, self.name, self.template = engine, name, template
        engine.client("cloudformation").create_stack(StackName=name, TemplateBody=template.read_text())
        for _ in range(1_200):
            held = engine.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
            if not held["StackStatus"].endswith("IN_PROGRESS"):
                break
            time.sleep(0.05)
        assert held["StackStatus"] == "CREATE_COMPLETE", held
        listed = engine.client("cloudformation").list_stack_resources(StackName=name)["StackResourceSummaries"]
        self.names = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed}

    def fill(self) -> None:
        """Two people, one of them past their end; a file, a letter, an act."""
        now = int(time.time())
        self._put("PersonTable", pk={"S": "p1"})
        self._put("CheckinTable", pk={"S": "p1"}, sk={"S": "a"}, ttl={"N": str(now + 9 * DAY)})
        self._put("CheckinTable", pk={"S": "p1"}, sk={"S": "b"}, ttl={"N": str(now - 1)})
        self._put("AuditTable", pk={"S": "0"}, sk={"S": "1"}, ttl={"N": str(now + 1_000 * DAY)})
        self.engine.client("s3").put_object(Bucket=self.names["UploadsBucket"], Key="jobs/1", Body=b"x" * 7)
        self.engine.client("sqs").send_message(QueueUrl=self.names["JobsDead"], MessageBody="{}")

    def copy(self) -> str:
        """A restored copy of a table, which the stack does not know, and a backup made by hand."""
        tables, name = self.engine.client("dynamodb"), f"{self.name}-CheckinTable-restored"
        tables.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        tables.create_backup(TableName=self.names["CheckinTable"], BackupName="by-hand")
        return name

    def _put(self, table: str, **row: Any) -> None:
        self.engine.client("dynamodb").put_item(TableName=self.names[table], Item=row)


@pytest.fixture
def stack(engine: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The small stack; what it leaves behind is deleted by hand, as it is retained."""
    whole = read(TEMPLATE)
    parts = {name: whole["Resources"][name] for name in PARTS}
    for member in ("NotificationConfiguration", "CorsConfiguration"):
        parts["UploadsBucket"]["Properties"].pop(member)
    parts["UploadsBucket"].pop("DependsOn")
    template = tmp_path / "template.yaml"
    template.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": parts}))
    for name, value in engine.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    made = Stack(Engine(engine.engine_url), f"drill-{uuid4().hex[:8]}", template)
    yield made
    tables = engine.client("dynamodb")
    for name in tables.list_tables()["TableNames"]:
        if name.startswith(made.name):
            tables.delete_table(TableName=name)
    engine.client("cloudformation").delete_stack(StackName=made.name)


def run(*words: object) -> Result:
    """Say a command."""
    ran = CliRunner().invoke(epipass, ["sunset", *map(str, words)])
    assert isinstance(ran.exception, SystemExit | None), ran.exception
    return ran


def do(engine: Engine, command: str) -> None:
    """Do what an AWS command line says; the three spellings of arguments that are printed are known."""
    words = shlex.split(command, comments=True)
    assert words[0] == "aws"
    if words[1:3] == ["s3", "rb"]:
        assert words[4:] == ["--force"]
        bucket = words[3].removeprefix("s3://")
        for one in engine.client("s3").list_objects_v2(Bucket=bucket).get("Contents", []):
            engine.client("s3").delete_object(Bucket=bucket, Key=one["Key"])
        engine.client("s3").delete_bucket(Bucket=bucket)
        return
    client = engine.client(words[1])
    method = words[2].replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape.members
    spelt = {name.lower(): name for name in shape}
    getattr(client, method)(**dict(_arguments(words[3:], spelt)))


def _arguments(words: list[str], spelt: dict[str, str]) -> Iterator[tuple[str, Any]]:
    while words:
        name, rest = spelt[words[0].removeprefix("--").replace("-", "")], words[1:]
        if not rest or rest[0].startswith("--"):
            yield name, True
            words = rest
            continue
        value: Any = rest[0]
        if "=" in value and not value.startswith("http"):
            key, said = value.split("=")
            value = {key: said == "true"}
        yield name, int(value) if isinstance(value, str) and value.isdigit() else value
        words = rest[1:]


def states(ran: Result) -> dict[str, str]:
    """What a report in JSON says of each thing."""
    return {one["logical"]: one["state"] for one in json.loads(ran.stdout)["found"]}


def test_the_end_is_planned_done_and_proved(stack: Stack, tmp_path: Path) -> None:
    """With rows everything remains; after the printed commands only keys do, with their day; then nothing but the log."""
    stack.fill()
    stack.copy()
    kept, report = tmp_path / "inventory.json", tmp_path / "report.txt"
    planned = run("plan", "--stack", stack.name, "--out", kept)
    assert planned.exit_code == 0, planned.output
    prove = ("prove", "--stack", stack.name, "--inventory", kept, "--template", stack.template)
    before = run(*prove, "--out", report)
    assert before.exit_code == 1
    assert before.stdout == report.read_text()
    assert "CheckinTable: 1 living rows, 1 past their end, the last ends " in before.stdout
    assert "UploadsBucket: 1 objects and older versions, 7 bytes" in before.stdout
    assert "JobsDead: 1 messages" in before.stdout
    assert "kept     AuditTable" in before.stdout
    assert "p1" not in before.stdout  # counts and instants, of nobody

    for line in planned.stdout.splitlines():
        if line.startswith("aws "):
            do(stack.engine, line)
    waiting = run(*prove, "--json")
    assert waiting.exit_code == 1
    found = states(waiting)
    assert {name for name, state in found.items() if state == "remains"} == {"DataKey", "DayKey"}
    told = {one["logical"]: one["told"] for one in json.loads(waiting.stdout)["found"]}
    assert told["DataKey"].startswith("opens nothing any more; destroyed 20")
    assert (found["AuditTable"], found["UploadsBucket"], found["JobsDead"]) == ("kept", "gone", "empty")

    # The days are over. The engine destroys no key, so two that never were stand for them.
    document = json.loads(kept.read_text())
    for one in document["resources"]:
        if one["type"] == "AWS::KMS::Key":
            one["name"] = str(uuid4())
    kept.write_text(json.dumps(document))
    after = run(*prove)
    assert after.exit_code == 0, after.output
    assert "Nothing remains but what is kept." in after.stdout


def test_nothing_is_believed_gone_that_was_not_looked_at(stack: Stack, tmp_path: Path) -> None:
    """A table that the inventory forgets, a restored copy and a backup: each remains, by its name."""
    kept = tmp_path / "inventory.json"
    assert run("plan", "--stack", stack.name, "--out", kept, "--quick").exit_code == 0
    document = json.loads(kept.read_text())
    document["resources"] = [one for one in document["resources"] if one["logical"] != "PersonTable"]
    kept.write_text(json.dumps(document))
    copy = stack.copy()
    ran = run("prove", "--stack", stack.name, "--inventory", kept, "--template", stack.template, "--json")
    assert ran.exit_code == 1
    found = states(ran)
    assert (found["PersonTable"], found[copy], found["by-hand"]) == ("remains", "remains", "remains")


def test_the_log_that_is_written_is_kept_though_it_is_a_copy(stack: Stack, tmp_path: Path) -> None:
    """Restored and pointed to, the copy is the audit log: no printed command deletes it, and the proof calls it kept."""
    kept, record, copy = tmp_path / "inventory.json", tmp_path / "restored.json", stack.copy()
    plan = ("plan", "--stack", stack.name, "--out", kept, "--quick", "--record", record)
    assert run(*plan).exit_code == 2  # no such record: without it, that copy would be nobody's
    assert not kept.exists()
    record.write_text("{}")
    assert f"delete-table --table-name {copy}" in run(*plan).stdout.partition("# 5. Called as the stack's own are")[2]
    record.write_text(json.dumps({"AuditTable": {"table": copy, "stream": ""}}))
    commands = [line for line in run(*plan).stdout.splitlines() if line.startswith("aws ")]
    assert not [line for line in commands if f"--table-name {copy}" in line or stack.names["AuditTable"] in line]
    prove = ("prove", "--stack", stack.name, "--inventory", kept, "--template", stack.template, "--quick")
    assert run(*prove).stdout.count("kept     AuditTable") == 2


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"stack": "x", "resources": [{"logical": "A", "type": "B", "name": "C"}]}']
)
def test_what_is_no_inventory_proves_nothing(tmp_path: Path, text: str) -> None:
    """A wrong file is said to be one: it is no proof, and no traceback."""
    kept = tmp_path / "proof.txt"
    kept.write_text(text)
    ran = run("prove", "--stack", "epipass", "--inventory", kept)
    assert ran.exit_code == 1
    assert "is no inventory" in ran.stderr


def test_a_report_is_made_again_with_the_same_hash(stack: Stack, tmp_path: Path) -> None:
    """Two people at two times look at the same things: their lines and the hash of them agree."""
    kept = tmp_path / "inventory.json"
    run("plan", "--stack", stack.name, "--out", kept)
    prove = ("prove", "--stack", stack.name, "--inventory", kept, "--template", stack.template)
    reports = [run(*prove).stdout.splitlines() for _ in range(2)]
    assert reports[0][1:] == reports[1][1:]
    assert any(line.startswith("sha256 of the lines above: ") for line in reports[0])
