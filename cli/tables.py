"""Rows of two tables held to each other, whatever model they are of: a table and its restored copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from botocore.exceptions import ClientError

KEYS: Final = ("pk", "sk")
A_READ: Final = 100  # keys in a BatchGetItem
WRITERS: Final = 8
Row = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """A table as it is reached: its name, and a client."""

    client: Any
    name: str

    def rows(self) -> Iterator[Row]:
        """Every row, consistently read."""
        for page in self.client.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True):
            yield from page["Items"]

    def same(self, rows: list[Row]) -> dict[tuple[str, ...], Row]:
        """The rows here that have the keys of these, at most a hundred, by key."""
        wanted: Any = {self.name: {"Keys": [key_of(row) for row in rows], "ConsistentRead": True}}
        found: dict[tuple[str, ...], Row] = {}
        while wanted:
            answered = self.client.batch_get_item(RequestItems=wanted)
            found |= {text_of(row): row for row in answered["Responses"].get(self.name, [])}
            wanted = answered.get("UnprocessedKeys")
        return found

    def put_if_absent(self, row: Row) -> bool:
        """Write a row unless one of its key is here; tell whether this call wrote it."""
        try:
            self.client.put_item(TableName=self.name, Item=row, ConditionExpression="attribute_not_exists(pk)")
        except ClientError as refused:
            if refused.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


@dataclass(frozen=True)
class Pair:
    """A living row and a restored one of the same key; None where that table has none."""

    living: Row | None
    restored: Row | None


def differing(living: Held, restored: Held, at: int) -> Iterator[Pair]:
    """The keys at which two tables differ, rows whose life is over at `at` (epoch seconds) left out.

    Neither table is held in memory: each is read once, and asked for the keys of the other.
    """
    for rows in _hundreds(living.rows()):
        there = restored.same(rows)
        for row in rows:
            other = there.get(text_of(row))
            if other != row and (alive(row, at) or (other and alive(other, at))):
                yield Pair(row, other)
    for rows in _hundreds(restored.rows()):
        there = living.same(rows)
        yield from (Pair(None, row) for row in rows if text_of(row) not in there and alive(row, at))


def bring(source: Held, target: Held, at: int, told: Callable[[], object]) -> int:
    """Write into one table the living rows that only the other has; return how many. Nothing is replaced.

    Args:
        source: where the rows are.
        target: where they are missing.
        at: now, epoch seconds.
        told: called after each row written.
    """
    written = 0
    with ThreadPoolExecutor(WRITERS) as writers:
        for rows in _hundreds(source.rows()):
            there = target.same(rows)
            missing = [row for row in rows if text_of(row) not in there and alive(row, at)]
            for new in writers.map(target.put_if_absent, missing):
                written += new
                told()
    return written


def alive(row: Row, at: int) -> bool:
    """Tell whether a row may still be shown."""
    return "ttl" not in row or int(row["ttl"]["N"]) > at


def key_of(row: Mapping[str, Any]) -> Row:
    """The key of a row, as DynamoDB takes it."""
    return {name: row[name] for name in KEYS if name in row}


def text_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The same, to be looked up by. Every key of the template's tables is text."""
    return tuple(value["S"] for value in key_of(row).values())


def _hundreds(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, A_READ)):
        yield some
