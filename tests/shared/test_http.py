"""A route keeps what it declares: its roles, its body's shape, its answer; and what goes wrong leaves as a problem."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import PutError

from functions.shared.config import settings
from functions.shared.http import MAX_JSON, OCTETS, Answer, Application, Request, Routes
from functions.shared.problems import FieldError, Rejected, TooMany

SECRET = "张小明 990101199003070011"


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A body of one number."""

    count: int


class Echo(msgspec.Struct):
    """The number again."""

    count: int


rooms = Routes("room")


@rooms.post("/rooms/{room}", roles={"public"}, body=Body, answer=Echo, summary="Count", status=201)
def count(request: Request, room: str) -> Echo:
    """Answer with the number, after other threads had time to mix it up."""
    if room == "busy":
        barrier.wait(timeout=5)
    return Echo(request.body.count)


@rooms.get("/rooms/{room}", roles={"officer"}, answer=Echo, summary="Look", query=("page",))
def look(request: Request, room: str) -> Echo:
    """Answer anything: the role is what is tested."""
    return Echo(len(room) + len(request.query))


@rooms.get("/broken", roles={"public"}, summary="Fail")
def broken(_request: Request) -> Echo:
    """Fail with somebody's data in the message."""
    raise RuntimeError(SECRET)


@rooms.get("/crowded", roles={"public"}, summary="Fail for want of room")
def crowded(_request: Request) -> Echo:
    """Fail as a table does that takes no more."""
    raise PutError("put", ClientError({"Error": {"Code": "ThrottlingException", "Message": SECRET}}, "PutItem"))


@rooms.get("/refusing/{how}", roles={"public"}, summary="Refuse", query=("x",))
def refusing(_request: Request, how: str) -> Echo:
    """Refuse in one of two ways."""
    if how == "often":
        raise TooMany("Wait a minute.", retry_after_s=60)
    raise Rejected("A law is broken.", errors=(FieldError("/rows/3", "id-checksum", "The check digit is wrong."),))


@rooms.post("/files", roles={"public"}, body=bytes, summary="Upload", content_types=(OCTETS,), max_bytes=100)
def files(request: Request) -> Answer:
    """Return the bytes as a PDF."""
    return Answer(request.body, content_type="application/pdf")


@rooms.get("/who", roles={"public"}, summary="From where")
def who(request: Request) -> Answer:
    """Answer with the address that limits count."""
    return Answer(msgspec.json.encode(request.viewer), content_type="application/json")


app = Application("test", [rooms])
barrier = threading.Barrier(8)


def call(method: str, path: str, resource: str, body: Any = None, **event: Any) -> dict[str, Any]:
    """Send one payload-1.0 event and decode the answer's JSON body, if it is one."""
    captures = {
        name.strip("{}"): value
        for name, value in zip(resource.split("/"), path.split("/"), strict=True)
        if name.startswith("{")
    }
    answer: dict[str, Any] = app(
        {
            "headers": event.pop("headers", {"content-type": "application/json"}),
            "multiValueQueryStringParameters": event.pop("query", None),
            "body": json.dumps(body) if isinstance(body, dict) else body,
            "isBase64Encoded": event.pop("binary", False),
            "stageVariables": None,
            "pathParameters": captures,
            "path": path,
            "requestContext": {
                "httpMethod": method,
                "resourcePath": resource,
                "identity": {"sourceIp": event.pop("source_ip", "")},
            },
        },
        None,
    )
    if "json" in answer["headers"]["Content-Type"]:
        answer["json"] = json.loads(answer["body"])
    return answer


def test_a_good_request_is_answered_with_the_declared_status() -> None:
    """The declared status and shape are what leaves."""
    answer = call("POST", "/rooms/a", "/rooms/{room}", {"count": 3})
    assert (answer["statusCode"], answer["json"]) == (201, {"count": 3})
    assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"count": "x"}, "malformed", "/count"),
        ({"count": 1, "张小明": 2}, "malformed", "/"),
        ({}, "malformed", "/"),
        ("{", "not-json", None),
        ('{"count": 1', "not-json", None),
        ("", "malformed", "/"),
    ],
)
def test_a_body_of_another_shape_is_refused_by_pointer(body: Any, code: str, pointer: str | None) -> None:
    """A malformed body is 400 with the place, and never a word of what was sent."""
    answer = call("POST", "/rooms/a", "/rooms/{room}", body)
    assert (answer["statusCode"], answer["json"]["code"]) == (400, code)
    assert [error["pointer"] for error in answer["json"]["errors"]] == ([pointer] if pointer else [])
    assert "张" not in answer["body"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"Authorization": "Basic abc"}, 401), ({"Authorization": "Bearer " + "a" * 5000}, 401)],
)
def test_a_route_with_roles_asks_for_a_token(headers: dict[str, str], status: int) -> None:
    """No token, a foreign scheme, an endless token: 401 with the schemes that work."""
    answer = call("GET", "/rooms/a", "/rooms/{room}", headers=headers)
    assert answer["statusCode"] == status
    assert "DPoP" in answer["headers"]["WWW-Authenticate"]


def test_an_unexpected_failure_says_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours is a 500 without its message, in the answer and in the log."""
    answer = call("GET", "/broken", "/broken")
    assert (answer["statusCode"], answer["json"]["code"]) == (500, "internal")
    # Records, not output: the logger keeps the stream of whichever test made it first.
    seen = "".join(str(vars(record)) for record in caplog.records)
    assert "RuntimeError" in seen
    assert "张小明" not in answer["body"] + seen


def test_want_of_room_is_refused_in_order_and_still_noted(caplog: pytest.LogCaptureFixture) -> None:
    """A table that takes no more is a 503 that says when to come back, and stands in the log all the same."""
    answer = call("GET", "/crowded", "/crowded")
    assert (answer["statusCode"], answer["json"]["code"]) == (503, "busy")
    assert int(answer["headers"]["Retry-After"]) >= 1
    seen = "".join(str(vars(record)) for record in caplog.records)
    assert "PutError" in seen
    assert "张小明" not in answer["body"] + seen


def test_refusals_carry_their_law_and_their_headers() -> None:
    """A domain refusal names law and place; a limit says when to come back."""
    refused = call("GET", "/refusing/law", "/refusing/{how}")
    assert refused["statusCode"] == 422
    assert refused["json"]["errors"][0]["law"] == "id-checksum"
    assert call("GET", "/refusing/often", "/refusing/{how}")["headers"]["Retry-After"] == "60"


@pytest.mark.parametrize("query", [{"y": ["1"]}, {"x": ["1", "2"]}])
def test_unknown_and_repeated_query_parameters_are_errors(query: dict[str, list[str]]) -> None:
    """A typing slip in a parameter must not be silently ignored."""
    assert call("GET", "/refusing/law", "/refusing/{how}", query=query)["statusCode"] == 400


@pytest.mark.parametrize("room", ["a b", "张", "a" * 65, "a\n"])
def test_a_captured_id_is_an_id(room: str) -> None:
    """Whatever stands in a path's braces is letters, digits, _ and - before any code of ours sees it."""
    assert call("POST", f"/rooms/{room}", "/rooms/{room}", {"count": 1})["statusCode"] == 400


def test_bytes_come_and_go_as_bytes() -> None:
    """An upload of arbitrary bytes and a binary answer survive the gateway's base64."""
    raw = bytes(range(100))
    octets = {"content-type": OCTETS}
    answer = call("POST", "/files", "/files", base64.b64encode(raw).decode(), headers=octets, binary=True)
    assert base64.b64decode(answer["body"]) == raw
    assert answer["isBase64Encoded"]


def test_media_type_and_size_are_checked_before_the_body_is_read() -> None:
    """415 and 413 come from our code as problems."""
    assert call("POST", "/files", "/files", "x", headers={"content-type": "text/html"})["statusCode"] == 415
    assert call("POST", "/files", "/files", "x" * 101, headers={"content-type": OCTETS})["statusCode"] == 413
    assert call("POST", "/rooms/a", "/rooms/{room}", " " * (MAX_JSON + 1))["statusCode"] == 413


def test_another_method_or_path_is_a_problem_too() -> None:
    """405 says what is allowed; an unknown resource is 404."""
    answer = call("PUT", "/rooms/a", "/rooms/{room}")
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, POST")
    assert call("GET", "/nowhere", "/nowhere")["statusCode"] == 404


def test_threads_never_see_each_others_request() -> None:
    """Eight requests inside their handlers at once get their own numbers back."""
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda n: call("POST", "/rooms/busy", "/rooms/{room}", {"count": n}), range(8))
        assert [answer["json"]["count"] for answer in answers] == list(range(8))


@pytest.fixture
def edge(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A deployment that is reached through its edge alone; the edge's secret."""
    secret = "c" * 64
    monkeypatch.setenv("EPIPASS_EDGE_DIGESTS", hashlib.sha256(secret.encode()).hexdigest())
    settings.cache_clear()
    yield secret
    monkeypatch.delenv("EPIPASS_EDGE_DIGESTS")
    settings.cache_clear()


def test_behind_an_edge_a_route_knows_the_viewer_and_refuses_whoever_comes_past_it(edge: str) -> None:
    """With the edge's word the viewer's address; without it nothing is answered, not even to somebody who claims one."""
    through = call(
        "GET", "/who", "/who", headers={"Epipass-Edge": edge, "Epipass-Viewer": "203.0.113.9"}, source_ip="130.176.0.9"
    )
    assert (through["statusCode"], through["json"]) == (200, "203.0.113.9")
    past = call("GET", "/who", "/who", headers={"Epipass-Viewer": "203.0.113.9"}, source_ip="198.51.100.7")
    assert (past["statusCode"], past["json"]["code"]) == (403, "edge")


def test_without_an_edge_a_route_knows_what_the_gateway_saw() -> None:
    """One machine: the gateway's own word, and no header of the caller's."""
    answer = call("GET", "/who", "/who", headers={"epipass-viewer": "203.0.113.9"}, source_ip="127.0.0.1")
    assert (answer["statusCode"], answer["json"]) == (200, "127.0.0.1")
