"""The one-machine gateway does to a request what the cloud's HTTP API does."""

from __future__ import annotations

from infra.local.gateway import Incoming, Router, answer, event
from tests.conftest import Http


def test_health_answers(http: Http) -> None:
    """Once the service has started, /health is 200."""
    reply = http.get("/health")
    assert (reply.status, reply.json()) == (200, {"ok": True})


def test_literal_segment_wins() -> None:
    """A route's literal segment is preferred over a capture, whatever the order of declaration."""
    router = Router(["/units/{unit}", "/units/all", "/units/{unit}/people"])
    assert router.match("/units/all") == ("/units/all", {})
    assert router.match("/units/U-1") == ("/units/{unit}", {"unit": "U-1"})
    assert router.match("/units/U-1/people") == ("/units/{unit}/people", {"unit": "U-1"})
    assert router.match("/units//people") is None
    assert router.match("/nothing") is None


def test_text_goes_as_text_and_all_else_as_base64() -> None:
    """The gateway decodes text as UTF-8, which ruins GB 18030; octets come through whole."""
    body = "张明".encode("gb18030")
    text = event(Incoming("POST", "/x", "", {"content-type": "text/csv"}, body, ""), "/x", {})
    octets = event(Incoming("POST", "/x", "", {"content-type": "application/octet-stream"}, body, ""), "/x", {})
    assert text["isBase64Encoded"] is False
    assert "\ufffd" in text["body"]
    assert octets["isBase64Encoded"] is True
    returned = answer({"statusCode": 200, "headers": {}, "body": octets["body"], "isBase64Encoded": True})
    assert returned.body == body
