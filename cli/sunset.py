"""`epipass sunset`: the end of a scheme - what is to be deleted, in which order, and the proof that it is gone.

It deletes nothing. The commands that it prints are for two people to read, and to do by their own rights.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import click

from cli import offline, told
from cli.deployment import Deployment, deployment, record_option, stack_option, template_option
from cli.remains import KEPT, LOOKS, Found, Thing, backups, copies, look
from credentials.instants import rfc3339
from infra.build.restored import RECORD, NotPointed, recorded
from infra.local.template import read

WAIT_DAYS: Final = 7  # the shortest that KMS allows
NOT_LOOKED_FOR: Final = (
    "not looked for: AWS Backup vaults, exports, CloudTrail, logs of CloudFront and WAF, other accounts and regions,",
    "not looked for: files that people downloaded, printed passes and posters, the identity provider, the SMS provider.",
)
_quick = click.option("--quick", is_flag=True, help="Take DynamoDB's own count of rows, up to six hours old.")


@click.group(short_help="End the scheme, and prove that nothing is left.")
def sunset() -> None:
    """`plan` before anything is deleted, `prove` until it exits 0. docs/operate.md has the order."""


@sunset.command(short_help="Write the inventory; print what is there, and the commands that delete it.")
@stack_option
@click.option("--out", type=offline.NewFile(), required=True, help="The inventory, JSON.")
@_quick
@record_option
def plan(*, stack: str | None, out: Path, quick: bool, record: Path) -> None:
    """Write down what holds data, while the stack can still tell. Deletes nothing.

    Reading each table's ends of life costs half a read unit for each 4 KB: a few dollars for a city; --quick costs none.
    """
    if record != RECORD and not record.is_file():  # a slip of the pen would have the log deleted that is in use
        raise click.BadParameter(f"there is no file {record}", param_hint="--record")
    target, at = deployment(stack), int(time.time())
    things = inventory(target, record)
    document = {"stack": target.stack, "made_at": rfc3339(at), "resources": [asdict(thing) for thing in things]}
    out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for found in look(target.client, things, target.stack, at, quick=quick):
        click.echo(line_of(found))
    click.echo(
        f"\n# The inventory is in {out}: keep it, `prove` needs it once the stack is gone. To be done by two people:"
    )
    for command in farewell(things, list(backups(target.client, things, target.stack))):
        click.echo(command)


@sunset.command(short_help="Look at everything in the inventory; exit status 1 while anything remains.")
@stack_option
@click.option(
    "--inventory",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="What `plan` wrote.",
)
@click.option("--out", type=offline.NewFile(), help="Write the report here too.")
@_quick
@template_option
@offline.json_option
@click.pass_context
def prove(
    ctx: click.Context, *, stack: str | None, kept: Path, out: Path | None, quick: bool, template: Path, as_json: bool
) -> None:
    """Look whether everything is gone but the audit log and what is published, and say until when the rest remains.

    The report holds counts and instants, of nobody. Whoever may read the account can make it again, and gets the same
    lines and the same hash.
    """
    target, at = deployment(stack), int(time.time())
    name, things = _read(kept)
    found = [*look(target.client, things, name, at, quick=quick), *_left_out(things, template)]
    text = report(name, found, at)
    if out:
        out.write_text(text, encoding="utf-8")
    if as_json:
        told.print_json(
            {"remains": sum(one.state == "remains" for one in found), "found": [asdict(one) for one in found]}
        )
    else:
        click.echo(text, nl=False)
    if any(one.state == "remains" for one in found):
        ctx.exit(1)


def inventory(target: Deployment, record: Path) -> list[Thing]:
    """Whatever of a stack may hold data, by its physical name; restored copies of its tables too.

    A copy that is meant instead of the audit log, by `record`, is the audit log: it is kept.
    """
    pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=target.stack)
    found = [
        Thing(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] in LOOKS
    ]
    try:
        restored = recorded(record)
    except NotPointed as reason:
        raise click.ClickException(f"{reason}.") from None
    meant = {one["table"]: table for table, one in restored.items() if table in KEPT}
    found += [replace(one, logical=meant.get(one.name, one.name)) for one in copies(target.client, found, target.stack)]
    return sorted(found, key=lambda one: (one.type, one.logical))


def _read(kept: Path) -> tuple[str, list[Thing]]:
    """The stack's name and what an inventory lists."""
    try:
        document = json.loads(kept.read_text(encoding="utf-8"))
        name, things = document["stack"], [Thing(**one) for one in document["resources"]]
    except (ValueError, KeyError, TypeError):
        name, things = "", []
    if not name or any(one.type not in LOOKS for one in things):
        raise click.ClickException(f"{kept} is no inventory; `epipass sunset plan --out FILE` writes one.")
    return name, things


def _left_out(things: list[Thing], template: Path) -> Iterator[Found]:
    """An inventory that forgets a table would prove nothing about it: the template says what there must be."""
    listed = {thing.logical for thing in things}
    for logical, resource in read(template)["Resources"].items():
        if resource["Type"] in LOOKS and logical not in listed:
            yield Found(logical, "remains", "the inventory leaves it out: nothing was looked at")


def farewell(things: list[Thing], held: list[Mapping[str, Any]]) -> Iterator[str]:
    """The commands that delete it all, and the backups `held`, those first after which nothing can be read any more."""
    going = [one for one in things if one.logical not in KEPT]
    names = {one.name for one in going if not _is_copy(one)}
    own = {kind: [one for one in going if one.type == kind and not _is_copy(one)] for kind in LOOKS}
    yield f"# 1. Keys: from now on no name, phone, number or uploaded file can be read, in no backup either. {WAIT_DAYS} days to regret."
    for key in sorted(own["AWS::KMS::Key"], key=lambda one: one.logical != "DataKey"):
        yield f"aws kms schedule-key-deletion --key-id {key.name} --pending-window-in-days {WAIT_DAYS}  # {key.logical}"
    yield "# 2. Secrets: from now on no pid can be computed from a number. At once, and for good."
    for secret in own["AWS::SecretsManager::Secret"]:
        yield f"aws secretsmanager delete-secret --secret-id {secret.name} --force-delete-without-recovery  # {secret.logical}"
    yield "# 3. Tables. Recovery first: a table deleted with it on leaves a backup for 35 days."
    yield from _tables(own["AWS::DynamoDB::Table"])
    yield from _backups(one for one in held if one["TableName"] in names)
    yield "# 4. Files with their buckets, messages, log lines."
    yield from _buckets(own["AWS::S3::Bucket"])
    for queue in own["AWS::SQS::Queue"]:
        yield f"aws sqs purge-queue --queue-url {queue.name}  # {queue.logical}"
    for group in own["AWS::Logs::LogGroup"]:
        yield f"aws logs delete-log-group --log-group-name {group.name}  # {group.logical}"
    others = [one for one in going if _is_copy(one)]
    yield "# 5. Called as the stack's own are, and not in it: restored copies, or ANOTHER STACK'S. Know of each before you do it."
    yield from _tables(one for one in others if one.type == "AWS::DynamoDB::Table")
    yield from _backups(one for one in held if one["TableName"] not in names)
    yield from _buckets(one for one in others if one.type == "AWS::S3::Bucket")


def _is_copy(thing: Thing) -> bool:
    """The stack has no logical id for it: it was found by how it is called."""
    return thing.logical == thing.name


def _tables(tables: Iterable[Thing]) -> Iterator[str]:
    for table in tables:
        off = "PointInTimeRecoveryEnabled=false"
        yield f"aws dynamodb update-continuous-backups --table-name {table.name} --point-in-time-recovery-specification {off}"
        yield f"aws dynamodb delete-table --table-name {table.name}  # {table.logical}"


def _backups(held: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for backup in held:
        yield f"aws dynamodb delete-backup --backup-arn {backup['BackupArn']}"


def _buckets(buckets: Iterable[Thing]) -> Iterator[str]:
    for bucket in buckets:
        yield f"aws s3 rb s3://{bucket.name} --force  # {bucket.logical}"


def line_of(found: Found) -> str:
    """A line of the report."""
    return f"{found.state:8} {found.logical}" + (f": {found.told}" if found.told else "")


def report(stack: str, found: list[Found], at: int) -> str:
    """The whole of it as text; the hash is over the lines between the two empty ones."""
    lines = [line_of(one) for one in found]
    remaining = sum(one.state == "remains" for one in found)
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    verdict = f"{remaining} of {len(found)} remain." if remaining else "Nothing remains but what is kept."
    head = f"epipass sunset, stack {stack}, looked at {rfc3339(at)}"
    return "\n".join([head, "", *lines, "", verdict, f"sha256 of the lines above: {digest}", *NOT_LOOKED_FOR, ""])
