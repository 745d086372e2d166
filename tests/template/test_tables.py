"""Tables: each has its model, its name in the environment, its life, and keeps what it holds."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from functions.shared.tables import Table
from infra.paths import ROOT
from tests.template.reading import resources, tables, variables

NO_COPY = {
    "CheckinTable",
    "ScanTable",
    "LookupTable",
    "TraceTable",
    "NoticeTable",
    "AssistedTable",
}  # the data model: no backup outlives their 14 days
KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret")


def models() -> list[type[Table]]:
    """Every PynamoDB model of every room."""
    for path in sorted((ROOT / "functions").glob("*/*.py")):
        if "(Table)" in path.read_text(encoding="utf-8"):
            importlib.import_module(_module(path))
    return [model for model in _leaves(Table) if model.__module__.startswith("functions.")]


def _logical(model: type[Table]) -> str:
    return str(vars(model.Meta)["logical"])


def _leaves(model: type[Table]) -> list[type[Table]]:
    """The classes that rows are made of: one that others extend is only their common part."""
    below = model.__subclasses__()
    return [leaf for child in below for leaf in _leaves(child)] if below else [model]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_every_model_has_its_table() -> None:
    """A model's logical name is in the environment, and its keys are the table's, by name and type."""
    names = {
        name.removeprefix("TABLE_").lower(): value["Ref"] for name, value in variables().items() if "TABLE" in name
    }
    for model in models():
        table = tables()[names[_logical(model)]]["Properties"]
        keys = {entry["KeyType"]: entry["AttributeName"] for entry in table["KeySchema"]}
        types = {entry["AttributeName"]: entry["AttributeType"] for entry in table["AttributeDefinitions"]}
        attributes = model.get_attributes().values()
        hashes = [(a.attr_name, a.attr_type) for a in attributes if a.is_hash_key]
        ranges = [(a.attr_name, a.attr_type) for a in attributes if a.is_range_key]
        assert hashes == [(keys["HASH"], types[keys["HASH"]])], model
        # Rows of a table without a sort key have no range attribute, and the other way round.
        assert [name for name, _ in ranges] == ([keys["RANGE"]] if "RANGE" in keys else []), model


def test_every_index_of_a_model_is_in_its_table() -> None:
    """All indexes are decided at a table's birth: a model may not read one that the template does not make."""
    names = {
        name.removeprefix("TABLE_").lower(): value["Ref"] for name, value in variables().items() if "TABLE" in name
    }
    for model in models():
        table = tables()[names[_logical(model)]]["Properties"]
        made = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}
        assert set(model._indexes) <= made, model


def test_every_table_is_named_to_the_functions() -> None:
    """Each table has one variable, and each variable a table."""
    named = [value["Ref"] for name, value in variables().items() if name.startswith("TABLE_")]
    assert sorted(named) == sorted(tables())


@pytest.mark.parametrize("name", sorted(tables()))
def test_table_is_kept_paid_by_use_and_encrypted(name: str) -> None:
    """On-demand, encrypted, with seven days to go back to, unless a copy would outlive what it holds."""
    held: dict[str, Any] = tables()[name]["Properties"]
    assert held["BillingMode"] == "PAY_PER_REQUEST"
    assert held["SSESpecification"]["SSEEnabled"] is True
    recovery = held.get("PointInTimeRecoverySpecification")
    if name in NO_COPY:
        assert recovery is None
    else:
        assert recovery == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    assert held.get("TimeToLiveSpecification", {"AttributeName": "ttl"})["AttributeName"] == "ttl"


@pytest.mark.parametrize("kind", KEPT)
def test_what_cannot_be_made_again_is_retained(kind: str) -> None:
    """Deleting the stack, or replacing a resource in it, deletes no data, key or secret."""
    for name, found in resources(kind).items():
        assert (found.get("DeletionPolicy"), found.get("UpdateReplacePolicy")) == ("Retain", "Retain"), name
