"""A message that failed comes again: soon at first, then less and less soon."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from functions.jobs import handlers
from infra.local import Service

UNREADABLE = '{"job": 1}'


@pytest.fixture
def queue(engine: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """A queue whose messages are hidden for a second."""
    made = engine.client("sqs").create_queue(
        QueueName=f"again-{uuid.uuid4().hex[:8]}", Attributes={"VisibilityTimeout": "1"}
    )
    monkeypatch.setenv("QUEUE_JOBS", made["QueueUrl"])
    return str(made["QueueUrl"])


def received(engine: Service, queue: str) -> list[dict[str, Any]]:
    """What the queue gives, as a function is told of it."""
    found = engine.client("sqs").receive_message(QueueUrl=queue, AttributeNames=["All"]).get("Messages", [])
    return [
        {
            "messageId": one["MessageId"],
            "receiptHandle": one["ReceiptHandle"],
            "body": one["Body"],
            "attributes": one["Attributes"],
        }
        for one in found
    ]


@pytest.mark.parametrize(("retry", "comes"), [("0", True), ("60", False)])
def test_a_failed_message_is_hidden_for_as_long_as_its_stage_says(
    engine: Service, queue: str, retry: str, *, comes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its failure is told either way; after the queue's own second it is there again, or still hidden."""
    monkeypatch.setenv("JOBS_RETRY_S", retry)
    engine.client("sqs").send_message(QueueUrl=queue, MessageBody=UNREADABLE)
    (record,) = received(engine, queue)
    assert handlers.work({"Records": [record]}, None) == {
        "batchItemFailures": [{"itemIdentifier": record["messageId"]}]
    }
    time.sleep(1.5)
    assert bool(received(engine, queue)) == comes
