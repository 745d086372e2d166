"""The embedded login over HTTP: a page's way in, and every way that is none. It stands for a city's own login."""

from __future__ import annotations

import http.client
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from jwcrypto.jwk import JWK

from infra.local import oidc
from infra.local.gateway import Incoming
from infra.local.login import CODE_LIFE_S, Codes, Login, Refused
from infra.local.login_page import Choice, example_accounts
from infra.paths import ROOT
from tests.conftest import Http

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Page:
    """The desk's page, as a browser with its address sees the login."""

    port: int

    @property
    def desk(self) -> str:
        """The desk's origin."""
        return f"http://desk.localhost:{self.port}"

    def send(
        self, method: str, path: str, body: str = "", *, host: str = "", kind: str = FORM["Content-Type"]
    ) -> tuple[int, dict[str, str], str]:
        """Send a request to the loopback address under the desk's name; redirects are not followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Host": host or f"desk.localhost:{self.port}", **({"Content-Type": kind} if body else {})}
        try:
            connection.request(method, path, body.encode() or None, headers)
            answered = connection.getresponse()
            named = {name.lower(): value for name, value in answered.getheaders()}
            return answered.status, named, answered.read().decode()
        finally:
            connection.close()

    def request(self, **changed: str | None) -> str:
        """An authorisation request, right but for what is changed (None: left out)."""
        fields: dict[str, str | None] = {
            "response_type": "code",
            "client_id": "epipass",
            "redirect_uri": f"{self.desk}/callback",
            "scope": "openid",
            "state": "s-1&<x>",
            "nonce": "n-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changed,
        }
        return urlencode({name: value for name, value in fields.items() if value is not None})

    def code(self, account: str = "officer:990101", **changed: str | None) -> str:
        """Choose an account and return the code that comes back to the page."""
        body = f"{self.request(**changed)}&{urlencode({'account': account})}"
        status, headers, text = self.send("POST", "/oidc/authorize", body)
        assert status == 303, text
        return sent_to(headers["location"])["code"]

    def exchange(self, redeemed: str, **changed: str) -> tuple[int, dict[str, Any]]:
        """Redeem a code."""
        fields = {
            "grant_type": "authorization_code",
            "client_id": "epipass",
            "redirect_uri": f"{self.desk}/callback",
            "code": redeemed,
            "code_verifier": VERIFIER,
            **changed,
        }
        status, headers, text = self.send("POST", "/oidc/token", urlencode(fields))
        assert headers["cache-control"] == "no-store"
        return status, json.loads(text)


def sent_to(location: str) -> dict[str, str]:
    """The parameters of a redirect's address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def claims(token: str) -> dict[str, Any]:
    """A token's payload, unverified: the functions verify it in these tests."""
    part = token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))))


@pytest.fixture(scope="module")
def page(http: Http) -> Page:
    """The desk's page beside the running service."""
    return Page(int(http.url.rsplit(":", 1)[1]))


def test_a_page_finds_the_login_by_its_configuration(page: Page) -> None:
    """The issuer is the one that functions know; the endpoints are at the desk's own origin; the key is published."""
    status, _, text = page.send("GET", "/oidc/.well-known/openid-configuration")
    told = json.loads(text)
    assert (status, told["issuer"]) == (200, f"http://127.0.0.1:{page.port}/oidc")
    assert {told[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")} == {
        f"{page.desk}/oidc/{end}" for end in ("authorize", "token", "jwks")
    }
    assert told["code_challenge_methods_supported"] == ["S256"]
    (key,) = json.loads(page.send("GET", "/oidc/jwks")[2])["keys"]
    assert (key["alg"], "d" in key) == ("ES256", False)


def test_whoever_is_chosen_is_who_the_functions_see(http: Http, page: Page) -> None:
    """Code and state come back to the page; the token carries the nonce and opens exactly what the role may open."""
    body = f"{page.request()}&{urlencode({'account': 'officer:990101'})}"
    status, headers, _ = page.send("POST", "/oidc/authorize", body)
    assert (status, headers["location"].split("?")[0]) == (303, f"{page.desk}/callback")
    back = sent_to(headers["location"])
    assert back["state"] == "s-1&<x>"
    status, told = page.exchange(back["code"])
    assert (status, told["token_type"], told["expires_in"]) == (200, "Bearer", oidc.LIFE_S)
    assert claims(told["id_token"])["nonce"] == "n-1"
    assert http.get("/units", token=told["id_token"]).status == 200
    assert http.get("/units?area=980202", token=told["access_token"]).status == 403


def test_any_role_and_scope_can_be_typed(page: Page) -> None:
    """The form beside the examples; a scope of other characters or a role of a device comes back with a message."""
    for typed in ({"role": "lab", "scope_of": " L-77 "}, {"role": "auditor", "scope_of": ""}):
        status, headers, _ = page.send("POST", "/oidc/authorize", f"{page.request()}&{urlencode(typed)}")
        token = page.exchange(sent_to(headers["location"])["code"])[1]["id_token"]
        assert status == 303
        assert (claims(token)["epi_role"], claims(token)["epi_scope"]) == (typed["role"], typed["scope_of"].strip())
    for wrong in ({"role": "unit", "scope_of": "U 1;"}, {"role": "holder", "scope_of": "x"}, {}):
        status, _, text = page.send("POST", "/oidc/authorize", f"{page.request()}&{urlencode(wrong)}")
        assert (status, 'role="alert"' in text) == (200, True)


def test_the_page_offers_the_example_district_and_runs_nothing(page: Page) -> None:
    """Every unit and laboratory by name, officers, in both languages, a specimen; what came in is escaped, no script."""
    hostile = page.request(state='"><script>x</script>')
    status, headers, text = page.send("GET", f"/oidc/authorize?{hostile}")
    district = json.loads((ROOT / "examples" / "district.json").read_text(encoding="utf-8"))
    assert status == 200
    for one in (*district["units"], *district["labs"]):
        assert one["name"] in text
    for words in ("样章 SPECIMEN", "In a city this is the city's own login.", "officer:990101", "auditor:"):
        assert words in text
    assert "<script" not in text
    policy = headers["content-security-policy"]
    assert f"form-action 'self' {page.desk};" in policy
    style = re.search("<style>(.*)</style>", text)
    assert style
    assert f"'sha256-{_base64(sha256(style[1].encode()).digest())}'" in policy
    assert policy.startswith("default-src 'none';")


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().replace("-", "+").replace("_", "/")


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://desk.localhost/callback"},
        {"redirect_uri": None},
        {"client_id": "another"},
    ],
)
def test_a_foreign_page_is_sent_nothing(page: Page, changed: dict[str, str | None]) -> None:
    """400 and a page; no redirect, for the address is not ours."""
    for method, path, body in (
        ("GET", f"/oidc/authorize?{page.request(**changed)}", ""),
        ("POST", "/oidc/authorize", f"{page.request(**changed)}&account=officer%3A990101"),
    ):
        status, headers, text = page.send(method, path, body)
        assert (status, "location" in headers, "无法登录" in text) == (400, False, True)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"nonce": "n" * 1025}, "invalid_request"),
    ],
)
def test_a_request_that_is_wrong_goes_back_with_its_error(
    page: Page, changed: dict[str, str | None], error: str
) -> None:
    """To our own page, with the state, and without a code: PKCE is not optional."""
    for method, path, body in (
        ("GET", f"/oidc/authorize?{page.request(**changed)}", ""),
        ("POST", "/oidc/authorize", f"{page.request(**changed)}&account=officer%3A990101"),
    ):
        status, headers, _ = page.send(method, path, body)
        back = sent_to(headers["location"])
        assert (status, back["error"], back["state"], "code" in back) == (303, error, "s-1&<x>", False)


def test_a_state_that_is_too_long_is_refused_and_not_sent_back(page: Page) -> None:
    """An address that a proxy cuts or refuses would say nothing of the error."""
    status, headers, _ = page.send("GET", f"/oidc/authorize?{page.request(state='s' * 1025)}")
    back = sent_to(headers["location"])
    assert (status, back["error"], "state" in back) == (303, "invalid_request", False)


def test_a_code_is_redeemed_once(page: Page) -> None:
    """The second time it is unknown, whoever comes."""
    code = page.code()
    assert page.exchange(code)[0] == 200
    assert (page.exchange(code)[0], page.exchange(code)[1]["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "https://evil.example/callback"}, "invalid_grant"),
        ({"code": "invented"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_in_wrong_hands_opens_nothing(page: Page, changed: dict[str, str], error: str) -> None:
    """Without the verifier that the challenge was made from, for another address, client or grant."""
    status, told = page.exchange(page.code(), **changed)
    assert (status, told["error"], "id_token" in told) == (400, error, False)


def test_a_wrong_verifier_uses_the_code_up(page: Page) -> None:
    """Nobody gets to guess twice."""
    code = page.code()
    page.exchange(code, code_verifier="x" * 43)
    assert page.exchange(code)[1]["error"] == "invalid_grant"


def test_only_forms_are_read_and_no_parameter_twice(page: Page) -> None:
    """A JSON body and a repeated parameter are invalid requests; so is another method, and another path."""
    status, _, text = page.send("POST", "/oidc/token", "{}", kind="application/json")
    assert (status, json.loads(text)["error"]) == (400, "invalid_request")
    status, _, text = page.send("POST", "/oidc/token", "code=a&code=b")
    assert (status, json.loads(text)["error"]) == (400, "invalid_request")
    assert page.send("POST", "/oidc/authorize", "{}", kind="application/json")[0] == 400
    assert page.send("GET", f"/oidc/authorize?{page.request()}&state=again")[0] == 400
    assert page.send("GET", "/oidc/token")[0] == 405
    assert page.send("GET", "/oidc/users")[0] == 404


def test_another_name_for_this_machine_is_refused(page: Page) -> None:
    """A foreign site whose name was made to point at the loopback address is still foreign."""
    for host in ("evil.example", f"evil.example:{page.port}", "localhost.evil.example"):
        assert page.send("GET", f"/oidc/authorize?{page.request()}", host=host)[0] == 403


def test_another_machine_is_refused() -> None:
    """Whatever name it uses."""
    login = Login(oidc.Issuer("http://127.0.0.1:1/oidc", JWK.generate(kty="EC", crv="P-256")), "http://d", ())
    for address in ("192.0.2.7", "", "::ffff:192.0.2.7"):
        incoming = Incoming("GET", "/oidc/jwks", "", {"host": "desk.localhost:1"}, b"", address)
        assert login.answer(incoming).status == 403


def test_a_code_lives_a_minute_and_there_is_an_end_to_them() -> None:
    """Sixty seconds by the clock; a program that asks without end is refused, and those that ran out make room."""
    now = [1000.0]
    codes = Codes(clock=lambda: now[0])
    asked = {"code_challenge": CHALLENGE, "redirect_uri": "r"}
    first = codes.hand_out(Choice("unit", "U-1"), asked)
    now[0] += CODE_LIFE_S
    assert codes.redeem(first) is None
    for _ in range(1_000):
        codes.hand_out(Choice("unit", "U-1"), asked)
    with pytest.raises(Refused):
        codes.hand_out(Choice("unit", "U-1"), asked)
    now[0] += CODE_LIFE_S
    assert codes.redeem(codes.hand_out(Choice("unit", "U-1"), asked)) is not None


def test_the_login_is_no_part_of_the_interface(http: Http) -> None:
    """It is this machine's own: the published interface does not name it."""
    assert not [path for path in http.get("/openapi.json").json()["paths"] if "oidc" in path]
    assert {choice.role for group in example_accounts() for choice in group.choices} >= {"unit", "lab", "officer"}
