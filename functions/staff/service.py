"""Staff lists: who stands in the generation in force, and writing the rows of the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import msgspec

from functions.shared.clock import DAY_S
from functions.shared.fields import Fields
from functions.shared.tables import living
from functions.shared.threads import spread
from functions.staff.model import StaffRow
from functions.units import service as units

KEPT_S = 14 * DAY_S  # a list's rows outlive it this long
LONGEST_S = 380 * DAY_S  # a list nobody renews lapses before the data key of its rows does
RESEAL_S = 90 * DAY_S  # a row carried from list to list is encrypted anew under the newer list's key


class Person(msgspec.Struct, frozen=True, array_like=True):
    """What is encrypted of somebody: `phone` may be empty, `id_tail` is the document's last four characters."""

    name: str
    phone: str
    id_tail: str


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One row of a generation on its way to the table: everything but the generation.

    `until` is the row's own end, 0 where the list gives none; `ends_at` the list's, which bounds the row's life.
    """

    pid: str
    role: str
    venues: tuple[str, ...]
    until: int
    person: str
    sealed_at: int
    order: str
    ends_at: int


@dataclass(frozen=True)
class Listing:
    """A person in a unit's list in force; name, phone and id tail are decrypted when they are asked for."""

    unit: str
    pid: str
    role: str
    venues: tuple[str, ...]
    until: int
    sealed: str

    @cached_property
    def person(self) -> Person:
        """Who they are."""
        return open_person(self.unit, self.pid, self.sealed)

    @property
    def name(self) -> str:
        """The name as the unit wrote it."""
        return self.person.name

    @property
    def phone(self) -> str:
        """The phone, 11 digits; empty when the list gave none."""
        return self.person.phone

    @property
    def id_tail(self) -> str:
        """The last four characters of the identity document."""
        return self.person.id_tail


def listings(pid: str, at: int) -> list[Listing]:
    """Return a person's listings in every list in force, by unit."""
    found = []
    for key in StaffRow.by_person.query(pid):
        unit, _, generation = key.in_list.partition("#")
        registered = units.unit(unit)
        # The index lists old generations too, until they expire; only the one in force says anything.
        if registered is not None and registered.current == generation:
            found.append(_find(registered, generation, pid, at))
    return sorted(filter(None, found), key=lambda listing: listing.unit)


def listing(unit: str, pid: str, at: int) -> Listing | None:
    """Return a person's listing in a unit's list in force, None when they are not in it."""
    registered = units.unit(unit)
    if registered is None or registered.current is None:
        return None
    return _find(registered, registered.current, pid, at)


def staff_of(unit: str, at: int, *, after: str = "") -> Iterator[Listing]:
    """Yield everybody in a unit's list in force, by pid, from the one that follows `after`."""
    registered = units.unit(unit)
    if registered is None or registered.current is None:
        return
    following = StaffRow.pid > after if after else None
    rows = StaffRow.query(_list(unit, registered.current), following, consistent_read=True)
    for row in living(rows, at):
        if _stands(row, at):
            yield _listing(row, registered)


def entries(unit: str, generation: str | None, at: int) -> dict[str, Entry]:
    """Return the living rows of a generation by pid: what the next one is made from."""
    if generation is None:
        return {}
    rows = living(StaffRow.query(_list(unit, generation), consistent_read=True), at)
    return {row.pid: _entry(row) for row in rows if _stands(row, at)}


def seal(unit: str, pid: str, person: Person, *, job: str) -> str:
    """Encrypt who somebody is under the upload's own data key, bound to unit and person."""
    return Fields("staff", period=job).encrypt(_bound(unit, pid), "person", msgspec.json.encode(person).decode())


def open_person(unit: str, pid: str, sealed: str) -> Person:
    """Decrypt who somebody is."""
    return msgspec.json.decode(Fields("staff").decrypt(_bound(unit, pid), "person", sealed), type=Person)


def carried(unit: str, entry: Entry, *, job: str, ends_at: int, at: int) -> Entry:
    """Return a row as the next list carries it over, encrypted anew when its data key is getting old."""
    entry = msgspec.structs.replace(entry, ends_at=ends_at)
    if entry.sealed_at > at - RESEAL_S:
        return entry
    person = seal(unit, entry.pid, open_person(unit, entry.pid, entry.person), job=job)
    return msgspec.structs.replace(entry, person=person, sealed_at=at)


def write(unit: str, generation: str, rows: Iterable[Entry]) -> int:
    """Write rows of a generation that is not in force yet, and return how many; again is the same."""
    count = 0
    with StaffRow.batch_write() as batch:
        for entry in rows:
            batch.save(_row(unit, generation, entry))
            count += 1
    return count


def renew(unit: str, at: int) -> int:
    """Have the rows of a unit's list in force live as long as its approval now says; return how many changed.

    A row without an end of its own ends with the approval. What is past its life already is not brought back.
    """
    registered = units.must(unit)
    if registered.current is None:
        return 0
    rows = living(StaffRow.query(_list(unit, registered.current), consistent_read=True), at)
    lives = ((row, _life(0, registered.ends_at, int(row.sealed_at))) for row in rows if not row.until)
    changed = [(row, life) for row, life in lives if row.ttl != life]
    return sum(spread(_live, changed))


def _live(renewed: tuple[StaffRow, int]) -> int:
    row, life = renewed
    return int(row.update_if([StaffRow.ttl.set(life)], StaffRow.pid.exists()))


def _life(until: int, ends_at: int, sealed_at: int) -> int:
    return min((until or ends_at) + KEPT_S, sealed_at + LONGEST_S)


def _row(unit: str, generation: str, entry: Entry) -> StaffRow:
    return StaffRow(
        _list(unit, generation),
        entry.pid,
        role=entry.role,
        venues="\n".join(entry.venues),
        until=entry.until,
        person=entry.person,
        sealed_at=entry.sealed_at,
        order=entry.order,
        ttl=_life(entry.until, entry.ends_at, entry.sealed_at),
    )


def _find(unit: units.Unit, generation: str, pid: str, at: int) -> Listing | None:
    row = StaffRow.find(_list(unit.unit, generation), pid, at=at)
    return _listing(row, unit) if row is not None and _stands(row, at) else None


def _stands(row: StaffRow, at: int) -> bool:
    # Only a row's own end is judged here: a unit whose approval has ended still lists its people, and says why.
    return not row.until or row.until > at


def _listing(row: StaffRow, unit: units.Unit) -> Listing:
    until = int(row.until) or unit.ends_at
    return Listing(unit.unit, row.pid, row.role or "", _venues(row), until, row.person)


def _venues(row: StaffRow) -> tuple[str, ...]:
    return tuple((row.venues or "").splitlines())


def _entry(row: StaffRow) -> Entry:
    return Entry(
        pid=row.pid,
        role=row.role or "",
        venues=_venues(row),
        until=int(row.until),
        person=row.person,
        sealed_at=int(row.sealed_at),
        order=row.order,
        ends_at=int(row.ttl or 0) - KEPT_S,
    )


def _list(unit: str, generation: str) -> str:
    return f"{unit}#{generation}"


def _bound(unit: str, pid: str) -> str:
    return f"{unit}#{pid}"
