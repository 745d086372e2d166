"""Texts that registrations may hold: division codes, and labels that a pass will show."""

from __future__ import annotations

import re
from typing import Final

DISTRICT: Final = 6  # digits: indexes by area are by district; narrower areas are a filter, wider ones a scan

_LEVELS: Final = (2, 4, 6, 9, 12)
_AREA = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", re.ASCII)
# Those that a pass may not hold (docs/credentials.md): controls, and marks that steer or hide text.
_STEERING = re.compile("[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def is_area(code: str) -> bool:
    """Tell whether a code has the length of a province, city, district, subdistrict or community."""
    return _AREA.fullmatch(code) is not None


def district_of(area: str) -> str:
    """Return the district an area lies in: the partition of indexes by area."""
    return area[:DISTRICT]


def below(area: str) -> int:
    """Return how many digits the areas one level below an area have; a community's own, for nothing is below it."""
    return next((digits for digits in _LEVELS if digits > len(area)), _LEVELS[-1])


def is_label(text: str, longest: int, *, shortest: int = 1) -> bool:
    """Tell whether a text may stand on a pass: its length in code points, and nothing that steers or hides text."""
    return shortest <= len(text) <= longest and text == text.strip() and not _STEERING.search(text)
