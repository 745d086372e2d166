"""Impossible travel: found whatever the maps, marked in the trace, refused nowhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import clock
from functions.tracing import doubts, presence, service
from functions.tracing.presence import Act, Visit
from functions.venues import coordinates
from functions.venues import service as venues
from functions.venues.coordinates import great_circle_m, wgs84
from functions.venues.rules import About, CoordinateSystem, Position
from functions.venues.service import Facts
from tests.door.world import fresh
from tests.tracing.world import HOUR, Team, approved, asking, checkin, everybody, pids, store, work_all

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
    near = (BEIJING[0] + 0.4, BEIJING[1])  # 44 km
    for seconds, there, impossible in ((3600, SHANGHAI, True), (4 * 3600, SHANGHAI, False), (0, near, False)):
        pair = ((AT, BEIJING), (AT + seconds, there))
        assert doubts.is_impossible(*pair) == doubts.is_impossible(*reversed(pair)) == impossible


@given(
    st.lists(
        st.tuples(st.integers(0, 86_400), st.sampled_from([None, BEIJING, SHANGHAI, (29.6, 91.1)])),
        min_size=1,
        max_size=8,
        unique_by=lambda step: step[0],
    )
)
def test_a_check_in_is_in_doubt_for_its_nearest_that_says_where_it_is(
    steps: list[tuple[int, tuple[float, float] | None]],
) -> None:
    """Before it or after it; whatever lies between and says nothing of its place is passed over."""
    seen = [Act(f"V-{n}", leaves=False, at=AT + at) for n, (at, _place) in enumerate(sorted(steps))]
    places = {f"V-{n}": place for n, (_at, place) in enumerate(sorted(steps))}
    placed = [(one.at, one.venue, place) for one in seen if (place := places[one.venue]) is not None]
    doubted = set[str]()
    for one, other in pairwise(placed):
        if doubts.is_impossible((one[0], one[2]), (other[0], other[2])):
            doubted |= {one[1], other[1]}
    for act in seen:
        visit = Visit(act.venue, act.at, act.at + 600, act.at)
        assert doubts.rests_on_doubt(seen, visit, places.__getitem__) == (act.venue in doubted)


def open_at(place: tuple[float, float], *, moves: bool = False) -> str:
    """A venue that says where it is."""
    about = About(position=Position(*place, "wgs84"), moves=moves)
    return venues.register(fresh("V"), Facts("店", "990101001001", about=about), AT)[0].venue


def test_a_trace_marks_what_cannot_have_been(team: Team) -> None:
    """Both of the pair, for nobody knows which is false; a bus is anywhere; the case's own visits are counted."""
    now = clock.now()
    here, far, bus = open_at(BEIJING), open_at(SHANGHAI), open_at(SHANGHAI, moves=True)
    case, honest, copied = pids(3)
    store(
        *(checkin(case, here, now - hours * HOUR) for hours in (30, 3)),
        checkin(case, far, now - 2 * HOUR),
        *(checkin(honest, venue, now - 30 * HOUR + late) for venue, late in ((here, 0), (bus, 300))),
        *(checkin(copied, venue, now - 30 * HOUR + late) for venue, late in ((here, 0), (far, 300))),
    )
    head = approved(asking(now - 40 * HOUR, now - HOUR, pid=case), team, now)
    work_all()
    done = service.must(head.trace, now)
    found = {one.found.pid: [met.doubt for met in one.found.met] for one in everybody(done, now)}
    assert found == {honest: [""], copied: ["travel"]}
    assert int(done.doubted) == 2


def test_a_visit_knows_its_entrances_and_its_largest_party() -> None:
    """In by one, out by another, scanned again with more people: once each, in their order."""
    acts = [
        Act("V", leaves=False, at=AT, entrance="EAST", party=2),
        Act("V", leaves=False, at=AT + 600, entrance="EAST", party=4),
        Act("V", leaves=True, at=AT + 1200, entrance="WEST"),
    ]
    (visit,) = presence.visits_of(acts, {})
    assert (visit.entrances, visit.party, visit.seen_at) == (("EAST", "WEST"), 4, AT + 1200)
    (bare,) = presence.visits_of([Act("V", leaves=False, at=AT)], {})
    assert (bare.entrances, bare.party) == ((), 1)
