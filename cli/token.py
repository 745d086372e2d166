"""`epipass token`: a token for a role, in the embedded engine and nowhere else."""

from __future__ import annotations

import click

from cli import offline, told
from cli.deployment import state_folder
from infra.local import oidc
from infra.local.problems import LaunchError

ROLES = ("unit", "lab", "guard", "venue", "officer", "worker", "tracer", "auditor", "holder")


@click.command(short_help="Print a token for a role, in the embedded engine only.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option(
    "--scope", default="", metavar="ID", help="A unit, lab, gate, venue, area code or pid; none for auditors."
)
@click.option("--subject", default="", metavar="ID", help="Who it is; by default named after role and scope.")
@offline.json_option
def token(*, role: str, scope: str, subject: str, as_json: bool) -> None:
    """Print a token, alone on standard output. Cloud code refuses its issuer, which is this machine."""
    if not scope and role != "auditor":
        raise click.UsageError(f"a token for {role} needs --scope")
    try:
        issuer = oidc.load(state_folder())
    except LaunchError as problem:
        raise click.ClickException(str(problem)) from None
    minted = oidc.mint(issuer, role, scope, subject or f"{role}-{scope}".rstrip("-"))
    told.print_json({"token": minted}) if as_json else click.echo(minted)
