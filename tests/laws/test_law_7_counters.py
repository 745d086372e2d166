"""Law 7: counters are exact under any replay."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.counters import rules
from functions.counters.rules import Change, Key, Tally

AREAS = ("990101001001", "990101001002", "990101002001", "990202001001")
DAYS = ("2026-11-21", "2026-11-22")
METRICS = ("checkins", "scans")


@st.composite
def streams(draw: st.DrawFn) -> dict[str, list[Change]]:
    """Some shards with their changes in order; sequences grow, with gaps, and pass the digits of a power of ten."""
    made = {}
    for shard in draw(st.lists(st.sampled_from(["s-1", "s-2", "s-3"]), unique=True, min_size=1)):
        sequence, changes = draw(st.integers(0, 10**39)), []
        for _ in range(draw(st.integers(0, 30))):
            sequence += draw(st.integers(1, 12))
            where = draw(st.tuples(st.sampled_from(AREAS), st.sampled_from(DAYS), st.sampled_from(METRICS)))
            changes.append(Change(*where, sequence))
        made[shard] = changes
    return made


@st.composite
def deliveries(draw: st.DrawFn, changes: list[Change]) -> list[list[Change]]:
    """Batches of one shard, at least once each and in order, with retries from any place before, cut anywhere.

    Within a batch records may stand in any order and twice: what must hold is that no record is passed over.
    """
    batches: list[list[Change]] = []
    reached = 0
    while reached < len(changes):
        start = draw(st.integers(0, reached))
        end = draw(st.integers(reached, len(changes)))
        batch = changes[start:end]
        doubled = batch + draw(st.lists(st.sampled_from(batch), max_size=3)) if batch else []
        batches.append(draw(st.permutations(doubled)))
        reached = max(reached, end)
    everything_again = draw(st.booleans())
    if changes and everything_again:
        batches.append(changes)
    return batches


def folded(table: dict[Key, Tally], batch: list[Change], shard: str) -> None:
    """What the service does to a table, without one."""
    for key, sequences in rules.by_row(batch, shard).items():
        table[key] = rules.fold(table.get(key, Tally()), sequences)


def truth(all_changes: Iterator[Change]) -> dict[tuple[str, str, str], int]:
    """How many there really were, by area, day and metric."""
    counts: dict[tuple[str, str, str], int] = {}
    for change in all_changes:
        for key in rules.keys_of(change, ""):
            place = (key.area, key.day, key.metric)
            counts[place] = counts.get(place, 0) + 1
    return counts


@settings(max_examples=50, deadline=None)
@given(data=st.data(), made=streams())
def test_every_change_counts_once_however_it_is_delivered(data: st.DataObject, made: dict[str, list[Change]]) -> None:
    """Retries, duplicates, any cut, any order within a batch, shards interleaved at will: the sums are exact."""
    waiting = {shard: data.draw(deliveries(changes)) for shard, changes in made.items()}
    table: dict[Key, Tally] = {}
    while any(waiting.values()):
        shard = data.draw(st.sampled_from(sorted(name for name, batches in waiting.items() if batches)))
        folded(table, waiting[shard].pop(0), shard)
    sums: dict[tuple[str, str, str], int] = {}
    for key, tally in table.items():
        place = (key.area, key.day, key.metric)
        sums[place] = sums.get(place, 0) + tally.n
    assert sums == truth(change for changes in made.values() for change in changes)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 10**40), min_size=1, max_size=40), st.data())
def test_a_row_is_the_same_after_any_replay_of_what_it_counted(sequences: list[int], data: st.DataObject) -> None:
    """Once folded, no part of it moves the row again."""
    row = rules.fold(Tally(), sequences)
    assert row == Tally(len(set(sequences)), max(sequences))
    replay = data.draw(st.lists(st.sampled_from(sequences), max_size=40))
    assert rules.fold(row, replay) == row
