"""`epipass upload`: send a staff list or a laboratory's results, follow the job, show the rejected rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli import offline, told
from cli.api import Api, api_for
from cli.uploading import File, follow, format_of, send

SHOWN = 20
KINDS = {"staff": ("staff-list", "unit"), "results": ("results", "lab")}


@click.command(short_help="Upload a staff list or a laboratory's results.")
@click.argument("kind", type=click.Choice(tuple(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", default="", metavar="ID", help="Whose staff list it is.")
@click.option("--lab", default="", metavar="ID", help="Whose results they are.")
@click.option("--mode", type=click.Choice(("update", "replace")), default="update", help="replace also removes people.")
@click.option("--format", "named", type=click.Choice(("csv", "xlsx", "jsonl")), help="By default what the name says.")
@click.option("--no-wait", is_flag=True, help="Print the job and leave.")
@click.option("--timeout", "timeout_s", default=600.0, show_default=True, help="How many seconds to wait at most.")
@click.option("--url", default="", metavar="URL", help="Where the API answers: EPIPASS_API_URL, or the service here.")
@offline.json_option
@click.pass_context
def upload(
    ctx: click.Context, /, *, kind: str, file: Path, unit: str, lab: str, mode: str, named: str | None, **options: Any
) -> None:
    """Upload FILE; exit status 0 when it is applied, 1 when it is held or refused.

    With EPIPASS_TOKEN as that account; on this machine without one, as the unit or laboratory that is named.
    """
    sort, role = KINDS[kind]
    subject = unit if role == "unit" else lab
    if not subject:
        raise click.UsageError(f"a {kind} upload needs --{role}")
    api = api_for(role, subject, options["url"])
    job = send(api, File(sort, subject, file.read_bytes(), format_of(file, named or ""), mode))
    if not options["no_wait"]:
        job = follow(api, job, timeout_s=options["timeout_s"], quiet=options["as_json"])
    told.print_json(job) if options["as_json"] else click.echo("\n".join(lines_of(api, job)))
    ctx.exit(0 if job["state"] == "done" or options["no_wait"] else 1)


def lines_of(api: Api, job: dict[str, Any]) -> list[str]:
    """A job as lines for a person, its rejected rows among them."""
    lines = [f"{job['job']}: {job['state']}, {job['rows_total']} rows, {job['rows_rejected']} rejected"]
    if "added" in job:
        lines.append(f"  {job['added']} new, {job['leaving']} leaving")
    if job.get("leaving_names"):
        lines.append(f"  leaving: {', '.join(job['leaving_names'])}")
    if job.get("cause"):
        lines.append(f"  {job['cause']}")
    if job.get("errors"):
        rejected = api.text(job["errors"]).splitlines()[1:]
        lines += [f"  row {line}" for line in rejected[:SHOWN]]
        lines += [f"  … {len(rejected) - SHOWN} more: {job['errors']}"] if len(rejected) > SHOWN else []
    return lines
