"""The worker of both queues: steps of jobs, files that arrived by a presigned PUT, units whose registration changed.

Of a unit that an officer changed, everybody is decided anew: what rested on the old registration ends with it.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from functions.jobs import service
from functions.jobs.applying import Busy, advance
from functions.jobs.applying import work as work_on
from functions.matching import service as matching
from functions.shared import clock, log
from functions.shared.aws import client
from functions.shared.objects import uploads
from functions.staff import service as staff

INCOMING = "incoming/"
_LONGEST_RETRY_S = 1_800
LONG_S = 900  # the function's own time limit


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """A job to advance, or one part of it to do."""

    job: str
    part: str = ""


def work(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages; those that fail are named, and only those come again."""
    failed = [record["messageId"] for record in event["Records"] if not _taken(record) and _again(record)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _taken(record: dict[str, Any]) -> bool:
    message = msgspec.json.decode(record["body"])
    try:
        if "job" in message:
            step = msgspec.convert(message, Step)
            if not step.part and service.is_large(step.job, clock.now()):
                _hold(record)
            _step(step)
        elif "unit" in message:
            # First the list: of a longer approval its rows must not go when the old one's end has passed.
            staff.renew(str(message["unit"]), clock.now())
            matching.settle_unit(str(message["unit"]), clock.now())
        else:
            _arrived(message)
    except Busy:
        return False
    # One bad message must not take the others of its batch with it; it is logged, comes again, and ends among the dead.
    except Exception as error:  # noqa: BLE001
        log.failure("job.step-failed", error, job=message.get("job"), part=message.get("part"))
        return False
    return True


def _hold(record: dict[str, Any]) -> None:
    """Keep the message of a long check from coming again before the check can be over."""
    if "receiptHandle" in record:
        _hide(record, LONG_S)


def _again(record: dict[str, Any]) -> bool:
    """Have a failed message come again soon, then less and less soon: a throttled table is no reason to wait long.

    Without `JOBS_RETRY_S` it comes again when its hiding ends, which in the cloud is meant for the longest check.
    """
    first = int(os.environ.get("JOBS_RETRY_S", "0"))
    if first:
        tries = int(record["attributes"]["ApproximateReceiveCount"])
        _hide(record, min(first * 4 ** (tries - 1), _LONGEST_RETRY_S))
    return True


def _hide(record: dict[str, Any], seconds: int) -> None:
    client("sqs").change_message_visibility(
        QueueUrl=_queue_of(record), ReceiptHandle=record["receiptHandle"], VisibilityTimeout=seconds
    )


def _queue_of(record: dict[str, Any]) -> str:
    """Return the address of the queue a message came from: at the other one its receipt means nothing."""
    name = record["eventSourceARN"].rpartition(":")[2]
    urgent = os.environ["QUEUE_JOBS_URGENT"]
    return urgent if urgent.rpartition("/")[2] == name else os.environ["QUEUE_JOBS"]


def _step(step: Step) -> None:
    if step.part:
        work_on(step.job, step.part, clock.now())
    else:
        advance(step.job, clock.now())


def _arrived(message: dict[str, Any]) -> None:
    """Take in the files an S3 event names; the plain copy goes once the encrypted one is kept."""
    for record in message.get("Records", ()):  # S3 also sends a test event without any
        key = unquote_plus(record["s3"]["object"]["key"])
        data = uploads.get(key) if key.startswith(INCOMING) else None
        if data is not None:
            service.arrived(key.rpartition("/")[2], data, clock.now())
            uploads.delete(key)
