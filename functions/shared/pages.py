"""Lists of an area by pages: which area is asked for, where the page begins, and the link to the one after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pynamodb.constants import ITEMS
from pynamodb.pagination import ResultIterator

from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Request
from functions.shared.labels import is_area
from functions.shared.problems import Malformed
from functions.shared.tables import Table, living

PAGE: Final = 50
MOST_EVALUATED: Final = 1_000  # rows that one request looks at, however few of them are of the area it asks for

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Table)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of a list, perhaps none yet, and the position after the last when there may be more."""

    items: Sequence[Item]
    position: Any


def page_of(model: type[Row], found: ResultIterator[Row], limit: int, at: int) -> Page[Row]:
    """Return at most `limit` living rows of a query or a scan, after it has looked at some MOST_EVALUATED rows.

    A filter is applied after a row is read: a rare one would else read a whole index before a page is full. Such a
    page is short, or empty, and has a position all the same.

    Args:
        model: of the rows.
        found: the query or scan, from the position it goes on from, not begun; without a limit of its own.
        limit: how many rows a page shows.
        at: epoch seconds.
    """
    pages, rows = found.page_iter, list[Row]()
    pages.page_size = limit  # where most rows match this is enough, and no more is read than is shown
    for answer in pages:
        every, taken = answer[ITEMS], answer[ITEMS][: limit - len(rows)]
        rows += map(model.from_raw_data, taken)
        if len(taken) < len(every):
            return Page(list(living(rows, at)), {name: taken[-1][name] for name in pages.key_names})
        if len(rows) == limit or pages.total_scanned_count >= MOST_EVALUATED:
            break
        pages.page_size = MOST_EVALUATED - pages.total_scanned_count
    return Page(list(living(rows, at)), pages.last_evaluated_key)


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
