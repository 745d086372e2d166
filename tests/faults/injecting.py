"""Faults of the services themselves, at botocore's events: throttles, slow-downs, answers that are lost, lost races."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from functions.matching.model import EntitlementRow, KnownRow
from functions.matching.run_model import RunRow
from functions.passes.model import PassRow
from functions.shared import aws, transactions
from functions.shared.tables import Table
from functions.status.model import StatusListRow, WithdrawalRow
from functions.units.model import UnitRow

_TABLES: tuple[type[Table], ...] = (EntitlementRow, KnownRow, RunRow, PassRow, StatusListRow, WithdrawalRow, UnitRow)
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem", "PutObject", "DeleteObject")
_REFUSALS = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "s3": ("SlowDown", 503),
    "sqs": ("Throttling", 400),
}


@contextmanager
def _listening(handlers: dict[str, Callable[..., Any]]) -> Iterator[None]:
    tables = [model._get_connection().connection.client for model in _TABLES]
    clients = [*tables, transactions._connection().client, aws.client("s3"), aws.client("sqs")]
    for client in clients:
        for event, handler in handlers.items():
            client.meta.events.register(event, handler)
    try:
        yield
    finally:
        for client in clients:
            for event, handler in handlers.items():
                client.meta.events.unregister(event, handler)


@contextmanager
def throttled_from(number: int, calls: int = 1) -> Iterator[list[int]]:
    """Refuse the call of that number (from 0) and those that follow it, as services do once retries are used up.

    Yields the count of calls so far, reads among them.
    """
    count, lock = [0], threading.Lock()

    def on_call(model: Any, **_call: Any) -> None:
        with lock:
            mine, count[0] = count[0], count[0] + 1
        if number <= mine < number + calls:
            code, status = _REFUSALS[model.service_model.service_name]
            told = {"Error": {"Code": code, "Message": "later"}, "ResponseMetadata": {"HTTPStatusCode": status}}
            raise ClientError(told, model.name)

    with _listening({"before-call": on_call}):
        yield count


@contextmanager
def answers_lost() -> Iterator[list[str]]:
    """Lose the first answer of every write: it has taken effect, nobody knows, and it is sent again.

    Yields the names of the writes.
    """
    seen: list[str] = []

    def on_send(request: Any, event_name: str, **_call: Any) -> None:
        operation = event_name.rsplit(".", 1)[1]
        if operation in _WRITES:
            seen.append(operation)
            _lost(request)

    with _listening({"before-send": on_send}):
        yield seen


@contextmanager
def overtaken(key: str, others: Callable[[], None]) -> Iterator[list[int]]:
    """Have others do something right before each of our puts of an object, the first two times; yields the count."""
    count = [0]

    def on_call(model: Any, params: Any, **_call: Any) -> None:
        if model.name == "PutObject" and params["url_path"].endswith(f"/{key}"):
            count[0] += 1
            if count[0] <= 2:
                others()

    with _listening({"before-call.s3.PutObject": on_call}):
        yield count


@contextmanager
def meanwhile(operation: str, others: Callable[[], None]) -> Iterator[None]:
    """Have others do something right before our next call of an operation of tables."""
    waiting = [others]

    def on_call(**_call: Any) -> None:
        if waiting:
            waiting.pop()()

    with _listening({f"before-call.dynamodb.{operation}": on_call}):
        yield


def _lost(request: Any) -> None:
    """Send a request as botocore would, and listen to no answer."""
    import urllib3  # noqa: PLC0415 - botocore's own way to the wire

    body = request.body.read() if hasattr(request.body, "read") else request.body
    urllib3.request(request.method, request.url, headers=dict(request.headers), body=body, timeout=30, retries=False)
    request.reset_stream()
