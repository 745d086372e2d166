"""What arrives over HTTP: bodies against every declared shape, paths, queries, tokens, cursors, refs, venue codes.

The routes are the real ones with their handlers taken out, so that nothing of the cloud is asked: what is tried is all
that stands before a handler.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from app import app
from credentials import proofs
from credentials.keys import KeySet
from functions.shared.http import OCTETS, Answer, Application, Request, Route, Routes, decode
from functions.shared.openapi import sample
from functions.shared.problems import Malformed
from functions.venues.codes import address, make_short, read_address, read_short, spelled
from fuzz.hunting import Disagreement, Target, each
from tests.vectors.material import AT, HOLDER, ISSUER, TOKEN_KEY, jwks

_STATUSES: Final = {200, 400, 401, 403, 404, 405, 413, 415, 422}
_WORDS: Final = (
    b"{",
    b"}",
    b'"',
    b":",
    b"[[[[",
    b"%ED%A0%80",
    b"%00",
    b"..",
    b"Bearer ",
    b"DPoP ",
    b"\\ud83d",
    b'{"a":',
)


def _bodied() -> list[Route]:
    return [route for route in app.declared if isinstance(route.body, type) and issubclass(route.body, msgspec.Struct)]


def _bodies(routes: Sequence[Route]) -> Callable[[bytes], str]:
    """Any bytes are a body of the shape, and then the same one again when written, or Malformed without a word of them."""

    def judge(data: bytes) -> str:
        place, _, body = data.partition(b"\n")
        route = routes[int.from_bytes(place[:4]) % len(routes)]
        try:
            read = decode(body, route.body)
        except Malformed as problem:
            return problem.code
        if decode(msgspec.json.encode(read), route.body) != read:
            raise Disagreement(f"{route.method} {route.path} reads its own writing otherwise")
        _no_line_feed(read, route)
        return "read"

    return judge


def _no_line_feed(read: Any, route: Route) -> None:
    """What a pattern of letters let in holds no line feed at its end."""
    for found in msgspec.structs.fields(type(read)):
        value = getattr(read, found.name)
        info = msgspec.inspect.type_info(found.type)
        pattern = getattr(info, "pattern", None)
        if pattern is not None and pattern.startswith("^") and isinstance(value, str) and value.endswith("\n"):
            raise Disagreement(f"{route.method} {route.path}: {found.name} ends in a line feed")


def _hollow() -> Application:
    """The real application, its handlers taken out; every route public, so that what stands behind the roles is reached."""

    def nothing(request: Request, **_captures: str) -> Answer:
        return Answer(str(len(request.query)), content_type="text/plain")

    room = Routes("hollow")
    for number, route in enumerate(app.declared):
        handler = type("Handler", (), {"__call__": lambda _self, request, **captures: nothing(request, **captures)})()
        handler.__name__ = f"route_{number}"
        room.declared.append(replace(route, handler=handler, roles=frozenset({"public"}), status=200))
    return Application("hollow", [room])


def _requests() -> Callable[[bytes], str]:
    """Any path, query, header or body leaves with a documented status, and a problem says nothing of what was sent."""
    hollow = _hollow()
    routes = app.declared

    def judge(data: bytes) -> str:
        place, name, value, header, body = (data.split(b"\n", 4) + [b""] * 5)[:5]
        route = routes[int.from_bytes(place[:4]) % len(routes)]
        text = value.decode("utf-8", "replace")
        answer = hollow(_event(route, name.decode("utf-8", "replace"), text, header.decode("latin-1"), body), None)
        if answer["statusCode"] not in _STATUSES:
            raise Disagreement(f"{route.method} {route.path} answers {answer['statusCode']}: {answer['body'][:200]}")
        return str(answer["statusCode"])

    return judge


def _event(route: Route, name: str, value: str, header: str, body: bytes) -> dict[str, Any]:
    captures = dict.fromkeys(route.captures, value or "A")
    binary = route.body is bytes
    return {
        "headers": {"content-type": OCTETS if binary else "application/json", **({"x-any": header} if header else {})},
        "multiValueQueryStringParameters": {name: [value]} if name else None,
        "body": body.decode("utf-8", "replace"),
        "isBase64Encoded": False,
        "stageVariables": None,
        "pathParameters": captures,
        "path": route.path.format(**captures),
        "requestContext": {"httpMethod": route.method, "resourcePath": route.path, "identity": {"sourceIp": value}},
    }


def _proof(data: bytes) -> str:
    """A device's proof is read, or refused by a law's name."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        proofs.verify_dpop(text, method="GET", urls=[ISSUER + "/me"], at=AT, access_token=text[:9])
    except proofs.ProofError as problem:
        return problem.law
    return "genuine"


def _access(data: bytes) -> str:
    """An access token is read, or refused by a law's name."""
    try:
        proofs.verify_access_token(
            data.decode("utf-8", "surrogateescape"), KeySet.from_jwks(jwks()), issuer=ISSUER, at=AT
        )
    except proofs.ProofError as problem:
        return problem.law
    return "genuine"


def _venue_code(data: bytes) -> str:
    """A code that is read is read again as it is spelled; an address has one spelling."""
    text = data.decode("utf-8", "replace")
    short = read_short(text)
    if short is not None and (read_short(spelled(short)) != short or read_short(short) != short):
        raise Disagreement(f"a code read again is another: {text!a}")
    found = read_address(text)
    if found is not None and f"{found.venue}-{found.short}-{found.mark}" != text:
        raise Disagreement(f"an address of two spellings: {text!a}")
    return f"{short is not None} {found is not None}"


def targets() -> Iterator[Target]:
    """Everything that stands before a handler."""
    bodied = _bodied()
    bodies = [
        number.to_bytes(4) + b"\n" + json.dumps(sample(route.body)).encode() for number, route in enumerate(bodied)
    ]
    bodies = [body for body in bodies if body.count(b"\n") == 1]  # a number may be written with a line feed's byte
    asked = [number.to_bytes(4) + b"\nnext\nabc\nx\n{}" for number in range(len(app.declared)) if number != ord("\n")]
    code = make_short(b"12345")
    poster = address("V-100", code, lambda _venue, _short: b"12345")
    token = proofs.issue_access_token(
        subject="a", role="holder", scope="", device="A" * 43, issuer=ISSUER, signer=TOKEN_KEY, at=AT
    )
    proof = proofs.sign_dpop(HOLDER, method="GET", url=ISSUER + "/me", at=AT, jti="1", access_token="x" * 9)
    yield Target("bodies", each(_bodies(bodied)), bodies, _WORDS)
    yield Target("requests", each(_requests()), asked, _WORDS)
    yield Target("dpop", each(_proof), [proof.encode()])
    yield Target("access-token", each(_access), [token.encode()])
    yield Target("venue-code", each(_venue_code), [code.encode(), spelled(code).encode(), poster.encode()])
