"""Who was there with whom: the intervals are held against a reading of the rules tick by tick, of all people at once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.tracing import presence, searching
from functions.tracing.presence import LONGEST_S, STAY_S, Act, Exposure, Visit

TICK = 1800  # everything here happens at whole half hours, so that a tick's middle decides about all of it
START = 1_795_305_600
DAY = 86_400
# A tower T with two shops, one of which holds a stall; a market of its own; and a venue of which nothing is known.
CHAINS = {"T": ("T",), "A": ("A", "T"), "B": ("B", "T"), "a": ("a", "A", "T"), "M": ("M",)}
VENUES = (*CHAINS, "unknown")
TREES = {"T": ("T", "A", "B", "a"), "M": ("M",), "unknown": ("unknown",)}

ticks = st.integers(0, 2 * DAY // TICK).map(lambda tick: START + tick * TICK)
acts = st.builds(
    Act,
    st.sampled_from(VENUES),
    st.booleans(),
    ticks,
    st.integers(0, 4).map(bool),
    st.integers(0, 3).map(lambda n: not n),
)
# A key holds one check-in of a slot, venue and direction; two at the same instant are the same.
people = st.lists(acts, max_size=9, unique_by=lambda act: (act.at, act.venue, act.leaves)).map(
    lambda found: [Act(a.venue, a.leaves, a.at, a.entered or a.leaves, a.assisted) for a in found]
)


def above(venue: str) -> tuple[str, ...]:
    """A venue and what contains it."""
    return CHAINS.get(venue, (venue,))


def was_there(own: Iterable[Act], venue: str, at: float) -> bool:
    """The rules of docs/tracing.md, word by word, for one instant."""
    told = [act for act in own if act.venue == venue or not (act.venue in above(venue) or venue in above(act.venue))]
    told.sort(key=lambda act: (act.at, act.leaves, act.venue))
    before = [act for act in told if act.at <= at]
    after = [act for act in told if act.at > at]
    last, following = (before[-1] if before else None), (after[0] if after else None)
    entered = last is not None and last.venue == venue and not last.leaves and last.entered
    left = following is not None and following.venue == venue and following.leaves
    if entered and left and following.at - last.at <= LONGEST_S:  # type: ignore[union-attr]  # both are there
        return True
    if entered and at < last.at + STAY_S:  # type: ignore[union-attr]  # it is there
        return True
    return left and at >= following.at - STAY_S  # type: ignore[union-attr]  # it is there


def together(case: list[Act], other: list[Act], window: tuple[int, int]) -> tuple[int, set[str]]:
    """For how long two people were together in a window, and in which narrowest venues, by looking at every tick."""
    seconds, places = 0, set()
    for tick in range(window[0], window[1], TICK):
        at = tick + TICK / 2
        mine = [venue for venue in VENUES if was_there(case, venue, at)]
        theirs = [venue for venue in VENUES if was_there(other, venue, at)]
        shared = {
            place
            for one in mine
            for two in theirs
            if (place := next((place for place in above(one) if place in above(two)), None))
        }
        seconds += TICK * bool(shared)
        places |= shared
    return seconds, places


@given(own=people)
def test_visits_are_what_the_rules_say_of_each_instant(own: list[Act]) -> None:
    """No interval is longer, shorter or elsewhere than the words; those of one venue never touch."""
    visits = presence.visits_of(own, CHAINS)
    for tick in range(START - DAY, START + 3 * DAY, TICK):
        at = tick + TICK / 2
        assert {one.venue for one in visits if one.start <= at < one.end} == {
            venue for venue in VENUES if was_there(own, venue, at)
        }
    for one, following in pairwise(visits):
        assert one.venue != following.venue or one.end < following.start


@given(case=people, other=people, window=st.tuples(ticks, ticks).map(sorted))
def test_overlap_is_what_brute_force_finds(case: list[Act], other: list[Act], window: list[int]) -> None:
    """For how long, and in which narrowest places: as counted tick by tick."""
    start, end = window
    exposures = presence.exposures_of(presence.visits_of(case, CHAINS), CHAINS, start, end)
    met = presence.encounters_of(presence.visits_of(other, CHAINS), exposures, CHAINS)
    seconds, places = together(case, other, (start, end))
    assert presence.seconds_of(met) == seconds
    assert {one.place for one in met} == places


@settings(max_examples=200)
@given(
    case=people,
    others=st.dictionaries(st.sampled_from(("p", "q", "r", "s")), people, min_size=1),
    window=st.tuples(ticks, ticks).map(sorted),
)
def test_whoever_was_there_is_among_those_the_index_names(
    case: list[Act], others: dict[str, list[Act]], window: list[int]
) -> None:
    """The index knows neither refusals nor other venues, and only its hours are read: it may name too many, never too few."""
    exposures = presence.exposures_of(presence.visits_of(case, CHAINS), CHAINS, *window)
    read = {
        (venue, hour)
        for one in exposures
        for venue in TREES[one.chain[-1]]
        for hour in presence.hours_of(one.start, one.end)
    }
    index = {
        pid: [Act(act.venue, act.leaves, act.at) for act in own if (act.venue, act.at // 3600 * 3600) in read]
        for pid, own in others.items()
    }
    plan = searching.Plan(exposures, CHAINS, sorted(read))
    truly = {pid for pid, own in others.items() if together(case, own, (window[0], window[1]))[0]}
    assert truly <= set(searching.candidates_of(plan, index))


@given(case=people, window=st.tuples(ticks, ticks).map(sorted), margin=st.integers(0, 6))
def test_a_margin_widens_within_the_window_alone(case: list[Act], window: list[int], margin: int) -> None:
    """Nobody approved more than the window."""
    visits = presence.visits_of(case, CHAINS)
    plain = presence.exposures_of(visits, CHAINS, *window)
    wide = presence.exposures_of(visits, CHAINS, window[0], window[1], margin * TICK)
    assert all(window[0] <= one.start < one.end <= window[1] for one in wide)
    covered = presence.union_s((one.start, one.end) for one in wide)
    assert covered >= presence.union_s((one.start, one.end) for one in plain)


def test_the_rules_by_example() -> None:
    """One line for each sentence of the page."""
    hour = 3600

    def seen(*own: Act) -> list[tuple[str, int, int]]:
        return [(one.venue, one.start // hour, one.end // hour) for one in presence.visits_of(own, CHAINS)]

    assert seen(Act("M", False, 8 * hour), Act("M", True, 17 * hour)) == [("M", 8, 17)]
    assert seen(Act("M", False, 8 * hour)) == [("M", 8, 10)]
    assert seen(Act("M", False, 8 * hour), Act("M", False, 9 * hour)) == [("M", 8, 11)]
    assert seen(Act("M", False, 8 * hour), Act("A", False, 9 * hour)) == [("A", 9, 11), ("M", 8, 9)]
    assert seen(Act("T", False, 8 * hour), Act("A", False, 9 * hour)) == [("A", 9, 11), ("T", 8, 10)]
    assert seen(Act("M", True, 8 * hour)) == [("M", 6, 8)]
    assert seen(Act("M", False, 8 * hour), Act("M", True, 21 * hour)) == [("M", 8, 10), ("M", 19, 21)]
    assert seen(Act("M", False, 8 * hour, entered=False)) == []
    assert seen(Act("M", False, 8 * hour), Act("A", False, 9 * hour, entered=False)) == [("M", 8, 9)]


def test_a_venue_alone_names_who_was_in_it_and_below_it_and_not_who_was_beside_it() -> None:
    """A trace of a shop is not one of its tower."""
    shop = [Exposure(("A",), 0, 100)]
    here, below, beside = (Visit(venue, 0, 50, 0) for venue in ("A", "a", "B"))
    assert [one.place for one in presence.encounters_of([here, below, beside], shop, CHAINS)] == ["A", "A"]
