"""What may be one venue: a pure rule, symmetrical, and blind to how a name is written."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from functions.venues import duplicates
from functions.venues.coordinates import METRES_PER_DEGREE, gcj02, metres
from functions.venues.policy import Policy
from functions.venues.rules import About, CoordinateSystem, Position, Venue

AREA = "990101001001"
LATITUDES, LONGITUDES = st.floats(18, 53), st.floats(74, 135)


def venue(venue_id: str, name: str = "", address: str = "", at: Position | None = None, parent: str = "") -> Venue:
    """A venue of one community that was applied for."""
    about = About(at)
    return Venue(venue_id, name or venue_id, AREA, "", address, parent, about, "applied", Policy(), 0, None, "", ())


def reasons(one: Venue, other: Venue) -> tuple[str, ...]:
    """Why one may be the other."""
    found = duplicates.like(duplicates.known(one), duplicates.index_of([duplicates.known(other)]))
    return found[0].why if found else ()


def east_of(place: Position, away_m: float) -> Position:
    """A place so many metres east of another."""
    return replace(
        place,
        longitude=place.longitude + away_m / (METRES_PER_DEGREE * math.cos(math.radians(place.latitude))),
    )


@given(
    st.sampled_from(["红光超市", "华联（南门店）", "OK便利", "公司"]),
    st.sampled_from(["", "有限公司", " 有限责任公司", "Co., Ltd."]),
)
def test_a_name_is_the_same_however_it_is_written(name: str, kind: str) -> None:
    """Full-width forms, spaces, punctuation and the kind of company tell no two venues apart."""
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in name)
    spaced = " ".join(wide)
    assert reasons(venue("V-1", name), venue("V-2", spaced + kind)) == ("name",)
    assert reasons(venue("V-1", name), venue("V-2", name + "二店")) == ()


def test_the_same_name_in_another_community_is_another_venue() -> None:
    """Chains have a branch in each; an application that names only the district may be any of them."""
    other = replace(venue("V-2", "红光超市"), area="990101001002")
    assert reasons(venue("V-1", "红光超市"), other) == ()
    assert reasons(venue("V-1", "红光超市"), replace(other, area="990101")) == ("name",)


def test_the_same_address_is_one_unless_both_lie_in_one_house() -> None:
    """A tower's shops share its address with it and with each other."""
    tower = venue("V-1", address="人民路 1 号")
    shop, other = (venue(name, address="人民路１号", parent="V-1") for name in ("V-2", "V-3"))
    assert reasons(tower, venue("V-4", address="人民路1号")) == ("address",)
    assert reasons(tower, shop) == reasons(shop, tower) == reasons(shop, other) == ()


@given(LATITUDES, LONGITUDES, st.floats(0, 60), st.sampled_from(["gcj02", "wgs84", "bd09", "cgcs2000"]))
def test_thirty_metres_are_near_whatever_the_cell(
    latitude: float, longitude: float, away_m: float, system: CoordinateSystem
) -> None:
    """The grid only saves comparisons: what it finds is what the distance says."""
    here = Position(latitude, longitude, system)
    there = east_of(here, away_m)
    near = metres(gcj02(here), gcj02(there)) <= duplicates.NEAR_M
    assert (reasons(venue("V-1", at=here), venue("V-2", at=there)) == ("near",)) == near


@given(LATITUDES, LONGITUDES)
def test_systems_are_brought_together_before_they_are_compared(latitude: float, longitude: float) -> None:
    """Half a kilometre lies between a satellite's position and a map's; CGCS2000 is WGS 84 to a door."""
    wgs84 = Position(latitude, longitude, "wgs84")
    shifted = gcj02(wgs84)
    assert 20 < metres(shifted, (latitude, longitude)) < 1_100
    assert gcj02(replace(wgs84, system="cgcs2000")) == shifted
    assert reasons(venue("V-1", at=wgs84), venue("V-2", at=Position(*shifted, "gcj02"))) == ("near",)


def test_a_position_of_baidus_is_brought_to_the_others() -> None:
    """The worked example that map software is compared by: BD-09 39.915, 116.404 is GCJ-02 39.90865, 116.39762."""
    latitude, longitude = gcj02(Position(39.915, 116.404, "bd09"))
    assert (round(latitude, 5), round(longitude, 5)) == (39.90866, 116.39763)


def test_the_likeliest_come_first_and_at_most_five() -> None:
    """Who agrees in two things stands before who agrees in one; itself is none of them."""
    asked = venue("V-1", "红光超市", "人民路1号")
    rest = [venue(f"V-{number}", "红光超市") for number in range(2, 10)]
    index = duplicates.index_of(map(duplicates.known, [asked, *rest, venue("V-99", "红光超市", "人民路1号")]))
    found = duplicates.like(duplicates.known(asked), index)
    assert (found[0].venue.venue, found[0].why) == ("V-99", ("address", "name"))
    assert len(found) == duplicates.SHOWN
    assert "V-1" not in {one.venue.venue for one in found}
