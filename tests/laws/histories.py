"""Generated histories of results: few people, tubes and instants, so that ties, pools and reassignments are common."""

from __future__ import annotations

from hypothesis import strategies as st

from functions.results.rules import Result

HOUR = 3600
CUTOFF = 1_795_312_800  # 2026-11-22T02:00:00Z
PEOPLE = ("p1", "p2", "p3")

# Ages in hours around every limit the policy knows: 0, 24 h, 48 h, 7 d, 14 d, and the future.
AGES_H = (-1, 0, 1, 5, 23, 24, 25, 47, 48, 49, 72, 96, 167, 168, 169, 335, 336, 400)


def instants() -> st.SearchStrategy[int]:
    """Sample times at, one second before and one second after each age."""
    return st.builds(lambda age, edge: CUTOFF - age * HOUR + edge, st.sampled_from(AGES_H), st.sampled_from((-1, 0, 1)))


def rows(people: tuple[str, ...] = PEOPLE) -> st.SearchStrategy[Result]:
    """One row of any outcome."""
    return st.builds(
        Result,
        pid=st.sampled_from(people),
        lab=st.sampled_from(("L1", "L2")),
        tube=st.sampled_from(("t1", "t2", "t3")),
        revision=st.integers(0, 3),
        pool_size=st.sampled_from((1, 1, 1, 5)),
        sampled_at=instants(),
        reported_at=st.sampled_from((None, CUTOFF)),
        result=st.sampled_from(("pending", "negative", "void", "inconclusive", "positive")),
        site=st.sampled_from(("", "S1")),
    )


def histories(people: tuple[str, ...] = PEOPLE, most: int = 12) -> st.SearchStrategy[list[Result]]:
    """A list of rows as they might arrive."""
    return st.lists(rows(people), max_size=most)
