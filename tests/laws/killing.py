"""Kill the work at its n-th write, before or after the engine did it, as a lost machine or a lost answer would."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from functions.matching.model import EntitlementRow, KnownRow
from functions.matching.run_model import RunRow
from functions.passes.model import PassRow
from functions.shared import aws
from functions.shared.tables import Table
from functions.status.model import StatusListRow, WithdrawalRow

When = Literal["before", "after"]
WRITES = {
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "TransactWriteItems",
    "BatchWriteItem",
    "SendMessage",
    "SendMessageBatch",
}
TABLES: tuple[type[Table], ...] = (EntitlementRow, KnownRow, RunRow, PassRow, StatusListRow, WithdrawalRow)


class Killed(BaseException):
    """The process is gone: no `except Exception` may answer it."""


@contextmanager
def killed_at(write: int, when: When, also: tuple[type[Table], ...] = ()) -> Iterator[list[int]]:
    """Raise Killed at the write of that number (from 0) and at all after it; yields the count of writes so far.

    `also` are tables to listen at beside those of decisions, passes and lists.
    """
    count, lock = [0], threading.Lock()

    def on_call(**_call: Any) -> None:
        with lock:
            number, count[0] = count[0], count[0] + 1
        late = number > write  # a dead process does nothing more
        if late or (number == write and when == "before"):
            raise Killed

    def on_answer(**_answer: Any) -> None:
        if when == "after" and count[0] > write:
            raise Killed

    clients = [*(model._get_connection().connection.client for model in (*TABLES, *also)), aws.client("sqs")]
    names = sorted(WRITES)
    for client in clients:
        service = client.meta.service_model.service_name
        for name in names:
            client.meta.events.register(f"before-call.{service}.{name}", on_call, unique_id=f"kill-{name}")
            client.meta.events.register(f"after-call.{service}.{name}", on_answer, unique_id=f"killed-{name}")
    try:
        yield count
    finally:
        for client in clients:
            service = client.meta.service_model.service_name
            for name in names:
                client.meta.events.unregister(f"before-call.{service}.{name}", on_call, unique_id=f"kill-{name}")
                client.meta.events.unregister(f"after-call.{service}.{name}", on_answer, unique_id=f"killed-{name}")
