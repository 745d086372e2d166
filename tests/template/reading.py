"""The template as plain data, read once for all tests of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from infra.local.template import read
from infra.paths import TEMPLATE


@lru_cache(maxsize=1)
def template() -> dict[str, Any]:
    """The whole template, short tags spelt out."""
    return read(TEMPLATE)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, by logical id."""
    return {name: found for name, found in template()["Resources"].items() if found["Type"] == kind}


def functions() -> dict[str, dict[str, Any]]:
    """The properties of every function."""
    return {name: found["Properties"] for name, found in resources("AWS::Serverless::Function").items()}


def tables() -> dict[str, dict[str, Any]]:
    """Every table."""
    return resources("AWS::DynamoDB::Table")


def variables() -> dict[str, Any]:
    """The environment that every function has."""
    found: dict[str, Any] = template()["Globals"]["Function"]["Environment"]["Variables"]
    return found


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each grant, with the logical id of the function or machine that has it."""
    for kind in ("AWS::Serverless::Function", "AWS::Serverless::StateMachine"):
        for name, found in resources(kind).items():
            for policy in found["Properties"].get("Policies", []):
                for statement in policy["Statement"]:
                    yield name, statement


def listed(value: Any) -> list[Any]:
    """One thing or several, as several."""
    return value if isinstance(value, list) else [value]
