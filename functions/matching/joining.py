"""The join: everybody of a group of parts decided by one SQL text, whose meaning `rules.decide` is.

The text (join.sql) says cause and end, and whether that is a change. Whoever changes is decided again by `decide`
from the same rows, which also names the evidence; should the two ever disagree, the run stops and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from functions.lake import sql
from functions.matching.policy import Policy
from functions.results.rules import Result, sample_order

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TEXT: Final = sql.read(Path(__file__).with_name("join.sql"))
_FETCHED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody for whom the join changes what stood; instants in epoch seconds, 0 for a refusal or for nothing.

    `stood_until` is the end of what they were entitled to at the cut-off; `stood_cause`, `stood_end` and `decided_at`
    are what stood, as it was decided; `administrative` tells that no result is against them; `listed_until` is None where neither the row nor the unit's approval ends.
    """

    pid: str
    unit: str
    cause: str
    expires_at: int
    administrative: bool
    known: bool
    stood_until: int
    stood_cause: str
    stood_end: int
    decided_at: int
    listed: bool
    listed_until: int | None


def relate(connection: DuckDBPyConnection, cutoff: int, first: int, last: int) -> None:
    """Make `listings` and `standing` for some parts from the files `listed` and `stood`, and the plan's `units`.

    A row whose own end is past says only when what stood had to end; one without lasts as long as the unit's approval.
    """
    connection.execute(
        f"""
        CREATE TABLE standing AS
        SELECT pid, unit, cause, expires_at, decided_at FROM stood WHERE part BETWEEN {first} AND {last}
        """  # noqa: S608 - whole numbers of ours
    )
    connection.execute(
        f"""
        CREATE TABLE listings AS
        SELECT l.pid, l.unit, min(CASE WHEN l.until > 0 THEN l.until ELSE u.ends_at END) AS listed_until
        FROM listed l JOIN units u ON u.unit = l.unit AND u.generation = l.generation
        WHERE l.part BETWEEN {first} AND {last}
            AND (l.until = 0 OR l.until > {cutoff} OR (l.pid, l.unit) IN (SELECT (pid, unit) FROM standing))
        GROUP BY l.pid, l.unit
        """  # noqa: S608 - whole numbers of ours
    )


def join(connection: DuckDBPyConnection, policy: Policy, cutoff: int) -> None:
    """Make the table `decided` from the relations that join.sql names, which must be there."""
    text = sql.bound(
        TEXT,
        cutoff=cutoff,
        history_s=policy.history_s,
        negative_life_s=policy.negative_life_s,
        positive_life_s=policy.positive_life_s,
        clearing_gap_s=policy.clearing_gap_s,
    )
    connection.execute(f"CREATE OR REPLACE TABLE decided AS {text}")


def changes(connection: DuckDBPyConnection, *, withdrawn: bool) -> Iterator[Change]:
    """Yield who changes, by person and unit: only those who lose what they were entitled to, or only the others."""
    found = connection.cursor().execute(
        f"""
        SELECT d.pid, d.unit, d.cause, d.expires_at, d.administrative, d.known, d.stood_until,
            coalesce(s.cause, ''), coalesce(s.expires_at, 0), coalesce(s.decided_at, 0), l.pid IS NOT NULL, l.listed_until
        FROM decided d
        LEFT JOIN standing s ON s.pid = d.pid AND s.unit = d.unit
        LEFT JOIN listings l ON l.pid = d.pid AND l.unit = d.unit
        WHERE {_which(withdrawn)} ORDER BY d.pid, d.unit
        """  # noqa: S608 - texts of ours
    )
    return (Change(*row) for row in _fetched(found))


def rows_of(connection: DuckDBPyConnection, *, withdrawn: bool) -> Iterator[Result]:
    """Yield the rows of everybody who changes, by person; a row of a reassigned tube reads as void."""
    found = connection.cursor().execute(
        f"""
        SELECT r.pid, r.lab, r.tube, r.revision, r.pool_size, r.sampled_at, r.reported_at,
            CASE WHEN r.pool_size = 1 AND t.revision > r.revision THEN 'void' ELSE r.result END, r.site
        FROM results r
        LEFT JOIN (SELECT lab, tube, max(revision) AS revision FROM revised GROUP BY lab, tube) t
            ON t.lab = r.lab AND t.tube = r.tube
        WHERE r.pid IN (SELECT d.pid FROM decided d WHERE {_which(withdrawn)}) ORDER BY r.pid
        """  # noqa: S608 - texts of ours
    )
    return (Result(*row) for row in _fetched(found))


def history(rows: Iterable[Result]) -> tuple[Result, ...]:
    """Return one person's rows as the rules read them."""
    return tuple(sorted(rows, key=sample_order))


def counts(connection: DuckDBPyConnection) -> list[tuple[str, str, str, bool, int]]:
    """Return `(unit, change, cause, administrative, people)`: what a run does about whom, and why."""
    return connection.execute(
        """
        SELECT unit, CASE
                WHEN cause <> 'eligible' THEN CASE WHEN stood_until > 0 THEN 'withdrawn' ELSE 'refused' END
                WHEN stood_until = 0 THEN 'entitled'
                WHEN stood_until = expires_at THEN 'kept'
                ELSE 'renewed'
            END AS change, cause, administrative, count(*)
        FROM decided GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()


def overdue(connection: DuckDBPyConnection, before: int, most: int) -> list[tuple[str, str, int, str]]:
    """Return `(lab, tube, sampled_at, site)` of samples taken before an instant whose result never came, oldest first.

    A tube that was given to somebody else has said all that it will about whoever had it first.
    """
    return connection.execute(
        f"""
        SELECT r.lab, r.tube, min(r.sampled_at) AS taken, min(r.site) FROM results r
        WHERE r.result = 'pending' AND r.sampled_at < {before} AND NOT EXISTS (
            SELECT 1 FROM revised t
            WHERE t.lab = r.lab AND t.tube = r.tube AND t.revision > r.revision AND r.pool_size = 1
        )
        GROUP BY r.lab, r.tube QUALIFY row_number() OVER (PARTITION BY r.lab ORDER BY min(r.sampled_at)) <= {most}
        ORDER BY r.lab, taken, r.tube
        """  # noqa: S608 - whole numbers of ours
    ).fetchall()


def causes_in_order() -> list[str]:
    """Return the causes in the order in which the text names them."""
    named = TEXT.partition("named AS")[2].partition("FROM facts")[0]
    return list(dict.fromkeys(re.findall(r"THEN\s+'([a-z-]+)'", named)))


def _which(withdrawn: bool) -> str:  # noqa: FBT001 - a condition of a query
    loses = "d.cause <> 'eligible' AND d.stood_until > 0"
    return f"d.changed AND {'' if withdrawn else 'NOT '}({loses})"


def _fetched(found: DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := found.fetchmany(_FETCHED):
        yield from rows
