"""Whose venues a caller may see and change: a manager's own, and those of an officer's or worker's area; who decides."""

from __future__ import annotations

from functions.shared.callers import Caller
from functions.shared.labels import DISTRICT, is_area
from functions.shared.problems import Forbidden, NotFound
from functions.venues import rules, service
from functions.venues.rules import Venue


def managed(caller: Caller, venue: str, at: int) -> Venue:
    """Return a venue that lies in the caller's reach: its own manager's, an officer's or worker's area.

    Raises:
        NotFound: no such venue.
        Forbidden: it is another one's, or lies outside the caller's area.
    """
    if caller.role == "venue":
        caller.require_scope(venue)
        return service.must(venue, at)
    found = service.must(venue, at)
    caller.require_area(found.area)
    return found


def require_level(caller: Caller, decision: str) -> None:
    """Refuse an officer who may not take a decision in any venue's life.

    Raises:
        Forbidden: `level`.
    """
    if not rules.may_decide(decision, caller.scope):
        raise Forbidden("A subdistrict approves, refuses and closes. A community checks, or asks again.", code="level")


def require_district(caller: Caller, area: str) -> None:
    """Refuse who does not answer for a whole district, and what is none.

    Raises:
        Forbidden: the caller's area is another one, or a part of it.
        NotFound: `no-district`.
    """
    caller.require_area(area)
    if not is_area(area) or len(area) != DISTRICT:
        raise NotFound("This is set for a district: a code of 6 digits.", code="no-district")
