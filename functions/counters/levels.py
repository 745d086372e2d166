"""What stands at a venue: whether it waits for somebody, how many codes are live there, and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from functions.counters.rules import LEVELS
from functions.venues.rules import WAITING, Venue

_DEGREE = 100_000  # about a metre: sums stay whole numbers, and exact


def of_venue(venue: Venue) -> dict[str, int]:
    """Return what stands at a venue, by level."""
    position = venue.about.position
    place = (position.latitude, position.longitude) if position else None
    return _standing(venue.state, len(venue.current_codes), place)


def of_image(image: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Return what stands at a venue by its row as a stream shows it; nothing when there is no row."""
    if not image:
        return dict.fromkeys(LEVELS, 0)
    codes: list[Mapping[str, Any]] = msgspec.json.decode(image.get("codes", {}).get("S", "[]"))
    about: Mapping[str, Any] = msgspec.json.decode(image.get("about", {}).get("S", "{}"))
    position = about.get("position")
    place = (position["latitude"], position["longitude"]) if position else None
    return _standing(image["state"]["S"], sum(code.get("retired_at") is None for code in codes), place)


def position(level: Mapping[str, int]) -> tuple[float, float] | None:
    """Return the mean latitude and longitude of an area's open venues; None when none says where it is."""
    placed = level.get("placed", 0)
    if placed <= 0:
        return None
    return round(level["north"] / placed / _DEGREE, 5), round(level["east"] / placed / _DEGREE, 5)


def _standing(state: str, current_codes: int, place: tuple[float, float] | None) -> dict[str, int]:
    is_open = state == "approved"
    north, east = place if place and is_open else (0.0, 0.0)
    return {
        "waiting": int(state in WAITING),
        "codes": current_codes if is_open else 0,
        "placed": int(place is not None and is_open),
        "north": round(north * _DEGREE),
        "east": round(east * _DEGREE),
    }
