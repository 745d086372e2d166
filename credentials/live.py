"""The live proof: an RFC 9901 key-binding JWT that the holder's page signs every 15 seconds while the pass is shown."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from credentials import b64, curve, jws
from credentials.curve import Signer
from credentials.payload import HolderKey, Instant
from credentials.refusals import NotLive, Unreadable
from credentials.shape import coordinates_of

HEADER: Final = b64.encode(b'{"alg":"ES256","typ":"kb+jwt"}')
NONCE_S: Final = 30
MAX_AGE_S: Final = 60
MAX_AHEAD_S: Final = 10
MAX_PRESENTATION_CHARS: Final = 5_120
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")


class Proof(Struct, frozen=True, forbid_unknown_fields=True):
    """A proof's payload, in the order on the wire; `sd_hash` is base64url SHA-256 of the token and `~`."""

    iat: Instant
    aud: str
    nonce: str
    sd_hash: str


_decoder: Final = msgspec.json.Decoder(Proof)
_encoder: Final = msgspec.json.Encoder()


def nonce_of(iat: int) -> str:
    """The nonce of a proof when the guard chose none: the half-minute it was signed in."""
    return str(iat // NONCE_S)


def signed_part(token: str, issuer: str, iat: int, nonce: str) -> str:
    """Header and payload of the one proof for these facts: what the holder signs, what a reader rebuilds.

    Written out, because a reader at the door does it for each scan: issuer and nonce need no escapes.
    """
    sd_hash = b64.encode(sha256(token.encode("ascii") + b"~").digest())
    payload = f'{{"iat":{iat},"aud":"{issuer}","nonce":"{nonce}","sd_hash":"{sd_hash}"}}'
    return f"{HEADER}.{b64.encode(payload.encode())}"


def sign_proof(token: str, holder: Signer, *, issuer: str, at: int, nonce: str | None = None) -> str:
    """The key-binding JWT for `token`, signed by its holder at `at`; `nonce` only when the guard chose one."""
    signed = signed_part(token, issuer, at, nonce_of(at) if nonce is None else nonce)
    return f"{signed}.{b64.encode(holder.sign(signed.encode('ascii')))}"


def take_apart(proof: str) -> tuple[int, bytes]:
    """The instant and the signature (64 bytes) of a proof: what the transport carries of it; raises Unreadable."""
    if len(proof) > MAX_PRESENTATION_CHARS or _COMPACT.fullmatch(proof) is None:
        raise Unreadable("transport", "not a proof")
    header, payload, signature = proof.split(".")
    if header != HEADER or not (b64.ends_well(payload) and b64.ends_well(signature)):
        raise Unreadable("transport", "not a proof")
    try:
        claims = _decoder.decode(b64.decode_known(payload))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("transport", "not a proof") from None
    return claims.iat, b64.decode_known(signature)


def check_proof(token: str, proof: str, key: HolderKey, *, issuer: str, at: int, nonce: str | None) -> None:
    """Hold a proof to all its laws; raises NotLive, with the proof's age where it has one.

    A proof has one form for its facts: read its instant, rebuild it, compare. What differs is for another pass or
    issuer, has another nonce, or is no proof.
    """
    try:
        iat, signature = take_apart(proof)
    except Unreadable:
        raise NotLive("not a proof") from None
    signed = signed_part(token, issuer, iat, nonce_of(iat) if nonce is None else nonce)
    if proof[: -jws.SIGNATURE_CHARS - 1] != signed:
        raise NotLive("a proof for something else, or with a wrong nonce", age_s=at - iat)
    check_holder(signed, signature, key, iat=iat, at=at)


def check_holder(signed: str, signature: bytes, key: HolderKey, *, iat: int, at: int) -> None:
    """The proof's window and signature; raises NotLive."""
    age_s = at - iat
    if not -MAX_AHEAD_S <= age_s <= MAX_AGE_S:
        raise NotLive("a stale proof" if age_s > 0 else "a proof ahead of time", age_s=age_s)
    # The law *shape* has seen that it is a point.
    holder = curve.public_key(coordinates_of(key))
    if not curve.is_genuine(holder, signature, signed.encode("ascii")):
        raise NotLive("a proof by another key", age_s=age_s)
