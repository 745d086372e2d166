"""Impossible travel: two check-ins of one person farther apart than anybody travels in the time between them.

Nobody is refused for it: a phone's clock may be wrong, or a code was photographed, and which of the two check-ins is the
false one nobody can tell. It is found when a trace reads a person's check-ins anyway, so that a check-in pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from functions.tracing.presence import Visit
from functions.venues.coordinates import Degrees, great_circle_m

SPEED_M_S: Final = 300_000 / 3600  # a fast train from door to door; who flies has an hour at airports
SLACK_M: Final = 1_000  # a position is a building's, and some were measured by eye
SLACK_S: Final = 600  # two phones' clocks, and the ten minutes of a check-in


class CheckedIn(Protocol):
    """A check-in: where, and when."""

    @property
    def venue(self) -> str:
        """The venue's id."""

    @property
    def at(self) -> int:
        """Epoch seconds."""


def is_impossible(one: tuple[int, Degrees], other: tuple[int, Degrees]) -> bool:
    """Tell whether nobody is at two places at two instants, each epoch seconds and degrees of WGS 84."""
    seconds = abs(one[0] - other[0]) + SLACK_S
    return great_circle_m(one[1], other[1]) - SLACK_M > seconds * SPEED_M_S


def rests_on_doubt(seen: Sequence[CheckedIn], visit: Visit, place_of: Callable[[str], Degrees | None]) -> bool:
    """Tell whether one of the check-ins that a visit rests on is in doubt: for the one before it, or the one after.

    Only the places of these are asked for, so that a trace of many people does not read every venue they ever were at.

    Args:
        seen: the person's check-ins, by time.
        visit: one of their visits.
        place_of: where a venue is; None where it moves or does not say, and then it tells nothing.
    """
    own = (n for n, one in enumerate(seen) if one.venue == visit.venue and visit.start <= one.at <= visit.seen_at)
    here = place_of(visit.venue)
    if here is None:
        return False
    for n in own:
        for others in (reversed(seen[:n]), seen[n + 1 :]):
            placed = ((one.at, place) for one in others if (place := place_of(one.venue)) is not None)
            nearest = next(placed, None)
            if nearest and is_impossible((seen[n].at, here), nearest):
                return True
    return False
