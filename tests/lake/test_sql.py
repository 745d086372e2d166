"""DuckDB as a function uses it: so much memory and no more, and a folder that is gone afterwards."""

from __future__ import annotations

import pytest

from functions.lake import sql


def test_what_does_not_fit_into_the_limit_is_spilled_and_swept() -> None:
    """Ten times the limit is sorted all the same: what does not fit lies in a folder of the engine's own meanwhile."""
    with sql.engine(48, threads=1) as (connection, folder):
        connection.execute(
            "CREATE TABLE many AS SELECT hash(range) AS one, repeat('x', 100) AS two FROM range(2000000)"
        )
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) > 48 << 20
        connection.execute("CREATE TABLE sorted AS SELECT * FROM many ORDER BY one, two")
        assert connection.execute("SELECT count(*) FROM sorted").fetchone() == (2_000_000,)
    assert not folder.exists()


def test_a_parameter_that_nobody_gave_is_an_error() -> None:
    """No text reaches the engine with a name where a number belongs."""
    assert sql.bound("a > :x - :y", x=5, y=7) == "a > 5 - 7"
    with pytest.raises(KeyError):
        sql.bound("a > :x", y=7)
