"""Starting the state machine for a run: once, again after it died, and again for what was released."""

from __future__ import annotations

import os
from typing import Final

import msgspec
from botocore.exceptions import ClientError
from pynamodb.expressions.update import Action

from functions.matching import runs
from functions.matching.run_model import RunRow
from functions.shared import log
from functions.shared.aws import client
from functions.shared.problems import NotFound

_ENDED: Final = frozenset({"done", "held"})
_GONE: Final = frozenset({"ExecutionDoesNotExist", "InvalidArn"})


def start(cutoff: int, area: str, at: int) -> str:
    """Start the run of a cut-off and area and return its id; while it runs, and once it is done, that is all.

    A run whose execution failed or was stopped is started again.
    """
    run = runs.plan_of(cutoff, area, at)
    row = _must(run, at)
    if row.state not in _ENDED and not _is_running(row):
        _execute(row, at)
    return run


def release(run: str, at: int) -> None:
    """Apply what was released: another execution over the same parts, which finds all else done."""
    _execute(_must(run, at), at)


def _execute(row: RunRow, at: int) -> None:
    before = int(row.attempt or 0)
    taken: list[Action] = [RunRow.attempt.set(before + 1), RunRow.state.set("running"), RunRow.changed_at.set(at)]
    if not row.update_if(taken, RunRow.attempt == before):
        return  # somebody started it this moment
    client("stepfunctions").start_execution(
        stateMachineArn=os.environ["MACHINE_MATCHING"],
        name=_name(row.run, before + 1),
        input=msgspec.json.encode({"run": row.run}).decode(),
    )
    log.event("run.started", run=row.run, attempt=before + 1)


def _is_running(row: RunRow) -> bool:
    """Whether an execution of the run is alive: one that was stopped by force left its state behind."""
    machine = os.environ["MACHINE_MATCHING"]
    newest = f"{machine.replace(':stateMachine:', ':execution:')}:{_name(row.run, int(row.attempt or 0))}"
    return any(_status(execution) == "RUNNING" for execution in {row.execution or newest, newest})


def _status(execution: str) -> str:
    try:
        return str(client("stepfunctions").describe_execution(executionArn=execution)["status"])
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return "GONE"
        raise


def _name(run: str, attempt: int) -> str:
    return f"{run}-{attempt}"


def _must(run: str, at: int) -> RunRow:
    row = runs.head(run, at)
    if row is None:
        raise NotFound("There is no such run.", code="no-run")
    return row
