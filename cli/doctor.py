"""`epipass doctor`: keys, lists, queues, streams and the last run, on both engines."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import click

from cli import offline, told
from cli.ceremony import JWKS, STATEMENT, Public
from cli.deployment import Deployment, deployment, stack_option
from credentials import Untrusted
from credentials.instants import rfc3339
from credentials.statement import peek_statement

DAY_S = 86_400
LIST_AGE_S = 300
_INDEX = "status/index.json"  # names the lists and is written only when they change: no list, and as old as it likes
DEAD = ("JobsDead", "UrgentJobsDead", "PublishDead", "TracesDead", "TextsDead", "PrintsDead", "StreamDead")
USES = ("pass", "status")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: well or not, and what to do."""

    what: str
    well: bool
    told: str


@click.command(short_help="Look at keys, lists, queues, streams and the last run.")
@stack_option
@offline.json_option
@click.pass_context
def doctor(ctx: click.Context, *, stack: str | None, as_json: bool) -> None:
    """Look whether the deployment works and will work tomorrow. Exit status 1: something needs a person."""
    findings = list(examine(deployment(stack), int(time.time())))
    if as_json:
        told.print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{'✓' if finding.well else '✗'} {finding.what}: {finding.told}")
    if not all(finding.well for finding in findings):
        ctx.exit(1)


def examine(target: Deployment, at: int) -> Iterator[Finding]:
    """Look at everything, at the instant `at` (epoch seconds)."""
    outputs, names = target.outputs(), target.names()
    public = Public(target.client("s3"), outputs["PublicBucket"])
    yield from _keys(public, at)
    yield _statement(public, at)
    yield _lists(target.client("s3"), outputs["PublicBucket"], at)
    for name in DEAD:
        yield _dead_letters(target.client("sqs"), name, outputs.get(name))
    yield from _mappings(target.client("lambda"), names)
    yield _last_run(target.client("stepfunctions"), names)


def _keys(public: Public, at: int) -> Iterator[Finding]:
    keys = json.loads(public.get(JWKS) or b'{"keys": []}')["keys"]
    for use in USES:
        ends = max((int(key["exp"]) for key in keys if key.get("epipass_use") == use), default=0)
        well = ends - at >= DAY_S
        remedy = "" if well else ": run `epipass init`, and look why the day keys' schedule did not run"
        yield Finding(f"{use} keys", well, f"made until {rfc3339(ends)}{remedy}" if ends else f"none{remedy}")


def _statement(public: Public, at: int) -> Finding:
    held = public.get(STATEMENT)
    if held is None:
        return Finding("key statement", well=False, told="none is published: hold the ceremony (docs/operations.md)")
    try:
        statement = peek_statement(held.decode("ascii", "replace"))
    except Untrusted as problem:
        return Finding("key statement", well=False, told=str(problem))
    days = (statement.exp - at) / DAY_S
    told_so = f"number {statement.seq}, {len(statement.keys)} keys, {days:.0f} days left"
    return Finding("key statement", days > 3, told_so if days > 3 else f"{told_so}: hold the ceremony")  # noqa: PLR2004


def _lists(s3: Any, bucket: str, at: int) -> Finding:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="status/")
    lists = [entry for page in pages for entry in page.get("Contents", ()) if entry["Key"] != _INDEX]
    ages = [at - int(entry["LastModified"].timestamp()) for entry in lists]
    if not ages:
        return Finding("status lists", well=True, told="none is open yet: no pass has been signed")
    well = min(ages) <= LIST_AGE_S
    remedy = "" if well else ": the publisher has stopped, verdicts will turn unsure"
    return Finding("status lists", well, f"{len(ages)} published, the newest {min(ages)} s ago{remedy}")


def _dead_letters(sqs: Any, name: str, url: str | None) -> Finding:
    if url is None:
        return Finding(name, well=False, told="the stack has no such queue: it is of another release than this command")
    held = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    count = int(held["Attributes"]["ApproximateNumberOfMessages"])
    return Finding(name, count == 0, f"{count} waiting: look at why, then `epipass redrive`" if count else "empty")


def _mappings(functions: Any, names: Mapping[str, str]) -> Iterator[Finding]:
    # A queue's physical name is its URL.
    logical = {physical.rsplit("/", 1)[-1]: name for name, physical in names.items() if physical}
    for page in functions.get_paginator("list_event_source_mappings").paginate():
        for mapping in page["EventSourceMappings"]:
            function = logical.get(mapping["FunctionArn"].split(":")[6])
            if function is None:
                continue
            result = mapping.get("LastProcessingResult", "")
            well = mapping["State"] == "Enabled" and not result.startswith(("FAILED", "PROBLEM"))
            source = logical.get(source_of(mapping["EventSourceArn"]), "a source of another stack")
            yield Finding(f"{function} from {source}", well, f"{mapping['State'].lower()}, {result or 'no word yet'}")


def source_of(arn: str) -> str:
    """The name of the queue or table that an event source's ARN means."""
    resource = arn.split(":", 5)[5]
    return resource.split("/")[1] if "/" in resource else resource


def _last_run(machines: Any, names: Mapping[str, str]) -> Finding:
    machine = names.get("Matching")
    if not machine:
        return Finding("last run", well=True, told="this stack has no matching machine")
    held = machines.list_executions(stateMachineArn=machine, maxResults=1)["executions"]
    if not held:
        return Finding("last run", well=True, told="none yet")
    last = held[0]
    remedy = "" if last["status"] in {"SUCCEEDED", "RUNNING"} else ": start it again, parts are idempotent"
    began = last["startDate"].strftime("%Y-%m-%d %H:%M %Z")
    return Finding("last run", not remedy, f"{last['status'].lower()}, begun {began}{remedy}")
