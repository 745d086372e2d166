"""OpenAPI 3.1 from what the routes declare: no second description that could differ from the program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from functions.shared.callers import DEVICE_ROLES, PUBLIC
from functions.shared.http import JSON, OCTETS, PROBLEM, Route
from functions.shared.problems import ProblemBody

_NO_LINE_FEED: Final = r"(?!\n)"
_REF: Final = "#/components/schemas/{name}"
_ID: Final = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES: Final = ("application/pdf", "image/svg+xml", "image/png", "text/csv", _XLSX, OCTETS)
_PROBLEMS: Final = {
    "400": "Malformed: `errors` points at the members",
    "401": "No token, or one that is not accepted",
    "403": "Another role's, or somebody else's",
    "404": "There is no such thing",
    "409": "Its state does not allow this",
    "413": "Too large",
    "415": "A media type that is not read here",
    "422": "Rejected by a law of the domain",
    "429": "Too often; `Retry-After` says when to come back",
    "503": "Too much at once, or somebody we depend on does not answer; `Retry-After` says when to come back",
}
# What a member of this name looks like in an example; anything else is made from its schema.
_EXAMPLES: Final[Mapping[str, Any]] = {
    "area": "990101001001",
    "at": "2026-11-22T08:05:00+08:00",
    "case": "CASE-2026-17",
    "code": "482913",
    "day": "2026-11-22",
    "direction": "in",
    "end": "2026-11-23T00:00:00+08:00",
    "ends_at": "2026-12-31T23:59:59+08:00",
    "format": "csv",
    "gate": "G-100",
    "id_number": "990101199003071119",
    "id_type": "resident-id",
    "issued_by": "区疫情防控指挥部",
    "kind": "staff-list",
    "lab": "L-1",
    "label": "东门",
    "name": "第三人民医院",
    "number": "EPI-2026-0000001",
    "phone": "13800138000",
    "pid": "AAECAwQFBgcICQoLDA0ODw",
    "presentation": "https://gate.example.gov/v#123456789",
    "reason": "手机遗失",
    "sha256": "0" * 64,
    "start": "2026-11-22T00:00:00+08:00",
    "unit": "U-100",
    "venue": "V-100",
    "zone": "A3",
}


def document(declared: Iterable[Route], *, version: str) -> dict[str, Any]:
    """Return the OpenAPI document of all routes."""
    routes = sorted(declared, key=lambda route: (route.path, route.method))
    shapes = _structs([*(route.body for route in routes), *(route.answer for route in routes), ProblemBody])
    # All at once: two rooms may call a struct the same, and then each has its room's name before it.
    made, schemas = msgspec.json.schema_components(shapes, ref_template=_REF)
    refs, schemas = dict(zip(shapes, made, strict=True)), _as_browsers_match(schemas)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, refs, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "epipass",
            "version": version,
            "description": "Check-ins, passes and their verification. Errors are RFC 9457 problem details.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "staff": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "OpenID Connect"},
                "device": {"type": "http", "scheme": "DPoP", "description": "Our own token, bound by RFC 9449"},
            },
            "responses": {status: _problem(status, text, refs[ProblemBody]) for status, text in _PROBLEMS.items()},
        },
    }


def sample(shape: Any) -> Any:
    """Return an example of a struct, as plain JSON values."""
    schema, components = msgspec.json.schema_components([shape], ref_template=_REF)
    return _example(schema[0], components, "")


def _as_browsers_match(schema: Any) -> Any:
    """Return a schema whose patterns end as ECMA-262 has it: Python's `$` matches before a last line feed, too."""
    if isinstance(schema, dict):
        return {name: _as_browsers_match(value) for name, value in schema.items()}
    if isinstance(schema, list):
        return [_as_browsers_match(value) for value in schema]
    return schema.removesuffix(_NO_LINE_FEED) if isinstance(schema, str) else schema


def _structs(shapes: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(shape for shape in shapes if _is_struct(shape)))


def _is_struct(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)


def _operation(route: Route, refs: Mapping[Any, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    room = route.handler.__module__.split(".")[1]
    made: dict[str, Any] = {
        "operationId": f"{room}_{route.handler.__name__}",
        "summary": route.summary,
        "tags": [room],
        "x-roles": sorted(route.roles),
        "security": _security(route),
        "parameters": _parameters(route),
        "responses": _responses(route, refs),
    }
    if route.handler.__doc__:
        made["description"] = " ".join(route.handler.__doc__.split())
    if route.body is not None:
        made["requestBody"] = {"required": True, "content": _content(route, refs, schemas)}
    return made


def _security(route: Route) -> list[dict[str, list[str]]]:
    if PUBLIC in route.roles:
        return []
    schemes = {"staff": route.roles - DEVICE_ROLES, "device": route.roles & DEVICE_ROLES}
    return [{scheme: []} for scheme, roles in schemes.items() if roles]


def _parameters(route: Route) -> list[dict[str, Any]]:
    captured = [
        {"name": name, "in": "path", "required": True, "schema": _ID, "example": _EXAMPLES.get(name, "X-1")}
        for name in route.captures
    ]
    asked = [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in route.query]
    return captured + asked


def _content(route: Route, refs: Mapping[Any, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    if not _is_struct(route.body):
        return {kind: {"schema": {}} for kind in route.content_types}
    shape = refs[route.body]
    return {JSON: {"schema": shape, "example": _example(shape, schemas, "")}}


def _responses(route: Route, refs: Mapping[Any, Any]) -> dict[str, Any]:
    if _is_struct(route.answer):
        content: dict[str, Any] = {JSON: {"schema": refs[route.answer]}}
    else:
        content = {kind: {} for kind in ((JSON,) if route.answer is None else _FILES)}
    good = {"description": route.summary, "content": content}
    # What is made anew says 201 or 202; the same thing asked for again says 200.
    statuses = sorted({str(route.status), "200"} | ({"201"} if route.method == "PUT" else set()))
    problems = {status: {"$ref": f"#/components/responses/{status}"} for status in _possible(route)}
    return {**dict.fromkeys(statuses, good), **problems}


def _possible(route: Route) -> list[str]:
    possible = {"400", "404", "409", "422", "429", "503"}
    possible |= {"413", "415"} if route.body is not None else set()
    possible |= {"401", "403"}  # a token that is sent is verified, even where none is needed
    return sorted(possible)


def _problem(status: str, text: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    example = {
        "type": "about:blank",
        "title": text.partition(":")[0],
        "status": int(status),
        "detail": text,
        "code": "example",
        "errors": [],
    }
    return {"description": text, "content": {PROBLEM: {"schema": shape, "example": example}}}


def _example(schema: Mapping[str, Any], components: Mapping[str, Any], name: str) -> Any:
    if "$ref" in schema:
        return _example(components[schema["$ref"].rpartition("/")[2]], components, name)
    if "anyOf" in schema:
        choices = [one for one in schema["anyOf"] if one.get("type") != "null"]
        return _example(choices[0], components, name)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        return {key: _example(below, components, key) for key, below in properties.items() if _is_shown(key, schema)}
    if schema.get("type") == "array":
        return [_example(schema.get("items", {}), components, name.removesuffix("s"))]
    return _plain(schema, name)


def _is_shown(key: str, schema: Mapping[str, Any]) -> bool:
    return key in schema.get("required", ()) or key in _EXAMPLES


def _plain(schema: Mapping[str, Any], name: str) -> Any:
    kind = schema.get("type")
    if kind == "boolean":
        return bool(schema.get("default", False))
    if kind in {"integer", "number"}:
        return schema.get("default", schema.get("minimum", 1))
    for text in (_EXAMPLES.get(name), schema.get("default"), "example", "A" * 43, "A" * 22, "0" * 6, "V-100"):
        if isinstance(text, str) and _fits(text, schema):
            return text
    return "example"


def _fits(text: str, schema: Mapping[str, Any]) -> bool:
    long_enough = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
    return long_enough and re.search(schema.get("pattern", ""), text) is not None
