"""Status lists (Bitstring Status List 1.0): who was withdrawn, without anybody learning who is asked about."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import Struct, field

from credentials import b64, jws
from credentials.curve import Signer
from credentials.instants import rfc3339
from credentials.keys import KeySet, header_table
from credentials.payload import Instant, Whole
from credentials.refusals import NotYetValid, StatusUnknown, Unreadable, Untrusted, Withdrawn
from credentials.shape import CONTEXT_V2

TYP: Final = "vc+jwt"
MIN_BYTES: Final = 16_384
MAX_BYTES: Final = 131_072
VALID_FOR_S: Final = 86_400
TTL_MS: Final = 60_000
LEEWAY_S: Final = 60
MAX_CHARS: Final = 262_144
_LIST_ID = re.compile(r"[A-Za-z0-9-]{1,32}")


class _Subject(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    id: str
    type: str
    status_purpose: str
    ttl: Whole
    encoded_list: str


class _List(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    iss: str
    iat: Instant
    nbf: Instant
    exp: Instant
    context: tuple[str, ...] = field(name="@context")
    id: str
    type: tuple[str, ...]
    issuer: str
    valid_from: str
    valid_until: str
    credential_subject: _Subject


_decoder: Final = msgspec.json.Decoder(_List)
_encoder: Final = msgspec.json.Encoder()
_TYPES = ("VerifiableCredential", "BitstringStatusListCredential")


def status_list(
    *, list_id: str, bits: bytes, issuer: str, signer: Signer, at: int, valid_for_s: int = VALID_FOR_S
) -> str:
    """Sign a status list.

    Args:
        list_id: its name, 1 to 32 of `[A-Za-z0-9-]`; it is published at `<issuer>/status/<list_id>`.
        bits: 16 KiB to 128 KiB; entry 0 is the most significant bit of byte 0.
        issuer: the issuer's URL.
        signer: a *status* key.
        at: epoch seconds, its `validFrom`.
        valid_for_s: until its `validUntil`; a day.
    """
    if _LIST_ID.fullmatch(list_id) is None or not MIN_BYTES <= len(bits) <= MAX_BYTES:
        raise ValueError("a list's name is 1-32 of [A-Za-z0-9-], its size 16-128 KiB")
    url = f"{issuer}/status/{list_id}"
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    squeezed = squeezer.compress(bits) + squeezer.flush()
    content = _List(
        iss=issuer,
        iat=at,
        nbf=at,
        exp=at + valid_for_s,
        context=(CONTEXT_V2,),
        id=url,
        type=_TYPES,
        issuer=issuer,
        valid_from=rfc3339(at),
        valid_until=rfc3339(at + valid_for_s),
        credential_subject=_Subject(
            f"{url}#list", "BitstringStatusList", "revocation", TTL_MS, "u" + b64.encode(squeezed)
        ),
    )
    return jws.sign_compact(jws.header_text(TYP, signer.kid), _encoder.encode(content), signer)


@dataclass(frozen=True, slots=True)
class _Held:
    valid_from: int
    valid_until: int
    bits: bytes


class StatusLists:
    """The lists a verifier holds: the newest of each, with every bit it has ever seen set.

    Args:
        keys: the issuer's keys; a list must be signed by one whose use is `status`.
        issuer: the issuer's URL.
        max_age_s: the oldest list this caller accepts; None for the list's own `validUntil` alone.
    """

    def __init__(self, keys: KeySet, issuer: str, max_age_s: int | None = None) -> None:
        self._keys = header_table(keys, TYP)
        self._issuer = issuer
        self._max_age_s = max_age_s
        self._held: dict[str, _Held] = {}

    def add(self, token: str, at: int) -> str:
        """Take in a list; `at` is now, in epoch seconds. Returns the list's URL.

        Raises:
            Unreadable: not a status list, or of a wrong size.
            Untrusted: signed by another key than a status key, for another issuer, or older than the one held.
            NotYetValid: a list of the future.
        """
        content = self._read(token)
        if content.nbf > at + LEEWAY_S:
            raise NotYetValid(None, content.nbf)
        bits = _inflate(content.credential_subject.encoded_list)
        held = self._held.get(content.id)
        if held is not None:
            if content.nbf < held.valid_from:
                raise Untrusted("older than the list already held")
            if len(bits) != len(held.bits):
                raise Unreadable("status", "a list never changes its size")
            bits = (int.from_bytes(bits) | int.from_bytes(held.bits)).to_bytes(len(bits))
        self._held[content.id] = _Held(content.nbf, content.exp, bits)
        return content.id

    def check(self, url: str, index: int, at: int) -> None:
        """Raise Withdrawn when the bit is set, StatusUnknown when no list at hand says that it is not."""
        held = self._held.get(url)
        if held is None:
            raise StatusUnknown("no such list at hand")
        age_s = max(0, at - held.valid_from)
        if index >= len(held.bits) * 8:
            raise StatusUnknown("the list does not reach the index", age_s=age_s)
        if held.bits[index >> 3] >> (7 - (index & 7)) & 1:
            raise Withdrawn(None)
        if at >= held.valid_until or (self._max_age_s is not None and age_s > self._max_age_s):
            raise StatusUnknown("the list is out of date", age_s=age_s)

    def age_s(self, url: str, at: int) -> int | None:
        """Seconds since the list at hand was made; None without one."""
        held = self._held.get(url)
        return None if held is None else max(0, at - held.valid_from)

    def withdrawn(self, url: str) -> set[int]:
        """Every place that the list at hand shows as withdrawn; none without one. For whoever holds a list to its reasons."""
        held = self._held.get(url)
        raw = enumerate(held.bits if held else b"")
        return {place * 8 + bit for place, byte in raw if byte for bit in range(8) if byte >> (7 - bit) & 1}

    def _read(self, token: str) -> _List:
        key, raw, signature = jws.open_token(token, MAX_CHARS, self._keys, TYP)
        try:
            content = _decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Unreadable("canonical", "not a status list's members and types") from None
        if _encoder.encode(content) != raw:
            raise Unreadable("canonical", "not the one form of its content")
        self._check_shape(content)
        if not key.may_sign("status", content.iat):
            raise Untrusted("not a status key at that time", key.kid)
        jws.check_signature(key.key, token, signature, key.kid)
        return content

    def _check_shape(self, content: _List) -> None:
        if content.iss != self._issuer:
            raise Untrusted("another issuer")
        subject, home = content.credential_subject, self._issuer + "/status/"
        as_it_should_be = (
            content.issuer == self._issuer
            and content.context == (CONTEXT_V2,)
            and content.type == _TYPES
            and content.id.startswith(home)
            and _LIST_ID.fullmatch(content.id, len(home)) is not None
            and subject.id == content.id + "#list"
            and (subject.type, subject.status_purpose) == ("BitstringStatusList", "revocation")
            and content.iat == content.nbf < content.exp
            and content.valid_from == rfc3339(content.nbf)
            and content.valid_until == rfc3339(content.exp)
        )
        if not as_it_should_be:
            raise Unreadable("shape", "status list")


def _inflate(encoded: str) -> bytes:
    """The bits of an `encodedList`: `u`, base64url, one gzip member of 16 to 128 KiB; raises Unreadable."""
    if not encoded.startswith("u"):
        raise Unreadable("status", "encodedList")
    try:
        reader = zlib.decompressobj(31)
        bits = reader.decompress(b64.decode(encoded[1:]), MAX_BYTES + 1)
    except (ValueError, zlib.error):
        raise Unreadable("status", "encodedList") from None
    if not MIN_BYTES <= len(bits) <= MAX_BYTES or not reader.eof or reader.unused_data:
        raise Unreadable("status", "one gzip member of 16-128 KiB")
    return bits


class Unchecked:
    """The type of `UNCHECKED`: the caller says aloud that no status was asked."""


UNCHECKED: Final = Unchecked()
