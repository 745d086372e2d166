"""The key statement: the issuer's keys, signed by a root key about once a month (`typ: jwk-set+jwt`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Meta, Struct

from credentials import b64, jws
from credentials.curve import Signer
from credentials.payload import Instant
from credentials.refusals import Refused, Unreadable, Untrusted
from credentials.shape import VALID_FOR_S as PASS_VALID_FOR_S

TYP: Final = "jwk-set+jwt"
MAX_CHARS: Final = 262_144
DAY_S: Final = 86_400
VALID_FOR_S: Final = 31 * DAY_S
LIST_VALID_FOR_S: Final = DAY_S
LEEWAY_S: Final = 60
# Python's `$` also matches before a line feed at the end; a browser's does not.
_Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
# What every language reads and writes alike: of other names and values, canonical forms differ.
_Plain = Annotated[str, Meta(pattern=r'^[^"\\\x00-\x1f]*$(?!\n)')]
_Number = Annotated[int, Meta(ge=0, le=10**15 - 1)]
_Member = Annotated[str, Meta(pattern=r"^[a-z][A-Za-z0-9_]*$(?!\n)")]


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A key statement's payload, in the order on the wire.

    `seq` counts from 1; `prev` is the hex SHA-256 of the statement before it (absent in the first); passes issued
    before `not_before` are withdrawn in one stroke (absent: none); `pages` are hex SHA-256 of published page builds.
    """

    iss: str
    iat: Instant
    exp: Instant
    seq: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    prev: _Digest | None = None
    not_before: Instant | None = None
    keys: list[dict[_Member, _Plain | _Number]]
    pages: list[_Digest]


_decoder: Final = msgspec.json.Decoder(Statement)
_encoder: Final = msgspec.json.Encoder()


def digest(token: str) -> str:
    """Hex SHA-256 of a statement: what the next one's `prev` says, and what `sha256sum` prints for the file."""
    return sha256(token.encode("ascii")).hexdigest()


def sign_statement(  # the facts of a ceremony, one by one
    *,
    issuer: str,
    at: int,
    keys: Sequence[Mapping[str, Any]],
    signer: Signer,
    previous: str | None = None,
    not_before: int | None = None,
    pages: Sequence[str] = (),
    expires_at: int | None = None,
) -> str:
    """Sign the next statement with the root key.

    Args:
        issuer: the issuer's URL.
        at: epoch seconds, its `iat`.
        keys: published JWKs, each with `kid`, `nbf`, `exp`, `epipass_use`.
        signer: the root key.
        previous: the statement before it; its `seq` plus one and its hash go in.
        not_before: epoch seconds; passes issued earlier are withdrawn.
        pages: hex SHA-256 of each published page build.
        expires_at: at most 31 days after `at`, which is the default.

    Raises:
        Unreadable: when a verifier would not read it: a key's members are texts and whole numbers under plain names.
    """
    expires_at = at + VALID_FOR_S if expires_at is None else expires_at
    if not at < expires_at <= at + VALID_FOR_S:
        raise ValueError("a key statement is valid for at most 31 days")
    statement = Statement(
        iss=issuer,
        iat=at,
        exp=expires_at,
        seq=1 if previous is None else peek_statement(previous).seq + 1,
        prev=None if previous is None else digest(previous),
        not_before=not_before,
        keys=[dict(key) for key in keys],
        pages=list(pages),
    )
    raw = _encoder.encode(statement)
    _decode(raw)
    return jws.sign_compact(jws.header_text(TYP, signer.kid), raw, signer)


def needed(keys: Iterable[Mapping[str, Any]], at: int, expires_at: int) -> list[dict[str, Any]]:
    """Of published keys, those that a statement from `at` to `expires_at` must list: every guard's page downloads it.

    They verify passes and status lists, from the last key that may have signed a pass still valid to the last key of
    the statement's life. Instants in epoch seconds; a key that states no times is always needed.
    """
    return [
        dict(key)
        for key in keys
        if key.get("epipass_use", "pass") in {"pass", "status"}
        and key.get("exp", expires_at) > at - PASS_VALID_FOR_S
        and key.get("nbf", at) < expires_at
    ]


def of_day(keys: Iterable[Mapping[str, Any]], day: int) -> list[dict[str, Any]]:
    """Of published keys, the few that what is shown on one day is nearly always signed with; `day` its first second.

    For a day's *extract*: a statement like the month's, with the same number, that a first visit downloads in a sixth
    of the bytes. Whoever meets a key that is not in it asks for the whole statement. Passes live 48 hours, status lists
    24, so the keys began at most that long before the day.
    """
    lives = {"pass": PASS_VALID_FOR_S, "status": LIST_VALID_FOR_S}
    return [
        dict(key)
        for key in keys
        if (use := key.get("epipass_use", "pass")) in lives and day - lives[use] <= key.get("nbf", day) < day + DAY_S
    ]


def days_of(at: int, expires_at: int) -> list[int]:
    """Return the first second of each UTC day that a statement from `at` to `expires_at` touches."""
    return list(range(at - at % DAY_S, expires_at, DAY_S))


def peek_statement(token: str) -> Statement:
    """What a statement says, its signature unchecked; raises Untrusted when it says nothing."""
    try:
        _, payload, _ = jws.split(token, MAX_CHARS)
        return _decode(b64.decode_known(payload))
    except Unreadable as problem:
        raise Untrusted(f"not a key statement ({problem.law})") from None


def read_statement(
    token: str, roots: Mapping[str, ec.EllipticCurvePublicKey], at: int, newest_seq: int = 0
) -> Statement:
    """Check a statement against the pinned root keys; raises Untrusted for anything wrong with it."""
    try:
        table = {jws.header_text(TYP, kid): (kid, key) for kid, key in roots.items()}
        (kid, root), raw, signature = jws.open_token(token, MAX_CHARS, table, TYP)
        statement = _decode(raw)
        jws.check_signature(root, token, signature, kid)
    except Untrusted:
        raise
    except Refused as problem:
        raise Untrusted(f"not a key statement ({problem})") from None
    if not statement.iat < statement.exp <= statement.iat + VALID_FOR_S:
        raise Untrusted("a key statement for more than 31 days", kid)
    if statement.iat > at + LEEWAY_S:
        raise Untrusted("a key statement of the future", kid)
    if statement.seq < newest_seq:
        raise Untrusted("a key statement older than one already seen", kid)
    if (statement.seq == 1) != (statement.prev is None):
        raise Untrusted("a key statement that hangs on nothing", kid)
    return statement


def _decode(raw: bytes) -> Statement:
    try:
        statement = _decoder.decode(raw)
        if _encoder.encode(statement) == raw:
            return statement
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Says no more than what follows does.
        pass
    raise Unreadable("canonical", "not the one form of a statement")
