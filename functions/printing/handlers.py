"""The worker of the print jobs' queue."""

from __future__ import annotations

from typing import Any

import msgspec

from functions.printing import service, working
from functions.shared import clock, log, queue

_AGAIN_S = 20
TRIES = 5  # the queue's maxReceiveCount


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """A job to print."""

    job: str


def work(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages; those that fail are named, and only those come again."""
    failed = [record["messageId"] for record in event["Records"] if not _taken(record)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _taken(record: dict[str, Any]) -> bool:
    step = msgspec.json.decode(record["body"], type=Step)
    try:
        working.work(step.job)
    except working.Busy:
        # A message of its own: each return of this one counts as a failure, and the other worker is only slow.
        queue.send(service.QUEUE, {"job": step.job}, delay_s=_AGAIN_S)
    # One bad message must not take others with it; it is logged, comes again, and ends among the dead.
    except Exception as error:  # noqa: BLE001
        log.failure("print.failed", error, job=step.job)
        if int(record.get("attributes", {}).get("ApproximateReceiveCount", 1)) >= TRIES:
            working.give_up(step.job, clock.now())
        return False
    return True
