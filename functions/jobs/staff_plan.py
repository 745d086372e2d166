"""Checking a staff list: rows, quota, who is new, who leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from functions.jobs.model import Head
from functions.jobs.plan import PART_ROWS, SETTLE_PIDS, PartPlan, Plan, Refused, Superseded, digest, triples
from functions.jobs.rules import Held, leaving, systematic
from functions.shared.batches import batches
from functions.shared.fields import Unopenable
from functions.shared.masking import mask
from functions.shared.pids import pid_of
from functions.shared.sheets import read
from functions.staff import service as staff
from functions.staff.rows import COLUMNS, StaffFile, StaffRow, read_staff
from functions.staff.rules import Change, Mode, next_generation, order_of
from functions.units import service as units

NAMED = 200  # of those leaving; the count says how many there are


def plan_staff(head: Head, data: bytes, *, mode: Mode, at: int) -> Plan:
    """Check a staff list against the list in force.

    Raises:
        SheetProblem: the file cannot be read.
        Refused: no good row, or more people than the unit's quota.
        Superseded: the list was replaced whole by a later upload.
    """
    unit_id, job = head.subject, head.job
    unit, order = units.must(unit_id), order_of(int(head.sequence), job)
    if unit.replaced > order:
        raise Superseded("a later upload replaced the whole list")
    raw = read(data, head.file_format, COLUMNS).rows
    found = read_staff(raw, at=int(head.received_at))
    if not found.people:
        raise Refused("no-good-rows: no row keeps all laws, so the list in force stays", found.faults, len(raw))
    people = {_pid(person): person for person in found.people}
    before = staff.entries(unit_id, unit.current, at)
    unclear = {pid_of(document.type, document.number) for document in found.unclear}
    change = next_generation(people, unclear, {pid: row.order for pid, row in before.items()}, mode=mode, order=order)
    if change.size > unit.quota:
        cause = f"over-quota: the list would hold {change.size} people, the unit's quota is {unit.quota}"
        raise Refused(cause, found.faults, len(raw))
    entries = [_entry(unit, people[pid], pid, job=job, order=order, at=at) for pid in sorted(change.taken)]
    entries += [
        staff.carried(unit_id, before[pid], job=job, ends_at=unit.ends_at, at=at) for pid in sorted(change.kept)
    ]
    return Plan(
        parts=tuple(_parts(entries, change)),
        faults=found.faults,
        rows_total=len(raw),
        rows_repeated=len(found.repeated),
        rows_flagged=sum(not person.document.known for person in found.people),
        base=unit.current,
        added=len(change.added),
        changed=sum(1 for _ in _changed(unit_id, people, before, change)),
        leaving=len(change.leaving),
        leaving_names=_names(unit_id, change, before),
        holds=_holds(found, len(raw), change, len(before)),
    )


def _pid(person: StaffRow) -> str:
    return pid_of(person.document.type, person.document.number)


def _changed(
    unit: str, people: Mapping[str, StaffRow], before: Mapping[str, staff.Entry], change: Change
) -> Iterator[str]:
    """Yield those listed before whose row says something else now; one sent again as it was is no change."""
    for pid in change.taken & before.keys():
        now, then = people[pid], before[pid]
        same = (now.role, now.venues, now.until or 0) == (then.role, then.venues, then.until)
        if not same or _person(now) != _opened(unit, pid, then.person):
            yield pid


def _opened(unit: str, pid: str, sealed: str) -> staff.Person | None:
    # What does not open is healed by uploading the list again; it must not keep that upload from being checked.
    try:
        return staff.open_person(unit, pid, sealed)
    except Unopenable:
        return None


def _person(row: StaffRow) -> staff.Person:
    return staff.Person(row.name, row.phone, row.document.tail)


def _entry(unit: units.Unit, person: StaffRow, pid: str, *, job: str, order: str, at: int) -> staff.Entry:
    return staff.Entry(
        pid=pid,
        role=person.role,
        venues=person.venues,
        until=person.until or 0,
        person=staff.seal(unit.unit, pid, _person(person), job=job),
        sealed_at=at,
        order=order,
        ends_at=unit.ends_at,
    )


def _parts(entries: list[staff.Entry], change: Change) -> list[PartPlan]:
    parts = [PartPlan("apply", msgspec.msgpack.encode(rows), len(rows)) for rows in batches(entries, PART_ROWS)]
    # Before the job is done those who leave have lost their passes and those who came can fetch theirs, however many.
    concerned = batches([*sorted(change.leaving), *sorted(change.added)], SETTLE_PIDS)
    return parts + [PartPlan("settle", msgspec.msgpack.encode(pids), len(pids)) for pids in concerned]


def _holds(found: StaffFile, total: int, change: Change, before: int) -> tuple[tuple[Held, str], ...]:
    holds: list[tuple[Held, str]] = []
    if (held := systematic(triples(found.faults), total)) is not None:
        holds.append((held, ""))
    if (held := leaving(len(change.leaving), before)) is not None:
        holds.append((held, digest(change.leaving)))
    return tuple(holds)


def _names(unit: str, change: Change, before: Mapping[str, staff.Entry]) -> tuple[str, ...]:
    shown = sorted(change.leaving)[:NAMED]
    people = (_opened(unit, pid, before[pid].person) for pid in shown)
    return tuple(mask(person.name) if person else "*" for person in people)
