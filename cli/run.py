"""`epipass run`: the embedded engine, the API and the pages on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import click

from cli.ceremony import initialise
from cli.deployment import deployment, state_folder
from cli.seed import EXAMPLES, PRINTED, PRINTED_URL, seed
from infra.local import LaunchError, Service, embedded
from infra.local.messages import Inbox
from infra.local.problems import StateNotSaved

PORT, ENGINE_PORT = 8000, 14566
POLL_S = 0.5
SPECIMEN_PHONE = "0000-0000000"  # a help line that nobody answers


@click.command(short_help="Start the embedded engine, the pages and the API on this machine.")
@click.option("--no-seed", is_flag=True, help="Do not load the example district at the first start.")
def run(*, no_seed: bool) -> None:
    """Start everything on this machine and say where to click. Ctrl-C stops it; its state is kept.

    EPIPASS_PORT (8000), EPIPASS_ENGINE_PORT (14566) and EPIPASS_STATE (.epipass) say where.
    """
    _stop_on_signal()
    state, kept = state_folder(), True
    started = time.monotonic()
    try:
        with embedded(
            state,
            _port("EPIPASS_PORT", PORT),
            engine_port=_port("EPIPASS_ENGINE_PORT", ENGINE_PORT),
            prepare=False,
            schedules=True,
            issuer=os.environ.get("EPIPASS_ISSUER", "https://pass.example.gov"),
        ) as service:
            click.echo(f"The engine stands after {time.monotonic() - started:.1f} s; its state is in {state}.")
            phone = os.environ.get("EPIPASS_PHONE", SPECIMEN_PHONE)
            for step in initialise(deployment(None), phone=phone, sites=EXAMPLES / "sites.json"):
                click.echo(f"· {step}")
            if not no_seed:
                _seed(state)
            _tell(service)
            _watch(service)
    except LaunchError as problem:
        kept = not isinstance(problem, StateNotSaved)
        raise click.ClickException(str(problem)) from None
    finally:
        click.echo("Stopped. The state is kept; start again with the same command." if kept else "Stopped.")


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable, str(default))
    if not text.isdigit() or not 0 < int(text) < 1 << 16:
        raise click.UsageError(f"{variable} must be a port number, not {text!r}")
    return int(text)


def _stop_on_signal() -> None:
    def stop(*_: object) -> None:
        # A second Ctrl-C must not leave the engine behind without its state.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        click.echo("\nStopping…")
        sys.exit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _seed(state: Path) -> None:
    """Load the examples once for each state folder."""
    marker = state / "seeded"
    if not marker.exists():
        seed.main(args=[], standalone_mode=False)
        marker.touch()


def _tell(service: Service) -> None:
    port = service.url.rsplit(":", 1)[1]
    click.echo(f"""
epipass runs. Everything here is a specimen and has no legal force.
  API          {service.url}   (OpenAPI: {service.url}/openapi.json)
  wallet       http://me.localhost:{port}/
  guard's page http://gate.localhost:{port}/   (any camera opens /v)
  consoles     http://desk.localhost:{port}/
{_printed(service.state.root / "examples")}  keys         {service.url}/.well-known/jwks.json
  a token      .venv/bin/epipass token --role officer --scope 990101
  how it is    .venv/bin/epipass doctor
Ctrl-C stops it.""")


def _printed(examples: Path) -> str:
    """Where the example's printed pass is, if one was printed here; its address opens the guard's page."""
    if not (examples / PRINTED_URL).exists():
        return ""
    address = (examples / PRINTED_URL).read_text(encoding="ascii")
    return f"  printed pass {examples / PRINTED}, which a camera opens as\n\n{address}\n\n"


def _watch(service: Service) -> None:
    """Show one-time codes as they come, until a signal or the end of a process."""
    inbox = Inbox(service.engine_url)
    while True:
        service.check()
        for message in inbox.new():
            click.echo(message.line)
        time.sleep(POLL_S)
