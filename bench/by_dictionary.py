"""The join as a plain Python program writes it: dictionaries, and rows read one after the other. A peer, not ours.

It answers what `rules.decide` answers, of everybody, and is written to be quick: rows nobody needs are left out at
once, and a person's rows are only as much as the answer needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bench.answer import Answer, Clock, answer
from bench.inputs import Inputs
from functions.lake import sql
from functions.matching.policy import DEFAULT, Policy

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AT_ONCE = 20_000
_NEWER = {"negative": 1, "void": 2, "inconclusive": 3, "positive": 4}
_RESULTS = "pid, lab, tube, ord, revision, pool_size, sampled_at, result"
_NEVER = 1 << 62
Row = tuple[int, int, bool, str]  # instant, severity, single, result
Held = tuple[str, str, str, int, int, int, str]  # pid, lab, tube, revision, pool size, instant, result


def run(inputs: Inputs) -> Answer:
    """Fold, unless that was done, and join a city."""
    clock = Clock()
    with sql.engine(500, threads=1) as (connection, _):
        pairs, approvals, stood = _people(inputs, connection, clock)
        pids = {pid for pid, _ in pairs}
        rows = _read(connection, f"SELECT {_RESULTS} FROM {inputs.results}", clock)
        with clock.of("fold and join"):
            if inputs.folded:
                taken = {(lab, tube): revision for lab, tube, revision in _revised(inputs, connection, clock)}
                held: Iterator[Held] = ((*row[:3], *row[4:]) for row in rows)
            else:
                held, taken = _held(rows, pids)
            by_person = _by_person(held, taken, pids, inputs.cutoff)
    with clock.of("fold and join"):
        counts = _counts(pairs, approvals, stood, by_person, inputs.cutoff)
    # Reading goes on inside; it is told apart, to the benefit of this contender.
    clock.stages["fold and join"] -= clock.stages["read results"]
    return answer(counts, clock)


def _people(inputs: Inputs, connection: DuckDBPyConnection, clock: Clock) -> tuple[Any, Any, Any]:
    """Return whom a unit lists and until when, the approvals, and what stood."""
    with clock.of("read people"):
        listed = connection.execute(f"SELECT pid, unit, generation, until FROM {inputs.listings}").fetchall()
        standing = connection.execute(
            f"SELECT pid, unit, cause, expires_at, decided_at FROM {inputs.standing}"
        ).fetchall()
    with clock.of("fold and join"):
        approvals = {one.unit: one for one in inputs.units}
        pairs: dict[tuple[str, str], int | None] = {}
        for pid, unit, generation, until in listed:
            known = approvals.get(unit)
            if known is None or known.generation != generation or 0 < until <= inputs.cutoff:
                continue
            end = until or known.ends_at
            before = pairs.get((pid, unit), _NEVER)
            pairs[pid, unit] = end if before == _NEVER else min(x for x in (end, before, _NEVER) if x is not None)
        stood = {(pid, unit): (cause, end, at) for pid, unit, cause, end, at in standing}
        gone: dict[tuple[str, str], int | None] = dict.fromkeys(stood.keys() - pairs.keys(), -1)
    return {**pairs, **gone}, approvals, stood


def _read(connection: DuckDBPyConnection, query: str, clock: Clock) -> Iterator[tuple[Any, ...]]:
    with clock.of("read results"):
        found = connection.execute(query)
    while True:
        with clock.of("read results"):
            rows = found.fetchmany(_AT_ONCE)
        if not rows:
            return
        yield from rows


def _revised(inputs: Inputs, connection: DuckDBPyConnection, clock: Clock) -> Iterator[tuple[Any, ...]]:
    return _read(connection, f"SELECT lab, tube, max(revision) FROM {inputs.revised} GROUP BY lab, tube", clock)


def _held(rows: Iterator[tuple[Any, ...]], pids: set[str]) -> tuple[Iterator[Held], dict[tuple[str, str], int]]:
    """Return the row that stands for each person and tube, and the highest revision of each revised tube."""
    held: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    taken: dict[tuple[str, str], int] = {}
    for pid, lab, tube, order, revision, pool, sampled, result in rows:
        if revision and revision > taken.get((lab, tube), 0):
            taken[lab, tube] = revision
        if pid not in pids:
            continue
        key = (pid, lab, tube)
        before = held.get(key)
        if before is None or order > before[0]:
            held[key] = (order, revision, pool, sampled, result)
    return ((*key, *row[1:]) for key, row in held.items()), taken


def _by_person(
    held: Iterator[Held], taken: dict[tuple[str, str], int], pids: set[str], cutoff: int
) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {pid: [] for pid in pids}
    oldest = cutoff - DEFAULT.history_s
    for pid, lab, tube, revision, pool, sampled, result in held:
        if result == "void" or not oldest < sampled <= cutoff or pid not in found:
            continue
        if pool == 1 and taken.get((lab, tube), 0) > revision:
            continue
        found[pid].append((sampled, _NEWER.get(result, 0), pool == 1, result))
    return found


def _counts(
    pairs: dict[tuple[str, str], int | None],
    approvals: dict[str, Any],
    stood: dict[tuple[str, str], tuple[str, int, int]],
    by_person: dict[str, list[Row]],
    cutoff: int,
) -> Iterator[tuple[str, int, int, int]]:
    said: dict[str, tuple[str, int]] = {}
    totals: dict[str, list[int]] = {}
    for pair, until in pairs.items():
        pid, unit = pair
        known = approvals.get(unit)
        if known is not None and known.ends_at is not None and known.ends_at <= cutoff:
            cause, end = "approval-ended", 0
        elif known is None or not known.approved:
            cause, end = "unit-not-approved", 0
        elif until is not None and until <= cutoff:
            cause, end = "not-listed", 0
        else:
            if pid not in said:
                said[pid] = _medical(by_person[pid], cutoff, DEFAULT)
            cause, end = said[pid]
            if end:
                end = min(x for x in (end, until, known.ends_at) if x is not None)
        before = stood.get(pair)
        differs = before is None or (before[2] < cutoff and before[:2] != (cause, end))
        total = totals.setdefault(cause, [0, 0, 0])
        total[0] += 1
        total[1] += end
        total[2] += differs
    return ((cause, *numbers) for cause, numbers in totals.items())  # type: ignore[misc]  # three of them


def _medical(rows: list[Row], cutoff: int, policy: Policy) -> tuple[str, int]:
    """Return what a person's rows say, as `(cause, end)`."""
    newest = max((row for row in rows if row[1]), default=None)
    if newest is not None and newest[1] == _NEWER["inconclusive"]:
        return "inconclusive", 0
    pool = max((row[0] for row in rows if row[3] == "positive" and not row[2]), default=0)
    if pool and pool >= max((row[0] for row in rows if row[1] and row[2]), default=0):
        return "pool-recheck", 0
    if _is_uncleared(rows, newest, cutoff, policy):
        return "positive-not-cleared", 0
    if newest is not None and newest[1] == _NEWER["positive"]:
        return "positive", 0
    oldest = cutoff - policy.negative_life_s
    if newest is not None and newest[0] >= oldest:
        return "eligible", newest[0] + policy.negative_life_s
    if any(not row[1] and row[0] >= oldest for row in rows):
        return "result-pending", 0
    return ("no-test" if newest is None else "test-too-old"), 0


def _is_uncleared(rows: list[Row], newest: Row | None, cutoff: int, policy: Policy) -> bool:
    oldest = cutoff - policy.positive_life_s
    positives = sorted(row[0] for row in rows if row[3] == "positive" and row[2] and row[0] >= oldest)
    if positives and newest is not None and newest[:2] == (positives[-1], _NEWER["positive"]):
        positives.pop()
    if not positives:
        return False
    later = [row[0] for row in rows if row[3] == "negative" and row[0] > positives[-1]]
    return len(later) < 2 or max(later) - min(later) < policy.clearing_gap_s
