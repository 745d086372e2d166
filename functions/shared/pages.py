"""Lists of an area by pages: which area is asked for, where the page begins, and the link to the one after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Request
from functions.shared.labels import is_area
from functions.shared.problems import Malformed

PAGE: Final = 50
DISTRICT: Final = 6  # digits: indexes by area are by district; narrower areas are a filter, wider ones a scan


@dataclass(frozen=True)
class Asked:
    """A page that an officer asked for: the area, and the position it begins after (None: the first page)."""

    area: str
    position: Any
    _request: Request
    _route: str
    _filter: str

    def following(self, position: Any) -> str | None:
        """Return the link to the next page, None when this is the last."""
        request = self._request
        if not position:
            return None
        return write_cursor(
            position, caller=request.caller.actor, route=self._route, filter_=self._filter, at=request.at
        )


def asked(request: Request, route: str, *also: str) -> Asked:
    """Read `area` and `next` of a list's query; the area is the caller's own unless a narrower one is named.

    `also` are the list's other filters: a link made under others does not open.

    Raises:
        Malformed: no area, or a link that is no longer good.
        Forbidden: the area lies outside the caller's.
    """
    area = request.query.get("area") or request.caller.scope
    if not is_area(area):
        raise Malformed("Ask for a division code of 2, 4, 6, 9 or 12 digits.", code="area")
    request.caller.require_area(area)
    cursor, filter_ = request.query.get("next"), "|".join((area, *also))
    bound = {"caller": request.caller.actor, "route": route, "filter_": filter_}
    position = read_cursor(cursor, at=request.at, **bound) if cursor else None
    return Asked(area, position, request, route, filter_)
