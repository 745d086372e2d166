"""Whose venues a caller may see and change: a manager's own, and those of an officer's or worker's area."""

from __future__ import annotations

from functions.shared.http import Request
from functions.venues import service
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
