"""Whose venues a caller may see and change: a manager's own, and those of an officer's or worker's area; who decides."""

from __future__ import annotations

from functions.shared.http import Request
from functions.shared.problems import Forbidden
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
