"""The publisher's entry points: each minute everything, on demand one list."""

from __future__ import annotations

from typing import Any

import msgspec

from functions.shared import clock, log
from functions.status import publisher


class Wanted(msgspec.Struct, frozen=True):
    """A message on the publish queue."""

    list: str


def publish_status(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Publish every live list (schedule) or the lists that a batch of messages names, each once."""
    records = event.get("Records")
    if records is None:
        return {"published": publisher.publish_all(clock.now())}
    wanted: dict[str, list[str]] = {}
    for record in records:
        name = msgspec.json.decode(record["body"], type=Wanted).list
        wanted.setdefault(name, []).append(record["messageId"])
    failed = [message for name, messages in wanted.items() if not _published(name) for message in messages]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _published(name: str) -> bool:
    try:
        publisher.publish(name, clock.now())
    # Whatever went wrong with one list, its messages come back and the others are not kept waiting.
    except Exception as error:  # noqa: BLE001
        log.failure("status.failed", error, list=name)
        return False
    return True
