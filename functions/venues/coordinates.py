"""Positions of different coordinate systems, brought together so that distances between them mean something.

Maps of China shift what satellites measure: GCJ-02 by some 500 m, and BD-09 shifts that again. The shift is not
published by its authority; this is the formula that map software is known to agree on to about a metre, which is
enough to tell two doors from one. CGCS2000 and WGS 84 differ by centimetres.
"""

from __future__ import annotations

import math
from typing import Final

from functions.venues.rules import Position

Degrees = tuple[float, float]  # latitude, longitude

METRES_PER_DEGREE: Final = 111_320.0  # of latitude; of longitude at the equator
_RADIUS_M: Final = 6_371_008.8  # the mean of WGS 84
_ROUNDS: Final = 3  # the shift changes by a metre over a kilometre: each round is a thousand times nearer
_AXIS: Final = 6_378_245.0  # Krasovsky 1940, on which the shift is defined
_SQUARE: Final = 0.006_693_421_622_965_943
_BAIDU: Final = math.pi * 3000 / 180


def gcj02(position: Position) -> tuple[float, float]:
    """Return latitude and longitude, in degrees, in the system of China's maps."""
    if position.system == "gcj02":
        return position.latitude, position.longitude
    if position.system == "bd09":
        return _of_baidu(position.latitude, position.longitude)
    return _shifted(position.latitude, position.longitude)


def wgs84(position: Position) -> Degrees:
    """Return latitude and longitude, in degrees, in the system of satellites, to about a metre."""
    if position.system in {"wgs84", "cgcs2000"}:
        return position.latitude, position.longitude
    latitude, longitude = shown = gcj02(position)
    for _ in range(_ROUNDS):
        moved = _shifted(latitude, longitude)
        latitude, longitude = latitude + shown[0] - moved[0], longitude + shown[1] - moved[1]
    return latitude, longitude


def great_circle_m(one: Degrees, other: Degrees) -> float:
    """Return the distance of two places of WGS 84 over the earth taken as a sphere, in metres: right to half a percent."""
    north, south = math.radians(one[0]), math.radians(other[0])
    across = math.sin((north - south) / 2) ** 2
    along = math.sin(math.radians(one[1] - other[1]) / 2) ** 2
    return 2 * _RADIUS_M * math.asin(math.sqrt(min(1.0, across + math.cos(north) * math.cos(south) * along)))


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two places of one system that are near each other, in metres."""
    north = (one[0] - other[0]) * METRES_PER_DEGREE
    east = (one[1] - other[1]) * METRES_PER_DEGREE * math.cos(math.radians(one[0]))
    return math.hypot(north, east)


def _of_baidu(latitude: float, longitude: float) -> tuple[float, float]:
    x, y = longitude - 0.0065, latitude - 0.006
    far = math.hypot(x, y) - 0.00002 * math.sin(y * _BAIDU)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * _BAIDU)
    return far * math.sin(angle), far * math.cos(angle)


def _shifted(latitude: float, longitude: float) -> tuple[float, float]:
    x, y = longitude - 105.0, latitude - 35.0
    short = _waves(x, (20.0, 6.0), (20.0, 2.0))
    north = -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + short
    north += _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    east = 300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + short
    east += _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    angle = math.radians(latitude)
    magic = 1 - _SQUARE * math.sin(angle) ** 2
    north_degrees = math.degrees(north * magic * math.sqrt(magic) / (_AXIS * (1 - _SQUARE)))
    east_degrees = math.degrees(east * math.sqrt(magic) / (_AXIS * math.cos(angle)))
    return latitude + north_degrees, longitude + east_degrees


def _waves(value: float, *waves: tuple[float, float]) -> float:
    return sum(2 / 3 * height * math.sin(value * pace * math.pi) for height, pace in waves)
