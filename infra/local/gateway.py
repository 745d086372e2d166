"""What the cloud's HTTP API does to a request and to an answer: payload format 1.0, as a function on plain values.

Source: "Working with AWS Lambda proxy integrations for HTTP APIs", payload format 1.0.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

# The gateway hands text over as text and all else as base64. A GB 18030 file sent as text/csv does not survive it.
TEXT = ("text/", "application/json", "application/javascript", "application/xml", "application/x-www-form-urlencoded")
MAX_BODY = 10 * 1024 * 1024


@dataclass(frozen=True)
class Incoming:
    """A request as the server received it; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    source_ip: str


@dataclass(frozen=True)
class Outgoing:
    """An answer as it goes back to the client."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Router:
    """Finds the route of a path; a literal segment wins over a capture, as in the gateway."""

    def __init__(self, routes: Iterable[str]) -> None:
        self._by_length: dict[int, list[tuple[str, list[str]]]] = {}
        for route in routes:
            segments = route.strip("/").split("/")
            self._by_length.setdefault(len(segments), []).append((route, segments))
        for found in self._by_length.values():
            found.sort(key=lambda entry: [(segment.startswith("{"), segment) for segment in entry[1]])

    def match(self, path: str) -> tuple[str, dict[str, str]] | None:
        """The route's own text and what its captures hold; None when no route has this shape."""
        given = path.strip("/").split("/")
        for route, segments in self._by_length.get(len(given), ()):
            captured = _captures(segments, given)
            if captured is not None:
                return route, captured
        return None


def _captures(segments: list[str], given: list[str]) -> dict[str, str] | None:
    captured = {}
    for segment, text in zip(segments, given, strict=True):
        if segment.startswith("{") and text:
            captured[segment[1:-1]] = text
        elif segment != text:
            return None
    return captured


def event(incoming: Incoming, route: str | None, captures: Mapping[str, str]) -> dict[str, Any]:
    """The event that a function is called with."""
    textual = incoming.headers.get("content-type", "").startswith(TEXT)
    query = parse_qs(incoming.query, keep_blank_values=True) or None
    request_id = uuid.uuid4().hex
    return {
        "version": "1.0",
        "resource": route,
        "path": incoming.path,
        "httpMethod": incoming.method,
        "headers": dict(incoming.headers),
        "multiValueHeaders": {name: [value] for name, value in incoming.headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
        "multiValueQueryStringParameters": query,
        "pathParameters": dict(captures) or None,
        "stageVariables": None,
        "body": _body(incoming.body, textual=textual),
        "isBase64Encoded": bool(incoming.body) and not textual,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": incoming.headers.get("host", ""),
            "httpMethod": incoming.method,
            "identity": {"sourceIp": incoming.source_ip, "userAgent": incoming.headers.get("user-agent", "")},
            "path": incoming.path,
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            "requestTimeEpoch": int(time.time() * 1000),
            "resourceId": f"{incoming.method} {route}",
            "resourcePath": route,
            "stage": "$default",
        },
    }


def _body(raw: bytes, *, textual: bool) -> str | None:
    if not raw:
        return None
    return raw.decode("utf-8", "replace") if textual else base64.b64encode(raw).decode()


def answer(returned: Mapping[str, Any]) -> Outgoing:
    """The HTTP answer of what a function returned."""
    text = returned.get("body") or ""
    body = base64.b64decode(text) if returned.get("isBase64Encoded") else text.encode()
    single = [(name, str(value)) for name, value in (returned.get("headers") or {}).items()]
    several = [
        (name, str(value)) for name, values in (returned.get("multiValueHeaders") or {}).items() for value in values
    ]
    return Outgoing(int(returned["statusCode"]), (*single, *several), body)


class Context:
    """The Lambda context that a handler may look at."""

    function_name = "local"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:local:000000000000:function:local"

    def __init__(self) -> None:
        self.aws_request_id = uuid.uuid4().hex

    def get_remaining_time_in_millis(self) -> int:
        """A constant: nothing stops a request on one machine."""
        return 15_000
