"""Instants: integers of epoch seconds inside, `YYYY-MM-DDThh:mm:ssZ` at the edges.

Days are looked up, the time of day is a table: a quarter of what `datetime` takes. Two days have 2,880 minutes, and
the passes of a city share them: what was read or written once is kept.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final

DAY_S: Final = 86_400
_DATE = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")
_EPOCH: Final = date(1970, 1, 1).toordinal()
_TWO: Final = tuple(f"{number:02d}" for number in range(60))
_MINUTES: Final = {f"T{_TWO[h]}:{_TWO[m]}:00Z": h * 3_600 + m * 60 for h in range(24) for m in range(60)}
_DATE_CHARS = 10
_CHARS = 20


@lru_cache(maxsize=8_192)
def rfc3339(instant: int) -> str:
    """Epoch seconds as RFC 3339 in UTC, with Z."""
    day, second = divmod(instant, DAY_S)
    minute, second = divmod(second, 60)
    return f"{_date_of(day)}T{_TWO[minute // 60]}:{_TWO[minute % 60]}:{_TWO[second]}Z"


def of_minute(text: str) -> int | None:
    """Epoch seconds of a whole minute of this century in exactly our form, or None when it is no such thing."""
    # What is kept is of one length: no hostile text fills the memory.
    return _minute_of(text) if len(text) == _CHARS else None


@lru_cache(maxsize=8_192)
def _minute_of(text: str) -> int | None:
    second = _MINUTES.get(text[_DATE_CHARS:])
    day = _day_of(text[:_DATE_CHARS])
    return None if second is None or day is None else day * DAY_S + second


@lru_cache(maxsize=64)
def _date_of(day: int) -> str:
    return date.fromordinal(_EPOCH + day).isoformat()


@lru_cache(maxsize=64)
def _day_of(text: str) -> int | None:
    if _DATE.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text).toordinal() - _EPOCH
    except ValueError:  # the 31st of February
        return None
