"""When a day key is good."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

USES: Final = ("pass", "status", "token", "log")
DAY_S: Final = 86_400
AHEAD_DAYS: Final = 40  # beyond the 31 days a key statement may live, so that a late ceremony is no outage
OVERLAP_S: Final = 120  # a signer that picked its key just before midnight still signs inside the key's life


def day_of(at: int) -> str:
    """Return the UTC day of an instant, `2026-11-22`: the key's name among those of its use."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def window(day: str) -> tuple[int, int]:
    """Return the first instant of a day's key and the first after it, in epoch seconds."""
    start = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    return start, start + DAY_S + OVERLAP_S


def days_ahead(at: int, days: int = AHEAD_DAYS) -> list[str]:
    """Name the days whose keys must exist at the instant `at`: this one and those to come."""
    return [day_of(at + n * DAY_S) for n in range(days)]
