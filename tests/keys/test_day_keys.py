"""Day keys: one for each day and use, made ahead, opened only under the use and day they were made for."""

from __future__ import annotations

import time
from functools import partial

import pytest
from botocore.exceptions import ClientError

import credentials
from functions.keys import handlers, rules, service
from functions.keys.model import DayKey
from functions.shared.objects import public
from functions.shared.pids import pid_of
from infra.local import Service

NOW = int(time.time())


@pytest.fixture(autouse=True)
def deployed(engine: Service) -> Service:
    """The engine, its secrets filled and its first keys made."""
    return engine


def test_keys_are_there_for_longer_than_a_statement_lives() -> None:
    """An offline guard knows the coming days' keys, and a ceremony a week late is no outage."""
    last = rules.days_ahead(NOW)[-1]
    assert rules.window(last)[0] - NOW > 31 * rules.DAY_S
    assert all(DayKey.find(use, last, at=NOW) for use in rules.USES)


def test_making_keys_twice_makes_none_twice() -> None:
    """A schedule that fires twice changes nothing."""
    before = {key["kid"] for key in service.public_keys("pass")}
    assert service.make_ahead(NOW) == 0
    assert {key["kid"] for key in service.public_keys("pass")} == before


@pytest.mark.parametrize("use", rules.USES)
def test_a_signer_signs_as_the_published_key_of_the_day(use: str) -> None:
    """The private half that KMS unwraps belongs to the public half that verifiers hold, for this instant."""
    signer = service.signer(use, NOW)
    key = next(key for key in service.public_keys(use) if key["kid"] == signer.kid)
    assert key["nbf"] <= NOW < key["exp"]
    assert signer.sign(b"x") == signer.sign(b"x"), "RFC 6979: the same bytes, whoever signs again"


def test_there_is_no_signer_for_a_day_without_a_key() -> None:
    """A day nobody prepared for is an error that says so, never a key of another day."""
    with pytest.raises(LookupError, match="no pass key"):
        service.signer("pass", NOW + 400 * rules.DAY_S)


def test_a_key_moved_to_another_use_does_not_open() -> None:
    """The encryption context binds use and day: a pass key cannot be made to sign status lists."""
    day = rules.days_ahead(NOW)[5]
    stolen = DayKey.find("pass", day, at=NOW)
    assert stolen is not None
    kept = DayKey.find("log", day, at=NOW)
    assert kept is not None
    stolen.use = "log"
    stolen.save()
    try:
        with pytest.raises(ClientError):
            service.signer("log", NOW + 5 * rules.DAY_S)
    finally:
        kept.save()


def test_the_published_set_holds_no_private_member_and_no_token_key() -> None:
    """Anybody reads `/.well-known/jwks.json`: public halves of what verifies public things."""
    service.publish()
    body = public.get(service.JWKS_KEY)
    assert body is not None
    assert b'"d"' not in body
    assert {key["epipass_use"] for key in service.published()["keys"]} == {"pass", "status", "log"}
    assert credentials.KeySet.from_jwks(service.published())


def test_the_pid_secret_is_filled_once() -> None:
    """Every row hangs on it: a second initialisation leaves it as it is."""
    before = pid_of("passport", "E12345678")
    assert handlers.prepare_secrets({}, None) == {"created": False}
    assert pid_of("passport", "E12345678") == before


def test_the_key_statement_binds_our_own_verifiers_too() -> None:
    """What two people withdrew in one stroke is withdrawn at a turnstile as at a guard's page; before them, the table."""
    before = public.get(service.STATEMENT_KEY)
    root, listed = credentials.LocalSigner.generate(), list(service.public_keys("pass"))[:3]
    statement = credentials.sign_statement(
        issuer="https://pass.example.gov", at=NOW, keys=listed, signer=root, not_before=NOW
    )
    try:
        public.put(service.STATEMENT_KEY, statement.encode())
        trusted = service.trusted_keys(NOW)
    finally:
        public.delete(service.STATEMENT_KEY)
    assert trusted.statement is not None
    assert trusted.statement.not_before == NOW
    assert set(trusted.keys) == {key["kid"] for key in listed}
    assert service.trusted_keys(NOW).statement is None
    if before is not None:
        public.put(service.STATEMENT_KEY, before)


def test_an_older_statement_put_back_is_followed_to_the_newest() -> None:
    """What the newer one withdrew stays withdrawn; a numbered copy that does not follow by hash is nobody's newest."""
    before, root = public.get(service.STATEMENT_KEY), credentials.LocalSigner.generate()
    listed = list(service.public_keys("pass"))[:3]
    signed = partial(credentials.sign_statement, issuer="https://pass.example.gov", keys=listed, signer=root)
    first = signed(at=NOW - 60)
    second = signed(at=NOW, previous=first, not_before=NOW)
    foreign = signed(at=NOW, previous=signed(at=NOW - 90))
    copy = f"{service.STATEMENTS}2.jwt"
    numbered = public.get(copy)
    try:
        public.put(service.STATEMENT_KEY, first.encode())
        public.put(copy, foreign.encode())
        apart = service.trusted_keys(NOW).statement
        public.put(copy, second.encode())
        followed = service.trusted_keys(NOW).statement
    finally:
        for key, held in ((service.STATEMENT_KEY, before), (copy, numbered)):
            public.put(key, held) if held else public.delete(key)
    assert apart is not None
    assert apart.seq == 1
    assert followed is not None
    assert (followed.seq, followed.not_before) == (2, NOW)
