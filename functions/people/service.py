"""Enrolling a person's device, giving it tokens, and telling who somebody is to those who may know."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import msgspec

from functions.matching import service as matching
from functions.people import codes, devices, rules
from functions.people.model import Device, Person
from functions.shared import log
from functions.shared.callers import Caller
from functions.shared.fields import Fields
from functions.shared.identity import Document, DocumentFault, PhoneFault, read_document, read_phone
from functions.shared.pids import pid_of
from functions.shared.problems import Conflict, FieldError, NotFound, Rejected, Unauthenticated
from functions.staff import service as staff

_FIELDS = Fields("person")
_ATTEMPTS = 5
_LONGEST_NAME = 64


@dataclass(frozen=True)
class Enrolment:
    """What somebody says of themselves, as typed."""

    id_type: str
    id_number: str
    name: str
    phone: str
    code: str
    label: str
    replace_oldest: bool


class Identity(msgspec.Struct, frozen=True):
    """Who a person is; at rest one JWE."""

    id_type: str
    id_number: str
    name: str


@dataclass(frozen=True)
class Profile:
    """A person as they see themselves."""

    identity: Identity
    phone: str
    enrolled_at: int


@dataclass(frozen=True)
class Held:
    """A device as its owner sees it; instants in epoch seconds."""

    thumbprint: str
    label: str
    added_at: int
    used_at: int


@dataclass(frozen=True)
class Owned:
    """What of the records under a pid is theirs to see who enrolled under it.

    Enrolling proves a phone, not that a document is one's own. So what devices did since that enrolment is shown, and
    what others did for the document only while staff lists say that it is this very person's: else whoever knows
    somebody's number could follow them about.
    """

    since: int
    units: frozenset[str]
    by_document: bool

    def by_device(self, recorded_at: int) -> bool:
        """Tell whether an act of a device, recorded then, was one of this person's."""
        return recorded_at >= self.since

    def by_unit(self, unit: str) -> bool:
        """Tell whether what a unit did for the person on its list was done for this one."""
        return unit in self.units


def ask_code(phone: str, address: str, at: int, *, send: codes.Sender = codes.send_sms) -> None:
    """Send a one-time code to a phone, within the limits; the caller learns nothing of the outcome.

    Raises:
        Rejected: no such phone can exist.
    """
    number = _phone(phone)
    sent = codes.send_code(number, address, at, send=send)
    log.event("code.asked", sent=sent)


def enrol(given: Enrolment, thumbprint: str, at: int) -> str:
    """Enrol a device key, proved to be the caller's, for the person of a document, and return the pid.

    Safe to repeat: the same key with the same code gives the same rows.

    Raises:
        Rejected: the document, the phone, the name or the code; `errors` says which and by what law.
        Conflict: `phone-differs` (waits for a person) or `devices`.
    """
    document, name, phone = _document(given), _name(given.name), _phone(given.phone)
    pid = pid_of(document.type, document.number)
    # One code enrols one person on one device: else whoever owns a phone could try other people's documents with it.
    codes.use_code(phone, given.code, sha256(f"{thumbprint}#{pid}".encode()).hexdigest(), at)
    identity = Identity(document.type, document.number, name)
    for _attempt in range(_ATTEMPTS):
        if _enrolled(pid, identity, phone, thumbprint, given, at=at):
            break
    else:
        raise Conflict("Your devices are being changed elsewhere. Try again.", code="busy")
    # The list may have come before the person: their entitlement is worked out now, not at the next run.
    matching.settle(pid, at)
    return pid


def _enrolled(pid: str, identity: Identity, phone: str, thumbprint: str, given: Enrolment, *, at: int) -> bool:
    record = Person.find(pid, at=at)
    claim = _claim(record, pid, identity, phone, at)
    if claim is rules.Claim.WAITS:
        log.event("enrolment.waits")
        raise Conflict(
            "Another phone is known for this person. Ask your unit to correct its list, then enrol again.",
            code="phone-differs",
        )
    held = devices.devices_of(pid, at)
    out = devices.leaving(held, thumbprint, claim=claim, replace_oldest=given.replace_oldest)
    device = Device(
        pid,
        thumbprint,
        label=devices.label_of(given.label),
        added_at=next((int(row.added_at) for row in held if row.thumbprint == thumbprint), at),
        used_at=at,
        ttl=at + rules.DEVICE_LIFE_S,
    )
    seen = int(record.turn) if record else None
    person = _kept(record) if record and claim is rules.Claim.SAME else _new_person(pid, identity, phone, seen, at)
    written = devices.admit(person, device, out, seen_turn=seen)
    if written:
        log.event("device.enrolled", claim=claim.value, replaced=len(out))
    return written


def _claim(record: Person | None, pid: str, identity: Identity, phone: str, at: int) -> rules.Claim:
    listed = [_listed(listing) for listing in staff.listings(pid, at)]
    known = _profile(record) if record else None
    return rules.judge_claim(
        on_record=known.phone if known else None,
        phone=phone,
        vouched=any(rules.vouches(one, identity.name, phone) for one in listed),
        record_vouched=known is not None
        and any(rules.vouches(one, known.identity.name, known.phone) for one in listed),
        listed=bool(listed),
    )


def _kept(record: Person) -> Person:
    record.turn = int(record.turn) + 1
    return record


def _new_person(pid: str, identity: Identity, phone: str, seen_turn: int | None, at: int) -> Person:
    return Person(
        pid,
        identity=_FIELDS.encrypt(pid, "identity", msgspec.json.encode(identity).decode()),
        phone=_FIELDS.encrypt(pid, "phone", phone),
        phone_hash=codes.phone_hash(phone),
        enrolled_at=at,
        turn=(seen_turn or 0) + 1,
    )


def renew(pid: str, thumbprint: str, at: int) -> None:
    """Note that a device asks for a token.

    Raises:
        Unauthenticated: `device`: the key is not, or no longer, one of this person's.
    """
    if not devices.touch(pid, thumbprint, at):
        raise Unauthenticated("This device is not enrolled, or was unused for 30 days. Enrol it again.", code="device")


def profile(pid: str, at: int) -> Profile | None:
    """Return who a person is; None when nobody enrolled under the pid."""
    record = Person.find(pid, at=at)
    return _profile(record) if record else None


def phone_of(pid: str, recorded_at: int, at: int) -> str:
    """Return the phone of whoever was enrolled under a pid when a device's act was recorded; empty when nobody was.

    Whoever enrolled later may be somebody else, and learns nothing of what was before them (see `Owned`). The name and
    the document stay closed.
    """
    record = Person.find(pid, at=at)
    if record is None or recorded_at < int(record.enrolled_at):
        return ""
    return _FIELDS.decrypt(pid, "phone", record.phone)


def devices_of(pid: str, at: int) -> list[Held]:
    """Return the devices that may act for a person, in the order they were added."""
    rows = devices.devices_of(pid, at)
    return [Held(row.thumbprint, row.label, int(row.added_at), int(row.used_at)) for row in rows]


def require_device(pid: str, thumbprint: str, at: int) -> None:
    """Refuse a device that was signed out: its token lives on for minutes, its powers must not.

    Without a thumbprint (the embedded engine's own test tokens) nothing is asked.

    Raises:
        Unauthenticated: `device`.
    """
    if thumbprint and thumbprint not in {row.thumbprint for row in devices.devices_of(pid, at)}:
        raise Unauthenticated("This device was signed out. Enrol it again.", code="device")


def sign_out(pid: str, thumbprint: str, at: int) -> None:
    """Take one device's powers from it at once; again changes nothing. Passes it holds stay good.

    Raises:
        NotFound: the device is none of this person's.
    """
    if not devices.sign_out(pid, thumbprint, at):
        raise NotFound("This is none of your devices.", code="no-device")
    log.event("device.signed-out")


def owned_by(caller: Caller, at: int) -> Owned:
    """Return what a holder may see of what is recorded under their pid.

    Raises:
        Unauthenticated: the device was signed out.
        NotFound: nobody enrolled under the token's pid.
    """
    require_device(caller.scope, caller.device, at)
    known, listed = profile(caller.scope, at), staff.listings(caller.scope, at)
    if known is None:
        if caller.device:
            raise NotFound("Nobody is enrolled under this token.", code="not-enrolled")
        # The bearer of a test token on one machine, whom nobody enrolled.
        return Owned(0, frozenset(one.unit for one in listed), by_document=True)
    units = frozenset(one.unit for one in listed if unit_vouches(one, known))
    return Owned(known.enrolled_at, units, by_document=bool(units) and len(units) == len(listed))


def has_device(pid: str, at: int) -> bool:
    """Tell whether a person can show a live pass: then none is printed for them."""
    return bool(devices.devices_of(pid, at))


def unit_vouches(listing: staff.Listing, known: Profile) -> bool:
    """Tell whether a staff list means this very person: its phone is theirs, or it has none and their name."""
    return rules.vouches(_listed(listing), known.identity.name, known.phone)


def _listed(listing: staff.Listing) -> rules.Listed:
    return rules.Listed(listing.unit, listing.name, listing.phone)


def _profile(record: Person) -> Profile:
    identity = msgspec.json.decode(_FIELDS.decrypt(record.pid, "identity", record.identity), type=Identity)
    return Profile(identity, _FIELDS.decrypt(record.pid, "phone", record.phone), int(record.enrolled_at))


def _document(given: Enrolment) -> Document:
    try:
        document = read_document(given.id_type, given.id_number)
    except DocumentFault as fault:
        raise _rejected("/id_number", fault.law, "The number is not one of this type of document.") from None
    if document.reserved:
        raise _rejected("/id_number", "id-form", "No person has a document of this type.")
    return document


def _phone(phone: str) -> str:
    try:
        return read_phone(phone)
    except PhoneFault as fault:
        raise _rejected("/phone", fault.law, "There is no such mainland mobile number.") from None


def _name(name: str) -> str:
    trimmed = " ".join(name.split())
    if not rules.folded(trimmed) or len(trimmed) > _LONGEST_NAME:
        raise _rejected("/name", "name", "A name has 1 to 64 characters, letters among them.")
    return trimmed


def _rejected(pointer: str, law: str, detail: str) -> Rejected:
    return Rejected(detail, code=law, errors=(FieldError(pointer, law, detail),))
