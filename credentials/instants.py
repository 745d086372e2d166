"""Instants: integers of epoch seconds inside, `YYYY-MM-DDThh:mm:ssZ` at the edges."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MINUTE = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T(?:[01][0-9]|2[0-3]):[0-5][0-9]:00Z")


def rfc3339(instant: int) -> str:
    """Epoch seconds as RFC 3339 in UTC, with Z."""
    return datetime.fromtimestamp(instant, UTC).isoformat()[:19] + "Z"


def of_minute(text: str) -> int | None:
    """Epoch seconds of a whole minute of this century in exactly our form, or None when it is no such thing."""
    if _MINUTE.fullmatch(text) is None:
        return None
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except ValueError:  # the 31st of February
        return None
