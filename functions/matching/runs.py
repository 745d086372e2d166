"""The matching run 数据比对: Plan; Fold and Decide group by group; Gather the holds; Apply group by group; Report.

Every step may be killed anywhere and run again (law 4). The plan is put once, and names all that a run reads; a group's
decisions count once its row is put, whichever attempt was first; what is applied is decided for the cut-off, so that
writing it again changes nothing and nothing decided later is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

import msgspec
from pynamodb.expressions.update import Action

from functions.lake import manifest, overdue
from functions.lake.files import UnitLine
from functions.matching import run_files, run_groups, service
from functions.matching import run_rules as rules
from functions.matching.model import precedes, row_of
from functions.matching.policy import DEFAULT, POLICIES
from functions.matching.run_files import Sources
from functions.matching.run_model import (
    HEAD,
    KEPT_S,
    LISTED,
    RunRow,
    applied_place,
    packed,
    part_place,
    plan_key,
    unit_place,
    unpacked,
)
from functions.matching.run_rules import Decided, Hold, Plan, Tally
from functions.shared import log
from functions.shared.batches import batches
from functions.shared.clock import now
from functions.shared.tables import living
from functions.shared.threads import spread
from functions.units import service as units

_KNOWN_AT_ONCE: Final = 1_000


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
        row = RunRow(key, HEAD, data=packed(_planned(cutoff, area)), created_at=at, ttl=at + KEPT_S)
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


def _planned(cutoff: int, area: str) -> Plan:
    """Fix what a run reads. The units first: a list is in the lake before it is in force."""
    found = units.in_area(area) if area else units.all_units()
    known = sorted((_unit_line(one) for one in found), key=lambda line: line.unit)
    lake = manifest.read()
    return Plan(
        cutoff, area, DEFAULT.version, rules.groups_for(lake.rows), run_files.keep_sources(Sources(known, lake))
    )


def _unit_line(one: units.Unit) -> UnitLine:
    return UnitLine(one.unit, one.current or "", one.approved, one.ends_at, one.current_at)


def begin(run: str, execution: str, at: int) -> Plan:
    """Mark a run as running in an execution and return its plan.

    Raises:
        LookupError: there is no such run.
    """
    row = head(run, at)
    if row is None:
        raise LookupError("there is no such run")
    row.update(
        actions=[
            RunRow.state.set("running"),
            RunRow.execution.set(execution),
            RunRow.changed_at.set(at),
            RunRow.began_at.set(RunRow.began_at | at),
        ],
    )
    log.event("run.began", run=run)
    return _plan(row)


def fold(run: str, group: int, at: int) -> None:
    """Fold a group of the lake's parts; once. `at` is now: it says what is past its retention."""
    run_groups.fold_group(run, _plan(_must(head(run, at))), group, at)


def decide(run: str, group: int, at: int) -> None:
    """Decide about everybody in a group of parts, for the cut-off, and keep what changes; once."""
    run_groups.decide_group(run, _plan(_must(head(run, at))), group, at)


def gather(run: str, at: int) -> list[Hold]:
    """Make the folded files the lake's state, hold the units whose losses look systematic, and return those held.

    A decision already made about a unit stays.
    """
    plan = _plan(_must(head(run, at)))
    manifest.commit(run_files.sources(plan).lake, [one.slice for one in run_groups.all_folded(run, plan)], at)
    manifest.sweep(at)
    tallies = rules.summed(_tallies(run, at))
    run_files.keep_totals(run, tallies)
    for hold in rules.holds(tallies, POLICIES[plan.policy]):
        row = RunRow(run, unit_place(hold.unit), data=packed(hold), created_at=at, ttl=at + KEPT_S)
        if row.put_if_absent():
            log.event("run.held", run=run, unit=hold.unit, people=hold.people, losing=hold.losing)
    RunRow(run, HEAD).update(actions=[RunRow.gathered_at.set(RunRow.gathered_at | now())])
    return list(holds_of(run, at).values())


def apply(run: str, group: int, at: int) -> None:
    """Write a group's changes and withdraw what ended; what is held waits, what was decided later stands.

    Withdrawals come first. Whoever is decided about is marked known: from now on their results are events.
    """
    row = _must(RunRow.find(run, part_place(group), at=at))
    again = RunRow.find(run, applied_place(group), at=at) is not None
    holds = holds_of(run, at)
    wanted = (
        decided
        for decided in run_files.decisions(run, group, row.label or "", int(row.chunks or 0))
        if rules.applies(decided, holds.get(decided.entitlement.scope), again=again)
    )
    for some in batches(wanted, _KNOWN_AT_ONCE):
        service.make_known({decided.entitlement.pid for decided in some}, at)
        for _ in spread(lambda decided: _apply(decided, at), some):
            pass
    RunRow(run, applied_place(group), created_at=now(), ttl=at + KEPT_S).put_if_absent()


def finish(run: str, at: int) -> rules.State:
    """Set the state a run ends in: held while a unit waits for a person, or done; tell what is overdue."""
    _tell_overdue(run, at)
    waits = any(hold.waits for hold in holds_of(run, at).values())
    state: rules.State = "held" if waits else "done"
    RunRow(run, HEAD).update(actions=[RunRow.state.set(state), RunRow.changed_at.set(at)])
    settle_state(run, at)  # the last hold may have been decided since it was looked at
    log.event("run.finished", run=run, state=state)
    return state


def fail(run: str, at: int) -> bool:
    """Set a run's state to failed, unless it ended meanwhile: a slower execution that gives up undoes no other's work."""
    changed: list[Action] = [RunRow.state.set("failed"), RunRow.changed_at.set(at)]
    failed = RunRow(run, HEAD).update_if(changed, RunRow.state == "running")
    log.event("run.gave-up", run=run, failed=failed)
    return failed


def _tell_overdue(run: str, at: int) -> None:
    plan = _plan(_must(head(run, at)))
    if not plan.area:  # the lake is everybody's, but a district's run need not be the newest word about it
        found = (run_files.overdue(run, group, row.label or "") for group, row in _decided_groups(run, at))
        overdue.tell([sample for some in found for sample in some], plan.cutoff)


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
    """Return the counts of every unit decided so far: totals are sums over groups, never a counter.

    Once all groups are decided, Gather has summed them: a report is asked for again and again.
    """
    return run_files.totals(run) or rules.summed(_tallies(run, at))


def _tallies(run: str, at: int) -> Iterator[dict[str, Tally]]:
    return (run_files.tallies(run, group, row.label or "") for group, row in _decided_groups(run, at))


def stages_of(run: str, at: int) -> dict[str, int]:
    """Return how many seconds each stage took that is over: `fold`, `decide`, `gather`, `apply`.

    A stage of groups ends with the last of them, of whichever attempt did it.
    """
    row = _must(head(run, at))
    groups = _plan(row).groups

    def ended(prefix: str) -> int:
        done = list(living(RunRow.query(run, RunRow.place.startswith(prefix), consistent_read=True), at))
        return max(int(one.created_at or 0) for one in done) if len(done) >= groups else 0

    ends = {"began": int(row.began_at or 0), "fold": ended("folded#"), "decide": ended("part#")}
    ends |= {"gather": int(row.gathered_at or 0), "apply": ended("applied#")}
    return {
        stage: max(0, ends[stage] - ends[before]) for before, stage in pairwise(ends) if ends[stage] and ends[before]
    }


def _decided_groups(run: str, at: int) -> list[tuple[int, RunRow]]:
    rows = RunRow.query(run, RunRow.place.startswith("part#"), consistent_read=True)
    return [(int(row.place.partition("#")[2]), row) for row in living(rows, at)]


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


def _apply(decided: Decided, at: int) -> None:
    known, row = decided.entitlement, row_of(decided.entitlement)
    if not decided.known and row.put_if_absent():
        return  # nobody had decided anything about them, so that they have no pass
    if not row.put_if(precedes(known.decided_at)):
        stored = service.entitlement(known.pid, known.scope)
        if stored is None or stored.run != known.run:
            return  # something decided later stands, and it withdrew what it had to
    service.withdraw_what_ended(known, at)


def _plan(row: RunRow) -> Plan:
    made: Plan = unpacked(row.data, Plan)
    return made


def _must(row: RunRow | None) -> RunRow:
    if row is None:
        raise LookupError("a row of the run is missing: it was never made, or its retention is over")
    return row
