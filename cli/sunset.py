"""`epipass sunset`: the end of a scheme - what is to be deleted, in which order, and the proof that it is gone.

It deletes nothing. The commands that it prints are for two people to read, and to do by their own rights.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from cli import offline, told
from cli.deployment import Deployment, deployment, stack_option
from cli.remains import KEPT, LOOKS, Found, Thing, backups, copies, instant, look
from infra.local.template import read
from infra.paths import TEMPLATE

WAIT_DAYS: Final = 7  # the shortest that KMS allows
NOT_LOOKED_FOR: Final = (
    "not looked for: AWS Backup vaults, exports, CloudTrail, logs of CloudFront and WAF, other accounts and regions,",
    "not looked for: files that people downloaded, printed passes and posters, the identity provider, the SMS provider.",
)
_quick = click.option("--quick", is_flag=True, help="Take DynamoDB's own count of rows, up to six hours old.")
_template = click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=TEMPLATE,
    help="The template that the stack was built from; the checkout's by default.",
)


@click.group(short_help="End the scheme, and prove that nothing is left.")
def sunset() -> None:
    """`plan` before anything is deleted, `prove` until it exits 0. docs/operate.md has the order."""


@sunset.command(short_help="Write the inventory; print what is there, and the commands that delete it.")
@stack_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The inventory, JSON.")
@_quick
def plan(*, stack: str | None, out: Path, quick: bool) -> None:
    """Write down what holds data, while the stack can still tell. Deletes nothing.

    Reading each table's ends of life costs half a read unit for each 4 KB: a few dollars for a city; --quick costs none.
    """
    target, at = deployment(stack), int(time.time())
    things = inventory(target)
    document = {"stack": target.stack, "made_at": instant(at), "resources": [asdict(thing) for thing in things]}
    out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for found in look(target.client, things, target.stack, at, quick=quick):
        click.echo(line_of(found))
    click.echo(
        f"\n# The inventory is in {out}: keep it, `prove` needs it once the stack is gone. To be done by two people:"
    )
    for command in farewell(things, [one["BackupArn"] for one in backups(target.client, things, target.stack)]):
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
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here too.")
@_quick
@_template
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
    document = json.loads(kept.read_text(encoding="utf-8"))
    things = [Thing(**one) for one in document["resources"]]
    found = [*look(target.client, things, document["stack"], at, quick=quick), *_left_out(things, template)]
    text = report(document["stack"], found, at)
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


def inventory(target: Deployment) -> list[Thing]:
    """Whatever of a stack may hold data, by its physical name; restored copies of its tables too."""
    pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=target.stack)
    found = [
        Thing(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] in LOOKS
    ]
    found += copies(target.client, found, target.stack)
    return sorted(found, key=lambda one: (one.type, one.logical))


def _left_out(things: list[Thing], template: Path) -> Iterator[Found]:
    """An inventory that forgets a table would prove nothing about it: the template says what there must be."""
    listed = {thing.logical for thing in things}
    for logical, resource in read(template)["Resources"].items():
        if resource["Type"] in LOOKS and logical not in listed:
            yield Found(logical, "remains", "the inventory leaves it out: nothing was looked at")


def farewell(things: list[Thing], backups_of_them: list[str]) -> Iterator[str]:
    """The commands that delete it all, those first after which nothing can be read any more."""
    by_type = {kind: [one for one in things if one.type == kind and one.logical not in KEPT] for kind in LOOKS}
    yield f"# 1. Keys: from now on no name, phone, number or uploaded file can be read, in no backup either. {WAIT_DAYS} days to regret."
    for key in sorted(by_type["AWS::KMS::Key"], key=lambda one: one.logical != "DataKey"):
        yield f"aws kms schedule-key-deletion --key-id {key.name} --pending-window-in-days {WAIT_DAYS}  # {key.logical}"
    yield "# 2. Secrets: from now on no pid can be computed from a number. At once, and for good."
    for secret in by_type["AWS::SecretsManager::Secret"]:
        yield f"aws secretsmanager delete-secret --secret-id {secret.name} --force-delete-without-recovery  # {secret.logical}"
    yield "# 3. Tables. Recovery first: a table deleted with it on leaves a backup for 35 days."
    for table in by_type["AWS::DynamoDB::Table"]:
        off = "PointInTimeRecoveryEnabled=false"
        yield f"aws dynamodb update-continuous-backups --table-name {table.name} --point-in-time-recovery-specification {off}"
        yield f"aws dynamodb delete-table --table-name {table.name}  # {table.logical}"
    for arn in backups_of_them:
        yield f"aws dynamodb delete-backup --backup-arn {arn}"
    yield "# 4. Files with their buckets, messages, log lines."
    for bucket in by_type["AWS::S3::Bucket"]:
        yield f"aws s3 rb s3://{bucket.name} --force  # {bucket.logical}"
    for queue in by_type["AWS::SQS::Queue"]:
        yield f"aws sqs purge-queue --queue-url {queue.name}  # {queue.logical}"
    for group in by_type["AWS::Logs::LogGroup"]:
        yield f"aws logs delete-log-group --log-group-name {group.name}  # {group.logical}"


def line_of(found: Found) -> str:
    """A line of the report."""
    return f"{found.state:8} {found.logical}" + (f": {found.told}" if found.told else "")


def report(stack: str, found: list[Found], at: int) -> str:
    """The whole of it as text; the hash is over the lines between the two empty ones."""
    lines = [line_of(one) for one in found]
    remaining = sum(one.state == "remains" for one in found)
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    verdict = f"{remaining} of {len(found)} remain." if remaining else "Nothing remains but what is kept."
    head = f"epipass sunset, stack {stack}, looked at {instant(at)}"
    return "\n".join([head, "", *lines, "", verdict, f"sha256 of the lines above: {digest}", *NOT_LOOKED_FOR, ""])
