"""The worker of the traces' queue: searches, and notices on their way."""

from __future__ import annotations

from typing import Any

import msgspec

from functions.shared import log, queue
from functions.tracing import notices, searching, service

_AGAIN_S = 20


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """A trace to search, or its notice to send."""

    trace: str
    notice: bool = False


def work(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages; those that fail are named, and only those come again."""
    failed = [record["messageId"] for record in event["Records"] if not _taken(record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _taken(body: str) -> bool:
    step = msgspec.json.decode(body, type=Step)
    try:
        if step.notice:
            notices.send(step.trace)
        else:
            searching.search(step.trace)
    except searching.Busy:
        # A message of its own: each return of this one counts as a failure, and the other worker is only slow.
        queue.send(service.QUEUE, {"trace": step.trace}, delay_s=_AGAIN_S)
    except searching.Overtaken:
        log.event("trace.overtaken", trace=step.trace)
    # One bad message must not take others with it; it is logged, comes again, and ends among the dead.
    except Exception as error:  # noqa: BLE001
        log.failure("trace.failed", error, trace=step.trace)
        return False
    return True
