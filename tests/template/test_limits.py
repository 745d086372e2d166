"""What is kept for doors, and how much of the dear things the gateway lets through."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest

from app import app
from cli.cost import HERE
from functions.shared.clock import DAY_S
from infra.paths import ROOT
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
    usual = {
        name: template()["Parameters"][value["Ref"]]["MinValue"]
        for name, value in http()["DefaultRouteSettings"].items()
    }
    routes = {f"{route.method} {route.path}" for route in of_module("app")}
    for route, limit in http()["RouteSettings"].items():
        assert route in routes
        assert 0 < limit["ThrottlingRateLimit"] < usual["ThrottlingRateLimit"]
        assert limit["ThrottlingRateLimit"] <= limit["ThrottlingBurstLimit"] <= usual["ThrottlingBurstLimit"]


def test_the_stage_and_its_quota_are_told_for_as_many_people_as_they_serve() -> None:
    """Each line of the operator's table: the busiest second of so many people fits the stage, and the stage the account.

    What is said of codes below it: 24 million newcomers fit their route within a month, and not within a week.
    """
    usage = json.loads((HERE / "usage.json").read_text(encoding="utf-8"))["acts"]
    scenarios = tomllib.loads((HERE / "scenarios.toml").read_text(encoding="utf-8"))
    asked = {
        name: sum(often * usage[act]["api"] for act, often in one["person"].items() if act in usage)
        for name, one in scenarios.items()
    }
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    assert f"{asked['routine']:.2f} requests a person" in text
    assert f"{asked['mass-screening']:.2f} in a mass screening" in text
    usual = template()["Parameters"]["GatewayRate"]["Default"]
    lines = re.findall(r"^\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+)(.*?) \| \D*([\d,]+)", text, re.MULTILINE)
    assert len(lines) == 5
    for told in lines:
        people, second, at_once, rate, quota = (int(told[n].replace(",", "")) for n in (0, 1, 2, 3, 5))
        assert second == pytest.approx(10 * people * max(asked.values()) / DAY_S, rel=0.01)
        assert at_once == pytest.approx(second / 10, rel=0.01)
        assert second <= rate <= quota
        assert ("as it is" in told[4]) == (rate == usual)
    codes = http()["RouteSettings"]["POST /codes"]["ThrottlingRateLimit"]
    assert 10 * 24_000_000 / (30 * DAY_S) <= codes < 10 * 24_000_000 / (7 * DAY_S)


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
