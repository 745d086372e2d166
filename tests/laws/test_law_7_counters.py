"""Law 7: counters are exact under any replay."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.checkins.inside import Counts, Move, moves_of
from functions.checkins.rules import Act, Direction, sort_key
from functions.counters import rules
from functions.counters.rules import Change, Key, Tally

AREAS = ("990101001001", "990101001002", "990101002001", "990202001001")
STAY_S = 7200
DAYS = ("2026-11-21", "2026-11-22")
METRICS = ("checkins", "scans", "codes")


@st.composite
def records(draw: st.DrawFn, sequence: int) -> list[Change]:
    """What one record of a stream counts for: something that happened, or what stands, here less and there more."""
    metric, day = draw(st.sampled_from(METRICS)), draw(st.sampled_from(DAYS))
    if metric != "codes":
        area, how, party = (
            draw(st.sampled_from(AREAS)),
            draw(st.sampled_from(("self", "assisted"))),
            draw(st.integers(1, 4)),
        )
        counts = rules.kinds(how, party) if metric == "checkins" else {metric: 1}
        return [Change(area, day, counted, sequence, n) for counted, n in counts.items()]
    areas = draw(st.lists(st.sampled_from(AREAS), unique=True, min_size=1, max_size=2))
    return [Change(area, rules.TOTAL, metric, sequence, draw(st.integers(-3, 3))) for area in areas]


@st.composite
def happenings(draw: st.DrawFn, sequence: int) -> list[Change]:
    """What happened, each on its day, in the order of one shard."""
    return [
        Change(draw(st.sampled_from(AREAS)), draw(st.sampled_from(DAYS)), "checkins", sequence + n)
        for n in range(draw(st.integers(1, 30)))
    ]


@st.composite
def streams(draw: st.DrawFn) -> dict[str, list[Change]]:
    """Some shards with their changes in order; sequences grow, with gaps, and pass the digits of a power of ten."""
    made = {}
    for shard in draw(st.lists(st.sampled_from(["s-1", "s-2", "s-3"]), unique=True, min_size=1)):
        sequence, changes = draw(st.integers(0, 10**39)), []
        for _ in range(draw(st.integers(0, 30))):
            sequence += draw(st.integers(1, 12))
            changes += draw(records(sequence))
        made[shard] = changes
    return made


@st.composite
def deliveries(draw: st.DrawFn, changes: list[Change]) -> list[list[Change]]:
    """Batches of one shard, at least once each and in order, with retries from any place before, cut anywhere.

    Within a batch records may stand in any order and twice: what must hold is that no record is passed over, and none
    is cut in two.
    """
    batches: list[list[Change]] = []
    sequences, reached = sorted({change.sequence for change in changes}), 0
    while reached < len(sequences):
        start = draw(st.integers(0, reached))
        end = draw(st.integers(reached, len(sequences)))
        within = set(sequences[start:end])
        batch = [change for change in changes if change.sequence in within]
        doubled = batch + draw(st.lists(st.sampled_from(batch), max_size=3)) if batch else []
        batches.append(draw(st.permutations(doubled)))
        reached = max(reached, end)
    everything_again = draw(st.booleans())
    if changes and everything_again:
        batches.append(changes)
    return batches


def folded(
    table: dict[Key, Tally], batch: list[Change], shard: str, moves: Callable[[Key], bool] = lambda _head: True
) -> None:
    """What the service does to a table, without one; of a batch that died, those rows that still moved."""
    rows = rules.by_row(batch, shard)
    for head, days in filter(lambda one: moves(one[0]), rules.together(rows).items()):
        before = table.get(head, Tally())
        table[head] = rules.fold(before, rows[head])
        for day, gain in rules.gained(before, {day: rows[day] for day in days}).items():
            table[day] = Tally(table.get(day, Tally()).n + gain.n, gain.last)


def place_of(key: Key) -> tuple[str, str]:
    """Area, day and metric of a row, without its shard."""
    return key.partition, key.sort.rpartition("#")[0]


def truth(all_changes: Iterator[Change]) -> dict[tuple[str, str], int]:
    """How many there really were, by area, day and metric."""
    counts: dict[tuple[str, str], int] = {}
    for change in all_changes:
        for key in change.keys(""):
            counts[place_of(key)] = counts.get(place_of(key), 0) + change.n
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
    sums: dict[tuple[str, str], int] = {}
    for key, tally in table.items():
        sums[place_of(key)] = sums.get(place_of(key), 0) + tally.n
    assert sums == truth(change for changes in made.values() for change in changes)


@settings(max_examples=50, deadline=None)
@given(data=st.data(), changes=st.integers(0, 10**39).flatmap(happenings))
def test_what_died_half_way_is_mended_by_counting_its_days_again(data: st.DataObject, changes: list[Change]) -> None:
    """Some rows of some batches never moved, later ones went on, and then they are handed over again.

    Whatever a day lacks then, all days together lack too: what a recount of the days adds makes both exact.
    """
    table: dict[Key, Tally] = {}
    cuts = sorted(data.draw(st.sets(st.integers(0, len(changes)), max_size=6)) | {0, len(changes)})
    batches = [changes[start:end] for start, end in pairwise(cuts)]
    for batch in batches:
        heads = sorted(rules.together(rules.by_row(batch, "s")), key=lambda key: key.sort)
        died = data.draw(st.sets(st.sampled_from(heads)))
        folded(table, batch, "s", lambda head, died=died: head not in died)  # type: ignore[misc]
    for batch in data.draw(st.permutations(batches)):
        folded(table, batch, "s")
    true, sums = truth(iter(changes)), Counter[tuple[str, str]]()
    for key, tally in table.items():
        sums[place_of(key)] += tally.n
    for (partition, row), n in true.items():
        if not partition.endswith(f"#{rules.TOTAL}"):
            place = f"{partition.partition('#')[0]}#{rules.TOTAL}", row
            assert n - sums[partition, row] >= 0
            sums[place] += n - sums[partition, row]
    assert {place: sums[place] for place in true if place[0].endswith(f"#{rules.TOTAL}")} == {
        place: n for place, n in true.items() if place[0].endswith(f"#{rules.TOTAL}")
    }


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.integers(0, 10**40), st.integers(-3, 3), min_size=1, max_size=40), st.data())
def test_a_row_is_the_same_after_any_replay_of_what_it_counted(deltas: dict[int, int], data: st.DataObject) -> None:
    """Once folded, no part of it moves the row again."""
    row = rules.fold(Tally(), deltas)
    assert row == Tally(sum(deltas.values()), max(deltas))
    replay = data.draw(st.lists(st.sampled_from(sorted(deltas)), max_size=40))
    assert rules.fold(row, {sequence: deltas[sequence] for sequence in replay}) == row


@dataclass(frozen=True)
class Row:
    """A check-in as its row has it: who, when, and what it changes."""

    who: int
    act: Act
    moves: tuple[Move, ...]

    @property
    def made_at(self) -> int:
        """When it was made."""
        return self.act.at

    def changed(self) -> tuple[Move, ...]:
        """What it changes."""
        return self.moves


SHOP, TOWER = Counts("shop", 3600), Counts("tower", STAY_S)
LINEAGES = {"shop": (SHOP, TOWER), "tower": (TOWER,)}


@st.composite
def arrivals(draw: st.DrawFn) -> list[Row]:
    """Rows of some people at a shop and its tower, as they arrive: some waited for a network."""
    acts, at = list[tuple[int, Act, int]](), 1_795_300_000
    for _ in range(draw(st.integers(0, 25))):
        at += draw(st.integers(1, 4000))
        who, way = draw(st.integers(0, 2)), draw(st.sampled_from(("in", "in", "out")))
        place = draw(st.sampled_from(("shop", "tower")))
        acts.append((who, Act(f"p-{who}", place, "out" if way == "out" else "in", at), draw(st.integers(1, 4))))
    if draw(st.booleans()):
        acts = draw(st.permutations(acts))
    rows = list[Row]()
    for who, act, party in acts:
        own = [row for row in rows if row.who == who]
        rows.append(Row(who, act, moves_of(act, party, LINEAGES[act.venue], own)))
    return rows


def counted(table: dict[Key, Tally], where: Counts, at: int) -> int:
    """How many a reader of the counters finds inside."""
    first, place = rules.first_slot(at, where.stay_s), rules.presence_partition(where.venue)
    slots = ((int(key.sort.split("#")[0]), tally.n) for key, tally in table.items() if key.partition == place)
    return sum(n for slot, n in slots if slot >= first)


def told(rows: list[Row], where: Counts, at: int) -> int:
    """How many the newest check-in of each person that counts there says are with them, unless their stay is over."""
    newest: dict[int, tuple[int, int]] = {}
    for row in rows:
        for move in (one for one in row.moves if one.venue == where.venue):
            newest[row.who] = max(newest.get(row.who, (0, 0)), (row.act.at, move.came))
    first = rules.first_slot(at, where.stay_s)
    return sum(n for seen, n in newest.values() if seen // rules.SLOT_S >= first)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), rows=arrivals())
def test_who_is_inside_is_exact_after_any_replay(data: st.DataObject, rows: list[Row]) -> None:
    """Came in, came again with others, left, left without a check-out, told late: nobody is counted twice or forgotten."""
    changes = [
        one
        for sequence, row in enumerate(rows)
        for move in row.moves
        for one in rules.presences(move, row.act.at, sequence)
    ]
    table: dict[Key, Tally] = {}
    for batch in data.draw(deliveries(changes)):  # type: ignore[arg-type]  # a stream's changes, whatever they count
        folded(table, batch, "s")
    at = max((row.act.at for row in rows), default=0) + data.draw(st.sampled_from((0, 1800, 5400)))
    for where in (SHOP, TOWER):
        assert counted(table, where, at) == told(rows, where, at)


def test_twenty_thousand_checkins_replayed_twice_in_another_order_leave_the_same() -> None:
    """The rows by law 2 (a repeat is none), the counters by law 7 (streams cut anew, everything delivered again)."""
    chance = random.Random(20_000)  # noqa: S311 - the same acts in every run
    ways: tuple[Direction, ...] = ("in", "out")
    places = list(product(range(20), ways, AREAS))
    acts = [
        (Act(f"pid-{n % 4_000}", f"V-{area}-{k}", direction, 1_795_000_000 + 600 * (n // 4_000)), area)
        for n in range(20_000)
        for k, direction, area in [chance.choice(places)]
    ]
    left = [replayed(chance, acts) for _ in range(3)]
    assert left[0] == left[1] == left[2]
    rows, sums = left[0]
    assert len(rows) == len({(act.pid, sort_key(act)) for act, _area in acts}) == sums["#all", "99#checkins"]
    assert len(rows) == 20_000


def replayed(
    chance: random.Random, acts: list[tuple[Act, str]]
) -> tuple[dict[tuple[str, str], tuple[Act, str]], dict[tuple[str, str], int]]:
    """Rows and sums after all acts were posted twice in some order, and their streams delivered twice in some other."""
    rows: dict[tuple[str, str], tuple[Act, str]] = {}
    shards: dict[str, list[Change]] = {}
    for act, area in chance.sample(acts, len(acts)) + chance.sample(acts, len(acts)):
        key = (act.pid, sort_key(act))
        if key not in rows:
            rows[key] = (act, area)
            day = DAYS[act.at // 600 % 2]
            shards.setdefault(f"s-{crc32(act.pid.encode()) % 4}", []).append(Change(area, day, "checkins", len(rows)))
    table: dict[Key, Tally] = {}
    for _delivery in range(2):
        waiting = {shard: batches_of(chance, changes) for shard, changes in shards.items()}
        while waiting:
            shard = chance.choice(sorted(waiting))
            folded(table, waiting[shard].pop(0), shard)
            waiting = {name: batches for name, batches in waiting.items() if batches}
    sums: dict[tuple[str, str], int] = {}
    for key_of_row, tally in table.items():
        sums[place_of(key_of_row)] = sums.get(place_of(key_of_row), 0) + tally.n
    return rows, sums


def batches_of(chance: random.Random, changes: list[Change]) -> list[list[Change]]:
    """A shard's changes in order, cut at will, each batch shuffled."""
    batches, start = list[list[Change]](), 0
    while start < len(changes):
        batch = changes[start : start + chance.randint(1, 500)]
        batches.append(chance.sample(batch, len(batch)))
        start += len(batch)
    return batches
