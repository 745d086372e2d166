"""The first step of a job: check the whole file, write a plan, name it in the head. Nothing is in force yet."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from pynamodb.expressions.update import Action

from functions.jobs import correcting, feeding, vault
from functions.jobs.model import LIFE_S, Head, Part, part_key, reach
from functions.jobs.plan import LONGEST_CAUSE, PartPlan, Plan, Refused, Superseded
from functions.jobs.results_plan import plan_results
from functions.jobs.staff_plan import plan_staff
from functions.shared import log
from functions.shared.batches import batches
from functions.shared.objects import uploads
from functions.shared.sheets import SheetProblem
from functions.shared.sheets.laws import Fault, errors_csv
from functions.shared.threads import spread
from functions.staff.rules import Mode

_KEPT_AT_ONCE = 64
MOST_PLANS = 50  # a unit whose lists overtake each other this often needs a person


def check(head: Head, at: int) -> Head | None:
    """Check a received file; return the head as it stands after, None when the job vanished meanwhile."""
    number = _begin(head)
    try:
        plan = _plan(head, number, at)
    except SheetProblem as problem:
        return _end(head, "failed", f"{problem.law}: {problem.sentence()}")
    except Refused as refusal:
        return _refuse(head, number, refusal)
    except Superseded as reason:
        return _end(head, "cancelled", f"superseded: {reason}")
    _write(head, number, plan, at)
    return _name(head, number, plan, feeding.write(head, number, plan, at))


def _begin(head: Head) -> int:
    # Two checks of one job (a message delivered twice) must not write to one place: each takes a number of its own.
    head.update(actions=[Head.plans.add(1)])
    return int(head.plans)


def _plan(head: Head, number: int, at: int) -> Plan:
    data = vault.take(head.job, "upload")
    if data is None:
        raise Refused("expired: the file was kept for 7 days and is gone; upload it again")
    if number > MOST_PLANS:
        raise Refused("overtaken: other lists of this unit took effect each time this one was ready; upload it again")
    if head.kind == "results":
        return plan_results(head.subject, data, head.file_format, received_at=int(head.received_at))
    mode: Mode = "replace" if head.mode == "replace" else "update"
    return plan_staff(head, data, mode=mode, at=at)


def _write(head: Head, number: int, plan: Plan, at: int) -> None:
    _write_errors(head, number, plan.faults)
    vault.keep(head.job, leaving_name(number), "\n".join(plan.leaving_names).encode())

    def keep(numbered: tuple[int, PartPlan]) -> None:
        vault.keep(head.job, part_key(number, numbered[0]), numbered[1].data)

    # A few at a time, for what waits for its thread is held in memory a second time.
    for some in batches(enumerate(plan.parts), _KEPT_AT_ONCE):
        deque(spread(keep, some), maxlen=0)
    with Part.batch_write() as batch:
        for index, part in enumerate(plan.parts):
            key = part_key(number, index)
            batch.save(Part(head.job, key, task=part.task, rows=part.rows, urgent=part.urgent, ttl=at + LIFE_S))


def _name(head: Head, number: int, plan: Plan, lake_rows: dict[str, int]) -> Head | None:
    released = {tuple(pair) for pair in head.released or []}
    holds = [(held, about) for held, about in plan.holds if (held.kind, about) not in released]
    actions: list[Action] = [
        *reach(head, "held" if holds else "running"),
        Head.plan.set(number),
        Head.parts.set(len(plan.parts)),
        Head.lake.set(lake_rows),
        Head.rows_total.set(plan.rows_total),
        Head.rows_rejected.set(plan.rows_rejected),
        Head.rows_repeated.set(plan.rows_repeated),
        Head.rows_flagged.set(plan.rows_flagged),
        Head.holds.set([[held.kind, about] for held, about in holds]),
        Head.shift_s.set(max((held.shift_s for held, _ in plan.holds), default=0)),
        Head.base.set(plan.base) if plan.base is not None else Head.base.remove(),
        Head.cause.set("; ".join(f"{held.kind}: {held.cause}" for held, _ in holds)[:LONGEST_CAUSE])
        if holds
        else Head.cause.remove(),
    ]
    if plan.added is not None and plan.leaving is not None:
        actions += [Head.added.set(plan.added), Head.leaving.set(plan.leaving), Head.changed.set(plan.changed or 0)]
    head.update_if(actions, Head.state == "received")
    log.event(
        "job.checked", job=head.job, plan=number, rows=plan.rows_total, rejected=plan.rows_rejected, held=bool(holds)
    )
    return Head.find(head.job, "head", at=0)


def _refuse(head: Head, number: int, refusal: Refused) -> Head | None:
    _write_errors(head, number, refusal.faults)
    bad = len({fault.row for fault in refusal.faults})
    counted: list[Action] = [
        Head.plan.set(number),
        Head.rows_total.set(refusal.rows_total),
        Head.rows_rejected.set(bad),
    ]
    return _end(head, "failed", str(refusal), counted)


def _write_errors(head: Head, number: int, faults: Sequence[Fault]) -> None:
    with tempfile.NamedTemporaryFile(prefix="errors-") as made:  # rows, columns and laws: nothing of anybody
        made.writelines(errors_csv(faults))
        made.flush()
        uploads.send(Path(made.name), errors_name(head.job, number), content_type="text/csv; charset=utf-8")
    correcting.keep(head, number, faults)


def _end(head: Head, state: str, cause: str, also: Sequence[Action] = ()) -> Head | None:
    actions: list[Action] = [*reach(head, state), Head.cause.set(cause[:LONGEST_CAUSE]), *also]
    head.update_if(actions, Head.state == "received")
    log.event("job.ended", job=head.job, state=state, law=cause.partition(":")[0])
    return Head.find(head.job, "head", at=0)


def errors_name(job: str, plan: int) -> str:
    """Name the object that holds a plan's `errors.csv`; it holds rows, columns and laws, nothing of anybody."""
    return f"errors/{job}/{plan:03d}.csv"


def leaving_name(plan: int) -> str:
    """Name the file with the masked names of those who would leave."""
    return f"{plan:03d}-leaving"
