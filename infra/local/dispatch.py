"""Requests answered by the deployed functions, each under its own role, instead of by the application in this process.

Slower (a call is about 60 ms), and the only way to see that an entry's role grants all that its routes do.
"""

from __future__ import annotations

import json
from typing import Any

from infra import routes
from infra.local.deploy import physical_names
from infra.local.engine import Engine

FAILED = {
    "statusCode": 500,
    "headers": {"Content-Type": "application/json"},
    "body": '{"message":"Internal Server Error"}',
}


class ByFunction:
    """Answers an event by the function that the template gives its route to."""

    def __init__(self, engine: Engine) -> None:
        self._functions = engine.client("lambda")
        names = physical_names(engine.client("cloudformation"))
        self._names = {
            (route.method, route.path): names[f"{entry.capitalize()}Function"]
            for entry in routes.ENTRIES
            for route in routes.of_entry(entry)
        }
        self._otherwise = names["PublicFunction"]

    def __call__(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """What the gateway would hand back; an error of the function is a plain 500."""
        name = self._names.get((event["httpMethod"], event["resource"]), self._otherwise)
        answered = self._functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        body: dict[str, Any] = json.loads(answered["Payload"].read())
        return FAILED if answered.get("FunctionError") or "statusCode" not in body else body
