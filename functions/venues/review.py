"""The queue of applications: what waits, what each may be a duplicate of, and decisions on a hundred at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from functions.shared.labels import district_of
from functions.shared.pages import Page
from functions.shared.problems import Conflict, NotFound
from functions.shared.threads import spread
from functions.venues import duplicates, service
from functions.venues.duplicates import Alike, Index
from functions.venues.rules import Venue
from functions.venues.service import Contact

MOST_COMPARED = 20_000  # venues of a district that an application is compared with
REMEMBERED_S = 60

Result = Literal["done", "conflict", "forbidden", "not-found"]


@dataclass(frozen=True)
class Waiting:
    """An application in the queue, who answers for it, and what it may be a duplicate of."""

    venue: Venue
    contact: Contact | None
    alike: tuple[Alike, ...]


def queue(area: str, state: str, position: Any, limit: int, at: int) -> Page[Waiting]:
    """List what waits in an area, a district or below, the oldest application first, a page at a time."""
    page = service.waiting(area, state, position, limit, at)
    # Of the last minute's applications the district's index may not know; those on one page know of each other.
    indexes = (_district(district_of(area), at // REMEMBERED_S), duplicates.index_of(map(duplicates.known, page.items)))
    contacts = spread(service.contact, page.items)
    items = [
        Waiting(one, contact, duplicates.like(duplicates.known(one), *indexes))
        for one, contact in zip(page.items, contacts, strict=True)
    ]
    return Page(items, page.position)


def decide(area: str, decision: str, reason: str, venues: Sequence[str], at: int) -> list[Result]:
    """Take one decision on many venues of an area; each is answered by itself, and the same again is done again."""

    def one(venue_id: str) -> Result:
        try:
            if not service.must(venue_id, at).area.startswith(area):
                return "forbidden"
            service.decide(venue_id, decision, reason, at)
        except NotFound:
            return "not-found"
        except Conflict:
            return "conflict"
        return "done"

    return list(spread(one, venues))


@lru_cache(maxsize=4)
def _district(district: str, window: int) -> Index:
    # A reviewer turns page after page: the district is read once a minute, not once a page.
    found = islice(service.every(district, window * REMEMBERED_S), MOST_COMPARED)
    return duplicates.index_of(duplicates.known(one) for one in found)
