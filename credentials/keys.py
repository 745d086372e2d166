"""The keys of an issuer, parsed once: from a plain JWK set, or from a key statement that a root key signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec

from credentials import curve, jws
from credentials.payload import HolderKey
from credentials.refusals import Unreadable, Untrusted
from credentials.shape import point_of
from credentials.statement import Statement, read_statement

USES = ("pass", "status", "token", "log")
_KID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key with its name, what it may sign, and when; `nbf` ≤ instant < `exp`, where stated."""

    kid: str
    key: ec.EllipticCurvePublicKey
    use: str
    nbf: int | None = None
    exp: int | None = None

    def may_sign(self, use: str, instant: int) -> bool:
        """Whether a signature for `use` made at `instant` is in this key's power."""
        return (
            self.use == use and (self.nbf is None or self.nbf <= instant) and (self.exp is None or instant < self.exp)
        )


@dataclass(frozen=True, slots=True, eq=False)
class KeySet:
    """Keys by name, and what the statement that brought them says; a plain JWK set says nothing more."""

    keys: Mapping[str, VerifyingKey]
    statement: Statement | None = None

    @classmethod
    def from_jwks(cls, jwks: Mapping[str, Any]) -> Self:
        """From a JWK set (RFC 7517): its P-256 keys, others passed over; raises Untrusted for what is no set."""
        listed = jwks.get("keys") if isinstance(jwks, Mapping) else None
        if not isinstance(listed, list | tuple):
            raise Untrusted("not a JWK set")
        found: dict[str, VerifyingKey] = {}
        for jwk in listed:
            key = _read_key(jwk)
            if key is None:
                continue
            if key.kid in found:
                raise Untrusted("two keys have one name", key.kid)
            found[key.kid] = key
        return cls(found)

    @classmethod
    def from_statement(cls, token: str, *, roots: Iterable[Mapping[str, Any]], at: int, newest_seq: int = 0) -> Self:
        """From a key statement signed by one of `roots` (JWKs).

        Args:
            token: the statement, `typ: jwk-set+jwt`.
            roots: the pinned root keys, current and next.
            at: epoch seconds; a statement issued later is refused, one past its end makes verdicts *unsure*.
            newest_seq: the highest `seq` this verifier has seen; a lower one is refused.

        Raises:
            Untrusted: for anything wrong with it.
        """
        pinned = cls.from_jwks({"keys": [dict(root) for root in roots]})
        statement = read_statement(token, {kid: key.key for kid, key in pinned.keys.items()}, at, newest_seq)
        return replace(cls.from_jwks({"keys": statement.keys}), statement=statement)


def _read_key(jwk: object) -> VerifyingKey | None:
    """A P-256 key of a set, or None for a key of another kind; its coordinates are held to the one form that a holder's have."""
    if not isinstance(jwk, Mapping):
        raise Untrusted("not a JWK")
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or jwk.get("use", "sig") != "sig":
        return None
    x, y = jwk.get("x"), jwk.get("y")
    if not (isinstance(x, str) and isinstance(y, str)):
        raise Untrusted("a key without coordinates")
    kid = jwk.get("kid", curve.kid_of(x, y))
    use = jwk.get("epipass_use", "pass")
    nbf, exp = jwk.get("nbf"), jwk.get("exp")
    if not (
        isinstance(kid, str) and _KID.fullmatch(kid) and isinstance(use, str) and _is_bound(nbf) and _is_bound(exp)
    ):
        raise Untrusted("a key with a foreign name, use or time")
    try:
        # Not jwcrypto's reader: it passes over padding and foreign letters, and a browser does not.
        key = curve.public_key(point_of(HolderKey(crv="P-256", kty="EC", x=x, y=y)))
    except Unreadable:
        raise Untrusted("a key that is no point on P-256", kid) from None
    return VerifyingKey(kid, key, use, nbf, exp)


def _is_bound(instant: object) -> bool:
    return instant is None or (isinstance(instant, int) and not isinstance(instant, bool))


def published_jwk(public: Mapping[str, str], *, use: str, nbf: int, exp: int) -> dict[str, Any]:
    """A key as the statement and `/.well-known/jwks.json` publish it.

    Args:
        public: `crv`, `kty`, `x`, `y`.
        use: what it may sign: `pass`, `status`, `token` or `log`.
        nbf: epoch seconds from which it signs.
        exp: epoch seconds at which it has stopped signing.
    """
    if use not in USES:
        raise ValueError(f"no such use: {use}")
    x, y = public["x"], public["y"]
    return {
        "crv": "P-256", "kty": "EC", "x": x, "y": y, "kid": curve.kid_of(x, y), "alg": "ES256", "use": "sig",
        "nbf": nbf, "exp": exp, "epipass_use": use,
    }  # fmt: skip


def header_table(keys: KeySet, typ: str) -> dict[str, VerifyingKey]:
    """Header text to key: so no header of a hostile token is ever parsed."""
    return {jws.header_text(typ, kid): key for kid, key in keys.keys.items()}
