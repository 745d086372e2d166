"""`epipass match`: start a matching run over HTTP, and wait for its report."""

from __future__ import annotations

import json
import os
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli import offline, told
from cli.api import TOKEN_VARIABLE, URL_VARIABLE, Api, api_for
from cli.deployment import Deployment, deployment

ENDED = frozenset({"done", "held", "failed"})
EACH_S = 0.5


@click.command(short_help="Start a matching run, and wait for its report.")
@click.option("--area", default="", metavar="CODE", help="A division code of two to six digits; everywhere without it.")
@click.option("--cutoff", default="", metavar="TIME", help="RFC 3339, at most a day ago; now without it.")
@click.option("--wait", is_flag=True, help="Wait until it has ended; exit status 1 if it is held or failed.")
@click.option("--timeout", "timeout_s", default=3600.0, show_default=True, help="How many seconds to wait at most.")
@click.option("--url", default="", metavar="URL", help=f"Where the API answers: {URL_VARIABLE}, or the service here.")
@offline.json_option
@click.pass_context
def match(ctx: click.Context, *, area: str, cutoff: str, wait: bool, timeout_s: float, url: str, as_json: bool) -> None:
    """Start the matching run of a cut-off; the same cut-off twice is one run.

    With EPIPASS_TOKEN (an officer's) the API starts it, for the token's area. On this machine it needs none, and
    without --area it is the run that the schedule starts each day.
    """
    if area or os.environ.get(TOKEN_VARIABLE):
        api = api_for("officer", area, url)
        asked = {name: value for name, value in (("cutoff", cutoff), ("area", area)) if value}
        run = str(api.json("POST", "/matching/runs", asked)["run"])
    else:
        api = api_for("auditor", "", url)
        run = _as_the_schedule(deployment(None), cutoff)
    if not wait:
        told.print_json({"run": run}) if as_json else click.echo(run)
        return
    report = _await(api, run, timeout_s, quiet=as_json)
    told.print_json(report) if as_json else click.echo("\n".join(told_report(report)))
    if report["state"] != "done":
        ctx.exit(1)


def _as_the_schedule(target: Deployment, cutoff: str) -> str:
    """Plan the run of everything and start the state machine, as the daily schedule does; returns the run."""
    names = target.names()
    at = cutoff or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    step = {"step": "plan", "input": {"scheduled": at}, "started_at": at}
    answered = target.client("lambda").invoke(
        FunctionName=names["MatchCoordinateFunction"], Payload=json.dumps(step).encode()
    )
    planned = json.loads(answered["Payload"].read())
    if answered.get("FunctionError"):
        raise click.ClickException(f"The run could not be planned: {planned.get('errorMessage')}")
    target.client("stepfunctions").start_execution(
        stateMachineArn=names["Matching"],
        name=f"{planned['run']}-{uuid.uuid4().hex[:8]}",
        input=json.dumps({"run": planned["run"]}),
    )
    return str(planned["run"])


def told_report(report: dict[str, Any]) -> list[str]:
    """A run's report as lines for a person."""
    lines = [f"run {report['run']}: {report['state']}, cut-off {report['cutoff']}, policy {report['policy']}"]
    lines += [f"  {name:<10}{report[name]:>8}" for name in ("entitled", "renewed", "kept", "withdrawn")]
    lines += [f"  refused: {cause:<24}{count:>6}" for cause, count in report["refused"].items()]
    lines += [f"  {stage:<10}{seconds:>6} s" for stage, seconds in report["stages"].items()]
    if report["missed"]:
        lines.append(
            f"  missed by events: {report['missed']}. This run put it right; epipass doctor and redrive say why."
        )
    for hold in report["holds"]:
        decided = hold["decision"] or "waits for a person"
        lines.append(f"  held: {hold['unit']} would lose {hold['losing']} of {hold['people']}: {decided}")
    return lines


def _await(api: Api, run: str, timeout_s: float, *, quiet: bool) -> dict[str, Any]:
    """The report once the run has ended; raises ClickException after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    columns = (TextColumn("matching"), BarColumn(), MofNCompleteColumn(), TextColumn("parts"), TimeElapsedColumn())
    console = Console(stderr=True, quiet=quiet)
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("matching", total=None)
        while True:
            report = api.json("GET", f"/matching/runs/{run}")
            progress.update(bar, total=report["parts_total"], completed=report["parts_done"])
            if report["state"] in ENDED:
                return report
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"run {run} has not ended yet; it goes on. Ask again with the same --cutoff."
                )
            time.sleep(EACH_S)
