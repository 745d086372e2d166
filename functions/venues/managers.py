"""Who may act for a venue: devices of whoever holds its contact's phone, up to five, each gone after 30 days unused."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from credentials import proofs
from functions.keys import service as keys
from functions.people import codes, devices
from functions.people.model import Device
from functions.people.rules import DEVICE_LIFE_S
from functions.shared import log
from functions.shared.config import settings
from functions.shared.problems import Conflict, Unauthenticated
from functions.shared.tables import living
from functions.venues import rules, service
from functions.venues.rules import Venue
from functions.venues.service import Facts

DEVICES = 5


@dataclass(frozen=True)
class Claimant:
    """Who says that they answer for a venue.

    Attributes:
        phone: 11 digits.
        code: the one-time code as typed.
        device: the thumbprint of a key that the caller proved to hold.
        label: by which its owner knows the device again.
    """

    phone: str
    code: str
    device: str
    label: str


def apply(facts: Facts, claimant: Claimant, at: int) -> tuple[Venue, bool]:
    """Apply for a venue as its contact, who proves the phone; return it and whether it is new.

    The claimant's device may act for the venue from now on. The same again is the same application.

    Raises:
        Rejected: the code, or the facts.
        Conflict: `applied-already`: somebody else applied for this venue.
    """
    venue_id = rules.venue_of_application(facts.area, facts.name, facts.address)
    _spend(claimant, venue_id, at)
    stored = service.venue(venue_id, at)
    if stored is not None:
        _require_phone(stored, claimant.phone)
    made, new = service.apply(facts, at)
    if not new and stored is None:
        # Two at the same moment: the first one's phone stands.
        _require_phone(made, claimant.phone)
    _admit(made.venue, claimant, at)
    log.event("venue.applied", new=new)
    return made, new


def join(venue_id: str, claimant: Claimant, at: int) -> Venue:
    """Let another device of a venue's contact act for it: a new phone, or a venue that a worker applied for.

    Raises:
        Rejected: the code.
        Conflict: `not-contact`: no such venue, or another phone answers for it; which of them is not told.
    """
    _spend(claimant, venue_id, at)
    stored = service.venue(venue_id, at)
    contact = service.contact(stored) if stored else None
    if stored is None or contact is None or contact.phone != claimant.phone:
        raise Conflict(
            "This phone does not answer for this venue. Ask the community to correct its contact.", code="not-contact"
        )
    _admit(venue_id, claimant, at)
    return stored


def renew(venue_id: str, device: str, at: int) -> Venue:
    """Note that a device asks for a token, and return the venue it may act for.

    Raises:
        Unauthenticated: `device`: it is not, or no longer, one of this venue's; another phone may answer for it now.
    """
    stored = service.venue(venue_id, at)
    contact = service.contact(stored) if stored else None
    if stored is None or contact is None or not devices.touch(_place(venue_id, contact.phone), device, at):
        raise Unauthenticated(
            "This device may not act for the venue, or was unused for 30 days. Prove the phone again.", code="device"
        )
    return stored


def token(venue_id: str, device: str, at: int) -> str:
    """Return a venue's 15-minute token, bound to a device."""
    return proofs.issue_access_token(
        subject=venue_id,
        role="venue",
        scope=venue_id,
        device=device,
        issuer=settings().issuer,
        signer=keys.signer("token", at),
        at=at,
    )


def _spend(claimant: Claimant, venue_id: str, at: int) -> None:
    # One code is for one venue on one device, and never for a person: else whoever is talked into telling a code for
    # a shop would have told one for themselves.
    claim = sha256(f"venue#{claimant.device}#{venue_id}".encode()).hexdigest()
    codes.use_code(claimant.phone, claimant.code, claim, at)


def _require_phone(stored: Venue, phone: str) -> None:
    contact = service.contact(stored)
    if contact is None or contact.phone != phone:
        raise Conflict(
            "Somebody applied for this venue already. Ask the community who answers for it.", code="applied-already"
        )


def _admit(venue_id: str, claimant: Claimant, at: int) -> None:
    place, device = _place(venue_id, claimant.phone), claimant.device
    held = {row.thumbprint: row for row in living(Device.query(place, consistent_read=True), at)}
    added = int(held.pop(device).added_at) if device in held else at
    label = devices.label_of(claimant.label)
    Device(place, device, label=label, added_at=added, used_at=at, ttl=at + DEVICE_LIFE_S).save()
    # The phone was proved a moment ago: whoever holds it gives way to nobody, the device unused longest leaves.
    for row in sorted(held.values(), key=lambda row: int(row.used_at))[: max(0, len(held) + 1 - DEVICES)]:
        row.delete()


def _place(venue_id: str, phone: str) -> str:
    # No pid holds this mark: a venue's device never is a person's. Of the phone too, so that whoever answered for a
    # venue before does not act for it, and read its new contact, for as long as their device asks.
    return f"venue#{venue_id}#{codes.phone_hash(phone)}"
