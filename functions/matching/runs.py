"""The matching run 数据比对: Plan, Decide part by part, Gather the holds, Apply part by part, Report.

Every step may be killed anywhere and run again (law 4). The plan is put once; a part's decisions count once its row is
put, whichever attempt was first; what is applied is decided for the cut-off, so that writing it again changes nothing
and nothing decided later is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from uuid import uuid4

import msgspec
from pynamodb.expressions.update import Action

from functions.matching import run_rules as rules
from functions.matching import service
from functions.matching.model import precedes, row_of
from functions.matching.policy import DEFAULT, POLICIES
from functions.matching.rules import ELIGIBLE, Entitlement, decide, entitle
from functions.matching.run_model import (
    DECISIONS_KEPT_S,
    HEAD,
    KEPT_S,
    LISTED,
    RunRow,
    applied_place,
    decisions_key,
    packed,
    part_place,
    plan_key,
    unit_place,
    unpacked,
)
from functions.matching.run_rules import Decided, Hold, Plan, Tally
from functions.results import service as results
from functions.shared import log
from functions.shared.tables import living
from functions.shared.threads import spread
from functions.staff import service as staff
from functions.units import service as units

CHUNK: Final = 500


@dataclass(frozen=True)
class Listed:
    """A run in a list: its id, state, cut-off and planning in epoch seconds, and area (empty: everywhere)."""

    run: str
    state: str
    cutoff: int
    started_at: int
    area: str


def plan_of(cutoff: int, area: str, at: int) -> str:
    """Return the run of a cut-off and area (empty: everywhere), making its plan if nobody has; twice is the same."""
    key = plan_key(cutoff, area)
    row = RunRow.find(key, HEAD, at=at)
    if row is None:
        found = units.in_area(area) if area else units.all_units()
        made = Plan(cutoff, area, DEFAULT.version, rules.deal(unit.unit for unit in found))
        row = RunRow(key, HEAD, data=packed(made), created_at=at, ttl=at + KEPT_S)
        if not row.put_if_absent():
            row = _must(RunRow.find(key, HEAD, at=at))
    plan = _plan(row)
    head = RunRow(
        plan.run,
        HEAD,
        data=row.data,
        state="received",
        listed=LISTED,
        area=plan.area,
        cutoff=plan.cutoff,
        attempt=0,
        created_at=row.created_at,
        ttl=int(row.ttl or 0),
    )
    head.put_if_absent()
    return plan.run


def begin(run: str, execution: str, at: int) -> Plan:
    """Mark a run as running in an execution and return its plan.

    Raises:
        LookupError: there is no such run.
    """
    row = head(run, at)
    if row is None:
        raise LookupError("there is no such run")
    row.update(
        actions=[RunRow.state.set("running"), RunRow.execution.set(execution), RunRow.changed_at.set(at)],
    )
    log.event("run.began", run=run)
    return _plan(row)


def decide_part(run: str, part: int, at: int) -> None:
    """Decide about everybody in the units of a part, for the cut-off, and keep the decisions; once.

    `at` is now: it says what may still be read, never what is decided.
    """
    if RunRow.find(run, part_place(part), at=at) is not None:
        return
    plan = _plan(_must(head(run, at)))
    label, tallies, count = uuid4().hex, {}, 0
    for unit in plan.parts[part]:
        decided = list(_decide_unit(unit, plan, run, at))
        tallies[unit] = rules.tally(decided)
        for chunk in _chunks(iter(decided), CHUNK):
            RunRow(
                decisions_key(run, part, label), f"{count:04d}", data=packed(chunk), ttl=at + DECISIONS_KEPT_S
            ).save()
            count += 1
    # The first attempt to get here is the one that counts; another's decisions are read by nobody and expire.
    done = RunRow(run, part_place(part), label=label, chunks=count, data=packed(tallies), ttl=at + KEPT_S)
    if done.put_if_absent():
        log.event("run.decided", run=run, part=part, count=sum(counts.people for counts in tallies.values()))


def gather(run: str, at: int) -> list[Hold]:
    """Hold the units whose losses look systematic, and return them; a decision already made stays."""
    plan = _plan(_must(head(run, at)))
    for hold in rules.holds(tallies_of(run, at), POLICIES[plan.policy]):
        row = RunRow(run, unit_place(hold.unit), data=packed(hold), created_at=at, ttl=at + KEPT_S)
        if row.put_if_absent():
            log.event("run.held", run=run, unit=hold.unit, people=hold.people, losing=hold.losing)
    return list(holds_of(run, at).values())


def apply_part(run: str, part: int, at: int) -> None:
    """Write a part's decisions and withdraw what ended; what is held waits, what was decided later stands."""
    row = _must(RunRow.find(run, part_place(part), at=at))
    again = RunRow.find(run, applied_place(part), at=at) is not None
    holds = holds_of(run, at)
    wanted = (
        decided
        for decided in _decisions(run, part, row)
        if rules.applies(decided, holds.get(decided.entitlement.scope), again=again)
    )
    for _ in spread(lambda decided: _apply(decided, at), wanted):
        pass
    RunRow(run, applied_place(part), created_at=at, ttl=at + KEPT_S).put_if_absent()


def finish(run: str, at: int, *, failed: bool = False) -> rules.State:
    """Set the state a run ends in: held while a unit waits for a person, done, or failed."""
    waits = any(hold.waits for hold in holds_of(run, at).values())
    state: rules.State = "failed" if failed else "held" if waits else "done"
    RunRow(run, HEAD).update(actions=[RunRow.state.set(state), RunRow.changed_at.set(at)])
    log.event("run.finished", run=run, state=state)
    return state


def decide_hold(run: str, unit: str, decision: str, *, actor: str, reason: str, at: int) -> bool:
    """Note a person's decision about a held unit, `release` or `cancel`, with its encrypted reason; the first stands."""
    row = RunRow(run, unit_place(unit))
    noted: list[Action] = [
        RunRow.decision.set(decision),
        RunRow.actor.set(actor),
        RunRow.reason.set(reason),
        RunRow.changed_at.set(at),
    ]
    return row.update_if(noted, RunRow.run.exists() & RunRow.decision.does_not_exist())


def settle_state(run: str, at: int) -> None:
    """Turn a held run into a done one once nothing waits; one that runs will see for itself."""
    if not any(hold.waits for hold in holds_of(run, at).values()):
        changed: list[Action] = [RunRow.state.set("done"), RunRow.changed_at.set(at)]
        RunRow(run, HEAD).update_if(changed, RunRow.state == "held")


def head(run: str, at: int) -> RunRow | None:
    """Return a run's head, None when there is no such run."""
    return RunRow.find(run, HEAD, at=at)


def newest(area: str, limit: int, at: int) -> list[Listed]:
    """Return the newest runs that decided about anybody in an area (empty: every run), the newest first."""
    rows = living(RunRow.by_start.query(LISTED, scan_index_forward=False), at)
    found = (
        Listed(row.run, row.state or "received", int(row.cutoff or 0), int(row.created_at or 0), row.area or "")
        for row in rows
    )
    return list(islice((run for run in found if rules.overlap(run.area, area)), limit))


def plan(row: RunRow) -> Plan:
    """Return the plan that a head holds."""
    return _plan(row)


def tallies_of(run: str, at: int) -> dict[str, Tally]:
    """Return the counts of every unit decided so far: totals are a query over parts, never a counter."""
    found: dict[str, Tally] = {}
    for row in RunRow.query(run, RunRow.place.startswith("part#"), consistent_read=True):
        if row.ttl is None or row.ttl > at:
            found.update(unpacked(row.data, dict[str, Tally]))
    return found


def holds_of(run: str, at: int) -> dict[str, Hold]:
    """Return the held units of a run with what was decided about each."""
    rows = RunRow.query(run, RunRow.place.startswith("unit#"), consistent_read=True)
    holds = (
        msgspec.structs.replace(unpacked(row.data, Hold), decision=row.decision or "")
        for row in rows
        if row.ttl is None or row.ttl > at
    )
    return {hold.unit: hold for hold in holds}


def parts_done(run: str) -> int:
    """Return how many parts were applied."""
    return RunRow.count(run, RunRow.place.startswith("applied#"), consistent_read=True)


def _decide_unit(unit: str, plan: Plan, run: str, at: int) -> Iterator[Decided]:
    """Decide about everybody whom the unit lists or has an entitlement for, by pid."""
    listed = {listing.pid: listing for listing in staff.staff_of(unit, plan.cutoff)}
    known = {entitlement.pid for entitlement in service.of_unit(unit, at)}
    approval, policy = service.approval_of(unit), POLICIES[plan.policy]

    def decide_one(pid: str) -> Decided:
        before = service.entitlement(pid, unit, at)
        facts = service.facts(results.history(pid, at), listed.get(pid), approval)
        entitlement = entitle(pid, unit, decide(facts, policy, plan.cutoff), plan.cutoff, run)
        return Decided(entitlement, _stood_until(before, plan.cutoff), before is not None)

    service.make_known({*listed, *known}, at)
    return spread(decide_one, sorted({*listed, *known}))


def _stood_until(before: Entitlement | None, cutoff: int) -> int:
    stood = before is not None and before.verdict == ELIGIBLE and before.expires_at > cutoff
    return before.expires_at if before is not None and stood else 0


def _apply(decided: Decided, at: int) -> None:
    known = decided.entitlement
    if not row_of(known).put_if(precedes(known.decided_at)):
        stored = service.entitlement(known.pid, known.scope)
        if stored is None or stored.run != known.run:
            return  # something decided later stands, and it withdrew what it had to
    if decided.known:
        service.withdraw_what_ended(known, at)


def _decisions(run: str, part: int, row: RunRow) -> Iterator[Decided]:
    for number in range(int(row.chunks or 0)):
        chunk = RunRow.get(decisions_key(run, part, row.label or ""), f"{number:04d}", consistent_read=True)
        yield from unpacked(chunk.data, list[Decided])


def _chunks(decided: Iterator[Decided], size: int) -> Iterator[list[Decided]]:
    while chunk := list(islice(decided, size)):
        yield chunk


def _plan(row: RunRow) -> Plan:
    made: Plan = unpacked(row.data, Plan)
    return made


def _must(row: RunRow | None) -> RunRow:
    if row is None:
        raise LookupError("a row of the run is missing: it was never made, or its retention is over")
    return row
