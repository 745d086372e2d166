"""What an HTTP request proves: our own access token (RFC 9068 in shape) and the device key it is bound to (RFC 9449).

Nothing here is a pass. A token says who calls for 15 minutes; a DPoP proof says that the caller holds the key, for
one method and one address, for a minute.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct, ValidationError, convert

from credentials import b64, curve, jws
from credentials.curve import LocalSigner, Signer
from credentials.keys import KeySet
from credentials.payload import HolderKey, Instant
from credentials.refusals import Refused, Unreadable
from credentials.shape import point_of

TOKEN_TYP: Final = "at+jwt"  # noqa: S105 - a media type, no secret
DPOP_TYP: Final = "dpop+jwt"
MAX_CHARS: Final = 4_096
TOKEN_LIFE_S: Final = 900
WINDOW_S: Final = 60
LEEWAY_S: Final = 60
_Text = Annotated[str, Meta(min_length=1, max_length=512)]
_Shape = TypeVar("_Shape")


class ProofError(Exception):
    """A token or proof that does not stand; `law` names what failed, and is safe to show and to log."""

    def __init__(self, law: str) -> None:
        super().__init__(law)
        self.law = law


class AccessToken(Struct, frozen=True, kw_only=True):
    """Whose token it is: `device` is the RFC 7638 thumbprint of the key it is bound to; instants in epoch seconds."""

    subject: str
    role: str
    scope: str
    device: str
    issued_at: int
    expires_at: int


class _Bound(Struct, frozen=True, forbid_unknown_fields=True):
    jkt: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]


class _TokenClaims(Struct, frozen=True, forbid_unknown_fields=True):
    iss: str
    aud: str
    sub: _Text
    iat: Instant
    exp: Instant
    epi_role: _Text
    epi_scope: str
    cnf: _Bound


class _DeviceKey(Struct, frozen=True):
    """A browser exports `ext` and `key_ops` too; a private half must never be sent."""

    kty: str
    crv: str
    x: str
    y: str
    d: Any = None


class _DpopHeader(Struct, frozen=True, forbid_unknown_fields=True):
    typ: str
    alg: str
    jwk: _DeviceKey


class _DpopClaims(Struct, frozen=True):
    jti: Annotated[str, Meta(min_length=1, max_length=128)]
    htm: str
    htu: str
    iat: Instant
    ath: str | None = None


_token_decoder: Final = msgspec.json.Decoder(_TokenClaims)
_header_decoder: Final = msgspec.json.Decoder(_DpopHeader)
_claims_decoder: Final = msgspec.json.Decoder(_DpopClaims)
_encoder: Final = msgspec.json.Encoder()


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638 thumbprint of a public P-256 JWK, 43 characters; raises ProofError when it is no such key."""
    try:
        key = convert(dict(jwk), _DeviceKey)
    except ValidationError:
        raise ProofError("key") from None
    if key.d is not None:
        raise ProofError("key")
    return _thumbprint_of(_point_key(key))


def issue_access_token(
    *, subject: str, role: str, scope: str, device: str, issuer: str, signer: Signer, at: int
) -> str:
    """Sign a 15-minute access token with a token key, bound to `device`, the thumbprint of the caller's key."""
    claims = _TokenClaims(issuer, issuer, subject, at, at + TOKEN_LIFE_S, role, scope, _Bound(device))
    return jws.sign_compact(jws.header_text(TOKEN_TYP, signer.kid), _encoder.encode(claims), signer)


def verify_access_token(token: str, keys: KeySet, *, issuer: str, at: int) -> AccessToken:
    """Read an access token of ours.

    Args:
        token: the compact JWS.
        keys: the issuer's keys; only one whose use is `token` counts.
        issuer: its `iss` and `aud`.
        at: epoch seconds.

    Raises:
        ProofError: `token`, `issuer`, `key`, `signature` or `time`.
    """
    header, raw, signature = _split(token)
    key = next((key for key in keys.keys.values() if header == jws.header_text(TOKEN_TYP, key.kid)), None)
    if key is None:
        raise ProofError("key")
    try:
        claims = _token_decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProofError("token") from None
    if _encoder.encode(claims) != raw:
        raise ProofError("token")
    if claims.iss != issuer or claims.aud != issuer:
        raise ProofError("issuer")
    if not key.may_sign("token", claims.iat):
        raise ProofError("key")
    if not curve.is_genuine(key.key, signature, _signed(token)):
        raise ProofError("signature")
    if claims.iat > at + LEEWAY_S or at >= claims.exp or claims.exp > claims.iat + TOKEN_LIFE_S:
        raise ProofError("time")
    return AccessToken(
        subject=claims.sub,
        role=claims.epi_role,
        scope=claims.epi_scope,
        device=claims.cnf.jkt,
        issued_at=claims.iat,
        expires_at=claims.exp,
    )


def sign_dpop(holder: LocalSigner, *, method: str, url: str, at: int, jti: str, access_token: str | None = None) -> str:
    """A DPoP proof by `holder`: what a device sends; here for the command line and for tests."""
    header = {"typ": DPOP_TYP, "alg": "ES256", "jwk": holder.public_jwk()}
    claims: dict[str, str | int] = {"jti": jti, "htm": method, "htu": url, "iat": at}
    if access_token is not None:
        claims["ath"] = _hash_of(access_token)
    return jws.sign_compact(b64.encode(_encoder.encode(header)), _encoder.encode(claims), holder)


def verify_dpop(proof: str, *, method: str, urls: Collection[str], at: int, access_token: str | None = None) -> str:
    """Return the thumbprint of the key that signed a DPoP proof for this request.

    No store of `jti`: every write that a proof opens is idempotent by its key.

    Args:
        proof: the compact JWS of the `DPoP` header.
        method: the request's method, `htm`.
        urls: the addresses it may name in `htu`, without query or fragment.
        at: epoch seconds; `iat` within a minute of it.
        access_token: when given, `ath` must be its hash.

    Raises:
        ProofError: `token`, `header`, `key`, `signature`, `request`, `time` or `ath`.
    """
    header_text, raw, signature = _split(proof)
    header = _decode(_header_decoder, b64.decode_known(header_text), "header")
    if header.typ != DPOP_TYP or header.alg != "ES256" or header.jwk.d is not None:
        raise ProofError("header")
    key = _point_key(header.jwk)
    claims = _decode(_claims_decoder, raw, "token")
    if claims.htm != method or claims.htu not in urls:
        raise ProofError("request")
    if not -WINDOW_S <= at - claims.iat <= WINDOW_S:
        raise ProofError("time")
    if access_token is not None and claims.ath != _hash_of(access_token):
        raise ProofError("ath")
    if not curve.is_genuine(curve.public_key(point_of(key)), signature, _signed(proof)):
        raise ProofError("signature")
    return _thumbprint_of(key)


def _split(token: object) -> tuple[str, bytes, bytes]:
    try:
        header, payload, signature = jws.split(token, MAX_CHARS)
    except Unreadable:
        raise ProofError("token") from None
    return header, b64.decode_known(payload), b64.decode_known(signature)


def _signed(token: str) -> bytes:
    return token[: -jws.SIGNATURE_CHARS - 1].encode("ascii")


def _hash_of(token: str) -> str:
    # Only a text that came in a header gets here, but a header may hold anything.
    return b64.encode(sha256(token.encode("utf-8", "surrogatepass")).digest())


def _thumbprint_of(key: HolderKey) -> str:
    return b64.encode(curve.thumbprint(key.x, key.y))


def _point_key(jwk: _DeviceKey) -> HolderKey:
    key = HolderKey(crv=jwk.crv, kty=jwk.kty, x=jwk.x, y=jwk.y)
    try:
        point_of(key)
    except Refused:
        raise ProofError("key") from None
    return key


def _decode(decoder: msgspec.json.Decoder[_Shape], raw: bytes, law: str) -> _Shape:
    """A typed reading of JSON in any member order, in which no member comes twice."""
    try:
        json.loads(raw, object_pairs_hook=_once)
        return decoder.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise ProofError(law) from None


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member twice")
