"""Known here before: who was assisted at a venue in the last 14 days, found by the document's last four characters.

What is kept says neither the venue nor the characters: the partition is a keyed hash of both. People whose name nobody
knows are not kept, for there would be nothing to choose them by.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

from pynamodb.exceptions import PutError

from functions.assisted import rules
from functions.assisted.model import KnownRow
from functions.shared import log
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.fields import Fields
from functions.shared.problems import Forbidden, Malformed
from functions.shared.secrets import keyed_hash
from functions.shared.tables import living

_FIELDS: Final = Fields("assisted")
_ROUTE: Final = "known"


@dataclass(frozen=True)
class Acquaintance:
    """Somebody known at a venue: where their row is, and the masked name to choose them by."""

    tail: str
    pid: str
    name: str


def tail_key(venue: str, tail: str) -> str:
    """Return the partition of those at a venue whose document ends so."""
    return f"tail#{base64.urlsafe_b64encode(keyed_hash('assisted', 'tail', venue, tail)[:24]).decode()}"


def note(venue: str, place: str, pid: str, name: str, at: int) -> None:
    """Note that a person was assisted at a venue; what was noted of a later instant stays.

    The check-in stands by then, and somebody is waiting: what cannot be noted is typed next time, and logged.

    Args:
        venue: where.
        place: the row's partition, by `tail_key`.
        pid: who.
        name: masked.
        at: of the check-in, epoch seconds.
    """
    encrypted = _FIELDS.encrypt(f"{place}#{pid}", "name", name)
    row = KnownRow(place, pid, name=encrypted, seen_at=at, ttl=at + rules.KNOWN_S)
    try:
        row.put_if(KnownRow.tail.does_not_exist() | (KnownRow.seen_at < at))
    except PutError as error:
        log.failure("known.lost", error, venue=venue)


def people(venue: str, tail: str, at: int) -> list[Acquaintance]:
    """Return those assisted at a venue whose document ends so, the latest first, at most 20."""
    rows = list(living(KnownRow.query(tail_key(venue, tail), consistent_read=True), at))
    rows.sort(key=lambda row: (-int(row.seen_at), row.pid))
    return [_read(row) for row in rows[: rules.MOST_KNOWN]]


def reference(one: Acquaintance, venue: str, caller: str, at: int) -> str:
    """Return what a caller sends in place of the document, at this venue and within 15 minutes."""
    return write_cursor([one.tail, one.pid], caller=caller, route=_ROUTE, filter_=venue, at=at)


def resolve(ref: str, venue: str, caller: str, at: int) -> Acquaintance:
    """Return whom a reference means.

    Raises:
        Forbidden: `known-over`: it is too old, another caller's or venue's, or the person's 14 days are over.
    """
    try:
        place, pid = read_cursor(ref, caller=caller, route=_ROUTE, filter_=venue, at=at)
    except Malformed:
        raise _over() from None
    row = KnownRow.find(place, pid, at=at)
    if row is None:
        raise _over()
    return _read(row)


def _read(row: KnownRow) -> Acquaintance:
    return Acquaintance(row.tail, row.pid, _FIELDS.decrypt(f"{row.tail}#{row.pid}", "name", row.name))


def _over() -> Forbidden:
    return Forbidden("This choice is no longer good. Ask for the last four characters again.", code="known-over")
