"""HTTP: a route declares its method, path, roles, body and answer, and this module keeps the promise.

Chalice is the router and nothing more, so that it could be replaced in a day: tokens are verified here, bodies are
decoded into msgspec structs that refuse unknown members, and whatever goes wrong leaves as RFC 9457 problem details.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec
from chalice.app import Blueprint, Chalice, Response
from chalice.app import Request as ChaliceRequest

from functions.shared import clock, log, shortage, viewer
from functions.shared.callers import PUBLIC, Caller
from functions.shared.config import settings
from functions.shared.problems import (
    FieldError,
    Forbidden,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooLarge,
    Unauthenticated,
    UnsupportedType,
)
from functions.shared.tokens import caller_of

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
OCTETS: Final = "application/octet-stream"
BINARY: Final = (
    OCTETS,
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "image/png",
)
# On every answer, a refusal's too: kept by nobody, taken for what it says it is, and nothing when somebody opens it.
GUARDED: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
INERT: Final = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"}
MAX_JSON: Final = 256 * 1024
MAX_UPLOAD: Final = 4 * 1024 * 1024
_ANYWHERE: Final = ("/health", "/openapi.json")  # what tells about the service itself, asked of it directly
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_FIRST = re.compile(r"\{(\w+)\}")
_Handler = TypeVar("_Handler", bound=Callable[..., Any])


@dataclass(frozen=True)
class Request:
    """One request, parsed: who, what, when. `body` is the struct the route declared, or bytes for an upload.

    `viewer` is the network address as limits count it, empty when there is none.
    """

    method: str
    path: str
    caller: Caller
    body: Any
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: int
    viewer: str

    def header(self, name: str) -> str:
        """Return a header's value, or the empty string."""
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True)
class Answer:
    """What a handler returns when it is not simply 200 and a struct."""

    body: msgspec.Struct | bytes | str | None = None
    status: int = 200
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """A declared route, as OpenAPI, the authorisation matrix and the template's test read it."""

    method: str
    path: str
    roles: frozenset[str]
    handler: Callable[..., Any]
    summary: str
    body: Any = None
    answer: Any = None
    status: int = 200
    query: tuple[str, ...] = ()
    content_types: tuple[str, ...] = (JSON,)
    max_bytes: int = MAX_JSON

    @property
    def captures(self) -> tuple[str, ...]:
        """The names in the path's braces."""
        return tuple(_FIRST.findall(self.path))


class Routes:
    """The routes of one capability."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.declared: list[Route] = []

    def route(
        self, method: str, path: str, *, roles: set[str], summary: str, **declared: Any
    ) -> Callable[[_Handler], _Handler]:
        """Declare a route; every route names its roles, `public` among them when no token is needed."""

        def register(handler: _Handler) -> _Handler:
            self.declared.append(Route(method, path, frozenset(roles), handler, summary, **declared))
            return handler

        return register

    def get(self, path: str, **declared: Any) -> Callable[[_Handler], _Handler]:
        """Declare a route for GET."""
        return self.route("GET", path, **declared)

    def post(self, path: str, **declared: Any) -> Callable[[_Handler], _Handler]:
        """Declare a route for POST."""
        return self.route("POST", path, **declared)

    def put(self, path: str, **declared: Any) -> Callable[[_Handler], _Handler]:
        """Declare a route for PUT."""
        return self.route("PUT", path, **declared)

    def delete(self, path: str, **declared: Any) -> Callable[[_Handler], _Handler]:
        """Declare a route for DELETE."""
        return self.route("DELETE", path, **declared)

    def blueprint(self) -> Blueprint:
        """Return these routes as a fresh Chalice blueprint: one object can serve only one application."""
        made = Blueprint(self.name)
        for route in self.declared:
            name = f"{self.name}_{route.handler.__name__}"
            made.route(route.path, methods=[route.method], content_types=[], name=name)(_view(route, made))
        return made


class Application(Chalice):
    """A Chalice application that keeps the current request per thread (a shared one mixes people up under threads)."""

    _local = threading.local()

    def __init__(self, name: str, rooms: list[Routes]) -> None:
        super().__init__(app_name=name, configure_logs=False)
        self.api.binary_types[:] = list(BINARY)
        self.declared = [route for room in rooms for route in room.declared]
        for room in rooms:
            self.register_blueprint(room.blueprint())

    # Chalice assigns both on every call.
    @property
    def current_request(self) -> Any:
        """The request this thread is answering."""
        return getattr(self._local, "request", None)

    @current_request.setter
    def current_request(self, value: Any) -> None:
        self._local.request = value

    def __call__(self, event: Any, context: Any) -> Any:
        """Answer one API Gateway event, payload format 1.0."""
        resource = event["requestContext"].get("resourcePath")
        methods = self.routes.get(resource)
        method = event["requestContext"]["httpMethod"]
        if methods is None:
            return _refusal(NotFound("There is no such page.", code="no-route")).to_dict()
        if method not in methods:
            allowed = {"Allow": ", ".join(sorted(methods))}
            problem = MethodNotAllowed(f"{method} is not possible here.", headers=allowed)
            return _refusal(problem).to_dict()
        # Chalice sends a binary answer only to a client that names its type in Accept; our routes decide by `format`.
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return super().__call__({**event, "headers": {**headers, "accept": OCTETS}}, context)


def _view(route: Route, blueprint: Blueprint) -> Callable[..., Response]:
    def view(**captures: str) -> Response:
        try:
            request = _request(route, captures, blueprint.current_request)
            return _response(route, route.handler(request, **captures))
        except Problem as problem:
            return _refusal(problem)
        # Anything else is our fault: it is logged by type and place, and the client learns nothing but that.
        except Exception as error:  # noqa: BLE001
            log.failure("http.failed", error, method=route.method, route=route.path)
            if shortage.is_shortage(error):
                return _refusal(shortage.refusal())
            return _refusal(Problem("Something failed on our side. It was noted; try again in a minute."))

    return view


def _request(route: Route, captures: Mapping[str, str], raw: ChaliceRequest) -> Request:
    for name, value in captures.items():
        if not _ID.match(value):
            raise Malformed("An id holds letters, digits, _ and - only.", errors=(FieldError(f"/{name}", "id", ""),))
    headers, at = dict(raw.headers), clock.now()
    gateway_s = str(raw.context.get("identity", {}).get("sourceIp", ""))
    address = viewer.address_of(headers, gateway_s, () if route.path in _ANYWHERE else settings().edge_digests)
    path = str(raw.to_original_event().get("path") or raw.path)
    caller = caller_of(headers, route.method, path, settings=settings(), at=at)
    _authorise(route, caller)
    query = _query(route, raw.query_params)
    return Request(route.method, path, caller, _body(route, raw, headers), query, headers, at, address)


def _authorise(route: Route, caller: Caller) -> None:
    if PUBLIC in route.roles:
        return
    if caller.role == PUBLIC:
        raise Unauthenticated("Sign in first.", headers={"WWW-Authenticate": 'DPoP algs="ES256", Bearer'})
    if caller.role not in route.roles:
        raise Forbidden("Your role may not do this.", code="role")


def _query(route: Route, params: Any) -> dict[str, str]:
    given = {name: params.getlist(name) for name in params} if params else {}
    unknown = tuple(FieldError("/query", "unknown-parameter", "") for name in given if name not in route.query)
    if unknown or any(len(values) != 1 for values in given.values()):
        allowed = ", ".join(route.query) or "none"
        raise Malformed(f"Query parameters this address knows, each once: {allowed}.", errors=unknown)
    return {name: values[0] for name, values in given.items()}


def _body(route: Route, raw: ChaliceRequest, headers: Mapping[str, str]) -> Any:
    if route.body is None:
        return None
    declared = headers.get("content-type", JSON).split(";")[0].strip().lower()
    if declared not in route.content_types:
        raise UnsupportedType(f"Send one of: {', '.join(route.content_types)}.")
    data = raw.raw_body if isinstance(raw.raw_body, bytes) else raw.raw_body.encode()
    if len(data) > route.max_bytes:
        raise TooLarge(f"At most {route.max_bytes} bytes are read here.")
    # No body at all is an empty object: what is required is named then.
    return data if route.body is bytes else decode(data or b"{}", route.body)


def decode(data: bytes, shape: Any) -> Any:
    """Decode a JSON body into a struct.

    Raises:
        Malformed: not JSON, or not of the shape; `errors` points at the member and never quotes its value.
    """
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        pointer = place.strip("`").removeprefix("$").replace(".", "/").replace("[", "/").replace("]", "")
        raise Malformed("The body is not of the expected shape.", errors=(_shape(pointer, reason),)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # the last: nested deeper than anything is
        raise Malformed("The body is not JSON.", code="not-json") from None


def _shape(pointer: str, reason: str) -> FieldError:
    # msgspec quotes an unknown member's name and a bad enum's value; both may be anything a person typed.
    typed = reason.startswith(("Object contains unknown field", "Invalid enum value"))
    return FieldError(pointer or "/", "shape", re.sub(r"[`'\"].*", "…", reason) if typed else reason)


def _response(route: Route, made: Any) -> Response:
    answer = made if isinstance(made, Answer) else Answer(made, status=route.status)
    body: bytes | str = b"" if answer.body is None else answer.body  # type: ignore[assignment]
    content_type = answer.content_type
    if isinstance(answer.body, msgspec.Struct):
        body, content_type = msgspec.json.encode(answer.body).decode(), content_type or JSON
    if isinstance(body, bytes) and content_type not in BINARY:
        body = body.decode()
    # A browser's own viewer shows files: to it a policy without sources would be a blank page.
    headers = {**GUARDED, **({} if content_type in BINARY else INERT), **answer.headers}
    return Response(body, {**headers, "Content-Type": content_type or JSON}, answer.status)


def _refusal(problem: Problem) -> Response:
    headers: dict[str, str | list[str]] = {**GUARDED, **INERT, "Content-Type": PROBLEM, **problem.headers}
    return Response(msgspec.json.encode(problem.body()).decode(), headers, problem.status)
