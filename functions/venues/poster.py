"""The words of the poster 场所码 that hangs at a venue's entrance, for whoever comes to check in."""

from __future__ import annotations

from typing import Final

from functions.shared.clock import china_day
from functions.shared.poster_layout import PROMISE
from functions.shared.posters import Poster

_HEADING: Final = ("扫码登记", "Scan to check in")
_STEPS: Final = (("用手机相机扫描此码", "Scan this code with your phone's camera"),)


def of_code(name: str, label: str, url: str, *, spelled: str, made_at: int) -> Poster:
    """Return the poster of a venue code.

    Args:
        name: the venue's.
        label: the entrance's name, may be empty.
        url: the address the symbol holds.
        spelled: the short code as people read it.
        made_at: when the code was made, in epoch seconds: a poster printed again has the same date.
    """
    issued = f"签发 Issued {china_day(made_at)}"
    return Poster(_HEADING, name, label, _STEPS, url, code=spelled, issued=issued, promise=PROMISE)
