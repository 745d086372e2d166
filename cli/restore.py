"""`epipass restore`: what a point-in-time recovery leaves to be done, because it makes a new table.

AWS brings the rows and the indexes into a new table, and nothing else: no end of life, no stream, no recovery of its
own, and no function reads it. Nothing here deletes a row or replaces one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli import offline, told
from cli.deployment import Deployment, deployment, record_option, stack_option, template_option
from cli.tables import Held, Pair, bring, differing, key_of
from infra.build.restored import NotPointed, variable_of
from infra.build.restored import point as pointed
from infra.local.state import readable_by_owner
from infra.local.template import read

_TABLE = "AWS::DynamoDB::Table"


@click.group(short_help="Take a restored table into use.")
def restore() -> None:
    """A restore makes a new table. TABLE is a table's logical id (CheckinTable), RESTORED the new table's name.

    In this order: ready, compare, bring, point (docs/operate.md says when which).
    """


@restore.command(short_help="Give a restored table what a restore does not bring.")
@click.argument("table")
@click.argument("restored")
@stack_option
@template_option
def ready(*, table: str, restored: str, stack: str | None, template: Path) -> None:
    """Set end of life, stream and recovery as the template has them; again does nothing. Exit status 1: other keys."""
    client, wanted = deployment(stack).client("dynamodb"), _properties(template, table)
    held = _described(client, restored)
    for member in ("KeySchema", "GlobalSecondaryIndexes"):
        if _shape(held.get(member)) != _shape(wanted.get(member)):
            raise click.ClickException(f"{restored} has another {member} than {table}: is it a copy of it?")
    click.echo(f"✓ keys and indexes are those of {table}")
    for line in (
        _life(client, restored, wanted),
        _stream(client, restored, held, wanted),
        _recovery(client, restored, wanted),
    ):
        click.echo(line)


@restore.command(short_help="Count the rows at which a table and its restored copy differ.")
@click.argument("table")
@click.argument("restored")
@stack_option
@click.option("--rows", type=offline.NewFile(), help="Write the keys that differ, for you alone.")
@offline.json_option
@click.pass_context
def compare(
    ctx: click.Context, *, table: str, restored: str, stack: str | None, rows: Path | None, as_json: bool
) -> None:
    """Read both tables. Exit status 1: they differ. Keys hold pids, so they go to a file and never to the screen."""
    living, copy = _both(deployment(stack), table, restored)
    counts, lines = {"only_living": 0, "only_restored": 0, "changed": 0}, []
    for pair in differing(living, copy, int(time.time())):
        what = _what(pair)
        counts[what] += 1
        if rows:
            lines.append(json.dumps({"what": what, **_plain(key_of(pair.living or pair.restored or {}))}))
    if rows:
        readable_by_owner(rows, "".join(f"{line}\n" for line in lines))
    if as_json:
        told.print_json({"living": living.name, "restored": restored, **counts})
    else:
        click.echo(f"{counts['only_living']} only in the living table: written after the restore point (or damage)")
        click.echo(f"{counts['only_restored']} only in the restored copy: lost since (or rightly deleted since)")
        click.echo(f"{counts['changed']} in both, and different")
    if any(counts.values()):
        ctx.exit(1)


@restore.command(name="bring", short_help="Copy rows that only one of the two tables has.")
@click.argument("table")
@click.argument("restored")
@click.option("--into", type=click.Choice(["living", "restored"]), required=True, help="Which table lacks them.")
@stack_option
def bring_rows(*, table: str, restored: str, into: str, stack: str | None) -> None:
    """Write the rows that one table lacks. No row is replaced, and rows whose life is over stay away."""
    living, copy = _both(deployment(stack), table, restored)
    source, end = (copy, living) if into == "living" else (living, copy)
    written = bring(source, end, int(time.time()), lambda: None)
    click.echo(f"{written} rows brought into {end.name}")


@restore.command(short_help="Record that the restored table is meant from the next build on.")
@click.argument("table")
@click.argument("restored")
@stack_option
@template_option
@record_option
def point(*, table: str, restored: str, stack: str | None, template: Path, record: Path) -> None:
    """Write it into restored.json, from which `make build` changes variable, grants and stream; commit, build, deploy.

    The old table stays in the stack, and is read by nobody. Every later release must be built with this file.
    """
    client, wanted = deployment(stack).client("dynamodb"), _properties(template, table)
    stream = _described(client, restored).get("LatestStreamArn", "")
    if "TimeToLiveSpecification" in wanted and not _ends(client, restored):
        raise click.ClickException(f"rows of {restored} would be kept for ever: `epipass restore ready` first.")
    try:
        pointed(record, template.read_text(encoding="utf-8"), table, restored, stream)
    except NotPointed as reason:
        raise click.ClickException(f"{reason}.") from None
    click.echo(f"{record.name}: {table} is {restored} from the next build on. Commit it, build, deploy.")


def _properties(template: Path, table: str) -> Mapping[str, Any]:
    found = read(template)["Resources"].get(table, {})
    if found.get("Type") != _TABLE:
        raise click.ClickException(f"{template.name} has no table {table}; they are called CheckinTable and so on.")
    return found["Properties"]  # type: ignore[no-any-return]


def _living(target: Deployment, table: str) -> str:
    """The name of the table that functions use: the stack's own, unless one was pointed elsewhere."""
    variables = target.environment()
    if variable_of(table) not in variables:
        raise click.ClickException(f"No function of the stack uses a table {table}.")
    return variables[variable_of(table)]


def _both(target: Deployment, table: str, restored: str) -> tuple[Held, Held]:
    """The table that functions use, and the other. Held to itself a table never differs, and lacks nothing."""
    client, living = target.client("dynamodb"), _living(target, table)
    copy = _described(client, restored)["TableName"]
    if copy == living:
        raise click.ClickException(f"{copy} is what functions use by now: name the table that they used before.")
    return Held(client, living), Held(client, copy)


def _described(client: Any, name: str) -> dict[str, Any]:
    try:
        held: dict[str, Any] = client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        raise click.ClickException(f"There is no table {name}; `aws dynamodb list-tables` names them.") from None
    if held["TableStatus"] != "ACTIVE":
        raise click.ClickException(f"{name} is {held['TableStatus'].lower()}: wait until it is active.")
    return held


def _shape(value: Any) -> Any:
    """Keys and indexes without what AWS adds to them when asked."""
    if isinstance(value, list):
        return sorted((_shape(one) for one in value), key=json.dumps)
    if isinstance(value, dict):
        return {key: value[key] for key in ("AttributeName", "KeyType", "IndexName") if key in value} | (
            {"KeySchema": _shape(value["KeySchema"])} if "KeySchema" in value else {}
        )
    return value or []


def _life(client: Any, name: str, wanted: Mapping[str, Any]) -> str:
    if "TimeToLiveSpecification" not in wanted:
        return "· rows of this table have no end of life"
    if _ends(client, name):
        return "✓ end of life: was set"
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted["TimeToLiveSpecification"])
    return "✓ end of life: set now"


def _ends(client: Any, name: str) -> bool:
    held = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return held.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}


def _stream(client: Any, name: str, held: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    if "StreamSpecification" not in wanted:
        return "· nobody reads a stream of this table"
    if held.get("StreamSpecification", {}).get("StreamEnabled"):
        return "✓ stream: was on"
    view = wanted["StreamSpecification"]["StreamViewType"]
    client.update_table(TableName=name, StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
    return "✓ stream: on now"


def _recovery(client: Any, name: str, wanted: Mapping[str, Any]) -> str:
    asked = wanted.get("PointInTimeRecoverySpecification")
    if not asked or not asked["PointInTimeRecoveryEnabled"]:
        return "· this table has no backup, on purpose"
    client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=asked)
    return f"✓ point-in-time recovery: {asked['RecoveryPeriodInDays']} days"


def _what(pair: Pair) -> str:
    if pair.restored is None:
        return "only_living"
    return "only_restored" if pair.living is None else "changed"


def _plain(key: Mapping[str, Any]) -> dict[str, str]:
    return {name: next(iter(value.values())) for name, value in key.items()}
