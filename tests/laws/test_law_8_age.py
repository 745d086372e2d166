"""Law 8: every read filters by age; a row past retention is never returned, however late it is deleted."""

from __future__ import annotations

import ast
import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import functions
from functions.shared.tables import Table, TableMeta
from infra.local import Service

ROOT = Path(functions.__file__).parent
AT = 4_098_996_000  # in 2099: the engine deletes rows whose life is over, as DynamoDB does
READS = {"query", "scan", "batch_get"}
FILTERS = {"living", "alive", "page_of"}  # `page_of` (functions/shared/pages.py) keeps the living of what it is given
# Reads of many rows without the filter, each with its reason. A new one is filtered, or argued here.
UNFILTERED = {
    ("audit/service.py", "newest"): "the chain goes on from a row past its life",
    ("counters/service.py", "_merge"): "what is merged is summed over all days, which has no end of life",
    ("counters/service.py", "_stored"): "a replay must be compared with whatever row is stored",
    ("coverage/loading.py", "load"): "a register has no end of life",
    ("coverage/patrols.py", "_businesses"): "a register has no end of life",
    ("coverage/seen.py", "_read"): "the hour of a venue's newest check-in has no end of life",
    ("coverage/service.py", "every_business"): "a register has no end of life",
    ("gates/service.py", "of_venue"): "gates have no end of life",
    ("jobs/applying.py", "parts_of"): "parts end with their head, which is read by `find` first",
    ("jobs/applying.py", "_all_done"): "parts end with their head, which is read by `find` first",
    ("keys/service.py", "public_keys"): "keys stay published for as long as they are stored",
    ("keys/service.py", "_missing"): "only the days to come are asked for",
    ("matching/run_groups.py", "all_folded"): "groups end with their head, which is read by `find` first",
    ("matching/runs.py", "holds_of"): "as the groups",
    ("venues/placing.py", "levels_below"): "venues have no end of life",
    ("passes/model.py", "passes_of"): "a pass is judged by its own end, long before its row's",
    ("results/service.py", "people_of"): "keys only; the rows themselves are filtered when they are read",
    ("results/service.py", "_greater"): "a write is compared with whatever row is stored",
    ("staff/service.py", "listings"): "keys only; the rows themselves are filtered when they are read",
    (
        "checkins/service.py",
        "at_venue",
    ): "keys only: filtered by the check-in's own instant; test_law_8_traces proves it",
    ("checkins/service.py", "ways_of_hour"): "for a recount, of a day at most 13 days old, and nothing is shown",
    ("status/publisher.py", "_signed"): "a bit once set stays set for as long as its list is published",
    ("status/service.py", "live_lists"): "the half-days asked for are those still published",
    ("units/service.py", "all_units"): "units have no end of life",
    ("units/service.py", "in_area"): "units have no end of life",
}


def models() -> list[type[Table]]:
    """Every model of every room."""
    for path in sorted(ROOT.rglob("*.py")):
        if "Table)" in path.read_text():
            importlib.import_module(".".join(path.relative_to(ROOT.parent).with_suffix("").parts))
    leaves = (model for model in _below(Table) if not model.__subclasses__())
    return sorted(leaves, key=lambda model: (model.__module__, model.__name__))


def _below(base: type[Table]) -> Iterator[type[Table]]:
    for model in base.__subclasses__():
        yield model
        yield from _below(model)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_a_row_is_found_until_its_life_is_over_and_never_after(engine: Service, model: Any) -> None:
    """DynamoDB may keep a dead row for days: at its very end of life it is gone for us, and not a second sooner."""
    assert issubclass(model.Meta, TableMeta)
    table = os.environ[f"TABLE_{model.Meta.logical.upper()}"]
    key = {"pk": {"S": f"law-8-{model.__name__}"}}
    sort = model._range_key_attribute()
    number = sort is not None and sort.attr_type == "N"
    if sort is not None:
        key["sk"] = {"N": "8"} if number else {"S": "8"}
    item = {**key, "ttl": {"N": str(AT)}, "v": {"N": "1"}}
    engine.client("dynamodb").put_item(TableName=table, Item=item)
    keys = (key["pk"]["S"], (8 if number else "8") if sort is not None else None)
    assert model.find(*keys, at=AT - 1) is not None
    assert model.find(*keys, at=AT) is None
    engine.client("dynamodb").delete_item(TableName=table, Key=key)


def reads() -> Iterator[tuple[str, str, str, bool]]:
    """Every read of many rows: file, function, model, and whether the function filters by age."""
    for path in sorted(ROOT.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            filters = any(isinstance(node, ast.Name) and node.id in FILTERS for node in ast.walk(function))
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS:
                    yield path.relative_to(ROOT).as_posix(), function.name, ast.unparse(node.func.value), filters


def test_every_read_of_many_rows_filters_by_age_or_says_why_not() -> None:
    """A read that forgets the filter shows dead rows for as long as DynamoDB is late."""
    forgetful = {(path, name) for path, name, _model, filters in reads() if not filters}
    assert forgetful <= set(UNFILTERED), sorted(forgetful - set(UNFILTERED))
