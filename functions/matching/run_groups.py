"""The two steps of a run that read: fold a group of the lake, and decide everybody in it by the join.

A group is a range of parts. Both steps may be killed anywhere and run again: files are written under a label of the
attempt's own, and count once a row, put if absent, names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from functions.lake import files, folding, sql
from functions.lake.files import StandingLine, part_of
from functions.matching import joining, run_files, service
from functions.matching import run_rules as rules
from functions.matching.joining import Change
from functions.matching.policy import POLICIES, Policy
from functions.matching.rules import Approval, Facts, decide, entitle
from functions.matching.run_files import Folded, Sources
from functions.matching.run_model import KEPT_S, RunRow, folded_place, packed, part_place, unpacked
from functions.matching.run_rules import Decided, Plan, Tally
from functions.results.rules import Result
from functions.shared import log
from functions.shared.batches import batches
from functions.shared.clock import now
from functions.shared.objects import lake
from functions.shared.threads import spread

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CHUNK: Final = 5_000
MEMORY_MB: Final = 1_024
OVERDUE_S: Final = 24 * 3_600
_MOST_OVERDUE: Final = 10_000  # tubes of a laboratory and a group: more is an outage, not a list to work through


class Disagreement(Exception):
    """The join and `decide` say two things of one person: nothing of the group is applied."""


def fold_group(run: str, plan: Plan, group: int, at: int) -> None:
    """Fold the lake's parts of a group, and write what stands of the units that the group reads; once."""
    if RunRow.find(run, folded_place(group), at=at) is not None:
        return
    source, label = run_files.sources(plan), uuid4().hex
    standing = run_files.place(run, group, label, "standing.parquet")
    with sql.engine(MEMORY_MB) as (connection, folder):
        made = folding.fold(
            connection, folder, source.lake, source.units, plan.parts(group), prefix=f"state/{run}-{label}", at=at
        )
        files.load(connection, folder, "standing", files.STANDING, _standing(plan, source, group, at))
        files.save(connection, "SELECT * FROM standing ORDER BY part, pid", folder / "standing.parquet")
        lake.send(folder / "standing.parquet", standing)
    row = RunRow(
        run, folded_place(group), data=packed(Folded(made, standing)), label=label, created_at=now(), ttl=at + KEPT_S
    )
    if row.put_if_absent():
        log.event("run.folded", run=run, part=group, rows=made.rows)
        return
    # Another attempt was first, and its files are the state; or this very one was, and only the answer was lost.
    stored = RunRow.find(run, folded_place(group), at=at)
    if stored is not None and stored.label != label:
        for key in made.keys:
            lake.delete(key)


def decide_group(run: str, plan: Plan, group: int, at: int) -> None:
    """Decide everybody of a group for the cut-off, and keep what changes; once.

    Raises:
        Disagreement: the join and `decide` differ about somebody.
    """
    if RunRow.find(run, part_place(group), at=at) is not None:
        return
    label, folded, count = uuid4().hex, all_folded(run, plan), 0
    source, policy = run_files.sources(plan), POLICIES[plan.policy]
    with sql.engine(MEMORY_MB) as (connection, folder):
        files.load(connection, folder, "units", files.UNITS, source.units)
        _relations(connection, folder, folded, plan, group)
        joining.join(connection, policy, plan.cutoff)
        tallies, missed = rules.tallies(joining.counts(connection)), 0
        for chunk in batches(_changed(connection, source, policy, plan, run), CHUNK):
            run_files.keep_decisions(run, group, label, count, [decided for decided, _ in chunk])
            for decided, was_missed in chunk:
                unit = decided.entitlement.scope
                tallies[unit] += Tally(missed=int(was_missed))
                missed += was_missed
            count += 1
        run_files.keep_overdue(run, group, label, joining.overdue(connection, plan.cutoff - OVERDUE_S, _MOST_OVERDUE))
    run_files.keep_tallies(run, group, label, tallies)
    # The first attempt to get here is the one that counts; another's decisions are read by nobody and expire.
    row = RunRow(run, part_place(group), label=label, chunks=count, created_at=now(), ttl=at + KEPT_S)
    if row.put_if_absent():
        people = sum(counts.people for counts in tallies.values())
        log.event("run.decided", run=run, part=group, count=people, missed=missed)


def all_folded(run: str, plan: Plan) -> list[Folded]:
    """Return what was folded, by group.

    Raises:
        LookupError: a group was not folded: the others alone are no state of the lake.
    """
    rows = RunRow.query(run, RunRow.place.startswith("folded#"), consistent_read=True)
    folded = [unpacked(row.data, Folded) for row in rows]
    if len(folded) < plan.groups:
        raise LookupError("a group was not folded")
    return folded


def _standing(plan: Plan, source: Sources, group: int, at: int) -> Iterator[StandingLine]:
    names = rules.hand((unit.unit for unit in source.units), group, plan.groups)
    for known in chain.from_iterable(spread(lambda unit: list(service.of_unit(unit, at)), names)):
        yield StandingLine(part_of(known.pid), known.pid, known.scope, known.cause, known.expires_at, known.decided_at)


def _relations(connection: DuckDBPyConnection, folder: Path, folded: list[Folded], plan: Plan, group: int) -> None:
    """Make what join.sql reads, of the parts of a group."""
    mine = folded[group].slice
    many = {
        "results": ([mine.results], files.RESULTS),
        "revised": ([one.slice.revised for one in folded], files.REVISED),
        "listed": ([mine.listings], files.LISTINGS),
        "stood": ([one.standing for one in folded], files.STANDING),
    }
    for name, (keys, columns) in many.items():
        paths = [lake.fetch(key, folder / f"{name}-{place:04d}.parquet") for place, key in enumerate(keys)]
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {files.opened(paths, columns)}")  # noqa: S608 - ours
    joining.relate(connection, plan.cutoff, *plan.parts(group))


def _changed(
    connection: DuckDBPyConnection, source: Sources, policy: Policy, plan: Plan, run: str
) -> Iterator[tuple[Decided, bool]]:
    """Yield what changes, decided by the one meaning, withdrawals first; and whether an event had missed it."""
    approvals = {one.unit: Approval(one.approved, one.ends_at) for one in source.units}
    for withdrawn in (True, False):
        rows = groupby(joining.rows_of(connection, withdrawn=withdrawn), key=lambda row: row.pid)
        waiting = next(rows, None)
        for pid, changes in groupby(joining.changes(connection, withdrawn=withdrawn), key=lambda one: one.pid):
            history: tuple[Result, ...] = ()
            if waiting is not None and waiting[0] == pid:
                history, waiting = joining.history(waiting[1]), next(rows, None)
            for change in changes:
                facts = Facts(history, change.listed, approvals.get(change.unit), change.listed_until)
                yield _decided(change, facts, policy, plan, run)


def _decided(change: Change, facts: Facts, policy: Policy, plan: Plan, run: str) -> tuple[Decided, bool]:
    decision = decide(facts, policy, plan.cutoff)
    administrative = rules.is_administrative(decision)
    said = decision.cause, decision.expires_at or 0, administrative
    if said != (change.cause, change.expires_at, change.administrative):
        raise Disagreement  # whom and how is somebody's health: the log and the execution's history say only where
    before = (change.stood_cause, change.stood_end, change.decided_at) if change.known else None
    entitlement = entitle(change.pid, change.unit, decision, plan.cutoff, run)
    decided = Decided(entitlement, change.stood_until, change.known, administrative)
    return decided, rules.was_missed(decision, facts, before, policy)
