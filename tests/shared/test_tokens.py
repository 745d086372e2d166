"""A staff token is believed when our own code verified its issuer, client, algorithm, type, time and role."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from functions.shared import tokens
from functions.shared.callers import NOBODY
from functions.shared.config import settings
from functions.shared.problems import Unauthenticated, Unavailable
from functions.shared.tokens import caller_of
from tests.conftest import Http


def ask(token: str, **changed: Any) -> Any:
    """Ask who sent a request with this bearer token."""
    deployment = dataclasses.replace(settings(), **changed)
    return caller_of({"authorization": f"Bearer {token}"}, "GET", "/x", settings=deployment, at=int(time.time()))


def forged(http: Http, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
    """A token with the claims and key id of a true one, altered, and signed by somebody else unless told."""
    true = http.token("officer", "990101", "o-1")
    content = jwt.decode(true, options={"verify_signature": False}) | claims
    kept = {**jwt.get_unverified_header(true), **(header or {})}
    key = key or ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(content, key, algorithm=kept["alg"], headers=kept)


def test_a_true_token_names_role_scope_and_subject(http: Http) -> None:
    """The embedded issuer's token is verified through its published keys."""
    caller = ask(http.token("officer", "990101", "o-1"))
    assert (caller.role, caller.scope, caller.subject) == ("officer", "990101", "o-1")
    assert caller.covers("990101003")
    assert not caller.covers("990102003")


def test_no_token_is_nobody(http: Http) -> None:
    """A request without a token has no caller, and no route of a role answers it."""
    assert http
    assert caller_of({}, "GET", "/x", settings=settings(), at=0) is NOBODY


def test_a_token_signed_by_somebody_else_is_refused(http: Http) -> None:
    """The right claims and key id under a foreign signature are worth nothing."""
    with pytest.raises(Unauthenticated):
        ask(forged(http))


@pytest.mark.parametrize("header", [{"alg": "HS256"}, {"kid": "another"}, {"typ": "vc+jwt"}, {"typ": "at+jwt"}])
def test_algorithm_key_and_type_are_pinned(http: Http, header: dict[str, str]) -> None:
    """A token cannot choose how it is verified; a pass or an access token is no staff token."""
    key = "k" * 32 if header.get("alg") == "HS256" else None
    with pytest.raises(Unauthenticated):
        ask(forged(http, header, key))


def test_an_unsigned_token_is_refused(http: Http) -> None:
    """`alg: none` is an algorithm we do not have."""
    content = jwt.decode(http.token("officer", "990101"), options={"verify_signature": False})
    with pytest.raises(Unauthenticated):
        ask(jwt.encode(content, "", algorithm="none"))


@pytest.mark.parametrize(
    "changed", [{"embedded": False}, {"oidc_client": "another"}, {"oidc_issuer": ""}, {"oidc_algorithm": "RS256"}]
)
def test_issuer_and_client_are_pinned(http: Http, changed: dict[str, Any]) -> None:
    """A loopback issuer is believed by the embedded engine alone; another client's token is not ours."""
    with pytest.raises(Unauthenticated):
        ask(http.token("officer", "990101"), **changed)


def test_a_flood_of_unknown_keys_does_not_reach_the_provider(http: Http) -> None:
    """Unknown key ids are refused from the keys at hand: the provider is asked once in five minutes."""
    ask(http.token("officer", "990101"))
    before = tokens._jwks.cache_info().misses
    for n in range(50):
        with pytest.raises(Unauthenticated):
            ask(forged(http, {"kid": f"k{n}"}))
    assert tokens._jwks.cache_info().misses <= before + 1


def test_a_silent_provider_is_an_outage_not_a_refusal(http: Http) -> None:
    """Whoever signs in while the provider is down is told to try again, not that their token is bad."""
    with pytest.raises(Unavailable) as told:
        ask(http.token("officer", "990101"), oidc_jwks_url="http://127.0.0.1:9/jwks.json")
    assert (told.value.status, told.value.headers) == (503, {"Retry-After": "10"})
