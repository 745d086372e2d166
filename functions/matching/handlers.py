"""What wakes matching: results that arrive (a stream), and the tasks of the run's state machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from functions.matching import runs, service
from functions.results import service as results
from functions.shared import clock, log
from functions.shared.threads import spread


def on_results(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Settle everybody whom a batch of the `result` table's stream concerns, each once.

    Answers with the first record that failed: it and what follows come again. A row that TTL removed says nothing.
    """
    records = [record for record in event["Records"] if record["eventName"] != "REMOVE"]
    concerned = {record["dynamodb"]["SequenceNumber"]: _concerned(record) for record in records}
    # Most results are of people whom no unit lists: one request finds those who are known.
    people = sorted(service.known({pid for pids in concerned.values() for pid in pids}, clock.now()))
    failed = {pid for pid, done in zip(people, spread(_settled, people), strict=True) if not done}
    for sequence, pids in concerned.items():
        if pids & failed:
            return {"batchItemFailures": [{"itemIdentifier": sequence}]}
    return {"batchItemFailures": []}


def _concerned(record: dict[str, Any]) -> set[str]:
    """The person of a row, and who else is in the tube: a higher revision takes a single-person tube from them."""
    row = record["dynamodb"]["NewImage"]
    pids = {str(row["pk"]["S"])}
    if int(row["revision"]["N"]) > 0:
        lab, _, tube = str(row["sk"]["S"]).partition("#")
        pids |= results.people_of(lab, tube)
    return pids


def _settled(pid: str) -> bool:
    try:
        service.settle(pid, clock.now())
    # Whatever failed for one person, their record comes again; the others of the batch are not kept waiting.
    except Exception as error:  # noqa: BLE001
        log.failure("matching.settle-failed", error)
        return False
    return True


class Started(msgspec.Struct, frozen=True):
    """What starts an execution: a run that was planned, or a schedule's instant."""

    run: str = ""
    scheduled: str = ""


class Step(msgspec.Struct, frozen=True):
    """What the state machine hands to a task."""

    step: str = ""
    run: str = ""
    group: int = 0
    input: Started = Started()
    started_at: str = ""
    execution: str = ""


def coordinate(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Perform the steps that are done once: `plan`, `gather`, `report`, and `fail` when another gave up."""
    step, at = msgspec.convert(event, Step), clock.now()
    if step.step == "plan":
        run = step.input.run or runs.plan_of(_cutoff(step), "", at)
        return {"run": run, "groups": list(range(runs.begin(run, step.execution, at).groups))}
    if step.step == "gather":
        runs.gather(step.run, at)
    elif step.step == "report":
        runs.finish(step.run, at)
    elif step.step == "fail":
        runs.fail(step.run, at)
    else:
        raise ValueError("no such step")
    return {}


def fold_group(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Fold one group of the lake's parts; it writes files and a row, and nothing is returned."""
    step = msgspec.convert(event, Step)
    runs.fold(step.run, step.group, clock.now())
    return {}


def decide_group(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Decide one group of a run."""
    step = msgspec.convert(event, Step)
    runs.decide(step.run, step.group, clock.now())
    return {}


def apply_group(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Apply one group of a run."""
    step = msgspec.convert(event, Step)
    runs.apply(step.run, step.group, clock.now())
    return {}


def _cutoff(step: Step) -> int:
    """The schedule's instant, so that a late start or a second one has the same cut-off; else the execution's start."""
    for text in _instants(step):
        try:
            return clock.parse_instant(text)
        except ValueError:
            continue  # an engine that does not know the scheduler's placeholder hands it through
    raise ValueError("neither a schedule nor an execution says when it started")


def _instants(step: Step) -> Iterable[str]:
    return (step.input.scheduled, step.started_at)
