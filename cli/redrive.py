"""`epipass redrive`: dead letters sent again, after whatever killed them was put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from cli import offline, told
from cli.deployment import deployment, stack_option
from cli.letters import Letters

# Which queue a dead letter came from. Those of streams name records, not messages: see `cli.letters`.
SOURCES = {
    "jobs": ("JobsDead", "JobsQueue"),
    "urgent-jobs": ("UrgentJobsDead", "UrgentJobsQueue"),
    "publish": ("PublishDead", "PublishQueue"),
    "traces": ("TracesDead", "TracesQueue"),
    "texts": ("TextsDead", "TextsQueue"),
    "prints": ("PrintsDead", "PrintsQueue"),
}
DONE = frozenset({"repaired", "forgotten"})


@click.command(short_help="Send dead letters again.")
@stack_option
@click.option("--queue", type=click.Choice([*SOURCES, "stream", "all"]), default="all", show_default=True)
@click.option(
    "--forget-gone", is_flag=True, help="Delete letters whose records are gone: once a run or recount repaired them."
)
@offline.json_option
@click.pass_context
def redrive(ctx: click.Context, *, stack: str | None, queue: str, forget_gone: bool, as_json: bool) -> None:
    """Send what failed again. Messages hold ids and every step is idempotent, so twice does no harm.

    Stream records are read again while the stream keeps them (24 hours) and handed to the function that failed; a
    letter is deleted once that is done. Exit status 1: letters stay, and each says why.
    """
    target = deployment(stack)
    names = target.names()
    counts = {
        name: sum(1 for _ in resent(target.client("sqs"), names[dead], names[source]))
        for name, (dead, source) in SOURCES.items()
        if queue in {name, "all"} and dead in names
    }
    letters = []
    if queue in {"stream", "all"}:
        letters = list(Letters(target, datetime.now(UTC), forget_gone=forget_gone).redrive())
    if as_json:
        told.print_json({"resent": counts, "stream": [asdict(letter) for letter in letters]})
    else:
        for name, count in counts.items():
            click.echo(f"{name}: {count} sent again")
        for letter in letters:
            click.echo(f"{'✓' if letter.outcome in DONE else '✗'} {letter.table or 'a stream'}: {letter.told}")
    if any(letter.outcome not in DONE for letter in letters):
        ctx.exit(1)


def resent(sqs: Any, dead: str, source: str) -> Iterator[str]:
    """Move each message of the queue `dead` back to `source`; sent first, deleted after, so none is lost."""
    while messages := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", []):
        for message in messages:
            sqs.send_message(QueueUrl=source, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            yield message["MessageId"]
