"""The later steps of a job: apply its parts, put a staff list in force, settle those it concerns.

Every step can be repeated: a part's rows are put by key or by their own order, a lease that ran out is taken over,
and what is done is asked of the parts, never counted up.
"""

from __future__ import annotations

import msgspec
from pynamodb.exceptions import TransactWriteError

from functions.jobs import feeding, vault
from functions.jobs.checking import check
from functions.jobs.model import HEAD, Head, Part, plan_prefix, reach
from functions.jobs.rules import AHEAD, OVER
from functions.jobs.sending import send_parts, send_step
from functions.matching import service as matching
from functions.results import service as results
from functions.results.rules import Result
from functions.shared import log
from functions.shared.threads import spread
from functions.shared.transactions import lost, transaction
from functions.staff import service as staff
from functions.staff.rules import order_of
from functions.units import service as units

_LOOKED_AT, _READ_AT_ONCE = 5, 500
LEASE_S = 60  # less than a message's deliveries together last, more than a part takes


class Busy(Exception):
    """Somebody else holds the lease of a part; the message comes back when it has run out."""


def advance(job: str, at: int) -> None:
    """Do what a job needs next, or nothing: check it, send its open parts, put its list in force, end it."""
    head = Head.find(job, HEAD, at=at)
    if head is not None and head.state == "received" and not head.awaited:
        head = check(head, at)
    if head is None or head.state == "received" or (head.state in OVER and head.state != "cancelled"):
        return
    # Before any row is: a run that begins from now on knows what an event may decide about.
    feeding.feed(head)
    parts = parts_of(head)
    if head.state in AHEAD:
        send_parts(head, [part for part in parts if part.urgent and not part.done])
        return
    waiting = [part for part in parts if part.task == "apply" and not part.done]
    if not waiting and head.kind == "staff-list" and not head.moved and not _put_in_force(head, at):
        return
    waiting = waiting or [part for part in parts if not part.done]
    if waiting:
        send_parts(head, waiting)
    elif head.update_if(reach(head, "done"), Head.state == "running"):
        log.event("job.done", job=job, kind=head.kind, parts=len(parts))


def work(job: str, part_name: str, at: int) -> None:
    """Do one part of a job, unless it is done or no longer part of the plan.

    Raises:
        Busy: another worker holds it; again later.
    """
    head, part = Head.find(job, HEAD, at=at), Part.find(job, part_name, at=at)
    if head is None or part is None or not part.sort.startswith(plan_prefix(int(head.plan))):
        return
    if not part.done and _may_work(head, part):
        _lease(part, at)
        (_apply if part.task == "apply" else _settle)(head, part, at)
        part.update(actions=[Part.done.set(True)])
    if _all_done(head, part):
        advance(job, at)


def parts_of(head: Head) -> list[Part]:
    """Return the parts of the plan in force, in order; a consistent read, because totals come from it."""
    if not head.plan:
        return []
    prefix = plan_prefix(int(head.plan))
    return list(Part.query(head.job, Part.sort.startswith(prefix), consistent_read=True))


def _all_done(head: Head, part: Part) -> bool:
    """Tell whether every part of this one's task is done; the last to be done sees that, whoever else does too.

    It looks from this part onwards, then from the first, and stops at one that is open: a thousand parts that each
    read all the others would be a million reads. The parts of a task lie together, those of `apply` first.
    """
    prefix = plan_prefix(int(head.plan))
    onwards = Part.sort.between(part.sort, f"{prefix}~"), _LOOKED_AT
    before = Part.sort.between(prefix, part.sort), _READ_AT_ONCE
    for condition, page_size in (onwards, before):
        for one in Part.query(head.job, condition, consistent_read=True, page_size=page_size):
            if one.task == part.task and not one.done:
                return False
            if one.task == "settle" and part.task == "apply":
                break
    return True


def _may_work(head: Head, part: Part) -> bool:
    if part.task == "settle" and not head.moved:
        return False
    return head.state == "running" or bool(part.urgent)  # a positive is never held back, nor cancelled


def _lease(part: Part, at: int) -> None:
    if not part.update_if([Part.lease_until.set(at + LEASE_S)], (Part.done == False) & (Part.lease_until <= at)):  # noqa: E712 - a condition, not a comparison
        raise Busy(part.sort)


def _apply(head: Head, part: Part, at: int) -> None:
    data = _data(head, part)
    if head.kind == "results":
        results.record(msgspec.msgpack.decode(data, type=list[Result]), received_at=int(head.received_at))
        return
    entries = msgspec.msgpack.decode(data, type=list[staff.Entry])
    # Known before the list is in force: what arrives for them from then on is an event, and waits for no run.
    matching.make_known({entry.pid for entry in entries}, at)
    staff.write(head.subject, head.generation, entries)


def _settle(head: Head, part: Part, at: int) -> None:
    pids = msgspec.msgpack.decode(_data(head, part), type=list[str])
    for _ in spread(lambda pid: matching.settle(pid, at), pids):
        pass


def _data(head: Head, part: Part) -> bytes:
    data = vault.take(head.job, part.sort)
    if data is None:
        raise LookupError(f"part {part.sort} of job {head.job} is gone")
    return data


def _put_in_force(head: Head, at: int) -> bool:
    """Move the unit to the generation of this plan, or send the job back to be checked against a newer list."""
    replaced = order_of(int(head.sequence), head.job) if head.mode == "replace" else None
    condition = (Head.state == "running") & (Head.plan == head.plan) & (Head.moved == False)  # noqa: E712 - a condition
    try:
        with transaction() as together:
            units.move_to_generation(
                together, head.subject, base=head.base, generation=head.generation, replaced=replaced, at=at
            )
            together.update(head, actions=[Head.moved.set(True)], condition=condition)
    except TransactWriteError as error:
        if not lost(error):
            raise
        return _overtaken(head, at)
    head.moved = True
    log.event("staff.in-force", unit=head.subject, job=head.job)
    return True


def _overtaken(head: Head, at: int) -> bool:
    now = Head.find(head.job, HEAD, at=at)
    if now is None or now.moved:
        head.moved = now is not None
        return now is not None
    if now.state == "running" and now.plan == head.plan:
        now.update_if(reach(now, "received"), (Head.state == "running") & (Head.plan == head.plan))
    send_step(head)
    return False
