"""A person's devices: up to three keys that may act for them, each gone after 30 days unused."""

from __future__ import annotations

import re

from pynamodb.exceptions import TransactWriteError

from credentials import proofs
from functions.people import rules
from functions.people.model import Device, Person
from functions.shared.clock import DAY_S
from functions.shared.config import settings
from functions.shared.problems import Conflict, Unauthenticated
from functions.shared.tables import living
from functions.shared.transactions import lost, transaction

_LABEL = re.compile(r"[^\w .·()-]", re.UNICODE)
_LONGEST_LABEL = 32


def proved_key(key: dict[str, str], proof: str, *, path: str, at: int) -> str:
    """Return the RFC 7638 thumbprint of a public key whose owner proved, just now, to hold its private half.

    Args:
        key: the public JWK as the client states it.
        proof: a DPoP proof (RFC 9449) by that key for a POST to `path`.
        path: the route's path.
        at: epoch seconds.

    Raises:
        Unauthenticated: `proof` when it is not one, is stale, names another address, or is by another key.
    """
    try:
        thumbprint = proofs.verify_dpop(
            proof, method="POST", urls=[origin + path for origin in sorted(settings().origins)], at=at
        )
        stated = proofs.thumbprint(key)
    except proofs.ProofError as error:
        raise _unproved(error.law) from None
    if stated != thumbprint:
        raise _unproved("another key")
    return thumbprint


def _unproved(law: str) -> Unauthenticated:
    return Unauthenticated(f"The proof that you hold this key does not stand: {law}.", code="proof")


def devices_of(pid: str, at: int) -> list[Device]:
    """Return the devices that may act for a person, in the order they were added."""
    rows = living(Device.query(pid, consistent_read=True), at)
    return sorted(rows, key=lambda row: int(row.added_at))


def touch(pid: str, thumbprint: str, at: int) -> bool:
    """Note that a device was used, so that it stays another 30 days; False when it is none of the person's."""
    return Device(pid, thumbprint).update_if(
        [Device.used_at.set(at), Device.ttl.set(at + rules.DEVICE_LIFE_S)],
        Device.thumbprint.exists() & (Device.ttl > at),
    )


def sign_out(pid: str, thumbprint: str, at: int) -> bool:
    """End a device's life; False when it never was one of the person's.

    The row stays until DynamoDB takes it away, so that the same request again is answered the same. Its end is set a
    day back: a request that another function's clock puts a second earlier must not bring it to life again.
    """
    return Device(pid, thumbprint).update_if([Device.ttl.set(at - DAY_S)], Device.thumbprint.exists())


def leaving(held: list[Device], thumbprint: str, *, claim: rules.Claim, replace_oldest: bool) -> list[Device]:
    """Return the devices that must go for this one to come.

    Raises:
        Conflict: `devices`: three are enrolled and the caller did not ask to replace the oldest.
    """
    others = [row for row in held if row.thumbprint != thumbprint]
    if claim is rules.Claim.REPLACES:
        return others
    if len(others) < rules.DEVICES or len(others) < len(held):
        return []
    if not replace_oldest:
        raise Conflict(
            "Three devices are enrolled already. Send the same again with replace_oldest to sign out the one "
            "that was used longest ago.",
            code="devices",
        )
    out = rules.oldest((int(row.used_at), row.thumbprint) for row in others)
    return [row for row in others if row.thumbprint == out]


def admit(person: Person, device: Device, out: list[Device], *, seen_turn: int | None) -> bool:
    """Write person and device together, unless the person's devices changed since `seen_turn` was read.

    Returns whether it was written; if not, read again: two enrolments at once must not make four devices.
    """
    unchanged = Person.pid.does_not_exist() if seen_turn is None else Person.turn == seen_turn
    try:
        with transaction() as together:
            together.save(person, condition=unchanged)
            together.save(device)
            for row in out:
                together.delete(row)
    except TransactWriteError as error:
        if lost(error):
            return False
        raise
    return True


def label_of(text: str) -> str:
    """Return a device's label as it is shown back: letters, digits and a little punctuation, 32 characters."""
    return _LABEL.sub("", text).strip()[:_LONGEST_LABEL] or "device"
