"""Jobs driven by hand: a queue of the test's own, so that each step happens when the test says so, and can be killed."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.jobs import handlers, service
from functions.jobs.model import Head, Part, Same
from functions.jobs.service import Upload
from functions.results.model import ResultRow
from functions.shared import aws, transactions
from functions.shared.clock import DAY_S, now
from functions.shared.identity.documents import check_character
from functions.staff import service as staff
from functions.staff.model import StaffRow
from functions.units import service as units
from functions.units.model import UnitRow
from infra.local import Service

NAMES = "赵钱孙李周吴郑王冯陈"


class Killed(BaseException):
    """The process died here. Not an Exception: no handler may catch it."""


def person_id(number: int) -> str:
    """Return the resident id of the n-th person of an area code that is not assigned."""
    first = f"9901011990{1 + number // 9990 % 12:02d}{1 + number // 999 % 28:02d}{1 + number % 999:03d}"
    return first + check_character(first)


def staff_csv(numbers: Iterator[int] | range | list[int], *, phone: str = "13800138000") -> bytes:
    """Return a staff list of these people."""
    lines = [f"{NAMES[n % 10]}小{NAMES[n // 10 % 10]},{person_id(n)},{phone}" for n in numbers]
    return ("姓名,身份证号,手机\n" + "\n".join(lines) + "\n").encode()


def new_unit(*, quota: int = 1000, area: str = "990101001001") -> str:
    """Register a unit nobody else uses."""
    unit = f"U-{uuid.uuid4().hex[:12]}"
    facts = units.Facts("第一食品厂", area, "food", "A3", "EPI-2026-1", "区指挥部", quota, now() + 30 * DAY_S)
    units.register(unit, facts, now())
    return unit


def upload(unit: str, data: bytes, *, mode: str = "update", at: int = 0, file_format: str = "csv") -> Head:
    """Upload a staff list as the route does."""
    facts = Upload("staff-list", unit, "990101", file_format, mode, hashlib.sha256(data).hexdigest(), len(data))
    return service.receive(facts, data, at or now())[0]


def upload_results(lab: str, data: bytes, *, at: int = 0, file_format: str = "csv") -> Head:
    """Upload results as the route does."""
    facts = Upload("results", lab, "990101", file_format, "", hashlib.sha256(data).hexdigest(), len(data))
    return service.receive(facts, data, at or now())[0]


def listed(unit: str) -> set[str]:
    """Return who is in the list in force."""
    return {listing.pid for listing in staff.staff_of(unit, now())}


@dataclass
class Steps:
    """The jobs queue of one test. A message whose step was killed stays, as it would come again."""

    client: Any
    url: str
    held: list[dict[str, Any]] = field(default_factory=list)

    def pending(self) -> list[dict[str, Any]]:
        """Take what waits in the queue, beside what was held back."""
        while messages := self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                self.held.append({"messageId": message["MessageId"], "body": message["Body"]})
        return self.held

    def one(self) -> bool:
        """Do the oldest step; tell whether there was one. A failed one goes to the back."""
        if not self.pending():
            return False
        message = self.held[0]
        failed = handlers.work({"Records": [message]}, None)["batchItemFailures"]
        self.held.remove(message)
        if failed:
            self.held.append(message)
        return True

    def finish(self, most: int = 400) -> None:
        """Do steps until none is left."""
        for _ in range(most):
            if not self.one():
                return
        raise AssertionError(f"still at it: {[json.loads(one['body']) for one in self.held]}")


def steps_of(engine: Service, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Make a queue that the deployed worker does not read, for urgent steps and others alike."""
    client = engine.client("sqs")
    made = Steps(client, client.create_queue(QueueName=f"steps-{uuid.uuid4().hex[:8]}")["QueueUrl"])
    for name in ("QUEUE_JOBS", "QUEUE_JOBS_URGENT"):
        monkeypatch.setenv(name, made.url)
    return made


def _clients() -> list[Any]:
    tables = [model._get_connection().connection.client for model in (Same, Head, Part, StaffRow, UnitRow, ResultRow)]
    return [*tables, transactions._connection().client, *(aws.client(name) for name in ("s3", "sqs"))]


_WRITES = (
    "PutItem",
    "UpdateItem",
    "BatchWriteItem",
    "TransactWriteItems",
    "PutObject",
    "SendMessage",
    "SendMessageBatch",
)


@contextmanager
def kill_at(number: int, *, after: bool) -> Iterator[Callable[[], int]]:
    """Die at the n-th write to any service, before it is sent or after it has taken effect; yields a counter.

    A dead process writes nothing more, also where a thread of a library's had died alone and nobody asked it.
    """
    count = 0

    def on_call(**_event: Any) -> None:
        nonlocal count
        if count >= number:
            raise Killed
        count += 1
        if count == number and not after:
            raise Killed

    def on_answer(**_event: Any) -> None:
        if count >= number:
            raise Killed

    handlers_of = {"before": on_call, "after": on_answer}
    moments = [(f"{when}-call.*.{name}", die) for when, die in handlers_of.items() for name in _WRITES]
    clients = _clients()
    for client in clients:
        for moment, die in moments:
            client.meta.events.register(moment, die)
    try:
        yield lambda: count
    finally:
        for client in clients:
            for moment, die in moments:
                client.meta.events.unregister(moment, die)
