"""How far an area's businesses have codes, counted by community, subdistrict or grid."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from functions.coverage import rules, seen, service
from functions.shared.labels import district_of
from functions.venues import service as venues

By = Literal["community", "subdistrict", "grid"]
Place = tuple[str, str]  # a division code and a grid's name, empty unless counted by grid
MOST: Final = 20_000  # businesses, and venues, that one summary counts
_DIGITS: Final[Mapping[By, int]] = {"community": 12, "subdistrict": 9, "grid": 12}


@dataclass(frozen=True)
class Summary:
    """Counts by place; `complete` is false when the area has more than a summary counts."""

    below: Mapping[Place, Counter[str]]
    complete: bool

    @property
    def total(self) -> Counter[str]:
        """The counts of all places together."""
        return sum(self.below.values(), Counter[str]())


def summary(area: str, by: By, at: int) -> Summary:
    """Count an area, a district or below."""
    digits, index = _DIGITS[by], service.coded(district_of(area), at)
    below: dict[Place, Counter[str]] = defaultdict(Counter)
    grid_of: dict[str, str] = {}
    rows = list(islice(service.every_business(area), MOST + 1))
    for row in rows[:MOST]:
        shown = service.listed(row, index)
        grid = row.grid if by == "grid" else ""
        below[row.area[:digits], grid].update(("businesses", shown.standing))
        if shown.match:
            grid_of[shown.match.venue] = grid
    found = list(islice(venues.every(area, at), MOST + 1))
    with_code = [venue for venue in found[:MOST] if service.has_code(venue)]
    hours = seen.hours(venue.venue for venue in with_code)
    for venue in with_code:
        # A venue's grid is its business's: nobody writes it on an application.
        place = venue.area[:digits], grid_of.get(venue.venue, "")
        below[place].update(("venues", rules.scan_state(hours.get(venue.venue), at)))
    return Summary(dict(sorted(below.items())), max(len(rows), len(found)) <= MOST)
