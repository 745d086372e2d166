"""The HTTP API as the commands use it: JSON and files, with a token, and refusals as one sentence."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import click

from cli.deployment import running, state_folder
from infra.local import oidc
from infra.local.problems import LaunchError

TOKEN_VARIABLE, URL_VARIABLE = "EPIPASS_TOKEN", "EPIPASS_API_URL"
_TIMEOUT_S = 60
# Beside what cannot be reached: it took too long, or broke off in the middle.
_NO_ANSWER = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Api:
    """Where the API answers, and the token that opens it."""

    base: str
    token: str

    def json(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send JSON, or nothing; return the JSON answer."""
        data = None if body is None else json.dumps(body).encode()
        found: dict[str, Any] = json.loads(self._ask(method, self.base + path, data, "application/json"))
        return found

    def file(self, path: str, data: bytes) -> dict[str, Any]:
        """Send a file's bytes; return the JSON answer."""
        found: dict[str, Any] = json.loads(self._ask("POST", self.base + path, data, "application/octet-stream"))
        return found

    def drawn(self, path: str, body: dict[str, Any]) -> bytes:
        """Send JSON; return whatever file is answered."""
        return self._ask("POST", self.base + path, json.dumps(body).encode(), "application/json")

    def text(self, path: str) -> str:
        """Return a text that the API answers."""
        return self._ask("GET", self.base + path, None, "").decode()

    def published(self, path: str) -> bytes | None:
        """Return a published file, which needs no token; None when there is none."""
        try:
            with urllib.request.urlopen(_checked(self.base + path), timeout=_TIMEOUT_S) as answer:  # noqa: S310 - checked
                return bytes(answer.read())
        except urllib.error.HTTPError as refused:
            if refused.code in {403, 404}:  # a bucket that may not be listed says 403 of what is not there
                return None
            raise click.ClickException(_sentence(refused)) from None
        except _NO_ANSWER as unreachable:
            raise click.ClickException(f"{self.base} does not answer: {_reason(unreachable)}") from None

    def put_elsewhere(self, url: str, data: bytes, headers: dict[str, str]) -> None:
        """PUT a file at a presigned address, without our token."""
        _send(urllib.request.Request(_checked(url), data, headers, method="PUT"))  # noqa: S310 - checked

    def _ask(self, method: str, url: str, data: bytes | None, content_type: str) -> bytes:
        headers = {"Content-Type": content_type} if data else {}
        request = urllib.request.Request(_checked(url), data, headers, method=method)  # noqa: S310 - checked
        # A long answer is a redirect to the bucket, which must not learn the token.
        request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        return _send(request)


def api_for(role: str, scope: str, url: str = "") -> Api:
    """Return the API for somebody: by EPIPASS_TOKEN where it is set, else as the embedded issuer knows them.

    Raises:
        ClickException: nothing runs here and no address was named, or there is no token.
    """
    base = url or os.environ.get(URL_VARIABLE, "") or (running() or {}).get("url", "")
    if not base:
        raise click.ClickException("Nothing runs here: start it with `epipass run`, or name an address by --url.")
    return Api(base.rstrip("/"), os.environ.get(TOKEN_VARIABLE) or _local_token(role, scope))


def _local_token(role: str, scope: str) -> str:
    try:
        return oidc.mint(oidc.load(state_folder()), role, scope, f"{role}-{scope}".rstrip("-"))
    except LaunchError as problem:
        raise click.ClickException(f"{problem} Or set {TOKEN_VARIABLE}.") from None


def _checked(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise click.UsageError("an address begins with https:// or http://")
    return url


def _send(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - checked before
            return bytes(answer.read())
    except urllib.error.HTTPError as refused:
        raise click.ClickException(_sentence(refused)) from None
    except _NO_ANSWER as unreachable:
        raise click.ClickException(f"{request.host} does not answer: {_reason(unreachable)}") from None


def _reason(unreachable: Exception) -> str:
    return str(getattr(unreachable, "reason", "") or unreachable or type(unreachable).__name__)


def _sentence(refused: urllib.error.HTTPError) -> str:
    try:
        problem = json.loads(refused.read())
    except ValueError:
        return f"refused with {refused.code}"  # the gateway's own errors are plain
    return f"{problem.get('title', 'refused')} ({refused.code}): {problem.get('detail', '')}"
