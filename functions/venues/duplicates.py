"""Which venues may be one and the same: the same name in a community, the same address, or within 30 metres.

Only what somebody has to look at is said here, never a refusal: two stalls may share a name, and a tower its address.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from functions.venues.coordinates import METRES_PER_DEGREE, gcj02, metres
from functions.venues.rules import Venue

NEAR_M: Final = 30.0
SHOWN: Final = 5

Why = Literal["name", "address", "near"]

# What companies are by law, not what they are called.
_KINDS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|分公司|个体工商户|股份公司|公司|coltd|companylimited|limited|ltd|inc)$"
)
_CELL = NEAR_M / METRES_PER_DEGREE  # of latitude; a degree of longitude is at least half as long in China


@dataclass(frozen=True)
class Known:
    """A venue as it is compared: `name` and `address` folded, `place` in degrees of one system."""

    venue: Venue
    name: str
    address: str
    place: tuple[float, float] | None


@dataclass(frozen=True)
class Alike:
    """A venue that another may be, and why."""

    venue: Venue
    why: tuple[Why, ...]


@dataclass
class Index:
    """Venues by what they are compared by, so that each is compared with few."""

    by_name: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    by_address: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    by_cell: dict[tuple[int, int], list[Known]] = field(default_factory=lambda: defaultdict(list))

    def add(self, known: Known) -> None:
        """Take a venue in."""
        if known.name:
            self.by_name[known.name].append(known)
        if known.address:
            self.by_address[known.address].append(known)
        if known.place:
            self.by_cell[_cell(known.place)].append(known)


def known(venue: Venue) -> Known:
    """Return a venue as it is compared."""
    place = gcj02(venue.about.position) if venue.about.position else None
    return Known(venue, folded_name(venue.name), "" if venue.about.moves else _letters(venue.address), place)


def index_of(venues: Iterable[Known]) -> Index:
    """Return an index of venues."""
    index = Index()
    for one in venues:
        index.add(one)
    return index


def folded_name(name: str) -> str:
    """Return a name as it is compared: NFKC, one case, letters and digits alone, without what kind of company it is."""
    letters = _letters(name)
    return _KINDS.sub("", letters) or letters


def like(asked: Known, *indexes: Index) -> tuple[Alike, ...]:
    """Return the venues that this one may be, the likeliest first, at most five."""
    found: dict[str, tuple[Venue, set[Why]]] = {}
    for index in indexes:
        for why, candidate in _candidates(asked, index):
            if candidate.venue.venue != asked.venue.venue:
                found.setdefault(candidate.venue.venue, (candidate.venue, set()))[1].add(why)
    ranked = sorted(found.values(), key=lambda one: (-len(one[1]), "name" not in one[1], one[0].venue))
    return tuple(Alike(venue, tuple(sorted(why))) for venue, why in ranked[:SHOWN])


def _candidates(asked: Known, index: Index) -> Iterable[tuple[Why, Known]]:
    for one in index.by_name.get(asked.name, ()) if asked.name else ():
        if _one_community(asked.venue.area, one.venue.area):
            yield "name", one
    for one in index.by_address.get(asked.address, ()) if asked.address else ():
        if not _of_one_house(asked.venue, one.venue):
            yield "address", one
    if asked.place:
        row, column = _cell(asked.place)
        for cell in ((row + down, column + right) for down in (-1, 0, 1) for right in (-2, -1, 0, 1, 2)):
            for one in index.by_cell.get(cell, ()):
                apart = one.place is None or metres(asked.place, one.place) > NEAR_M
                if not apart and not _of_one_house(asked.venue, one.venue):
                    yield "near", one


def _one_community(one: str, other: str) -> bool:
    # An application may know its community only down to the district: what contains the other may be the same place.
    return one.startswith(other) or other.startswith(one)


def _of_one_house(one: Venue, other: Venue) -> bool:
    """Tell whether address and position are shared because one lies in the other, or both lie in a third."""
    return other.venue == one.parent or one.venue == other.parent or (one.parent != "" and one.parent == other.parent)


def _letters(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def _cell(place: tuple[float, float]) -> tuple[int, int]:
    return int(place[0] // _CELL), int(place[1] // _CELL)
