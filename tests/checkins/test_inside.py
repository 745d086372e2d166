"""Who is inside a venue and what it lies in: held against a list of what each person did, read in order."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from functions.checkins.inside import Counts, Move, is_inside, moves_of
from functions.checkins.model import CheckinRow
from functions.checkins.rules import SLOT_S, Act, Direction

AT = 1_795_312_800
SHOP, TOWER = Counts("shop", 3600), Counts("tower", 7200)
LINEAGES = {"shop": (SHOP, TOWER), "tower": (TOWER,)}
DAYS = st.lists(
    st.tuples(st.sampled_from(["shop", "tower"]), st.sampled_from(["in", "in", "out"]), st.integers(1, 90)), max_size=12
)


@dataclass(frozen=True)
class Row:
    """A check-in that was recorded."""

    made_at: int
    moves: tuple[Move, ...]

    def changed(self) -> tuple[Move, ...]:
        """What it changes."""
        return self.moves


def recorded(*acts: tuple[str, Direction, int], party: int = 1) -> list[Row]:
    """What one person did, in the order it arrived: where, which way, how many minutes after AT."""
    rows = list[Row]()
    for venue, way, minutes in acts:
        act = Act("p", venue, way, AT + 60 * minutes)
        rows.append(Row(act.at, moves_of(act, party, LINEAGES[venue], rows)))
    return rows


def inside(rows: list[Row], minutes: int) -> set[str]:
    """Where the person is counted then."""
    return {one.venue for one in (SHOP, TOWER) if is_inside(rows, one, AT + 60 * minutes)}


def slot(minutes: int) -> int:
    """The ten minutes that begin or began so many minutes after AT."""
    return (AT + 60 * minutes) // SLOT_S


def test_the_rules_by_example() -> None:
    """One line for each sentence of the page."""
    assert inside(recorded(("shop", "in", 0)), 10) == {"shop", "tower"}
    assert inside(recorded(("shop", "in", 0), ("shop", "out", 20)), 20) == set()
    assert inside(recorded(("tower", "in", 0), ("shop", "in", 10), ("shop", "out", 20)), 20) == {"tower"}
    assert inside(recorded(("tower", "in", 0), ("shop", "in", 10), ("tower", "out", 20)), 20) == {"shop"}
    assert inside(recorded(("shop", "in", 0)), 80) == {"tower"}
    assert inside(recorded(("shop", "in", 0), ("shop", "in", 50)), 80) == {"shop", "tower"}
    # Told late: who left is not brought back by an earlier check-in that waited for a network.
    assert inside(recorded(("shop", "in", 0), ("shop", "out", 20), ("shop", "in", 10)), 20) == set()


def test_whoever_scans_at_both_doors_is_counted_once() -> None:
    """The second scan takes away what the first one counted, with everybody who came along."""
    rows = recorded(("tower", "in", 0), ("shop", "in", 15), party=3)
    assert rows[0].moves == (Move("tower", came=3, own=True),)
    assert rows[1].moves == (Move("shop", came=3, own=True), Move("tower", slot(0), gone=3, came=3, own=True))


@given(DAYS)
def test_a_person_is_counted_where_a_reader_of_their_day_would_say(steps: list[tuple[str, Direction, int]]) -> None:
    """In the shop after its newest `in`; in the tower after any, until its own `out`, or the shop's for who came by it."""
    shop = tower = own = False
    minutes = at_shop = at_tower = 0
    acts = list[tuple[str, Direction, int]]()
    for venue, way, later in steps:
        minutes += later
        acts.append((venue, way, minutes))
        # Whose stay is over is a stranger again, also to the tower's own door.
        own = own and tower and slot(at_tower) >= slot(minutes - 120)
        if venue == "shop":
            shop, tower, at_shop = way == "in", way == "in" or own, minutes
        else:
            own = tower = way == "in"
        at_tower = minutes
    told = inside(recorded(*acts), minutes)
    assert ("shop" in told) == (shop and slot(at_shop) >= slot(minutes - 60))
    assert ("tower" in told) == tower


def test_a_row_of_the_release_before_says_the_same() -> None:
    """It knew one venue and one person: they are read as that."""
    row = CheckinRow("p", f"{slot(0)}#shop#in", at=AT, venue="shop", direction="in", counted=True, before=7)
    assert row.changed() == (Move("shop", 7, 1, 1, own=True),)
    assert is_inside([row], SHOP, AT)
    left = CheckinRow("p", f"{slot(0)}#shop#out", at=AT, venue="shop", direction="out", counted=True)
    assert left.changed() == (Move("shop", own=True),)
    assert CheckinRow("p", "x", at=AT, venue="shop", direction="in").changed() == ()
