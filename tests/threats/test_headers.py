"""What goes with every answer of the API: kept by nobody, taken for what it says it is, inert when somebody opens it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app import app
from functions.shared.callers import PUBLIC
from functions.shared.http import BINARY, GUARDED, INERT, Answer, Route, _refusal, _response
from functions.shared.problems import NotFound
from infra.paths import ROOT
from tests.door.inprocess import Reply, call
from tests.template.reading import resources

NAMES = {f"{route.method} {route.path}": route for route in app.declared}
# What says who answers, with what, or that another origin may read: never ours to send.
NEVER = (
    "server",
    "x-powered-by",
    "via",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "set-cookie",
)
# What a handler may set of its own, and nothing of the others.
ITS_OWN = {"Content-Disposition", "Location", "Retry-After", "WWW-Authenticate", "Allow", "Cache-Control"}
PUBLISHED = {"GET /openapi.json"}


def held(reply: Reply) -> None:
    """The headers that every answer has."""
    told = reply.headers
    assert (told["x-content-type-options"], told["referrer-policy"]) == ("nosniff", "no-referrer")
    assert not set(NEVER) & set(told)
    assert told["content-type"]
    if told["content-type"].split(";")[0] not in BINARY:
        assert told["content-security-policy"] == INERT["Content-Security-Policy"]
    assert not re.search(r"\d+\.\d+", json.dumps({k: v for k, v in told.items() if k not in {"content-type", "etag"}}))


@pytest.mark.usefixtures("http")
@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_of_every_route_has_them(name: str) -> None:
    """Whatever the route, whoever asks: without a token, or with a body that is none."""
    route = NAMES[name]
    path = re.sub(r"\{\w+\}", "none", route.path)
    reply = call(route.method, f"{path}?unknown=1" if PUBLIC in route.roles else path, b"\xff" if route.body else None)
    held(reply)
    assert reply.status >= 400
    assert (reply.headers["content-type"], reply.headers["cache-control"]) == ("application/problem+json", "no-store")


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_of_every_route_is_kept_by_nobody(name: str) -> None:
    """200 as well: no cache on the way keeps anything but the published description of the interface."""
    made = _response(NAMES[name], Answer(b"" if NAMES[name].answer is bytes else None)).headers
    assert made["Cache-Control"] == "no-store"
    assert GUARDED.items() <= made.items()


@pytest.mark.usefixtures("http")
@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("PATCH", "/health"), ("OPTIONS", "/me")])
def test_what_is_no_route_has_them_too(method: str, path: str) -> None:
    """No page, no method, and no answer to another origin's question whether it may ask."""
    reply = call(method, path)
    held(reply)
    assert (reply.status in {404, 405}, reply.headers["cache-control"]) == (True, "no-store")


@pytest.mark.usefixtures("http")
def test_what_may_be_kept_is_named() -> None:
    """Two public answers: that the service stands, and what its interface is; the second alone is for caches."""
    for name in ("/health", "/openapi.json"):
        reply = call("GET", name)
        held(reply)
        assert ("public" in reply.headers["cache-control"]) == (f"GET {name}" in PUBLISHED)


def test_no_handler_takes_them_away() -> None:
    """A handler's own headers are of a few kinds: what an answer is called, where it is, when to come back."""
    found = set[str]()
    for path in (ROOT / "functions").rglob("*.py"):
        if path.parent.name == "canary":
            continue  # it asks as a page does, and answers nobody
        for literal in re.findall(r"headers=\{([^}]*)\}", path.read_text(encoding="utf-8")):
            found |= set(re.findall(r'"([A-Za-z-]+)":', literal))
    assert found <= ITS_OWN, found - ITS_OWN
    refused: dict[str, Any] = dict(_refusal(NotFound("x", headers={"Allow": "GET"})).headers)
    assert {**GUARDED, **INERT}.items() <= refused.items()


def test_a_file_is_shown_by_the_browsers_own_viewer() -> None:
    """A PDF with a policy without sources would be a blank page; it is text that could be taken for markup."""
    route = Route("GET", "/x", frozenset({PUBLIC}), lambda: None, "", answer=bytes)
    assert "Content-Security-Policy" not in _response(route, Answer(b"%PDF", content_type="application/pdf")).headers
    assert "Content-Security-Policy" in _response(route, Answer("<svg/>", content_type="image/svg+xml")).headers


def test_no_other_origin_may_ask_the_api() -> None:
    """Pages and API share an origin: the gateway lets nobody else in. Files go to a bucket from the desk's origin alone."""
    assert "CorsConfiguration" not in resources("AWS::Serverless::HttpApi")["Http"]["Properties"]
    open_to = [
        (name, rule["AllowedOrigins"])
        for name, one in resources("AWS::S3::Bucket").items()
        for rule in one["Properties"].get("CorsConfiguration", {}).get("CorsRules", [])
    ]
    assert open_to == [("UploadsBucket", [{"Ref": "DeskUrl"}])]
