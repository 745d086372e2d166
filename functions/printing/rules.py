"""Which posters a print job holds, and in which order they come out of the printer. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from functions.venues import poster_life
from functions.venues.rules import Code, Venue

Wanted = Literal["not-printed", "to-reprint", "named"]
State = Literal["waiting", "running", "done", "failed"]
WANTED: Final[tuple[Wanted, ...]] = get_args(Wanted)
OVER: Final = frozenset({"done", "failed"})
# A thousand A4 pages take a worker half a minute at most (bench.posters): two thousand are far from its 15 minutes.
MOST_PAGES: Final = 2_000
MOST_NAMED: Final = 1_000


@dataclass(frozen=True)
class Page:
    """One poster of a job: all that is drawn of it, so that a job that goes on prints what it began to print."""

    venue: str
    name: str
    label: str
    code: str
    made_at: int


def digest(area: str, size: str, wanted: Wanted, venues: Iterable[str]) -> str:
    """Return the name of what is asked: the same, in whatever order the venues are named."""
    asked = "\n".join((area, size, wanted, *sorted(set(venues))))
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


def wants(venue: Venue, wanted: Wanted) -> bool:
    """Tell whether a job prints anything of a venue: only of one that is open."""
    if not venue.open:
        return False
    lacks_one = not venue.current_codes and wanted != "to-reprint"
    return lacks_one or bool(codes_of(venue, wanted))


def codes_of(venue: Venue, wanted: Wanted) -> Sequence[Code]:
    """Return the codes of a venue that a job prints: all that are current when the venue was named."""
    if wanted == "named":
        return venue.current_codes
    states = {"made"} if wanted == "not-printed" else poster_life.GONE
    return [code for code in venue.current_codes if code.poster in states]


def in_walking_order(venues: Iterable[Venue]) -> list[Venue]:
    """Return venues as somebody with the pile of posters walks: by community, by address, by name."""
    return sorted(venues, key=lambda one: (one.area, one.address, one.name, one.venue))


def pages_of(venue: Venue, codes: Iterable[Code]) -> list[Page]:
    """Return the pages of a venue, one for each code."""
    return [Page(venue.venue, venue.name, code.label, code.code, code.made_at) for code in codes]
