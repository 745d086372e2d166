"""`epipass redrive`: dead letters sent again, after whatever killed them was put right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from cli import offline, told
from cli.deployment import Deployment, deployment, stack_option

# Which queue a dead letter came from. Stream failures name records, not messages: see `_from_stream`.
SOURCES = {"jobs": ("JobsDead", "JobsQueue"), "publish": ("PublishDead", "PublishQueue")}
STREAM = "StreamDead"


@click.command(short_help="Send dead letters again.")
@stack_option
@click.option("--queue", type=click.Choice([*SOURCES, "stream", "all"]), default="all", show_default=True)
@offline.json_option
def redrive(*, stack: str | None, queue: str, as_json: bool) -> None:
    """Send what failed again. Messages hold ids and every step is idempotent, so twice does no harm."""
    target = deployment(stack)
    names = target.names()
    counts = {
        name: sum(1 for _ in resent(target.client("sqs"), names[dead], names[source]))
        for name, (dead, source) in SOURCES.items()
        if queue in {name, "all"} and dead in names
    }
    left = _from_stream(target, names[STREAM]) if queue in {"stream", "all"} else []
    if as_json:
        told.print_json({"resent": counts, "stream": left})
        return
    for name, count in counts.items():
        click.echo(f"{name}: {count} sent again")
    for failure in left:
        click.echo(f"stream {failure['stream']}: records {failure['first']} to {failure['last']} were given up")
    if left:
        click.echo("The daily matching run finds what a result's arrival missed: `epipass match` does it now.")


def resent(sqs: Any, dead: str, source: str) -> Iterator[str]:
    """Move each message of the queue `dead` back to `source`; sent first, deleted after, so none is lost."""
    while messages := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", []):
        for message in messages:
            sqs.send_message(QueueUrl=source, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            yield message["MessageId"]


def _from_stream(target: Deployment, dead: str) -> list[dict[str, str]]:
    """What the streams gave up, told and left in the queue: the records themselves are not in the letter."""
    sqs = target.client("sqs")
    held = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, VisibilityTimeout=1).get("Messages", [])
    infos = [json.loads(message["Body"]).get("DDBStreamBatchInfo", {}) for message in held]
    return [
        {
            "stream": str(info.get("streamArn", "")).split("/")[1] if "/" in str(info.get("streamArn")) else "",
            "first": str(info.get("startSequenceNumber", "")),
            "last": str(info.get("endSequenceNumber", "")),
        }
        for info in infos
    ]
