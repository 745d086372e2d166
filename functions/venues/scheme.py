"""The end of the scheme in a district: from then on nobody checks in there, and every venue code politely says so.

Posters hang for months after an epidemic. A code that is scanned when the scheme is over must neither record anybody nor
look broken: it tells that nothing is asked any more.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from functions.shared.clock import DAY_S, rfc3339
from functions.shared.labels import district_of
from functions.shared.problems import FieldError, Rejected
from functions.venues.district import DistrictRow

AHEAD_S: Final = DAY_S  # no slip of a hand ends it at once: there is a day in which to take it back
KNOWN_FOR_S: Final = 60  # a check-in reads no table for a district seen in the last minute


def end_of(area: str, at: int) -> int | None:
    """Return when the scheme ends, or ended, in the district of an area; None while no end is set. Epoch seconds."""
    row = DistrictRow.find(district_of(area), at=at)
    return int(row.ends_at) if row and row.ends_at is not None else None


def known_end(area: str, at: int) -> int | None:
    """Return the same as it stood within the last minute."""
    return _recently(district_of(area), at // KNOWN_FOR_S)


def require_running(area: str, acted_at: int, at: int) -> None:
    """Refuse what was done after the scheme's end; what was done before and comes late is taken.

    Args:
        area: where.
        acted_at: when it was done, epoch seconds.
        at: now, epoch seconds.

    Raises:
        Rejected: `scheme-ended`; nothing is recorded.
    """
    end = known_end(area, at)
    if end is not None and acted_at >= end:
        raise Rejected(
            f"Venue codes ended in this district at {rfc3339(end)}. Nothing is recorded any more.",
            code="scheme-ended",
        )


def set_end(district: str, ends_at: int | None, at: int) -> None:
    """Set when the scheme ends in a district, move the end, or take it back: also once it has come. Again is the same.

    Raises:
        Rejected: `too-soon` when the end is not yet set so, and lies less than a day ahead.
    """
    if ends_at is None:
        DistrictRow(district).update(actions=[DistrictRow.ends_at.remove()])
    elif ends_at >= at + AHEAD_S:
        DistrictRow(district).update(actions=[DistrictRow.ends_at.set(ends_at)])
    elif end_of(district, at) != ends_at:
        raise Rejected(
            "The scheme ends a day from now at the earliest, so that it can be taken back.",
            code="too-soon",
            errors=(FieldError("/ends_at", "too-soon", f"{rfc3339(at + AHEAD_S)} or later"),),
        )
    _recently.cache_clear()


@lru_cache(maxsize=256)
def _recently(district: str, window: int) -> int | None:
    return end_of(district, window * KNOWN_FOR_S)
