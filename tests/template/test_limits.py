"""What is kept for doors, and how much of the dear things the gateway lets through."""

from __future__ import annotations

from typing import Any

import pytest

from app import app
from infra.routes import of_module
from tests.template.reading import functions, resources, template

DOORS = {"HolderFunction": "KeepsHolder", "PublicFunction": "KeepsPublic", "AssistedFunction": "KeepsAssisted"}


def http() -> dict[str, Any]:
    """The gateway's properties."""
    (found,) = resources("AWS::Serverless::HttpApi").values()
    properties: dict[str, Any] = found["Properties"]
    return properties


@pytest.mark.parametrize(("number", "name"), list(enumerate(DOORS)))
def test_a_door_keeps_its_share_where_one_is_given(number: int, name: str) -> None:
    """By a parameter, none by default: a new account could not deploy a share that it does not have."""
    share = {"Fn::Select": [number, {"Ref": "DoorConcurrency"}]}
    none = {"Ref": "AWS::NoValue"}
    assert functions()[name]["ReservedConcurrentExecutions"] == {"Fn::If": [DOORS[name], share, none]}
    assert template()["Conditions"][DOORS[name]] == {"Fn::Not": [{"Fn::Equals": [share, "0"]}]}
    assert template()["Parameters"]["DoorConcurrency"]["Default"].split(",") == ["0"] * len(DOORS)


def test_only_doors_and_the_publisher_keep_anything() -> None:
    """The bulk is bounded by its queues; a share kept for it would be taken from the doors."""
    keeping = {name for name, held in functions().items() if "ReservedConcurrentExecutions" in held}
    assert keeping == {*DOORS, "PublisherFunction"}


def test_every_limited_route_exists_and_is_limited_more_than_the_rest() -> None:
    """A limit for a route that is not there limits nothing, and fails a deployment."""
    usual = http()["DefaultRouteSettings"]
    routes = {f"{route.method} {route.path}" for route in of_module("app")}
    for route, limit in http()["RouteSettings"].items():
        assert route in routes
        assert 0 < limit["ThrottlingRateLimit"] < usual["ThrottlingRateLimit"]
        assert limit["ThrottlingRateLimit"] <= limit["ThrottlingBurstLimit"] <= usual["ThrottlingBurstLimit"]


def test_whatever_takes_a_file_or_sends_a_text_is_limited() -> None:
    """Each route whose body is a file, and the one that costs money with each call."""
    files = {f"{route.method} {route.path}" for route in app.declared if route.body is bytes}
    assert files | {"POST /codes", "POST /uploads"} <= set(http()["RouteSettings"])


def test_the_service_knows_its_edge_by_hashes_alone() -> None:
    """No secret stands in the functions' environment; without an edge it is empty."""
    environment = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert environment["EPIPASS_EDGE_DIGESTS"] == {"Ref": "EdgeDigests"}
    parameter = template()["Parameters"]["EdgeDigests"]
    assert (parameter["Default"], parameter["AllowedPattern"]) == ("", "([0-9a-f]{64}(,[0-9a-f]{64})?)?")
