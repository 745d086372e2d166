"""The law *shape*: what a payload's values must be. `issue_pass` holds its own work to it, `verify` everybody's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from credentials import b64, curve
from credentials.instants import of_minute, rfc3339
from credentials.kinds import KINDS, Kind
from credentials.payload import HolderKey, OfficialDocument, Payload, Subject
from credentials.refusals import Unreadable, Untrusted

VALID_FOR_S: Final = 172_800
CONTEXT_V2: Final = "https://www.w3.org/ns/credentials/v2"
SUBJECT_PREFIX: Final = "urn:epipass:"
_COORDINATE_CHARS = 43
_ISSUER = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*")
_MAX_INDEX = 2**31 - 1
_TAIL = 4
_MAX_NAME, _MAX_UNIT, _MAX_ZONE, _MAX_VENUES, _MAX_NUMBER = 32, 64, 32, 8, 32


def is_issuer(url: str) -> bool:
    """Whether `url` may name an issuer: https, no trailing slash, query or fragment."""
    return len(url) <= 128 and _ISSUER.fullmatch(url) is not None  # noqa: PLR2004 - the only place of this number


@lru_cache(maxsize=8)
def context_of(issuer: str) -> tuple[str, str]:
    """The `@context` of an issuer's passes."""
    return (CONTEXT_V2, issuer + "/contexts/v1")


def check_shape(payload: Payload, issuer: str) -> Kind:
    """Hold a payload to the law and say of what kind it is; raises Unreadable, or Untrusted for a foreign `iss`."""
    if payload.iss != issuer:
        raise Untrusted("another issuer")
    kind = KINDS.get(payload.type)
    if kind is None:
        raise Unreadable("shape", "type")
    if payload.issuer != issuer or payload.context != context_of(issuer):
        raise Unreadable("shape", "issuer or @context")
    subject = payload.credential_subject
    _check_names(payload, subject, issuer)
    _check_times(payload)
    _check_subject(subject, kind)
    _check_document(subject.official_document)
    if kind.printed != (payload.cnf is None):
        raise Unreadable("shape", "cnf is present exactly when the pass is not printed")
    if payload.cnf is not None:
        point_of(payload.cnf.jwk)
    return kind


def _check_names(payload: Payload, subject: Subject, issuer: str) -> None:
    """Subject, reference, index and list: what is made of few letters, and so is held to them in one stroke."""
    status = payload.credential_status
    index = status.status_list_index
    # None of the four may hold a space, so a space between them cannot be moved.
    names = f"{payload.sub} {subject.test.reference} {index} {status.status_list_credential}"
    if _names_of(issuer).fullmatch(names) is None:
        raise Unreadable("shape", "sub, reference, statusListIndex or statusListCredential")
    if payload.sub != subject.id or int(index) > _MAX_INDEX:
        raise Unreadable("shape", "sub or statusListIndex")
    if status.type != "BitstringStatusListEntry" or status.status_purpose != "revocation":
        raise Unreadable("shape", "credentialStatus")


@lru_cache(maxsize=8)
def _names_of(issuer: str) -> re.Pattern[str]:
    sixteen = "[A-Za-z0-9_-]{16}"
    listed = re.escape(issuer + "/status/") + "[A-Za-z0-9-]{1,32}"
    return re.compile(f"{SUBJECT_PREFIX}{sixteen} {sixteen} (?:0|[1-9][0-9]{{0,9}}) {listed}")


def _check_times(payload: Payload) -> None:
    nbf, exp = payload.nbf, payload.exp
    if not nbf <= exp <= nbf + VALID_FOR_S:
        raise Unreadable("shape", "nbf and exp")
    test = payload.credential_subject.test
    sampled_at = of_minute(test.sampled_at)
    if sampled_at is None or sampled_at > payload.iat or exp > sampled_at + VALID_FOR_S:
        raise Unreadable("shape", "sampledAt")
    valid_from, valid_until = payload.valid_from, payload.valid_until
    if valid_from != rfc3339(nbf) or valid_until != rfc3339(exp) or not valid_until.startswith("20"):
        raise Unreadable("shape", "validFrom or validUntil")
    if test.result != "negative":
        raise Unreadable("shape", "result")


def _check_subject(subject: Subject, kind: Kind) -> None:
    if not (0 < len(subject.name) <= _MAX_NAME and 0 < len(subject.unit) <= _MAX_UNIT):
        raise Unreadable("shape", "name or unit")
    venues = subject.venues
    if len(subject.zone) > _MAX_ZONE or len(venues) > _MAX_VENUES:
        raise Unreadable("shape", "zone or venues")
    for venue in venues:
        if not 0 < len(venue) <= _MAX_NAME:
            raise Unreadable("shape", "venues")
    tail = subject.document_tail
    if kind.printed != (tail is not None) or (tail is not None and len(tail) != _TAIL):
        raise Unreadable("shape", "documentTail")


def _check_document(document: OfficialDocument) -> None:
    if not (0 < len(document.number) <= _MAX_NUMBER and 0 < len(document.issued_by) <= _MAX_UNIT):
        raise Unreadable("shape", "officialDocument")


def point_of(key: HolderKey) -> bytes:
    """x‖y (64 bytes) of a holder's key that is a point on P-256 in canonical coordinates; else raises Unreadable."""
    if key.crv != "P-256" or key.kty != "EC":
        raise Unreadable("shape", "cnf.jwk is not on P-256")
    if len(key.x) != _COORDINATE_CHARS or len(key.y) != _COORDINATE_CHARS:
        raise Unreadable("shape", "cnf.jwk coordinates")
    try:
        coordinates = coordinates_of(key)
    except ValueError:
        raise Unreadable("shape", "cnf.jwk coordinates") from None
    if not curve.is_point(coordinates):
        raise Unreadable("shape", "cnf.jwk is not a point")
    return coordinates


def coordinates_of(key: HolderKey) -> bytes:
    """x‖y of a key whose coordinates are 43 characters each; ValueError when they are not canonical base64url."""
    # Both in one call: 43 characters and an A are 33 bytes, the last of them zero when x has no unused bits set.
    both = b64.decode(f"{key.x}A{key.y}")
    if both[32]:
        raise ValueError("unused bits are set")
    return both[:32] + both[33:]
