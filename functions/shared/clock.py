"""The one place that reads the clock; everything else is handed an instant."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")
# Years outside of this century cannot be written back everywhere, and mean nothing here.
_INSTANT = re.compile(r"20\d\d-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)?")
HOUR_S = 3600
DAY_S = 24 * HOUR_S


def now() -> int:
    """Return the present instant in epoch seconds."""
    return int(time.time())


def rfc3339(at: int) -> str:
    """Write an instant as RFC 3339 in UTC with `Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def china_time(at: int) -> str:
    """Write an instant as people here read it: `2026-11-22 20:05`, China Standard Time."""
    return datetime.fromtimestamp(at, CHINA).strftime("%Y-%m-%d %H:%M")


def china_day(at: int) -> str:
    """Return the calendar day in China, `2026-11-22`, that an instant falls on."""
    return datetime.fromtimestamp(at, CHINA).strftime("%Y-%m-%d")


def parse_instant(text: str) -> int:
    """Read an RFC 3339 instant; China Standard Time when it names no zone.

    Raises:
        ValueError: when the text is no such instant.
    """
    if not _INSTANT.fullmatch(text):
        raise ValueError("not an RFC 3339 instant of this century")
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).timestamp())
