"""Whose venues a caller may see and change: a manager's own, and those of an officer's or worker's area; who decides."""

from __future__ import annotations

from functions.shared.http import Request
from functions.shared.labels import DISTRICT, is_area
from functions.shared.problems import Forbidden, NotFound
from functions.venues import rules, service
from functions.venues.rules import Venue


def managed(request: Request, venue: str) -> Venue:
    """Return a venue that lies in the caller's reach.

    Raises:
        NotFound: no such venue.
        Forbidden: it is another one's, or lies outside the caller's area.
    """
    if request.caller.role == "venue":
        request.caller.require_scope(venue)
        return service.must(venue, request.at)
    found = service.must(venue, request.at)
    request.caller.require_area(found.area)
    return found


def require_level(request: Request, decision: str) -> None:
    """Refuse an officer who may not take a decision in any venue's life.

    Raises:
        Forbidden: `level`.
    """
    if not rules.may_decide(decision, request.caller.scope):
        raise Forbidden("A subdistrict approves, refuses and closes. A community checks, or asks again.", code="level")


def require_district(request: Request, area: str) -> None:
    """Refuse who does not answer for a whole district, and what is none.

    Raises:
        Forbidden: the caller's area is another one, or a part of it.
        NotFound: `no-district`.
    """
    request.caller.require_area(area)
    if not is_area(area) or len(area) != DISTRICT:
        raise NotFound("This is set for a district: a code of 6 digits.", code="no-district")
