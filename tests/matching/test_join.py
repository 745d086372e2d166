"""`decide` and the join say the same of everybody: pools, voids, reassignments, pending, ties and corrections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlglot
from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.lake import files, folding, sql
from functions.matching import joining
from functions.matching.policy import DEFAULT
from functions.matching.rules import ELIGIBLE, Approval, Facts, decide
from functions.matching.run_rules import is_administrative
from functions.results.rules import Result, of_person
from tests.laws.histories import CUTOFF, histories

PEOPLE = tuple(f"p{number}" for number in range(24))
UNITS: dict[str, Approval | None] = {
    "U-open": Approval(approved=True),
    "U-ends": Approval(approved=True, ends_at=CUTOFF + 1),
    "U-over": Approval(approved=True, ends_at=CUTOFF),
    "U-none": None,
    "U-not": Approval(approved=False),
}
ENDS = (None, None, None, CUTOFF - 1, CUTOFF, CUTOFF + 1, CUTOFF + 3600)


@st.composite
def populations(draw: st.DrawFn) -> tuple[list[Result], dict[tuple[str, str], int | None]]:
    """Rows of two dozen people who share tubes, and who is listed where until when."""
    rows = draw(st.lists(histories(PEOPLE, 40), min_size=1, max_size=4))
    pairs = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(tuple(UNITS)))
    listed = draw(st.dictionaries(pairs, st.sampled_from(ENDS), max_size=40))
    return [row for some in rows for row in some], listed


def said_by_python(
    rows: list[Result], pid: str, unit: str, *, listed: bool, until: int | None
) -> tuple[str, int, bool]:
    """What the one meaning says: cause, end or 0, and whether lists and approvals alone are against them."""
    decision = decide(Facts(of_person(pid, rows), listed, UNITS[unit], until), DEFAULT, CUTOFF)
    return decision.cause, decision.expires_at or 0, is_administrative(decision)


def put(
    connection: DuckDBPyConnection,
    folder: Path,
    rows: list[Result],
    listed: Mapping[tuple[str, str], int | None],
    standing: Mapping[tuple[str, str], tuple[str, int]],
) -> None:
    """The relations of the join, the results folded as the lake folds them."""
    files.load(connection, folder, "files", files.RESULTS, (files.result_line(row, CUTOFF) for row in rows))
    text = sql.bound(folding.TEXT, first=0, last=255, retention_s=100 * 86_400, now=CUTOFF)
    connection.execute(f"CREATE TABLE results AS {text}")
    connection.execute("CREATE TABLE revised AS SELECT lab, tube, revision FROM results WHERE revision > 0")
    connection.execute("CREATE TABLE listings (pid VARCHAR, unit VARCHAR, listed_until BIGINT)")
    connection.execute("CREATE TABLE units (unit VARCHAR, approved BOOLEAN, ends_at BIGINT)")
    connection.execute(
        "CREATE TABLE standing (pid VARCHAR, unit VARCHAR, cause VARCHAR, expires_at BIGINT, decided_at BIGINT)"
    )
    many = [("listings", [[*pair, until] for pair, until in listed.items()])]
    many += [("units", [[unit, one.approved, one.ends_at] for unit, one in UNITS.items() if one])]
    many += [("standing", [[*pair, *said, CUTOFF - 1] for pair, said in standing.items()])]
    for table, lines in many:
        if lines:
            places = ", ".join("?" * len(lines[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", lines)  # noqa: S608 - ours


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(populations())
def test_the_join_says_of_everybody_what_decide_says(
    population: tuple[list[Result], dict[tuple[str, str], int | None]],
) -> None:
    """Cause and end of each pair, also of people who are not listed any more, and whether that is a change."""
    rows, listed = population
    strangers = {(pid, "U-open") for pid in PEOPLE[:6]} - listed.keys()
    standing = dict.fromkeys(strangers, (ELIGIBLE, CUTOFF + 60))
    standing |= dict.fromkeys(list(listed)[::2], ("no-test", 0))
    with sql.engine(512, threads=1) as (connection, folder):
        put(connection, folder, rows, listed, standing)
        joining.join(connection, DEFAULT, CUTOFF)
        found = {
            (pid, unit): said
            for pid, unit, *said in connection.execute(
                "SELECT pid, unit, cause, expires_at, administrative, known, stood_until, changed FROM decided"
            ).fetchall()
        }
    expected = {
        (pid, unit): said_by_python(rows, pid, unit, listed=(pid, unit) in listed, until=listed.get((pid, unit)))
        for pid, unit in {*listed, *standing}
    }
    assert {pair: tuple(said[:3]) for pair, said in found.items()} == expected
    for pair, (*_, known, stood_until, changed) in found.items():
        assert changed == (standing.get(pair) != expected[pair][:2])
        assert known == (pair in standing)
        assert stood_until == (CUTOFF + 60 if pair in strangers else 0)


def test_the_order_of_causes_is_the_policys() -> None:
    """The text names causes in the order in which the policy names them, each of them."""
    order = [DEFAULT.precedence.index(cause) for cause in joining.causes_in_order()]
    assert sorted(order) == order
    assert set(joining.causes_in_order()) == set(DEFAULT.precedence)


@pytest.mark.parametrize(
    "text", [joining.TEXT, folding.TEXT, folding.LISTINGS], ids=["join.sql", "fold.sql", "fold-listings.sql"]
)
def test_the_texts_mean_the_same_to_trino(text: str) -> None:
    """Read as DuckDB's and written as Trino's they are what they are when read as Trino's, and nothing is unsupported."""
    bound = re.sub(r":([a-z_]+)", "1", text)
    (as_duckdb,) = sqlglot.transpile(bound, read="duckdb", write="trino", unsupported_level=sqlglot.ErrorLevel.RAISE)
    (as_trino,) = sqlglot.transpile(bound, read="trino", write="trino", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert as_duckdb == as_trino
