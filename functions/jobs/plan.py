"""What a check finds: a plan, of one shape whichever kind of file it was made from.

A plan says what would be applied, part by part, and what is wrong; nothing of it is in force. It is written under a
number of its own and only then named in the job's head, in one conditional write, so that two checks of one job
cannot mix.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from functions.jobs.rules import Held
from functions.shared.sheets.laws import Fault
from functions.shared.sheets.limits import BULK, LIMITS, Limits

PART_ROWS = 1_000
SETTLE_PIDS = 100  # each may withdraw passes: several reads and writes a person
LONGEST_CAUSE = 400


@dataclass(frozen=True, slots=True)
class PartPlan:
    """One part: what to do with the bytes, how many rows they hold, and whether they go ahead of a hold."""

    task: Literal["apply", "settle"]
    data: bytes
    rows: int
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked file. `holds` pairs each hold with a digest of what it is about: a release is for exactly that."""

    parts: tuple[PartPlan, ...]
    faults: tuple[Fault, ...]
    rows_total: int
    rows_repeated: int = 0
    rows_flagged: int = 0
    base: str | None = None
    added: int | None = None
    changed: int | None = None
    leaving: int | None = None
    leaving_names: tuple[str, ...] = ()
    holds: tuple[tuple[Held, str], ...] = ()

    @property
    def rows_rejected(self) -> int:
        """How many rows break a law."""
        return len({fault.row for fault in self.faults})


class Refused(Exception):
    """The whole file is refused and nothing of it applied; the message is the job's cause, `faults` its bad rows."""

    def __init__(self, cause: str, faults: Sequence[Fault] = (), rows_total: int = 0) -> None:
        self.faults, self.rows_total = faults, rows_total
        super().__init__(cause)


class Superseded(Exception):
    """A later upload replaced the whole list: this one has nothing to say any more."""


def limits_of(kind: str) -> Limits:
    """Return how much of a file of a kind is read."""
    return LIMITS if kind == "staff-list" else BULK


def digest(words: Iterable[str]) -> str:
    """Return a short digest of a set of words, in any order."""
    return hashlib.sha256("\n".join(sorted(words)).encode()).hexdigest()[:16]


def triples(faults: Sequence[Fault]) -> list[tuple[int, str, str]]:
    """Return faults as the rules take them."""
    return [(fault.row, fault.column, fault.law) for fault in faults]
