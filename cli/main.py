"""The `epipass` command: one module for each command, imported when it is asked for.

Exit status: 0 yes, 1 no, 2 misused.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

import click

# Command → module and the click object in it, and the one line `--help` shows. A new command is a line here; a
# line whose module is not there yet is not listed.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("cli.init", "init", "Make secrets, keys, policy and the first officer; says what it did."),
    "run": ("cli.run", "run", "Start the embedded engine, the pages and the API on this machine."),
    "doctor": ("cli.doctor", "doctor", "Look at keys, lists, queues, streams and the last run."),
    "token": ("cli.token", "token", "Print a token for a role, in the embedded engine only."),
    "upload": ("cli.upload", "upload", "Upload a staff list or a laboratory's results."),
    "match": ("cli.match", "match", "Start a matching run, and wait for its report."),
    "verify": ("cli.verify", "verify", "Verify a pass offline: yes or no, and why."),
    "inspect": ("cli.inspect", "inspect", "Show what a pass says, promising nothing."),
    "audit": ("cli.audit", "audit", "Verify many passes and report on them."),
    "audit-verdicts": (
        "cli.verdicts",
        "audit_verdicts",
        "Decide stored refusals and withdrawals again; name those that nothing gives.",
    ),
    "audit-log": ("cli.auditlog", "audit_log", "Check that nobody changed, moved or removed a row of the audit log."),
    "qr": ("cli.qr", "qr", "Draw a pass as a QR symbol."),
    "keys": ("cli.keys", "keys", "Root key ceremony, rotation, key statement."),
    "redrive": ("cli.redrive", "redrive", "Send dead letters again."),
    "canary": ("cli.canary", "canary", "Correct an invented result, and time it to the door."),
    "restore": ("cli.restore", "restore", "Take a table into use that a recovery made."),
    "sunset": ("cli.sunset", "sunset", "End the scheme, and prove that nothing is left."),
    "cost": ("cli.cost", "cost", "What a city's day costs, stage by stage."),
    "seed": ("cli.seed", "seed", "Load the example district."),
}


_LOOK = (
    "With --stack, look at its name, at AWS_REGION and AWS_PROFILE, and at your rights; "
    "without, whether `epipass run` still runs."
)


def _of_the_cloud() -> tuple[type[Exception], ...]:
    """What a client of the cloud raises. Asked only once something was raised: `--help` loads no such client."""
    raised = sys.modules.get("botocore.exceptions")
    return (raised.BotoCoreError, raised.ClientError) if raised else ()


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called: help and completion stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order a new user meets them."""
        return [name for name, (module, _, _) in COMMANDS.items() if importlib.util.find_spec(module) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """The command, or None, which click answers with status 2 and a suggestion."""
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        if importlib.util.find_spec(module) is None:
            return None
        try:
            found = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as missing:
            # An auditor installs the library alone; what talks to a deployment needs more.
            told = f"`epipass {cmd_name}` needs the package {missing.name}: in a checkout run `make setup`, else "
            raise click.ClickException(told + "pip install 'epipass[lambda,local]'") from None
        if not isinstance(found, click.Command):
            raise TypeError(f"{module}.{name} is not a command")
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the deployment refuses, or does not answer, is one sentence with what to look at."""
        try:
            return super().invoke(ctx)
        except _of_the_cloud() as problem:
            raise click.ClickException(f"{problem}\n{_LOOK}") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        rows = [(name, COMMANDS[name][2]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 yes, 1 no, 2 misused. `--json` prints one JSON document for other programs.",
)
@click.version_option(package_name="epipass")
def epipass() -> None:
    """Epidemic check-ins and passes: staff lists and results in, signed passes out, verified at the door."""


def main() -> None:
    """Run the command; a pipe that its reader closed is no error."""
    try:
        epipass()
    except BrokenPipeError:
        # What reads us (`head`) has enough. Close without Python's own complaint about the flush.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
