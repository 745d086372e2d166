"""Law 1: any permutation, duplication or late correction of results gives the same person.

A row is identified by person, laboratory and tube. Rows of one identity are totally ordered, and the greatest stands;
so what is known is a join of a set of rows, and neither order nor repetition can change it. Nothing is written about a
reassigned tube either: whether another person's row outranks one is computed from the rows that stand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from hashlib import sha256
from typing import Final, Literal

Outcome = Literal["pending", "negative", "void", "inconclusive", "positive"]

# At one revision the more cautious word stands: a laboratory that says two things at once has not cleared anybody.
SEVERITY: Final[Mapping[str, int]] = {"pending": 0, "negative": 1, "void": 2, "inconclusive": 3, "positive": 4}
MAX_REVISION: Final = 999
RETENTION_S: Final = 14 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Result:
    """One row of a laboratory about one person in one tube.

    `revision` is 0–999, `pool_size` the number of people in the tube, `sampled_at` and `reported_at` epoch seconds
    (`reported_at` is None while pending), `site` where the sample was taken.
    """

    pid: str
    lab: str
    tube: str
    revision: int
    pool_size: int
    sampled_at: int
    reported_at: int | None
    result: Outcome
    site: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """Whose row this is: the rows of one identity replace each other."""
        return (self.pid, self.lab, self.tube)

    @property
    def order(self) -> str:
        """The row's place among the rows of its identity, as text that sorts the same way.

        Three digits of revision, one of severity, then a hash of the whole row: two rows tie only if they are equal.
        """
        return f"{self.revision:03d}{SEVERITY[self.result]}{row_hash(self)}"

    @property
    def single(self) -> bool:
        """Tell whether the tube holds this person's sample alone."""
        return self.pool_size == 1

    @property
    def counts(self) -> bool:
        """Tell whether the row says anything about the person: a void row and a pending one do not."""
        return self.result not in {"void", "pending"}


def row_hash(row: Result) -> str:
    """Return 32 hexadecimal characters of SHA-256 over the row's members as a compact JSON list."""
    text = json.dumps(astuple(row), ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:32]


def collapse(rows: Iterable[Result]) -> list[Result]:
    """Keep the row that stands for each identity, in the order the identities first appear."""
    standing: dict[tuple[str, str, str], tuple[str, Result]] = {}
    for row in rows:
        order = row.order
        held = standing.get(row.identity)
        if held is None or order > held[0]:
            standing[row.identity] = (order, row)
    return [row for _, row in standing.values()]


def is_outranked(row: Result, others: Iterable[Result]) -> bool:
    """Tell whether a single-person tube was reassigned: somebody else's row in it has a higher revision.

    `others` may hold any standing rows. A pool is not corrected this way but by a `void` row for the person.
    """
    return row.single and any(
        (other.lab, other.tube) == (row.lab, row.tube) and other.pid != row.pid and other.revision > row.revision
        for other in others
    )


def effective(rows: Iterable[Result], others: Iterable[Result] = ()) -> tuple[Result, ...]:
    """Return one person's rows as they count, oldest sample first: an outranked row is read as void.

    `rows` are the person's standing rows; `others` the standing rows of other people in the same tubes.
    """
    rivals = list(others)
    read = (replace(row, result="void") if is_outranked(row, rivals) else row for row in rows)
    return tuple(sorted(read, key=sample_order))


def of_person(pid: str, rows: Iterable[Result]) -> tuple[Result, ...]:
    """Return what all rows ever received, of anybody and in any order, say about one person."""
    standing = collapse(rows)
    return effective((row for row in standing if row.pid == pid), standing)


def sample_order(row: Result) -> tuple[int, int, str, str]:
    """Sort by sample time; at one instant the more severe row counts as the newer, then laboratory and tube decide."""
    return (row.sampled_at, SEVERITY[row.result], row.lab, row.tube)
