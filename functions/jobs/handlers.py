"""The queue's worker, and the event of a file that arrived by a presigned PUT."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import msgspec

from functions.jobs import service
from functions.jobs.applying import Busy, advance
from functions.jobs.applying import work as work_on
from functions.shared import clock, log
from functions.shared.objects import uploads

INCOMING = "incoming/"


class Message(msgspec.Struct, forbid_unknown_fields=True):
    """A job to advance, or one part of it to do."""

    job: str
    part: str = ""


def work(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages; those that fail are named, and only those come again."""
    failed = [record["messageId"] for record in event["Records"] if not _taken(record)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def arrived(event: dict[str, Any], _context: object) -> None:
    """Take in the files that a bucket's event names, and delete the plain copy once the encrypted one is kept."""
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        data = uploads.get(key)
        if key.startswith(INCOMING) and data is not None:
            service.arrived(key.removeprefix(INCOMING), data, clock.now())
            uploads.delete(key)


def _taken(record: dict[str, Any]) -> bool:
    message = msgspec.json.decode(record["body"], type=Message)
    try:
        if message.part:
            work_on(message.job, message.part, clock.now())
        else:
            advance(message.job, clock.now())
    except Busy:
        return False
    # One bad message must not take the others of its batch with it; it is logged, comes again, and ends in the dead letters.
    except Exception as error:  # noqa: BLE001
        log.failure("job.step-failed", error, job=message.job, part=message.part)
        return False
    return True
