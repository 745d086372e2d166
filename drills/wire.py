"""A client's wire: one request to the HTTP server, and patience as the pages have it (web/src/shared/api.ts)."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from drills.ledger import Ledger

PATIENCE_S = 10.0
MOST_WAIT_S = 4.0
_PASSING = 500
_Got = TypeVar("_Got")


class Passing(Exception):
    """No answer, or one that says: later."""


@dataclass(frozen=True)
class Reply:
    """An answer that is not to be retried, whatever its status."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it acknowledges."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP


@dataclass(frozen=True)
class Wire:
    """Sends requests and notes what becomes of each."""

    url: str
    ledger: Ledger

    def ask(self, method: str, path: str, body: bytes | Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
        """Send one request.

        Raises:
            Passing: no answer, a broken one, 429 or 5xx.
        """
        told, sent = dict(headers), body if isinstance(body, bytes) else json.dumps(body).encode()
        told["Content-Type"] = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        connection = http.client.HTTPConnection(str(urlsplit(self.url).netloc), timeout=PATIENCE_S)
        try:
            connection.request(method, path, sent, told)
            answered = connection.getresponse()
            raw, kind = answered.read(), answered.headers.get("Content-Type", "")
        except (OSError, http.client.HTTPException) as lost:
            self.ledger.note(f"no answer ({type(lost).__name__})")
            raise Passing from None
        finally:
            connection.close()
        found = json.loads(raw) if raw and "json" in kind else raw
        return self._judged(answered.status, found)

    def _judged(self, status: int, found: Any) -> Reply:
        code = found.get("code", "") if isinstance(found, dict) else "not our own words"
        self.ledger.note(None if status < 400 else f"{status} {code}")  # noqa: PLR2004 - HTTP
        if status == 429 or status >= _PASSING:  # noqa: PLR2004 - HTTP
            raise Passing
        return Reply(status, found)


def patiently(attempt: Callable[[], _Got], until: float) -> _Got | None:
    """Try until it is answered or time is over (`time.monotonic()`), with full jitter; None when nothing ever came."""
    turn = 0
    while True:
        try:
            return attempt()
        except Passing:
            turn += 1
            wait_s = random.random() * min(MOST_WAIT_S, 0.5 * 2**turn)  # noqa: S311 - jitter
            if time.monotonic() + wait_s > until:
                return None
            time.sleep(wait_s)
