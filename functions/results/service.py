"""Storing results so that order and repetition do not matter, and reading what they say of one person."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition

from functions.results import rules
from functions.results.model import ResultRow, place_of, row_of
from functions.results.rules import Result
from functions.shared.batches import batches
from functions.shared.tables import living
from functions.shared.threads import spread
from functions.shared.transactions import lost, transaction

_BATCH = 100  # BatchGetItem and TransactWriteItems take no more


@dataclass(frozen=True)
class Recorded:
    """What became of rows: written, or less than what stood already (a repetition, or late and outdated)."""

    applied: int
    unchanged: int


def record(rows: Sequence[Result], received_at: int) -> Recorded:
    """Store rows, each only if it is greater than the one that stands for its person and tube (law 1).

    Rows of one call may repeat and contradict each other. Killed half-way and called again, it ends the same.
    """
    standing = [(row, row.order) for row in rules.collapse(rows)]
    greater = [pair for kept in spread(_greater, batches(standing, _BATCH)) for pair in kept]
    made = [row_of(row, order, received_at) for row, order in greater]
    applied = sum(spread(_write, batches(made, _rows_per_write())))
    return Recorded(applied, len(rows) - applied)


def history(pid: str, at: int) -> list[Result]:
    """Return what is known of a person, oldest sample first; a row of a reassigned tube reads as void.

    The person's own rows are read consistently. Whether a tube was reassigned is asked of an index that follows
    within moments; the daily run, which reads again, finds what an event could not see yet.
    """
    return [row for row, _ in received(pid, at)]


def received(pid: str, at: int) -> list[tuple[Result, int]]:
    """Return what is known of a person as `history` does, each row with the instant its file was received."""
    stored = list(living(ResultRow.query(pid, consistent_read=True), at))
    rows = [row.read() for row in stored]
    since = {(row.lab, row.tube): int(one.received_at) for row, one in zip(rows, stored, strict=True)}
    return [(row, since[row.lab, row.tube]) for row in rules.effective(rows, _rivals(rows, at))]


def people_of(lab: str, tube: str) -> set[str]:
    """Return the pids of everybody who has a row in a tube."""
    return {row.pid for row in ResultRow.by_tube.query(place_of(lab, tube))}


def _rivals(rows: Iterable[Result], at: int) -> list[Result]:
    """The rows of other people in the single-person tubes of these rows."""
    keys = [
        (other, place_of(row.lab, row.tube))
        for row in rows
        if row.single
        for other in people_of(row.lab, row.tube)
        if other != row.pid
    ]
    return [row.read() for row in living(ResultRow.batch_get(keys, consistent_read=True), at)] if keys else []


def _greater(standing: Sequence[tuple[Result, str]]) -> list[tuple[Result, str]]:
    """Leave out the rows that could not be written; this only saves writes, the write's condition decides."""
    keys = [(row.pid, place_of(row.lab, row.tube)) for row, _ in standing]
    wanted = ["pk", "sk", "ord"]
    stored = {
        (row.pid, row.place): row.order
        for row in ResultRow.batch_get(keys, consistent_read=True, attributes_to_get=wanted)
    }
    return [pair for pair, key in zip(standing, keys, strict=True) if pair[1] > stored.get(key, "")]


def _write(rows: Sequence[ResultRow]) -> int:
    """Write rows under their conditions and count those that were written."""
    if len(rows) > 1:
        try:
            with transaction() as together:
                for row in rows:
                    together.save(row, condition=_takes_its_place(row))
        except TransactWriteError as error:
            if not lost(error):
                raise
            # One row had met its match, so none was written: each goes by itself.
        else:
            return len(rows)
    return sum(row.put_if(_takes_its_place(row)) for row in rows)


def _takes_its_place(row: ResultRow) -> Condition:
    condition: Condition = ResultRow.pid.does_not_exist() | (ResultRow.order < row.order)
    return condition


def _rows_per_write() -> int:
    """How many rows share a request: a transaction saves requests and costs twice the write units (template.yaml)."""
    return int(os.environ.get("RESULT_ROWS_PER_WRITE", "1"))
