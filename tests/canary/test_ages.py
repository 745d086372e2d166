"""The ages of what is published are told as the door sees them, and silence is told as silence."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from credentials import LocalSigner, published_jwk, sign_statement
from functions.canary import ages
from functions.shared import clock
from functions.shared.clock import DAY_S
from tests.browser.served import served
from tests.conftest import Http

__all__ = ["served"]
AT = 1_900_000_000


def a_list(issued_at: int) -> str:
    """A published list's text, as far as its age matters."""
    payload = base64.urlsafe_b64encode(json.dumps({"iat": issued_at}).encode()).rstrip(b"=").decode()
    return f"h.{payload}.s"


def door(files: dict[str, str], asked: list[str] | None = None) -> Callable[[str], str]:
    """A door at which these files are served and nothing else; paths asked for are noted."""

    def fetched(path: str) -> str:
        if asked is not None:
            asked.append(path)
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return fetched


def jwks(**ends: int) -> str:
    """A key set with a key of each use that ends at an instant."""
    return json.dumps({"keys": [{"epipass_use": use, "exp": end} for use, end in ends.items()]})


def test_the_oldest_list_s_age_is_told_and_every_list_has_its_turn() -> None:
    """Of twenty lists one stands still: within three minutes its age is what is told; the others' is seconds."""
    names = [f"L{n:02}" for n in range(20)]
    files = {f"status/{name}": a_list(AT - 20) for name in names} | {"status/L13": a_list(AT - 5_000)}
    asked: list[str] = []
    here = door({**files, "status/index.json": json.dumps({"lists": names})}, asked)
    told = [ages.look(AT + minute * 60, here).list_age_s for minute in range(3)]
    assert set(files) <= set(asked)
    assert max(age for age in told if age) >= 5_000
    assert min(age for age in told if age) < 200


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"status/index.json": "<html>"},
        {"status/index.json": "{}"},
        {"status/index.json": '{"lists": []}'},
        {"status/index.json": '{"lists": ["a"]}'},
        {"status/index.json": '{"lists": ["a"]}', "status/a": "not a token"},
        {"status/index.json": "[]", ".well-known/jwks.json": "null"},
        {"status/index.json": '{"lists": [1, "a"]}', ".well-known/jwks.json": '{"keys": ["a"]}'},
        {"status/index.json": '{"lists": ["a"]}', "status/a": "h.bnVsbA.s"},
    ],
)
def test_what_is_not_served_is_not_told(files: dict[str, str]) -> None:
    """No list, no index, a page of somebody else's: no age at all, which the alarm takes for late."""
    found = ages.look(AT, door(files))
    assert (found.list_age_s, found.statement_left_s, found.keys_left_s) == (None, None, None)


def test_what_is_left_of_the_keys_is_what_the_shortest_use_has() -> None:
    """Passes signed for forty days are worth nothing when lists end in two; a use without keys has nothing left."""
    here = door({".well-known/jwks.json": jwks(**{"pass": AT + 9, "status": AT + 2, "log": AT + 5})})
    assert ages.look(AT, here).keys_left_s == 2
    assert ages.look(AT + 3, here).keys_left_s == 0
    assert ages.look(AT, door({".well-known/jwks.json": jwks(**{"pass": AT + 9, "status": AT + 9})})).keys_left_s == 0


def test_what_is_left_of_the_statement_counts_to_its_end() -> None:
    """Thirty days after it was signed a statement of thirty-one has one left, and then none, never less."""
    signer = LocalSigner.generate()
    point = signer.public_jwk()
    key = published_jwk({"x": point["x"], "y": point["y"]}, use="pass", nbf=AT, exp=AT + DAY_S)
    token = sign_statement(issuer="https://pass.example", at=AT, keys=[key], signer=signer)
    here = door({".well-known/epipass-keys.jwt": token})
    assert ages.look(AT + 30 * DAY_S, here).statement_left_s == DAY_S
    assert ages.look(AT + 32 * DAY_S, here).statement_left_s == 0


def test_of_a_deployment_every_age_is_told(served: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the engine's own published files each of the three is learnt, where the canary asks."""
    monkeypatch.setenv("CANARY_PAGES_URL", served.url)
    found = ages.report(clock.now())
    assert found.list_age_s is not None
    assert found.statement_left_s
    assert (found.keys_left_s or 0) > 32 * DAY_S
