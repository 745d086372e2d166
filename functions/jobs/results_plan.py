"""Checking a results file: rows, times, a laboratory's clock. Positives go ahead of any hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import msgspec

from functions.jobs.plan import PART_ROWS, PartPlan, Plan, Refused, batches, triples
from functions.jobs.result_rows import AHEAD_S, COLUMNS, ResultRow, read_results, time_fault
from functions.jobs.rules import PROTECTIVE, Held, clock_shift, systematic
from functions.results.rules import Outcome, Result
from functions.shared.pids import pid_of
from functions.shared.sheets import read
from functions.shared.sheets.laws import Fault


def plan_results(lab: str, data: bytes, file_format: str, *, received_at: int) -> Plan:
    """Check a results file received at an instant.

    Raises:
        SheetProblem: the file cannot be read.
        Refused: no good row.
    """
    raw = read(data, file_format, COLUMNS).rows
    found = read_results(raw)
    shifted = _shift(found.rows, received_at)
    rows, late = _in_time([row.shifted(shifted.shift_s) for row in found.rows] if shifted else found.rows, received_at)
    faults = (*found.faults, *late)
    if not rows:
        raise Refused("no-good-rows: no row keeps all laws, so nothing was recorded", faults, len(raw))
    holds = [(held, "") for held in (shifted, systematic(triples(faults), len(raw))) if held is not None]
    results = [_result(lab, row) for row in rows]
    urgent = [result for result in results if result.result in PROTECTIVE]
    calm = [result for result in results if result.result not in PROTECTIVE]
    return Plan(
        parts=(*_parts(urgent, urgent=True), *_parts(calm, urgent=False)),
        faults=faults,
        rows_total=len(raw),
        rows_flagged=sum(not row.document.known for row in rows),
        holds=tuple(holds),
    )


def _shift(rows: Sequence[ResultRow], received_at: int) -> Held | None:
    instants = ((row.sampled_at, row.reported_at) for row in rows)
    return clock_shift(instants, received_at=received_at, ahead_s=AHEAD_S)


def _in_time(rows: Sequence[ResultRow], received_at: int) -> tuple[list[ResultRow], list[Fault]]:
    good: list[ResultRow] = []
    faults: list[Fault] = []
    for row in rows:
        fault = time_fault(row, received_at=received_at)
        if fault is None:
            good.append(row)
        else:
            faults.append(fault)
    return good, faults


def _result(lab: str, row: ResultRow) -> Result:
    return Result(
        pid=pid_of(row.document.type, row.document.number),
        lab=lab,
        tube=row.tube,
        revision=row.revision,
        pool_size=row.pool_size,
        sampled_at=row.sampled_at,
        reported_at=row.reported_at,
        result=cast("Outcome", row.result),
        site=row.site,
    )


def _parts(results: Sequence[Result], *, urgent: bool) -> list[PartPlan]:
    return [PartPlan("apply", msgspec.msgpack.encode(rows), len(rows), urgent) for rows in batches(results, PART_ROWS)]
