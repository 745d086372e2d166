"""`epipass init`: secrets, keys, published files and the first officer; what is there is left alone."""

from __future__ import annotations

from pathlib import Path

import click

from cli import offline, told
from cli.ceremony import Filing, Login, initialise
from cli.deployment import deployment, stack_option


@click.command(short_help="Make secrets, keys, policy and the first officer; says what it did.")
@stack_option
@click.option("--phone", default="", metavar="TEXT", help="The district's help line, shown on the guard's page.")
@click.option(
    "--sites",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sampling sites, as examples/sites.json.",
)
@click.option(
    "--filing",
    "filings",
    type=(str, str),
    multiple=True,
    metavar="NUMBER URL",
    help="A number under which the site is filed (备案), and the register's address: at the foot of pages. Once for each.",
)
@click.option("--login-authorize", default="", metavar="URL", help="The login provider's authorisation endpoint.")
@click.option("--login-token", default="", metavar="URL", help="The login provider's token endpoint.")
@click.option("--officer-area", default="", metavar="CODE", help="The division code of the first officer's area.")
@offline.json_option
def init(
    *,
    stack: str | None,
    phone: str,
    sites: Path | None,
    filings: tuple[tuple[str, str], ...],
    login_authorize: str,
    login_token: str,
    officer_area: str,
    as_json: bool,
) -> None:
    """Bring a fresh deployment to work. Run it again at any time: what is there is left alone, and it says so."""
    if bool(login_authorize) != bool(login_token):
        raise click.UsageError("--login-authorize and --login-token go together: a desk needs both endpoints")
    login = Login(login_authorize, login_token) if login_authorize else None
    if not all(text.strip() and url.startswith("https://") for text, url in filings):
        raise click.UsageError("--filing takes the number and the address of the register, which begins with https://")
    target, steps = deployment(stack), []
    filed = [Filing(text.strip(), url) for text, url in filings]
    for step in initialise(target, phone=phone, sites=sites, login=login, filings=filed):
        steps.append(step)
        if not as_json:
            click.echo(f"· {step}")
    steps.append(_first_officer(officer_area or "990101", embedded=target.embedded))
    if as_json:
        told.print_json({"steps": steps})
    else:
        click.echo(f"· {steps[-1]}")


def _first_officer(area: str, *, embedded: bool) -> str:
    if embedded:
        return f"The first officer's token: epipass token --role officer --scope {area}"
    return (
        "The first officer: in the login provider, set epi_role=officer and epi_scope="
        f"{area} for that person. The provider's own table says who; nobody sets it for themselves."
    )
