"""The application that granian serves: the embedded login, routes by the Chalice app, all else from the bucket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
from itertools import cycle
from typing import Any

import boto3
import msgspec

from app import app
from functions.shared.http import PROBLEM
from functions.shared.problems import Unavailable
from infra.local.dispatch import ByFunction
from infra.local.engine import Engine
from infra.local.gateway import MAX_BODY, Context, Incoming, Outgoing, Router, answer, event
from infra.local.login import Login
from infra.local.published import Published
from infra.local.turns import Turns

REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
TOO_LARGE = Outgoing(413, (("Content-Type", "application/json"),), b'{"message":"Request Entity Too Large"}')
BUSY = "So many ask at once that this was not done. Send it again in a moment. 现在人太多，本次未处理，请稍后再试。"

router = Router(app.routes)
# By the application here, or (EPIPASS_DISPATCH=functions) by the deployed functions under their roles.
by_function = os.environ.get("EPIPASS_DISPATCH") == "functions"
respond = ByFunction(Engine(os.environ["AWS_ENDPOINT_URL"])) if by_function else app
# Presigned addresses are the engine's own.
login = Login.of_environment(os.environ)
published = Published(boto3.client("s3"), os.environ["BUCKET_PUBLIC"], os.environ["AWS_ENDPOINT_URL"])
turns = Turns()
# Those who are refused together do not come back together.
pauses_s = cycle((2, 3, 4, 5))


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request (PEP 3333), or refuse it when too many wait for their turn."""
    with turns.turn() as mine:
        outgoing = _serve(environ) if mine else _busy()
    headers = [*outgoing.headers, ("Content-Length", str(len(outgoing.body)))]
    start_response(REASONS.get(outgoing.status, str(outgoing.status)), headers)
    return [outgoing.body]


def _busy() -> Outgoing:
    problem = Unavailable(BUSY, retry_after_s=next(pauses_s), code="busy")
    headers = {"Content-Type": PROBLEM, "Cache-Control": "no-store", **problem.headers}
    return Outgoing(problem.status, tuple(headers.items()), msgspec.json.encode(problem.body()))


def _serve(environ: dict[str, Any]) -> Outgoing:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY:
        return TOO_LARGE
    incoming = _incoming(environ, length)
    if login.answers(incoming.path):
        return login.answer(incoming)
    matched = router.match(incoming.path)
    if matched is None:
        found = published.answer(incoming)
        if found is not None:
            return found
    route, captures = matched or (None, {})
    return answer(respond(event(incoming, route, captures), Context()))


def _incoming(environ: dict[str, Any], length: int) -> Incoming:
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return Incoming(
        environ["REQUEST_METHOD"],
        # PEP 3333 hands the path's bytes over as latin-1 text.
        environ.get("PATH_INFO", "/").encode("latin-1", "replace").decode("utf-8", "replace") or "/",
        environ.get("QUERY_STRING", ""),
        headers,
        environ["wsgi.input"].read(length) if length else b"",
        environ.get("REMOTE_ADDR", ""),
    )
