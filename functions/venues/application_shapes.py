"""What applying and reviewing read and write: by the public, by a spreadsheet, in the queue."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from functions.shared.sheets.laws import Fault
from functions.venues import about, bulk
from functions.venues.about import MAX_HOURS, HoursShape, PerHour, PositionShape
from functions.venues.placing import require_place
from functions.venues.review import Waiting
from functions.venues.rules import Venue
from functions.venues.service import Contact, Facts
from functions.venues.shapes import Area, Id, Name, State, Text, VenueOut, venue_out

MOST_AT_ONCE = 100

OneTimeCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]
Proof = Annotated[str, Meta(min_length=1, max_length=2048)]
Label = Annotated[str, Meta(max_length=64)]
Phone = Annotated[str, Meta(min_length=1, max_length=64)]
Coordinate = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]


class DeviceKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A public JWK on P-256 (RFC 7518 section 6.2)."""

    kty: str
    crv: str
    x: Coordinate
    y: Coordinate

    def jwk(self) -> dict[str, str]:
        """Return the key as a JWK."""
        return {"kty": self.kty, "crv": self.crv, "x": self.x, "y": self.y}


class ApplicationIn(Struct, frozen=True, forbid_unknown_fields=True):
    """An application by whoever answers for a venue: the facts, the phone with its one-time code, the device."""

    name: Name
    area: Area
    contact_name: Name
    phone: Phone
    code: OneTimeCode
    device_key: DeviceKey
    proof: Proof
    category: Text = ""
    address: Text = ""
    parent: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,40}$(?!\n)")] = ""
    position: PositionShape | None = None
    hours: Annotated[tuple[HoursShape, ...], Meta(max_length=MAX_HOURS)] = ()
    peak_per_hour: PerHour = 0
    moves: bool = False
    label: Label = ""

    def facts(self) -> Facts:
        """Return the facts this states, with the applicant as the contact.

        Raises:
            Rejected: a text, the area, the position, the phone, or a venue that does not move has no address.
        """
        require_place(self.area)
        name, kind = about.read_label(self.name, "/name", shortest=1), about.read_label(self.category, "/category")
        address = about.read_label(self.address, "/address")
        about.require_address(address, moves=self.moves)
        known = about.read_about(self.position, self.hours, self.peak_per_hour, moves=self.moves)
        person = about.read_label(self.contact_name, "/contact_name", shortest=1)
        applicant = Contact(person, about.read_number(self.phone))
        return Facts(name, self.area, kind, address, self.parent, known, applicant)


class ManagerIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Another device of a venue's contact, with the phone's one-time code."""

    venue: Id
    phone: Phone
    code: OneTimeCode
    device_key: DeviceKey
    proof: Proof
    label: Label = ""


class VenueTokenIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Which venue's device asks, and its proof."""

    venue: Id
    device_key: DeviceKey
    proof: Proof


class ManagedOut(Struct, frozen=True):
    """A venue and a token of the device that may act for it, to be sent as `Authorization: DPoP`."""

    venue: str
    state: State
    token: str
    expires_in: int


class AlikeOut(Struct, frozen=True):
    """A venue that an application may be a duplicate of: why, and what to compare."""

    venue: str
    name: str
    area: str
    category: str
    address: str
    state: State
    why: tuple[Literal["name", "address", "near"], ...]


class WaitingOut(Struct, frozen=True):
    """An application in the queue: since when it waits, and what it may be a duplicate of."""

    venue: VenueOut
    waits_s: int
    duplicates: tuple[AlikeOut, ...]


class QueueOut(Struct, frozen=True, omit_defaults=True):
    """A page of the queue; `next` is the cursor of the one after."""

    waiting: tuple[WaitingOut, ...]
    next: str | None = None


class DecisionsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """One decision on many venues."""

    decision: Literal["check", "return", "approve", "refuse", "close"]
    reason: Annotated[str, Meta(min_length=1, max_length=256)]
    venues: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class DecidedOut(Struct, frozen=True):
    """What became of the decision on one venue; `conflict`: its state does not allow it, or somebody was faster."""

    venue: str
    result: Literal["done", "conflict", "forbidden", "not-found"]


class DecisionsOut(Struct, frozen=True):
    """What became of each, in the order they were sent."""

    results: tuple[DecidedOut, ...]


class RowFaultOut(Struct, frozen=True):
    """A bad row: where, which law, and what to do in both languages. Never the cell."""

    row: int
    column: str
    law: str
    en: str
    zh: str


class BulkOut(Struct, frozen=True, omit_defaults=True):
    """What became of a spreadsheet: `known` were applied for before; with `next_row` send it again from that row."""

    rows: int
    applied: int
    known: int
    errors: tuple[RowFaultOut, ...]
    next_row: int | None = None


def waiting_out(one: Waiting, me_url: str, at: int) -> WaitingOut:
    """Shape an application of the queue, with its contact: whoever reviews it has to call."""
    alike = tuple(_alike_out(other.venue, other.why) for other in one.alike)
    return WaitingOut(venue_out(one.venue, me_url, one.contact), max(0, at - one.venue.applied_at), alike)


def _alike_out(venue: Venue, why: tuple[Literal["name", "address", "near"], ...]) -> AlikeOut:
    state: State = venue.state  # type: ignore[assignment]  # stored by us, one of the six
    return AlikeOut(venue.venue, venue.name, venue.area, venue.category, venue.address, state, why)


def fault_out(fault: Fault) -> RowFaultOut:
    """Shape a bad row."""
    english, chinese = bulk.LAWS[fault.law]
    return RowFaultOut(fault.row, fault.column, fault.law, english, chinese)
