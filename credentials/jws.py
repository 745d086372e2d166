"""Compact JWS (RFC 7515), strictly: three parts, one text for one value, a header that is known before it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec

from credentials import b64, curve
from credentials.curve import Signer
from credentials.refusals import Unreadable, Untrusted

SIGNATURE_CHARS: Final = 86
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")
_Key = TypeVar("_Key")
_KID = r"[A-Za-z0-9_-]{1,64}"


@lru_cache(maxsize=256)
def header_text(typ: str, kid: str | None = None) -> str:
    """The one header of a token of ours, base64url; `kid` is absent only where the key is known otherwise."""
    named = "" if kid is None else f',"kid":"{kid}"'
    return b64.encode(f'{{"alg":"ES256","typ":"{typ}"{named}}}'.encode())


def sign_compact(header: str, payload: bytes, signer: Signer) -> str:
    """`header` (already base64url) and `payload`, signed."""
    signed = f"{header}.{b64.encode(payload)}"
    return f"{signed}.{b64.encode(signer.sign(signed.encode('ascii')))}"


def split(token: object, limit: int) -> tuple[str, str, str]:
    """The laws *size* and *compact*: header, payload and signature of a text; raises Unreadable."""
    if not isinstance(token, str):
        raise Unreadable("size", "not a text")
    if len(token) > limit:
        raise Unreadable("size", f"over {limit} characters")
    if _COMPACT.fullmatch(token) is None:
        raise Unreadable("compact", "not three parts of base64url")
    header, payload, signature = token.split(".")
    if not (b64.ends_well(header) and b64.ends_well(payload) and b64.ends_well(signature)):
        raise Unreadable("compact", "unused bits are not zero")
    return header, payload, signature


def open_token(token: object, limit: int, keys: Mapping[str, _Key], typ: str) -> tuple[_Key, bytes, bytes]:
    """The laws *size*, *compact* and *header* in one: the key its header names, its payload and its signature.

    Args:
        token: anything.
        limit: characters.
        keys: header text to key.
        typ: of those headers.

    Raises:
        Unreadable: not compact, or a header of another form.
        Untrusted: a header of the right form with a foreign `kid`.
    """
    if not isinstance(token, str):
        raise Unreadable("size", "not a text")
    if len(token) > limit:
        raise Unreadable("size", f"over {limit} characters")
    header, _, rest = token.partition(".")
    key = keys.get(header)
    if key is None:
        raise refuse_header(split(token, limit)[0], typ)
    if "+" in rest or "/" in rest or "=" in rest:
        raise Unreadable("compact", "a character that is no base64url")
    payload, _, signature = rest.replace("-", "+").replace("_", "/").partition(".")
    if not payload or len(signature) != SIGNATURE_CHARS or not (b64.ends_well(payload) and b64.ends_well(signature)):
        raise Unreadable("compact", "not three parts of canonical base64url")
    try:
        return key, b64.decode_standard(payload), b64.decode_standard(signature)
    except ValueError:
        raise Unreadable("compact", "not base64url") from None


def refuse_header(header: str, typ: str) -> Unreadable | Untrusted:
    """Why a header that is in no table is refused: of our form, it names a foreign key; otherwise it is no pass."""
    form = rf'\{{"alg":"ES256","typ":"{re.escape(typ)}","kid":"({_KID})"\}}'
    found = re.fullmatch(form.encode(), b64.decode_known(header))
    if found is None:
        return Unreadable("header", "not the one header")
    kid = found[1].decode()
    return Untrusted("unknown key", kid)


def check_signature(key: ec.EllipticCurvePublicKey, token: str, signature: bytes, kid: str | None = None) -> None:
    """The law *signature*, over the received bytes; raises Untrusted."""
    signed = token[: -SIGNATURE_CHARS - 1].encode("ascii")
    if not curve.is_genuine(key, signature, signed):
        raise Untrusted("bad signature", kid)
