"""A message that failed comes again: soon at first, then less and less soon."""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

import pytest

from functions.jobs import handlers
from infra.local import Service

UNREADABLE = '{"job": 1}'


@pytest.fixture(params=["QUEUE_JOBS", "QUEUE_JOBS_URGENT"])
def queue(engine: Service, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either queue of two, whose messages are hidden for a second."""
    for name in ("QUEUE_JOBS", "QUEUE_JOBS_URGENT"):
        made = engine.client("sqs").create_queue(
            QueueName=f"again-{uuid.uuid4().hex[:8]}", Attributes={"VisibilityTimeout": "1"}
        )
        monkeypatch.setenv(name, made["QueueUrl"])
    return os.environ[str(request.param)]


def received(engine: Service, queue: str) -> list[dict[str, Any]]:
    """What the queue gives, as a function is told of it."""
    sqs = engine.client("sqs")
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    found = sqs.receive_message(QueueUrl=queue, AttributeNames=["All"]).get("Messages", [])
    return [
        {
            "messageId": one["MessageId"],
            "receiptHandle": one["ReceiptHandle"],
            "body": one["Body"],
            "attributes": one["Attributes"],
            "eventSourceARN": arn,
        }
        for one in found
    ]


@pytest.mark.parametrize(("retry", "comes"), [("0", True), ("60", False)])
def test_a_failed_message_is_hidden_for_as_long_as_its_stage_says(
    engine: Service, queue: str, retry: str, *, comes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its failure is told either way, and it is hidden where it came from; after the queue's own second it is there again, or still hidden."""
    monkeypatch.setenv("JOBS_RETRY_S", retry)
    engine.client("sqs").send_message(QueueUrl=queue, MessageBody=UNREADABLE)
    (record,) = received(engine, queue)
    assert handlers.work({"Records": [record]}, None) == {
        "batchItemFailures": [{"itemIdentifier": record["messageId"]}]
    }
    time.sleep(1.5)
    assert bool(received(engine, queue)) == comes
