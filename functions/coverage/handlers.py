"""Way in from the check-ins' stream: when each venue was last scanned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.coverage import rules, seen


def note(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Note the newest check-in of each venue and poster in a batch; of the check-in only these and the instant are read."""
    seen.note(rules.newest_hours(_arrivals(event["Records"])))
    return {"batchItemFailures": []}


def _arrivals(records: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    for record in records:
        image = record["dynamodb"].get("NewImage")
        if image:
            venue, at = image["venue"]["S"], int(image["at"]["N"])
            yield venue, at
            if "entrance" in image:
                yield seen.poster(venue, image["entrance"]["S"]), at
