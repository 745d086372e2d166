"""When a venue, and each of its posters, was last scanned, to the hour: kept from the check-ins' stream, read without looking at any person.

The newest of some instants is the same in any order and however often they come, so a replay changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from functions.coverage.model import SeenRow
from functions.shared.batches import batches
from functions.shared.tables import FORMAT
from functions.shared.threads import spread

_REMEMBERED: Final = 100_000
_TOGETHER: Final = 100
_known: dict[str, int] = {}  # what this process wrote, or found to be newer: an hour of a busy venue is one write


def poster(venue: str, short: str) -> str:
    """Return under what a poster is noted, in use or not: no venue's id has this separator."""
    return f"{venue}#{short}"


def note(newest: Mapping[str, int]) -> int:
    """Note the newest hour of venues and posters; tell for how many that was news to this process."""
    news = [(venue, hour) for venue, hour in newest.items() if _known.get(venue, -1) < hour]
    for _ in spread(_note, news):
        pass
    if len(_known) > _REMEMBERED:
        _known.clear()
    _known.update(news)
    return len(news)


def hours(venues: Iterable[str]) -> dict[str, int]:
    """Return the hour of the newest check-in of each venue or poster; those that never had one are left out."""
    found = spread(_read, batches(dict.fromkeys(venues), _TOGETHER))
    return {venue: hour for some in found for venue, hour in some}


def _note(venue_hour: tuple[str, int]) -> None:
    venue, hour = venue_hour
    newer = SeenRow.hour.does_not_exist() | (SeenRow.hour < hour)
    SeenRow(venue).update_if([SeenRow.hour.set(hour), SeenRow.v.set(FORMAT)], newer)


def _read(venues: list[str]) -> list[tuple[str, int]]:
    return [(row.venue, int(row.hour)) for row in SeenRow.batch_get(venues)]
