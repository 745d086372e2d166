"""A pass as decimal digits, small enough for a QR symbol, and back to the byte-identical token.

The digits are one big-endian integer: version 1 ‖ flags 1 ‖ kid 8 ‖ issuer's signature 64 ‖ [live: iat 4 ‖ holder's
signature 64] ‖ raw DEFLATE (RFC 1951) of the payload with a preset dictionary. Flags: bits 0-3 the dictionary's id
(0 none), bit 4 live, the others zero. These bytes are malleable: never look anything up by them.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec

from credentials import b64, jws, live
from credentials.passes import MAX_PAYLOAD_BYTES, MAX_TOKEN_CHARS, TYP
from credentials.refusals import Unreadable

MAX_DIGITS: Final = 2_400
SPECIMEN_ISSUER: Final = "https://pass.example.gov"
VERSION: Final = 1
DICTIONARY: Final = 1
LIVE_FLAG: Final = 0x10
LIVE_AT: Final = 74  # where the live proof goes in: after version, flags, kid and signature
_LIVE_BYTES = 68
_KNOWN_FLAGS = LIVE_FLAG | 0x0F
_DIGITS = re.compile(r"[1-9][0-9]*")
_KID = re.compile(rb'\{"alg":"ES256","typ":"vc\+jwt","kid":"([A-Za-z0-9_-]{10}[AEIMQUYcgkosw048])"\}')
_KID_BYTES = 8


class _Dictionary(msgspec.Struct):
    id: int
    parts: list[str]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What digits hold: the token with its parts as they came, and of a live proof its instant and signature."""

    token: str
    kid: str
    payload: bytes
    issuer_signature: bytes
    iat: int | None = None
    signature: bytes = b""


@lru_cache(maxsize=1)
def _dictionary_text() -> str:
    source = files("credentials").joinpath("data", f"dictionary-{DICTIONARY}.json").read_bytes()
    return "".join(msgspec.json.decode(source, type=_Dictionary).parts)


@lru_cache(maxsize=8)
def dictionary(issuer: str) -> bytes:
    """The preset dictionary with the issuer's URL filled in, as both sides make it."""
    return _dictionary_text().replace("{issuer}", issuer).encode()


def pack_bytes(token: str) -> bytes:
    """The transport's bytes of a token, without a live proof.

    The holder's page cannot compress with a dictionary: the issuer hands it these bytes. To show the pass live it
    sets `LIVE_FLAG` in the second byte and puts iat (4 bytes) and signature (64) in at `LIVE_AT`.

    Raises:
        Unreadable: for what is no token of ours, or is named by a key whose kid is not 8 bytes.
    """
    header, payload, signature = jws.split(token, MAX_TOKEN_CHARS)
    named = _KID.fullmatch(b64.decode_known(header))
    if named is None:
        raise Unreadable("transport", "a header that digits cannot carry")
    raw = b64.decode_known(payload)
    return bytes((VERSION, DICTIONARY)) + b64.decode(named[1].decode()) + b64.decode_known(signature) + _deflate(raw)


def _deflate(raw: bytes) -> bytes:
    preset = dictionary(_issuer_of(raw))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, preset)
    return packer.compress(raw) + packer.flush()


def _issuer_of(raw: bytes) -> str:
    found = re.match(rb'\{"iss":"([!#-\[\]-~]{1,200})"', raw)
    if found is None:
        raise Unreadable("transport", "a payload without an issuer")
    return found[1].decode()


def to_digits(packed: bytes) -> str:
    """The transport's bytes as decimal digits; raises Unreadable when they are too many for a symbol."""
    limit = MAX_DIGITS * 10 // 24  # 2,400 digits hold 996 bytes; well past it, do not even convert
    if len(packed) <= limit:
        digits = str(int.from_bytes(packed))
        if len(digits) <= MAX_DIGITS:
            return digits
    raise Unreadable("size", f"over {MAX_DIGITS} digits")


def pack(token: str, proof: str | None = None) -> str:
    """The digits of a token and, if given, its live proof; raises Unreadable for what is neither."""
    packed = pack_bytes(token)
    if proof is None:
        return to_digits(packed)
    iat, signature = live.take_apart(proof)
    if iat >= 1 << 32:
        raise Unreadable("transport", "a proof past the year 2106")
    flags = bytes((VERSION, packed[1] | LIVE_FLAG))
    return to_digits(flags + packed[2:LIVE_AT] + iat.to_bytes(4) + signature + packed[LIVE_AT:])


def unpack(digits: str, *, issuer: str = SPECIMEN_ISSUER, nonce: str | None = None) -> tuple[str, str | None]:
    """The byte-identical token and live proof that `pack` was given.

    Args:
        digits: the text after `#`.
        issuer: whose dictionary: its URL is filled in by both sides and not carried.
        nonce: the guard's, where the proof was signed over one; digits do not carry it.

    Raises:
        Unreadable: law *size* or *transport*.
    """
    unpacked = read_digits(digits, issuer)
    if unpacked.iat is None:
        return unpacked.token, None
    chosen = live.nonce_of(unpacked.iat) if nonce is None else nonce
    signed = live.signed_part(unpacked.token, _issuer_of(unpacked.payload), unpacked.iat, chosen)
    return unpacked.token, f"{signed}.{b64.encode(unpacked.signature)}"


def read_digits(digits: object, issuer: str) -> Unpacked:
    """Digits to token and proof; the work is bounded, whatever they are; raises Unreadable."""
    if not isinstance(digits, str):
        raise Unreadable("size", "not a text")
    if len(digits) > MAX_DIGITS:
        raise Unreadable("size", f"over {MAX_DIGITS} digits")
    if _DIGITS.fullmatch(digits) is None:
        raise Unreadable("transport", "not digits without leading zeros")
    number = int(digits)
    packed = number.to_bytes((number.bit_length() + 7) >> 3)
    if packed[0] != VERSION or len(packed) <= LIVE_AT:
        raise Unreadable("transport", "another version")
    flags = packed[1]
    if flags & ~_KNOWN_FLAGS or flags & 0x0F not in (0, DICTIONARY):
        raise Unreadable("transport", "flags")
    body = LIVE_AT + _LIVE_BYTES if flags & LIVE_FLAG else LIVE_AT
    raw = _inflate(packed[body:], dictionary(issuer) if flags & 0x0F else b"")
    kid, signature = b64.encode(packed[2 : 2 + _KID_BYTES]), packed[2 + _KID_BYTES : LIVE_AT]
    token = f"{jws.header_text(TYP, kid)}.{b64.encode(raw)}.{b64.encode(signature)}"
    if not flags & LIVE_FLAG:
        return Unpacked(token, kid, raw, signature)
    iat = int.from_bytes(packed[LIVE_AT : LIVE_AT + 4])
    return Unpacked(token, kid, raw, signature, iat, packed[LIVE_AT + 4 : body])


def _inflate(squeezed: bytes, preset: bytes) -> bytes:
    reader = zlib.decompressobj(-15, preset)
    try:
        raw = reader.decompress(squeezed, MAX_PAYLOAD_BYTES + 1)
    except zlib.error:
        raise Unreadable("transport", "not DEFLATE") from None
    if len(raw) > MAX_PAYLOAD_BYTES:
        raise Unreadable("size", f"inflates to more than {MAX_PAYLOAD_BYTES} bytes")
    if not reader.eof or reader.unused_data or reader.unconsumed_tail:
        raise Unreadable("transport", "cut short, or followed by something")
    return raw
