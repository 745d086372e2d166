"""A point-in-time recovery as AWS does one: a new table with rows, keys and indexes, and nothing else of the old."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

PARTS = ("AttributeDefinitions", "KeySchema")


@contextmanager
def recovered(tables: Any, name: str, *, rows: bool = True) -> Iterator[str]:
    """Copy a table as it is now into a new one, whose name is yielded; deleted in the end."""
    held = tables.describe_table(TableName=name)["Table"]
    made = f"{name}-{uuid4().hex[:8]}"
    indexes = [
        {member: index[member] for member in ("IndexName", "KeySchema", "Projection")}
        for index in held.get("GlobalSecondaryIndexes", [])
    ]
    also: dict[str, Any] = {"GlobalSecondaryIndexes": indexes} if indexes else {}
    tables.create_table(TableName=made, BillingMode="PAY_PER_REQUEST", **{part: held[part] for part in PARTS}, **also)
    try:
        if rows:
            for page in tables.get_paginator("scan").paginate(TableName=name):
                for row in page["Items"]:
                    tables.put_item(TableName=made, Item=row)
        yield made
    finally:
        tables.delete_table(TableName=made)
