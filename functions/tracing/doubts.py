"""Impossible travel: two check-ins of one person farther apart than anybody travels in the time between them.

Nobody is refused for it: a phone's clock may be wrong, or a code was photographed, and which of the two check-ins is the
false one nobody can tell. It is found when a trace reads a person's check-ins anyway, so that a check-in pays nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from functions.venues.coordinates import Degrees, great_circle_m

SPEED_M_S: Final = 300_000 / 3600  # a fast train from door to door; who flies has an hour at airports
SLACK_M: Final = 1_000  # a position is a building's, and some were measured by eye
SLACK_S: Final = 600  # two phones' clocks, and the ten minutes of a check-in


def is_impossible(one: tuple[int, Degrees], other: tuple[int, Degrees]) -> bool:
    """Tell whether nobody is at two places at two instants, each epoch seconds and degrees of WGS 84."""
    seconds = abs(one[0] - other[0]) + SLACK_S
    return great_circle_m(one[1], other[1]) - SLACK_M > seconds * SPEED_M_S


def doubted(seen: Sequence[tuple[int, Degrees | None]]) -> set[int]:
    """Return which of a person's check-ins are in doubt, by their place in the list: both of each impossible pair.

    Args:
        seen: instants and positions; None where a venue moves or does not say where it is.
    """
    placed = sorted((at, n, place) for n, (at, place) in enumerate(seen) if place is not None)
    found: set[int] = set()
    for (at, n, here), (later, m, there) in pairwise(placed):
        if is_impossible((at, here), (later, there)):
            found |= {n, m}
    return found
