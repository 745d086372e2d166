"""Whose token is this? Verified here, in the cloud and on one machine alike; no gateway's authorizer is relied upon.

Two kinds of issuer. Staff sign in by OpenID Connect (issuer, client, algorithm and `typ` pinned; role and scope are
claims that the provider sets from its own table). Holders, guards and venues hold a 15-minute token of our own, bound
to a device key by DPoP (RFC 9449). An issuer on loopback is believed only by the embedded engine.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jwt

from functions.shared.callers import AREA_ROLES, DEVICE_ROLES, NOBODY, ROLES, STAFF_ROLES, Caller
from functions.shared.config import Settings, is_loopback
from functions.shared.problems import Unauthenticated, Unavailable

_LEEWAY_S = 30
_MAX_TOKEN = 4096
_REFETCH_S = 300


def caller_of(headers: Mapping[str, str], method: str, path: str, *, settings: Settings, at: int) -> Caller:
    """Return who sent a request, `NOBODY` when it carries no token.

    Args:
        headers: with lower-case names.
        method: the HTTP method.
        path: the request's path, which a DPoP proof must name in `htu`.
        settings: the deployment's issuers and origins.
        at: epoch seconds.

    Raises:
        Unauthenticated: a token is there, but is not one of ours, not of now, or not this device's.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if not scheme:
        return NOBODY
    if len(token) > _MAX_TOKEN:
        raise _refused("token")
    if scheme.lower() == "bearer":
        return _staff(token, settings=settings, at=at)
    if scheme.lower() == "dpop":
        return _device(token, headers.get("dpop", ""), method, path, settings=settings, at=at)
    raise _refused("scheme")


def _refused(code: str) -> Unauthenticated:
    return Unauthenticated(
        "Your session is not valid or has ended. Sign in again.",
        code=code,
        headers={"WWW-Authenticate": 'DPoP algs="ES256", Bearer'},
    )


def _staff(token: str, *, settings: Settings, at: int) -> Caller:
    loopback = is_loopback(settings.oidc_issuer)
    if not settings.oidc_issuer or (loopback and not settings.embedded):
        raise _refused("issuer")
    algorithm = settings.oidc_algorithm
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ", "JWT") != "JWT":
            raise _refused("typ")
        claims = jwt.decode(
            token,
            _oidc_key(settings.oidc_jwks_url, str(header.get("kid", "")), at // _REFETCH_S),
            algorithms=[algorithm],
            audience=settings.oidc_client,
            issuer=settings.oidc_issuer,
            leeway=_LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "verify_exp": True},
        )
    except (jwt.PyJWTError, LookupError):
        raise _refused("token") from None
    role, scope = str(claims.get("epi_role", "")), str(claims.get("epi_scope", ""))
    if role not in (ROLES if loopback else STAFF_ROLES) or (
        role in AREA_ROLES and not (scope.isascii() and scope.isdigit())
    ):
        raise _refused("role")
    return Caller(role, scope, str(claims["sub"]))


def _oidc_key(url: str, kid: str, _window: int) -> Any:
    for jwk in _jwks(url, _window):
        if jwk.get("kid") == kid:
            return jwt.PyJWK(jwk).key
    raise LookupError("the identity provider has no such key")


@lru_cache(maxsize=2)
def _jwks(url: str, _window: int) -> list[dict[str, Any]]:
    # The window is part of the cache's key: a provider's new key is known within five minutes, and a flood of
    # unknown key ids asks the provider nothing.
    if not url.startswith(("https://", "http://")):
        raise LookupError("no identity provider is configured")
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:  # noqa: S310 - the scheme was checked above
            keys = json.load(answer)["keys"]
    except (OSError, ValueError, KeyError):
        raise Unavailable("The sign-in service does not answer.", retry_after_s=10, code="identity-provider") from None
    return [key for key in keys if isinstance(key, dict)]


def _device(token: str, proof: str, method: str, path: str, *, settings: Settings, at: int) -> Caller:
    # Imported here: staff functions need neither the day keys nor the proof parser.
    from credentials import proofs  # noqa: PLC0415
    from functions.keys import service as keys  # noqa: PLC0415

    try:
        claims = proofs.verify_access_token(token, keys.token_keys(at), issuer=settings.issuer, at=at)
        device = proofs.verify_dpop(
            proof,
            method=method,
            urls=[origin + path for origin in sorted(settings.origins)],
            at=at,
            access_token=token,
        )
    except proofs.ProofError as error:
        raise _refused(error.law) from None
    if claims.role not in DEVICE_ROLES or claims.device != device:
        raise _refused("device")
    return Caller(claims.role, claims.scope, claims.subject, device)
