"""`epipass canary`: an invented result is corrected along the real path, and timed until the door knew."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli import offline
from cli.deployment import Deployment, deployment, stack_option

EACH_S = 600
PAUSE_S = 1.0
PREPARE_S = 300  # until a negative has become a pass: nobody promised a time, but so late something is broken
FUNCTION = "CanaryFunction"
# What is waited for, in order: the member that holds its seconds, what it is, and what to look at while it is missing.
STAGES = (
    ("applied_s", "the upload is applied", "the urgent jobs queue (UrgentJobsQueueAgeAlarm, UrgentJobsDeadAlarm)"),
    ("decided_s", "the refusal stands", "the results' stream (MatchEventAgeAlarm, StreamDeadAlarm)"),
    ("published_s", "the published list says withdrawn", "the publisher, and what caches its lists (PublisherAlarm)"),
)
PREPARING = {
    "preparing": (
        "a negative becomes a pass",
        "the urgent jobs queue, the results' stream and the day keys (epipass doctor)",
    ),
    "valid": ("the page knows the pass", "the published lists and the key statement, as a browser fetches them"),
}
Canary = dict[str, Any]


@click.command(short_help="Correct an invented result, and time it to the door.")
@stack_option
@click.option("--once", "mode", flag_value="once", default=True, help="One correction (the default).")
@click.option("--watch", "mode", flag_value="watch", help="One every ten minutes, until Ctrl-C.")
@offline.json_option
@click.pass_context
def canary(ctx: click.Context, *, stack: str | None, mode: str, as_json: bool) -> None:
    """Correct an invented person's result and time it until a guard's page that is online knew, at the latest.

    The person, their unit and their laboratory are nobody's; nothing of it is in any report. Exit status 0: within
    five minutes. With --watch it is 1 if any was late.
    """
    target = deployment(stack)
    function = target.names().get(FUNCTION)
    if not function:
        raise click.ClickException("This stack has no canary: it was deployed from an older template.")
    in_time = True
    try:
        while True:
            begun = time.monotonic()
            found = _timed(target, function, quiet=as_json)
            in_time = is_in_time(found) and in_time
            click.echo(_document(found) if as_json else "\n".join([f"canary {found['canary']}", *lines(found)]))
            if mode == "once":
                break
            time.sleep(max(0.0, begun + EACH_S - time.monotonic()))
    except KeyboardInterrupt:
        if mode == "once":
            raise
    if not in_time:
        ctx.exit(1)


def is_in_time(found: Canary) -> bool:
    """Whether the door knew within what was promised."""
    return bool(found["state"] == "seen" and found["door_s"] <= found["promise_s"])


def lines(found: Canary) -> Iterator[str]:
    """A canary's end as lines for a person."""
    for member, name, _ in STAGES:
        yield f"  {name:<36}" + ("not yet" if found[member] is None else f"after {found[member]:>4} s")
    if found["state"] == "seen":
        verdict = "in time" if is_in_time(found) else f"LATE: {found['promise_s']} s are promised"
        yield f"  {'every online guard’s page knows':<36}after {found['door_s']:>4} s, {verdict}"
    else:
        name, look_at = waited_for(found)
        yield f"✗ given up while waiting that {name}: look at {look_at}"


def waited_for(found: Canary) -> tuple[str, str]:
    """What a canary waits for, and where to look when that does not come."""
    if found["state"] in PREPARING:
        return PREPARING[found["state"]]
    return next(((name, look_at) for member, name, look_at in STAGES if found[member] is None), STAGES[-1][1:])


def followed(
    look: Callable[[], Canary],
    show: Callable[[Canary], None],
    *,
    pause_s: float = PAUSE_S,
    prepare_s: float = PREPARE_S,
) -> Canary:
    """Look at a canary until the door knew, or is too late, or there is no pass in time; return it as it was last."""
    prepared_by = time.monotonic() + prepare_s
    while True:
        found = look()
        show(found)
        late = found["door_s"] is not None and found["door_s"] > found["promise_s"]
        unprepared = found["state"] in PREPARING and time.monotonic() > prepared_by
        if found["state"] == "seen" or late or unprepared:
            return found
        time.sleep(pause_s)


def _timed(target: Deployment, function: str, *, quiet: bool) -> Canary:
    asked = json.dumps({"canary": f"C-{uuid.uuid4().hex[:12]}"}).encode()
    functions = target.client("lambda")

    def look() -> Canary:
        answered = functions.invoke(FunctionName=function, Payload=asked)
        body: Canary = json.loads(answered["Payload"].read() or b"{}")
        if answered.get("FunctionError"):
            raise click.ClickException(f"{FUNCTION} failed: {body.get('errorType')} {body.get('errorMessage')}")
        return body

    with _progress(quiet=quiet) as show:
        return followed(look, show)


def _document(found: Canary) -> str:
    """A canary's end as one line: with --watch each is a document of its own."""
    return json.dumps({**found, "in_time": is_in_time(found)})


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[Canary], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, quiet=quiet), transient=True) as progress:
        bar = progress.add_task("begins", total=None)
        yield lambda found: progress.update(bar, description=f"until {waited_for(found)[0]}")
