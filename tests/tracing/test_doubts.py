"""Impossible travel: found whatever the maps, marked in the trace, refused nowhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.checkins import service as checkins
from functions.tracing import doubts, presence, searching
from functions.tracing.presence import Act
from functions.venues import coordinates
from functions.venues import service as venues
from functions.venues.coordinates import great_circle_m, wgs84
from functions.venues.rules import About, CoordinateSystem, Position
from functions.venues.service import Facts
from tests.door.world import fresh, new_pid
from tests.tracing.world import HOUR, checkin, store

pytestmark = pytest.mark.usefixtures("engine")
AT = 1_795_312_800
# 天安门 and 东方明珠, 1,066 km apart.
BEIJING, SHANGHAI = (39.9087, 116.3975), (31.2397, 121.4998)
LATITUDES, LONGITUDES = st.floats(18, 50), st.floats(75, 134)


@given(LATITUDES, LONGITUDES, st.sampled_from(["gcj02", "bd09", "wgs84", "cgcs2000"]))
def test_a_position_is_brought_back_to_what_satellites_measure(
    latitude: float, longitude: float, system: CoordinateSystem
) -> None:
    """To a metre: what the maps' formula makes of the answer is the position that was given."""
    found = wgs84(Position(latitude, longitude, system))
    if system in {"wgs84", "cgcs2000"}:
        assert found == (latitude, longitude)
        return
    shown = coordinates.gcj02(Position(latitude, longitude, system))
    again = coordinates.gcj02(Position(*found, "wgs84"))
    assert great_circle_m(shown, again) < 1


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_distances_are_a_spheres(a: float, b: float, c: float, d: float) -> None:
    """The same both ways, none to itself, and of near places what the flat formula says."""
    assert great_circle_m((a, b), (c, d)) == pytest.approx(great_circle_m((c, d), (a, b)))
    assert great_circle_m((a, b), (a, b)) == 0
    near = (a + 0.01, b + 0.01)
    assert great_circle_m((a, b), near) == pytest.approx(coordinates.metres((a, b), near), rel=0.01)


def test_the_distance_of_two_cities() -> None:
    """As any map has it."""
    assert great_circle_m(BEIJING, SHANGHAI) == pytest.approx(1_066_000, rel=0.01)


def test_how_fast_is_too_fast() -> None:
    """300 km/h, a kilometre and ten minutes of slack; a flight's worth of time is enough, an hour is not."""
    assert doubts.doubted([(AT, BEIJING), (AT + 3600, SHANGHAI)]) == {0, 1}
    assert doubts.doubted([(AT, BEIJING), (AT + 4 * 3600, SHANGHAI)]) == set()
    assert doubts.doubted([(AT, BEIJING), (AT, (BEIJING[0] + 0.4, BEIJING[1]))]) == set()
    # What says nothing of its place says nothing of travel, and a later check-in is held against the last that does.
    assert doubts.doubted([(AT, BEIJING), (AT + 60, None), (AT + 120, SHANGHAI), (AT + 9000, SHANGHAI)]) == {0, 2}
    assert doubts.doubted([(AT + 120, SHANGHAI), (AT, BEIJING)]) == {0, 1}
    assert doubts.doubted([]) == set()


@given(st.lists(st.tuples(st.integers(0, 86_400), LATITUDES, LONGITUDES), max_size=8))
def test_whoever_travels_slowly_enough_is_never_doubted(steps: list[tuple[int, float, float]]) -> None:
    """A doubt needs a step of the day that is too far for its time; a day without one has none."""
    seen = [(AT + at, (latitude, longitude)) for at, latitude, longitude in steps]
    ordered = sorted(seen)
    impossible = any(
        great_circle_m(one[1], other[1]) > 1_000 + (other[0] - one[0] + 600) * 300_000 / 3600
        for one, other in pairwise(ordered)
    )
    assert bool(doubts.doubted(seen)) == impossible


def open_at(place: tuple[float, float], *, moves: bool = False) -> str:
    """A venue that says where it is."""
    about = About(position=Position(*place, "wgs84"), moves=moves)
    return venues.register(fresh("V"), Facts("店", "990101001001", about=about), AT)[0].venue


def test_a_visit_rests_on_doubted_check_ins_and_says_so() -> None:
    """Both of the pair, for nobody knows which is false; a bus is anywhere, and a third place is not touched."""
    pid = new_pid()
    here, far, bus = open_at(BEIJING), open_at(SHANGHAI), open_at(SHANGHAI, moves=True)
    acts = (
        (here, AT - 20 * HOUR),
        (bus, AT - 10 * HOUR),
        (here, AT - 10 * HOUR + 300),
        (here, AT - 2 * HOUR),
        (far, AT - HOUR),
    )
    store(*(checkin(pid, venue, at) for venue, at in acts))
    visits = presence.visits_of(searching.acts_of(checkins.seen_of(pid, AT), AT), {})
    assert {(one.venue, (one.start - AT) // HOUR): one.doubted for one in visits} == {
        (here, -20): False,
        (bus, -10): False,
        (here, -10): False,
        (here, -2): True,
        (far, -1): True,
    }


def test_a_visit_knows_its_entrances_and_its_largest_party() -> None:
    """In by one, out by another, scanned again with more people: once each, in their order."""
    acts = [
        Act("V", leaves=False, at=AT, entrance="EAST", party=2),
        Act("V", leaves=False, at=AT + 600, entrance="EAST", party=4),
        Act("V", leaves=True, at=AT + 1200, entrance="WEST", doubted=True),
    ]
    (visit,) = presence.visits_of(acts, {})
    assert (visit.entrances, visit.party, visit.doubted, visit.seen_at) == (("EAST", "WEST"), 4, True, AT + 1200)
    (bare,) = presence.visits_of([Act("V", leaves=False, at=AT)], {})
    assert (bare.entrances, bare.party, bare.doubted) == ((), 1, False)
