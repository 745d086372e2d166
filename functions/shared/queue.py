"""Messages hold ids, never data about people."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import msgspec

from functions.shared.aws import client
from functions.shared.batches import batches

_BATCH = 10  # SQS takes no more at once


def send(name: str, body: Mapping[str, object], *, delay_s: int = 0) -> None:
    """Put one message on the queue of `QUEUE_<NAME>`."""
    client("sqs").send_message(
        QueueUrl=_url(name), MessageBody=msgspec.json.encode(body).decode(), DelaySeconds=delay_s
    )


def send_all(name: str, bodies: Iterable[Mapping[str, object]]) -> None:
    """Put many messages on a queue, ten a call.

    Raises:
        RuntimeError: when the queue took only some; sending all again is harmless, since messages are idempotent.
    """
    for batch in batches(bodies, _BATCH):
        entries = [{"Id": str(n), "MessageBody": msgspec.json.encode(b).decode()} for n, b in enumerate(batch)]
        answer = client("sqs").send_message_batch(QueueUrl=_url(name), Entries=entries)
        if answer.get("Failed"):
            raise RuntimeError(f"queue {name} refused {len(answer['Failed'])} messages")


def _url(name: str) -> str:
    return os.environ[f"QUEUE_{name.upper()}"]
