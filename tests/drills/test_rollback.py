"""The drill of a rollback: a release reads rows of its own format and of the one before, and the one before reads its."""

from __future__ import annotations

import os
import uuid
from typing import Any

import pytest

from functions.shared.tables import Table
from infra.local import Service
from tests.drills.formats import breaks, formats, kinds, may_lack, recorded

KNOWN = formats()
TOMORROW = "of_tomorrow"  # an attribute that only a later release knows
SAMPLES = {
    "UnicodeAttribute": {"S": "x"},
    "NumberAttribute": {"N": "4102444800"},
    "BooleanAttribute": {"BOOL": True},
    "BinaryAttribute": {"B": b"x"},
    "JSONAttribute": {"S": '{"x": 1}'},
}


def raw(held: dict[str, str], *, least: bool) -> dict[str, Any]:
    """Return a row as it lies in the table: with all that it may say, or the least."""
    row: dict[str, Any] = {}
    for name, said in held.items():
        attribute, *words = said.split()
        if {"hash", "range"} & set(words):
            row[name] = {"S": f"rollback-{uuid.uuid4().hex}"}
        elif not (least and may_lack(said)):
            row[name] = SAMPLES[attribute]
    return row


def stored(engine: Service, kind: type[Table], row: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a key as the table has it."""
    key = {name: row[name] for name in ("pk", "sk") if name in row}
    found: dict[str, Any] = engine.client("dynamodb").get_item(TableName=kind.Meta.table_name, Key=key)["Item"]
    return found


def test_rows_of_the_release_before_and_of_this_one_are_read_by_both() -> None:
    """What is added may be missing, what was there stays: else going back, or forward, loses rows. Not in one release."""
    assert breaks(recorded(), KNOWN) == []
    assert set(recorded()) <= set(KNOWN)


@pytest.mark.parametrize(
    ("attribute", "was", "becomes", "reason"),
    [
        (TOMORROW, None, "UnicodeAttribute", "is new and must be there"),
        ("district", "NumberAttribute", None, "is not read any more"),
        ("district", "NumberAttribute", "UnicodeAttribute", "is of another type"),
        ("district", "UnicodeAttribute range", "UnicodeAttribute", "is of another type"),
        ("district", "NumberAttribute null", "NumberAttribute", "must be there now"),
        ("district", "NumberAttribute", "NumberAttribute null", "cannot do without it"),
        (TOMORROW, None, "UnicodeAttribute null", ""),
        (TOMORROW, None, "UnicodeAttribute default", ""),
        ("district", "NumberAttribute default", "NumberAttribute null", ""),
        ("district", "NumberAttribute null", "NumberAttribute default", ""),
    ],
)
def test_a_change_that_breaks_a_rollback_is_named(
    attribute: str, was: str | None, becomes: str | None, reason: str
) -> None:
    """Each way of breaking it is found, by kind of row, attribute and reason; what breaks nothing is left alone."""
    before = {"a/A": {attribute: was} if was else {}}
    now = {"a/A": {attribute: becomes} if becomes else {}}
    told = breaks(before, now)
    assert len(told) == bool(reason)
    assert all(line.startswith(f"a/A.{attribute}: ") and reason in line for line in told)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_row_of_another_release_is_read_and_keeps_what_only_it_knows(engine: Service, name: str) -> None:
    """The least a row may say is read, and a changed row goes on saying what this code has no word for."""
    kind, tables = kinds_of()[name], engine.client("dynamodb")
    assert os.environ[f"TABLE_{kind.Meta.logical.upper()}"] == kind.Meta.table_name
    kind.from_raw_data(raw(KNOWN[name], least=False) | {TOMORROW: {"S": "kept"}})
    row = raw(KNOWN[name], least=True) | {TOMORROW: {"S": "kept"}}
    key = {part: row[part] for part in ("pk", "sk") if part in row}
    tables.put_item(TableName=kind.Meta.table_name, Item=row)
    try:
        read = kind.get(*(part["S"] for part in key.values()), consistent_read=True)
        read.update(actions=[kind.v.set(1)])
        assert stored(engine, kind, row)[TOMORROW] == {"S": "kept"}
    finally:
        tables.delete_item(TableName=kind.Meta.table_name, Key=key)


def kinds_of() -> dict[str, Any]:
    """Return the kinds of rows; typed loosely, for each has a `Meta` of its own."""
    return dict(kinds())
