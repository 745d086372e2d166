"""The pass's payload as typed structs: their member order is the order on the wire (laws 4 and 5 of the parser).

A struct refuses unknown members and wrong JSON types; encoding what was decoded and comparing the bytes refuses
duplicates, reordering, white space, floats, odd escapes and trailing bytes, at any depth, in one stroke.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct, field

from credentials.refusals import Unreadable

Instant = Annotated[int, Meta(ge=1_000_000_000, le=9_999_999_999)]
Whole = Annotated[int, Meta(ge=1 - 2**53, le=2**53 - 1)]  # a whole number that every language reads as the same one


class Wire(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    """A part of a payload: exactly these members, in this order; an absent optional one is None."""


class Test(Wire, frozen=True, kw_only=True, gc=False):
    """The negative test a pass rests on."""

    sampled_at: str
    result: str
    reference: str


class OfficialDocument(Wire, frozen=True, kw_only=True, gc=False):
    """The document that approves the unit, and the authority whose seal the guard's page shows."""

    number: str
    issued_by: str


class Subject(Wire, frozen=True, kw_only=True, gc=False):
    """Whom the pass speaks of, masked; `document_tail` only in a printed pass."""

    id: str
    name: str
    document_tail: str | None = None
    unit: str
    zone: str
    venues: tuple[str, ...]
    test: Test
    official_document: OfficialDocument


class Status(Wire, frozen=True, kw_only=True, gc=False):
    """Where to look whether it was withdrawn (Bitstring Status List 1.0)."""

    type: str
    status_purpose: str
    status_list_index: str
    status_list_credential: str


class HolderKey(Wire, frozen=True, kw_only=True, gc=False):
    """The holder's public key, a JWK on P-256 in the member order of its thumbprint."""

    crv: str
    kty: str
    x: str
    y: str


class Confirmation(Wire, frozen=True, kw_only=True, gc=False):
    """The key whose owner may show the pass (RFC 7800)."""

    jwk: HolderKey


class Payload(Wire, frozen=True, kw_only=True, gc=False):
    """The credential itself: registered JWT claims first, then the members of a W3C Verifiable Credential 2.0."""

    iss: str
    sub: str
    iat: Instant
    nbf: Instant
    exp: Instant
    context: tuple[str, ...] = field(name="@context")
    type: tuple[str, ...]
    issuer: str
    valid_from: str
    valid_until: str
    credential_subject: Subject
    credential_status: Status
    cnf: Confirmation | None = None


_decoder: Final = msgspec.json.Decoder(Payload)
_encoder: Final = msgspec.json.Encoder()
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_ESCAPE = re.compile(rb"\\[^\"\\]|\\\\|\\\"")


def encode(payload: Payload) -> bytes:
    """The one byte form of a payload."""
    return _encoder.encode(payload)


def decode(raw: bytes) -> Payload:
    """Read a payload and hold it to the law *canonical*; raises Unreadable."""
    try:
        payload = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("canonical", "not the profile's members and types") from None
    if _encoder.encode(payload) != raw:
        raise Unreadable("canonical", "not the one form of its content")
    return payload


def check_text(raw: bytes, payload: Payload) -> None:
    """The law *text*, quickly: the strings that people write; every other is held to an exact form by *shape*.

    Only for a payload whose shape is right; `is_plain` looks at everything.
    """
    subject, document = payload.credential_subject, payload.credential_subject.official_document
    free = f"{subject.name}{subject.document_tail}{subject.unit}{subject.zone}{document.number}{document.issued_by}"
    if subject.venues:
        free += "".join(subject.venues)
    if not free.isprintable() and not is_plain(raw):
        raise Unreadable("text", "a control, direction or zero-width character")


def is_plain(raw: bytes) -> bool:
    """Whether no string of this canonical JSON holds a character that could deceive a reader's eye.

    Canonical JSON writes a control character as an escape and everything else as itself; so any escape but those
    of the quote and the backslash is a control character. A printable text holds none of the others.
    """
    if b"\\" in raw and any(escape[1] not in b'"\\' for escape in _ESCAPE.findall(raw)):
        return False
    text = raw.decode()
    return text.isprintable() or _FORBIDDEN.search(text) is None
