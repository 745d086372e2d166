"""Read and write units of a DynamoDB request, by the cloud's rules, from the items that the engine really touched.

The engine reports consumed capacity of its own, right for writes and the least possible for every read: half a unit for
a query of a megabyte. So both are counted here, from the items' sizes; a transaction costs its table twice.
Source: "DynamoDB read and write operations", "Managing complex workflows with transactions".
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ministack.services import dynamodb

Item = dict[str, Any]
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
GETS = {"GetItem", "BatchGetItem", "TransactGetItems"}
READ_UNIT, STORED_OVERHEAD, REFUSAL = 4_096, 100, 400
REFUSED = ("ConditionalCheckFailedException", "TransactionCanceledException")


@dataclass
class Units:
    """What one request consumed of one table, indexes included; `stored` are the bytes it added there."""

    write: float = 0.0
    read: float = 0.0
    stored: int = 0


@dataclass
class Request:
    """A request on its way: which operation, and what it touched so far."""

    operation: str
    data: Item
    tables: dict[str, Units] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def of(self, table: str) -> Units:
        """What it consumed of a table."""
        return self.tables.setdefault(table, Units())

    @property
    def times(self) -> int:
        """How often the table itself is charged: a transaction prepares and commits."""
        return 2 if self.operation.startswith("Transact") else 1


_CURRENT: ContextVar[Request | None] = ContextVar("request", default=None)


def watch() -> None:
    """Let the engine tell of every item that it writes, and of every page that it reads."""
    emit, paginate = dynamodb._emit_stream_event, dynamodb._paginate_evaluated_items

    def emitted(name: str, event: str, old: Item | None, new: Item | None, *args: Any, **options: Any) -> None:
        request = _CURRENT.get()
        if request is not None:
            _written(request, name, old, new)
        emit(name, event, old, new, *args, **options)

    def paginated(items: Any, limit: Any, table: Item, index: str | None = None) -> Any:
        page, more = paginate(items, limit, table, index)
        request = _CURRENT.get()
        if request is not None:
            entries = [dynamodb._apply_index_projection(one, table, index) if index else one for one in page]
            _read(request, table["TableName"], sum(map(_size, entries)))
        return page, more

    dynamodb._emit_stream_event, dynamodb._paginate_evaluated_items = emitted, paginated


@contextmanager
def counted(operation: str, body: bytes) -> Iterator[Request]:
    """Count what the engine does inside; `settle` adds what it tells nobody of."""
    request = Request(operation, json.loads(body or b"{}"))
    token = _CURRENT.set(request)
    try:
        yield request
    finally:
        _CURRENT.reset(token)


def settle(request: Request, status: int, answer: bytes) -> None:
    """Add what single reads took, and writes that changed nothing: a refused condition is charged as a write."""
    if request.operation in GETS and status < REFUSAL:
        for name, key, consistent in _asked(request):
            found = dynamodb._get_item_by_key(dynamodb._tables[name], key)
            _read(request, name, _size(found or {}), consistent=consistent)
    if request.operation in WRITES and (status < REFUSAL or any(name.encode() in answer for name in REFUSED)):
        for name, key in _targets(request):
            table = dynamodb._tables[name]
            if (name, _key_of(table, key)) not in request.touched:
                request.of(name).write += request.times * _write_units(dynamodb._get_item_by_key(table, key))


def _written(request: Request, name: str, old: Item | None, new: Item | None) -> None:
    table, units = dynamodb._tables[name], request.of(name)
    request.touched.add((name, _key_of(table, new or old or {})))
    units.write += request.times * max(_write_units(old), _write_units(new))
    units.stored += _stored(new) - _stored(old)
    for index in table.get("GlobalSecondaryIndexes") or []:
        units.write += dynamodb._index_write_units(table, index, old, new)
        before, after = (dynamodb._index_write_view(table, index, item) for item in (old, new))
        units.stored += _stored(after and after[1]) - _stored(before and before[1])


def _read(request: Request, name: str, size_bytes: int, *, consistent: bool | None = None) -> None:
    strong = request.data.get("ConsistentRead", False) if consistent is None else consistent
    each = request.times if request.times > 1 else (1.0 if strong else 0.5)
    request.of(name).read += each * max(1, math.ceil(size_bytes / READ_UNIT))


def _asked(request: Request) -> Iterable[tuple[str, Item, bool]]:
    data = request.data
    if request.operation == "GetItem":
        yield data["TableName"], data["Key"], data.get("ConsistentRead", False)
    elif request.operation == "BatchGetItem":
        for name, some in data["RequestItems"].items():
            yield from ((name, key, some.get("ConsistentRead", False)) for key in some["Keys"])
    else:
        yield from ((one["Get"]["TableName"], one["Get"]["Key"], True) for one in data["TransactItems"])


def _targets(request: Request) -> Iterable[tuple[str, Item]]:
    data = request.data
    if request.operation == "TransactWriteItems":
        for one in data["TransactItems"]:
            act = next(iter(one.values()))
            yield act["TableName"], act.get("Key") or act["Item"]
    elif request.operation == "BatchWriteItem":
        for name, some in data["RequestItems"].items():
            for one in some:
                act = next(iter(one.values()))
                yield name, act.get("Key") or act["Item"]
    else:
        yield data["TableName"], data.get("Key") or data["Item"]


def _key_of(table: Item, item: Item) -> str:
    return json.dumps([item.get(table["pk_name"]), item.get(table["sk_name"] or "")], sort_keys=True)


def _size(item: Item) -> int:
    return int(dynamodb._item_size_bytes(item))


def _write_units(item: Item | None) -> float:
    return float(dynamodb._capacity_kb(_size(item or {})))


def _stored(item: Item | None) -> int:
    return _size(item) + STORED_OVERHEAD if item else 0
