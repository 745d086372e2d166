"""Venues inside venues: a tower has floors, a floor has shops. A scan at the shop is one at the tower too."""

from __future__ import annotations

from functions.venues import placing, rules, service
from functions.venues.rules import Venue


def lineage(venue_id: str, at: int) -> tuple[Venue, ...]:
    """Return a venue and all it lies in, itself first, as they stood within the last half minute; empty if there is none."""
    found: list[Venue] = []
    following = venue_id
    while following and len(found) < rules.MAX_DEPTH:
        one = service.known(following, at)
        if one is None or one in found:
            break
        found.append(one)
        following = one.parent
    return tuple(found)


def ancestors(venue_id: str, at: int) -> tuple[str, ...]:
    """Return the ids of what a venue lies in, the nearest first."""
    return tuple(one.venue for one in lineage(venue_id, at)[1:])


def descendants(venue_id: str) -> tuple[str, ...]:
    """Return the ids of all that lies in a venue, level by level, without itself."""
    return tuple(venue for level in placing.levels_below(venue_id) for venue in level)
