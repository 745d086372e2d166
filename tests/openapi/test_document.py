"""The description of the interface: complete, current, and its examples are what the routes read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app import app
from functions.entry.about import VERSION
from functions.shared import openapi
from functions.shared.callers import ROLES
from functions.shared.http import Route
from tests.door.inprocess import call

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
NAMES = [f"{route.method} {route.path}" for route in app.declared]


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """The description, made from the routes."""
    return openapi.document(app.declared, version=VERSION)


def test_the_committed_copy_is_current(made: dict[str, Any]) -> None:
    """`python -m infra.openapi` was run: a reader of the repository reads what is served."""
    assert json.loads(COMMITTED.read_text()) == json.loads(json.dumps(made)), "run: python -m infra.openapi"


def test_every_route_is_described_with_its_roles(made: dict[str, Any]) -> None:
    """Nothing is left out, and operation ids are unique: generated clients use them as names."""
    operations = {
        f"{method.upper()} {path}": one for path, methods in made["paths"].items() for method, one in methods.items()
    }
    assert sorted(operations) == sorted(NAMES)
    assert len({one["operationId"] for one in operations.values()}) == len(operations)
    for route in app.declared:
        described = operations[f"{route.method} {route.path}"]
        assert set(described["x-roles"]) == route.roles
        assert route.roles <= ROLES | {"public"}
        assert bool(described["security"]) == ("public" not in route.roles)


@pytest.mark.parametrize("route", app.declared, ids=NAMES)
def test_an_example_is_what_the_route_reads(route: Route) -> None:
    """Somebody who pastes the example gets past the shape of the body."""
    if openapi._is_struct(route.body):
        msgspec.convert(openapi.sample(route.body), route.body)


@pytest.mark.usefixtures("http")
def test_it_is_served(made: dict[str, Any]) -> None:
    """To anybody, and to caches."""
    served = call("GET", "/openapi.json")
    assert (served.status, served.headers["content-type"]) == (200, "application/json")
    assert served.json() == json.loads(json.dumps(made))
