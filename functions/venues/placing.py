"""Where a venue may lie: in which area, in which other venue, and with what lies in it already."""

from __future__ import annotations

from functions.shared.labels import DISTRICT, district_of, is_area
from functions.shared.problems import FieldError, Rejected
from functions.venues import rules
from functions.venues.model import VenueRow
from functions.venues.rules import Venue


def require_place(area: str) -> None:
    """Refuse an area that is none a venue can lie in, before a one-time code is spent on it.

    Raises:
        Rejected: `area`.
    """
    if not is_area(area) or len(area) < DISTRICT:
        raise Rejected(
            "A venue lies in a district or below it.",
            code="area",
            errors=(FieldError("/area", "area", "a division code of 6, 9 or 12 digits"),),
        )


def require(venue_id: str, area: str, parent: str, at: int, stored: Venue | None = None) -> None:
    """Refuse a place that a venue can't have.

    Args:
        venue_id: its id.
        area: the area it shall lie in.
        parent: the venue it shall lie in, empty for none.
        at: epoch seconds.
        stored: the venue as it stands, None for a new one: what lies in it moves with it.

    Raises:
        Rejected: the area is none a venue can lie in, it can't lie in the parent, or what lies in it can't come along.
    """
    require_place(area)
    below = [] if stored is None or _stays(stored, area, parent) else levels_below(venue_id)
    if stored and below and district_of(stored.area) != district_of(area):
        detail = "Venues lie in this one, and a venue lies in one of its own district. Move them first."
        raise Rejected(detail, code="district", errors=(FieldError("/area", "district", "keep the district"),))
    if not parent:
        return
    # Itself first: a venue that is not there yet can't be found by its id.
    fault = ("inside-itself", "A venue can't lie in itself.") if parent == venue_id else None
    fault = fault or rules.parent_fault(venue_id, area, _above(parent, at), len(below))
    if fault:
        law, detail = fault
        raise Rejected(detail, errors=(FieldError("/parent", law, "name another venue"),))


def levels_below(venue_id: str) -> list[list[str]]:
    """Return the ids of all that lies in a venue, level by level, without itself."""
    found: list[list[str]] = []
    seen, level = {venue_id}, [venue_id]
    while level and len(found) < rules.MAX_DEPTH:
        level = [row.venue for parent in level for row in VenueRow.by_parent.query(parent)]
        # A ring cannot be made one venue at a time; two at once could, and must not make this endless.
        level = [venue for venue in level if venue not in seen]
        seen.update(level)
        found += [level] if level else []
    return found


def _above(venue_id: str, at: int) -> list[VenueRow]:
    found: list[VenueRow] = []
    following = venue_id
    while following and len(found) <= rules.MAX_DEPTH:
        one = VenueRow.find(following, at=at)
        if one is None:
            break
        found.append(one)
        following = one.parent or ""
    return found


def _stays(stored: Venue, area: str, parent: str) -> bool:
    return stored.parent == parent and district_of(stored.area) == district_of(area)
