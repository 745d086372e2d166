"""The whole application called in this process, with the events that the gateway would send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from infra.local.gateway import Context, Incoming, Outgoing, Router, answer, event
from tests.privacy.trail import TRAIL


@dataclass(frozen=True)
class Reply:
    """An answer, decoded on demand."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@lru_cache(maxsize=1)
def _router() -> Router:
    from app import app  # noqa: PLC0415 - only once an engine's environment is known

    return Router(app.routes)


def call(
    method: str,
    path: str,
    body: Mapping[str, Any] | bytes | None = None,
    *,
    token: str = "",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one request; a mapping goes as JSON, bytes as an octet stream, a token as a bearer's."""
    from app import app  # noqa: PLC0415 - as above

    parts = urlsplit(path)
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    if token:
        sent["authorization"] = f"Bearer {token}"
    if body is not None:
        sent.setdefault("content-type", "application/octet-stream" if isinstance(body, bytes) else "application/json")
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    route, captures = _router().match(parts.path) or (None, {})
    incoming = Incoming(method, parts.path, parts.query, sent, raw, "127.0.0.1")
    out: Outgoing = answer(app(event(incoming, route, captures), Context()))
    TRAIL.note("url", path)
    if out.status >= 400:
        TRAIL.note("error body", out.body.decode(errors="replace"))
    return Reply(out.status, {name.lower(): value for name, value in out.headers}, out.body)
