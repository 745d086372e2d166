"""The words of the poster 场所码 that hangs at a venue's entrance, for whoever comes to check in."""

from __future__ import annotations

from typing import Final

from functions.shared.posters import Poster

_HEADING: Final = "扫码登记 Check in"
_STEPS: Final = (("用手机相机扫描此码", "Scan this code with your phone's camera"),)


def of_code(name: str, label: str, url: str) -> Poster:
    """Return the poster of a venue code: the venue's name, the entrance's label, the address the symbol holds."""
    return Poster(_HEADING, name, label, _STEPS, url)
