"""Checking a results file: rows, times, a laboratory's clock. Positives go ahead of any hold."""

from __future__ import annotations

from typing import cast

import msgspec

from functions.jobs.plan import PART_ROWS, PartPlan, Plan, Refused, triples
from functions.jobs.result_rows import AHEAD_S, COLUMNS, ResultRow, time_fault
from functions.jobs.results_file import ResultFile, read_results
from functions.jobs.rules import PROTECTIVE, clock_shift, systematic
from functions.results.rules import Outcome, Result
from functions.shared.pids import pid_of
from functions.shared.sheets.limits import BULK
from functions.shared.sheets.reading import walk


def plan_results(lab: str, data: bytes, file_format: str, *, received_at: int) -> Plan:
    """Check a results file received at an instant.

    Raises:
        SheetProblem: the file cannot be read.
        Refused: no good row.
    """
    found = read_results(walk(data, file_format, COLUMNS, BULK))
    instants = zip(found.sampled, found.reported, strict=True)
    shifted = clock_shift(instants, received_at=received_at, ahead_s=AHEAD_S)
    parts = _sorted(lab, found, shift_s=shifted.shift_s if shifted else 0, received_at=received_at)
    faults = tuple(found.faults.all)
    if not parts.rows:
        raise Refused("no-good-rows: no row keeps all laws, so nothing was recorded", faults, found.rows_total)
    holds = [(held, "") for held in (shifted, systematic(triples(faults), found.rows_total)) if held is not None]
    return Plan(
        parts=parts.all(),
        faults=faults,
        rows_total=found.rows_total,
        rows_flagged=parts.flagged,
        holds=tuple(holds),
    )


class _Parts:
    """Results on their way into parts: the protective ones apart, and first."""

    def __init__(self) -> None:
        self.rows = self.flagged = 0
        self._open: dict[bool, list[Result]] = {True: [], False: []}
        self._full: dict[bool, list[PartPlan]] = {True: [], False: []}

    def add(self, result: Result, *, known: bool) -> None:
        urgent = result.result in PROTECTIVE
        self.rows += 1
        self.flagged += not known
        self._open[urgent].append(result)
        if len(self._open[urgent]) == PART_ROWS:
            self._close(urgent=urgent)

    def all(self) -> tuple[PartPlan, ...]:
        for urgent in (True, False):
            if self._open[urgent]:
                self._close(urgent=urgent)
        return (*self._full[True], *self._full[False])

    def _close(self, *, urgent: bool) -> None:
        rows = self._open[urgent]
        self._full[urgent].append(PartPlan("apply", msgspec.msgpack.encode(rows), len(rows), urgent))
        rows.clear()


def _sorted(lab: str, found: ResultFile, *, shift_s: int, received_at: int) -> _Parts:
    """Put the good rows into parts, each by its corrected times; those that break a law of time become faults."""
    parts = _Parts()
    for written in found.good.taken():
        row = written.shifted(shift_s) if shift_s else written
        fault = time_fault(row, received_at=received_at)
        if fault is None:
            parts.add(_result(lab, row), known=row.document.known)
        else:
            found.faults.add([fault])
    return parts


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
