"""Law 1: any permutation, duplication or late correction of results gives the same person."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.results.rules import MAX_REVISION, Result, collapse, effective, is_outranked, of_person
from tests.laws.histories import CUTOFF, HOUR, PEOPLE, histories, rows

SEVERITY = ["pending", "negative", "void", "inconclusive", "positive"]


@settings(max_examples=80, deadline=None)
@given(histories(), st.data())
def test_any_arrival_order_and_any_repetition_give_the_same_people(history: list[Result], data: st.DataObject) -> None:
    """Rows shuffled, some of them twice or more, say the same of everybody as rows in the order they were made."""
    again = data.draw(st.lists(st.sampled_from(history), max_size=6)) if history else []
    shuffled = data.draw(st.permutations([*history, *again]))
    for pid in PEOPLE:
        assert of_person(pid, shuffled) == of_person(pid, history)


@settings(max_examples=80, deadline=None)
@given(histories(), st.lists(st.integers(0, 12), max_size=3))
def test_rows_that_arrive_in_any_batches_give_the_same_people(history: list[Result], cuts: list[int]) -> None:
    """Collapsing batch by batch, as files arrive, equals collapsing all rows at once."""
    standing: list[Result] = []
    edges = [0, *sorted(cuts), len(history)]
    for begin, end in pairwise(edges):
        standing = collapse([*history[begin:end], *standing])
    assert {row.identity: row for row in standing} == {row.identity: row for row in collapse(history)}


@settings(max_examples=80, deadline=None)
@given(rows(), rows())
def test_the_order_is_revision_then_severity_and_ties_only_with_itself(one: Result, other: Result) -> None:
    """The order is total, says what the data model says, and equal orders mean equal rows."""
    mine, theirs = one.order, other.order
    assert (mine == theirs) == (one == other)
    plain = [(row.revision, SEVERITY.index(row.result)) for row in (one, other)]
    if plain[0] != plain[1]:
        assert (mine > theirs) == (plain[0] > plain[1])


@settings(max_examples=80, deadline=None)
@given(histories(), rows())
def test_a_late_correction_stands_over_everything_before_it(history: list[Result], row: Result) -> None:
    """A row of the highest revision replaces whatever its identity held, wherever it lands in the order of arrival."""
    last = replace(row, revision=MAX_REVISION)
    for arrived in ([*history, last], [last, *history]):
        mine = next(kept for kept in of_person(last.pid, arrived) if kept.identity == last.identity)
        assert mine == last


def single(pid: str, revision: int, result: str = "negative", pool_size: int = 1) -> Result:
    """A row in the one tube these tests reassign."""
    return Result(pid, "L1", "t1", revision, pool_size, CUTOFF - HOUR, CUTOFF, result)  # type: ignore[arg-type]


def test_a_higher_revision_for_another_person_voids_the_first() -> None:
    """A single-person tube belongs to the person of its highest revision."""
    history = [single("p1", 0), single("p2", 1)]
    assert [row.result for row in of_person("p1", history)] == ["void"]
    assert [row.result for row in of_person("p2", history)] == ["negative"]


def test_a_tube_given_back_is_its_first_person_s_again() -> None:
    """A third revision that names the first person voids the second."""
    history = [single("p1", 0), single("p2", 1), single("p1", 2)]
    assert [row.result for row in of_person("p1", history)] == ["negative"]
    assert [row.result for row in of_person("p2", history)] == ["void"]


def test_a_pool_is_corrected_by_a_void_row_only() -> None:
    """Another person's row never voids a row of a pool; the person's own `void` does."""
    pooled = [single("p1", 0, pool_size=5), single("p2", 3, pool_size=5)]
    assert [row.result for row in of_person("p1", pooled)] == ["negative"]
    assert [row.result for row in of_person("p1", [*pooled, single("p1", 1, "void", 5)])] == ["void"]


def test_another_tube_or_laboratory_outranks_nobody() -> None:
    """Tube codes are a laboratory's own: the same code elsewhere is another tube."""
    mine = single("p1", 0)
    assert not is_outranked(mine, [replace(mine, pid="p2", revision=5, lab="L2")])
    assert not is_outranked(mine, [replace(mine, pid="p2", revision=5, tube="t9")])
    assert not is_outranked(mine, [replace(mine, pid="p2")])


def test_rows_are_read_by_sample_time_not_by_arrival() -> None:
    """What came in last but was sampled first is the older one."""
    early, late = replace(single("p1", 0), tube="a", sampled_at=100), replace(single("p1", 0), tube="b", sampled_at=200)
    assert effective([late, early]) == (early, late)


def test_at_one_instant_the_more_severe_sample_counts_as_the_newer() -> None:
    """Two samples of one minute are ordered by severity, so that a positive is never behind a negative."""
    bad, good = replace(single("p1", 0, "positive"), tube="a"), replace(single("p1", 0), tube="b")
    assert effective([bad, good]) == effective([good, bad]) == (good, bad)
