"""Day keys: made ahead, published, unwrapped by the one function that signs with them.

A day key is made by KMS (`GenerateDataKeyPairWithoutPlaintext`) under an encryption context of use and day; the key
policy of a function's role names the use, so the function that signs passes cannot open a status key.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from jwcrypto.common import base64url_encode

import credentials
from credentials.contexts import context_document
from credentials.statement import digest, peek_statement
from functions.keys import rules
from functions.keys.model import DayKey
from functions.shared import log
from functions.shared.aws import client
from functions.shared.config import settings
from functions.shared.objects import public

STATEMENT_KEY = ".well-known/epipass-keys.jwt"
STATEMENTS = ".well-known/epipass-keys/"  # and the number of each, for ever
JWKS_KEY = ".well-known/jwks.json"
CONTEXT_KEY = "contexts/v1"


def signer(use: str, at: int) -> credentials.Signer:
    """Return the signer of a use for this instant.

    Raises:
        LookupError: no key was made for the day; `epipass doctor` says so before the day comes.
    """
    return _signer(use, rules.day_of(at))


@lru_cache(maxsize=8)
def _signer(use: str, day: str) -> credentials.Signer:
    row = DayKey.find(use, day, at=0)
    if row is None:
        raise LookupError(f"there is no {use} key for {day}")
    answer = client("kms").decrypt(
        CiphertextBlob=row.wrapped, EncryptionContext=_context(use, day), KeyId=os.environ["KEY_DAY"]
    )
    return credentials.LocalSigner.from_der(answer["Plaintext"])


def key_set(at: int) -> credentials.KeySet:
    """Return the published keys with which passes and status lists are verified."""
    return _key_set(rules.day_of(at), ("pass", "status"))


def trusted_keys(at: int) -> credentials.KeySet:
    """Return the keys as a guard's page has them: the key statement's, with what it withdraws and until when it holds.

    It is read from our own bucket, so its signature is not asked again. Before the first ceremony there is none, and the
    table's own keys are all there is. An older statement put back in the newest's place is followed to the newest.
    """
    held = public.get(STATEMENT_KEY)
    if held is None:
        return key_set(at)
    return stated(_newest(held.decode("ascii")))


def _newest(token: str) -> str:
    """Follow a statement by the numbered copies to the last that names the one before it by its hash.

    A page remembers the newest it saw; a function that starts anew remembers nothing, and what a newer statement
    withdrew would be good again.
    """
    while following := public.get(f"{STATEMENTS}{peek_statement(token).seq + 1}.jwt"):
        newer = following.decode("ascii")
        if peek_statement(newer).prev != digest(token):
            break
        log.event("keys.statement-rolled-back", seq=peek_statement(token).seq)
        token = newer
    return token


def stated(token: str) -> credentials.KeySet:
    """Return the keys of a key statement from a place we trust; its signature is not asked for."""
    statement = peek_statement(token)
    return replace(credentials.KeySet.from_jwks({"keys": statement.keys}), statement=statement)


def token_keys(at: int) -> credentials.KeySet:
    """Return the keys with which our own access tokens are verified."""
    return _key_set(rules.day_of(at), ("token",))


@lru_cache(maxsize=4)
def _key_set(_day: str, uses: tuple[str, ...]) -> credentials.KeySet:
    keys = [key for use in uses for key in public_keys(use)]
    if not keys:
        raise LookupError("no day keys were made yet; run `epipass init`")
    return credentials.KeySet.from_jwks({"keys": keys})


def public_keys(use: str) -> Iterator[dict[str, Any]]:
    """Yield the JWK of every key of a use ever made, oldest first."""
    for row in DayKey.query(use, consistent_read=True):
        yield credentials.published_jwk({"x": row.x, "y": row.y}, use=use, nbf=int(row.nbf), exp=int(row.exp))


def make_ahead(at: int) -> int:
    """Make the keys of the days to come that are missing; tell how many. Twice is the same as once."""
    made = sum(_make(use, day) for use in rules.USES for day in _missing(use, at))
    if made:
        _key_set.cache_clear()
        log.event("keys.made", count=made)
    return made


def _missing(use: str, at: int) -> list[str]:
    have = {row.day for row in DayKey.query(use, DayKey.day >= rules.day_of(at), consistent_read=True)}
    return [day for day in rules.days_ahead(at) if day not in have]


def _make(use: str, day: str) -> bool:
    pair = client("kms").generate_data_key_pair_without_plaintext(
        KeyId=os.environ["KEY_DAY"], KeyPairSpec="ECC_NIST_P256", EncryptionContext=_context(use, day)
    )
    x, y = _coordinates(pair["PublicKey"])
    nbf, exp = rules.window(day)
    row = DayKey(use, day, x=x, y=y, nbf=nbf, exp=exp, wrapped=pair["PrivateKeyCiphertextBlob"])
    return row.put_if_absent()


def _coordinates(der: bytes) -> tuple[str, str]:
    key = load_der_public_key(der)
    if not isinstance(key, EllipticCurvePublicKey):
        raise TypeError("KMS answered with a key that is not P-256")
    numbers = key.public_numbers()
    return base64url_encode(numbers.x.to_bytes(32)), base64url_encode(numbers.y.to_bytes(32))


def _context(use: str, day: str) -> dict[str, str]:
    return {"purpose": "day-key", "use": use, "day": day}


def published() -> dict[str, Any]:
    """Return the plain JWK set that any JOSE library reads: every key of every use that verifies public things."""
    return {"keys": [key for use in ("pass", "status", "log") for key in public_keys(use)]}


def publish() -> None:
    """Write the JWK set to `/.well-known/jwks.json`, and beside it the JSON-LD context that every pass names."""
    body = msgspec.json.encode(published())
    public.put(JWKS_KEY, body, content_type="application/jwk-set+json", cache_control="public, max-age=300")
    # Version 1 never changes: a later meaning is published beside it.
    context = context_document(settings().issuer)
    public.put(CONTEXT_KEY, context, content_type="application/ld+json", cache_control="public, max-age=86400")
