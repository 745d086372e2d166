"""Venues inside venues: a tower has floors, a floor has shops. A scan at the shop is one at the tower too."""

from __future__ import annotations

from functions.venues import rules, service
from functions.venues.model import VenueRow
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
    found: list[str] = []
    level = [venue_id]
    for _depth in range(rules.MAX_DEPTH - 1):
        level = [row.venue for parent in level for row in VenueRow.by_parent.query(parent)]
        # A ring cannot be made one venue at a time; two at once could, and must not make this endless.
        level = [venue for venue in level if venue not in {venue_id, *found}]
        found += level
    return tuple(found)
