"""The embedded OpenID Connect login: authorisation code with PKCE, for a page on this machine.

It stands where a city's own login stands in the cloud, and asks for no password: whoever sits at this machine chooses
who to be. So it answers on loopback alone, under names that only this machine resolves to itself.

Sources: RFC 6749 (4.1 and 5.2), RFC 7636 (S256 only), OpenID Connect Core 1.0 (3.1) and Discovery 1.0.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qs, urlencode

from infra.local import login_page, oidc
from infra.local.gateway import Incoming, Outgoing
from infra.local.login_page import Choice

PREFIX: Final = "/oidc/"
CODE_LIFE_S: Final = 60
SCOPE: Final = re.compile(r"[A-Za-z0-9_-]{0,64}")
_MOST_CODES = 1_000  # unredeemed at once; more come from a program gone astray
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_FORM = "application/x-www-form-urlencoded"
_LONGEST = 1_024  # of state and nonce: they are echoed
# The parameters of a request that the chosen account's form must carry along.
_CARRIED = ("response_type", "client_id", "redirect_uri", "scope", "state", "nonce")
_CARRIED_PKCE = ("code_challenge", "code_challenge_method")


class Refused(Exception):
    """A request that is refused by an error code of RFC 6749, with a sentence for the developer of the page."""

    def __init__(self, error: str, told: str) -> None:
        super().__init__(told)
        self.error = error


@dataclass(frozen=True)
class Granted:
    """What a code was made for: who was chosen, and what its redeemer must prove to be."""

    choice: Choice
    challenge: str
    redirect_uri: str
    nonce: str
    ends_at: float


@dataclass
class Codes:
    """The codes that were handed out and not redeemed: each is good once, for a minute."""

    clock: Callable[[], float] = time.time
    _held: dict[str, Granted] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hand_out(self, choice: Choice, asked: Mapping[str, str]) -> str:
        """Return a fresh code for a choice.

        Raises:
            Refused: `temporarily_unavailable` when far too many wait.
        """
        code, now = secrets.token_urlsafe(32), self.clock()
        made = Granted(
            choice, asked["code_challenge"], asked["redirect_uri"], asked.get("nonce", ""), now + CODE_LIFE_S
        )
        with self._lock:
            self._held = {held: granted for held, granted in self._held.items() if granted.ends_at > now}
            if len(self._held) >= _MOST_CODES:
                raise Refused("temporarily_unavailable", "too many codes wait to be redeemed")
            self._held[code] = made
        return code

    def redeem(self, code: str) -> Granted | None:
        """Return what a code was made for, once; None for one that is unknown, used or older than a minute."""
        with self._lock:
            granted = self._held.pop(code, None)
        return granted if granted is not None and granted.ends_at > self.clock() else None


@dataclass(frozen=True)
class Login:
    """The login of one machine: who signs, the page it is for, and the accounts it offers."""

    issuer: oidc.Issuer
    desk_url: str
    accounts: tuple[login_page.Group, ...]
    codes: Codes = field(default_factory=Codes)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> Self:
        """The login of the service whose environment this is."""
        issuer = oidc.load(Path(environment["EPIPASS_STATE"]))
        return cls(issuer, environment["EPIPASS_DESK_URL"], login_page.example_accounts())

    @property
    def redirect_uri(self) -> str:
        """The one address that a code is sent to."""
        return f"{self.desk_url}/callback"

    def answers(self, path: str) -> bool:
        """Tell whether a path is the login's."""
        return path.startswith(PREFIX)

    def answer(self, incoming: Incoming) -> Outgoing:
        """Answer a request of this machine's own browser, and nobody else's."""
        if not _is_loopback(incoming):
            return _json(403, {"error": "access_denied", "error_description": "this login is for its own machine"})
        ways: dict[tuple[str, str], Callable[[Incoming], Outgoing]] = {
            ("GET", "/oidc/.well-known/openid-configuration"): lambda _: _json(200, self.configuration()),
            ("GET", "/oidc/jwks"): lambda _: _json(200, self.issuer.jwks()),
            ("GET", "/oidc/authorize"): self._ask,
            ("POST", "/oidc/authorize"): self._choose,
            ("POST", "/oidc/token"): self._token,
        }
        way = ways.get((incoming.method, incoming.path))
        if way is not None:
            return way(incoming)
        known = {path for _, path in ways}
        return _json(405 if incoming.path in known else 404, {"error": "invalid_request"})

    def configuration(self) -> dict[str, object]:
        """What OpenID Connect Discovery publishes; the endpoints are at the page's own origin."""
        return {
            "issuer": self.issuer.issuer,
            "authorization_endpoint": f"{self.desk_url}/oidc/authorize",
            "token_endpoint": f"{self.desk_url}/oidc/token",
            "jwks_uri": f"{self.desk_url}/oidc/jwks",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "claims_supported": ["iss", "sub", "aud", "iat", "exp", "nonce", "epi_role", "epi_scope"],
        }

    def _ask(self, incoming: Incoming) -> Outgoing:
        return self._with_request(lambda: _fields(incoming.query), self._page)

    def _choose(self, incoming: Incoming) -> Outgoing:
        return self._with_request(lambda: _form(incoming), self._grant)

    def _with_request(
        self, read: Callable[[], Mapping[str, str]], then: Callable[[Mapping[str, str]], Outgoing]
    ) -> Outgoing:
        """Check an authorisation request; a page that we do not know is told nothing by way of its address."""
        try:
            asked = read()
        except Refused as refused:
            return self._error_page(refused.error)
        if asked.get("client_id") != oidc.CLIENT or asked.get("redirect_uri") != self.redirect_uri:
            return self._error_page("invalid_request")
        try:
            _check(asked)
            return then(asked)
        except Refused as refused:
            return self._redirect({"error": refused.error, "error_description": str(refused)}, asked)

    def _page(self, asked: Mapping[str, str], wrong: str = "") -> Outgoing:
        carried = {name: asked[name] for name in (*_CARRIED, *_CARRIED_PKCE) if name in asked}
        return _html(200, login_page.page(carried, self.accounts, wrong), self.desk_url)

    def _grant(self, asked: Mapping[str, str]) -> Outgoing:
        typed = f"{asked.get('role', '')}:{asked.get('scope_of', '').strip()}"
        role, _, scope = asked.get("account", typed).partition(":")
        chosen = Choice(role, scope)
        if chosen.role not in login_page.ROLES or not SCOPE.fullmatch(chosen.scope):
            return self._page(asked, wrong=login_page.WRONG_SCOPE)
        return self._redirect({"code": self.codes.hand_out(chosen, asked)}, asked)

    def _redirect(self, told: Mapping[str, str], asked: Mapping[str, str]) -> Outgoing:
        # One that was refused for its length does not go back: it would make an address that nobody can follow.
        state = {"state": asked["state"]} if "state" in asked and len(asked["state"]) <= _LONGEST else {}
        address = f"{self.redirect_uri}?{urlencode({**told, **state, 'iss': self.issuer.issuer})}"
        return Outgoing(303, (("Location", address), ("Cache-Control", "no-store")), b"")

    def _token(self, incoming: Incoming) -> Outgoing:
        try:
            return _json(200, self._exchange(_form(incoming)))
        except Refused as refused:
            return _json(400, {"error": refused.error, "error_description": str(refused)})

    def _exchange(self, given: Mapping[str, str]) -> dict[str, object]:
        if given.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type", "only authorization_code")
        if given.get("client_id") != oidc.CLIENT:
            raise Refused("invalid_client", "client_id is epipass")
        granted = self.codes.redeem(given.get("code", ""))
        if granted is None or given.get("redirect_uri") != granted.redirect_uri:
            raise Refused("invalid_grant", "the code is unknown, used, older than a minute, or for another address")
        verifier = given.get("code_verifier", "")
        if not _VERIFIER.fullmatch(verifier) or not secrets.compare_digest(_challenge(verifier), granted.challenge):
            raise Refused("invalid_grant", "code_verifier is not what code_challenge was made from")
        who = granted.choice
        token = oidc.mint(self.issuer, who.role, who.scope, who.subject, nonce=granted.nonce)
        return {"id_token": token, "access_token": token, "token_type": "Bearer", "expires_in": oidc.LIFE_S}

    def _error_page(self, error: str) -> Outgoing:
        return _html(400, login_page.error_page(error, self.redirect_uri), self.desk_url)


def _check(asked: Mapping[str, str]) -> None:
    if asked.get("response_type") != "code":
        raise Refused("unsupported_response_type", "response_type is code")
    if "openid" not in asked.get("scope", "").split():
        raise Refused("invalid_scope", "scope holds openid")
    if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
        raise Refused("invalid_request", "code_challenge with code_challenge_method S256 is required")
    if any(len(asked.get(name, "")) > _LONGEST for name in ("state", "nonce")):
        raise Refused("invalid_request", "state and nonce have at most 1024 characters")


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _fields(text: str) -> dict[str, str]:
    """Read form fields, each at most once (RFC 6749, section 3.1)."""
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=32)
    except ValueError:
        raise Refused("invalid_request", "too many parameters") from None
    if any(len(values) != 1 for values in found.values()):
        raise Refused("invalid_request", "a parameter is repeated")
    return {name: values[0] for name, values in found.items()}


def _form(incoming: Incoming) -> dict[str, str]:
    if incoming.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Refused("invalid_request", f"send {_FORM}")
    return _fields(incoming.body.decode("utf-8", "replace"))


def _is_loopback(incoming: Incoming) -> bool:
    # The name as well as the address: a foreign page whose name was made to point here is still foreign.
    name = incoming.headers.get("host", "").rpartition(":")[0] or incoming.headers.get("host", "")
    named = name in {"localhost", "127.0.0.1", "[::1]"} or name.endswith(".localhost")
    try:
        return named and ip_address(incoming.source_ip).is_loopback
    except ValueError:
        return False


def _json(status: int, body: Mapping[str, object]) -> Outgoing:
    headers = (
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return Outgoing(status, headers, json.dumps(body).encode())


def _html(status: int, text: str, desk_url: str) -> Outgoing:
    policy = (
        f"default-src 'none'; style-src '{login_page.STYLE_HASH}'; form-action 'self' {desk_url}; "
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return Outgoing(status, headers, text.encode())
