"""The workers of the traces' queues: searches and notices on their way, and texts to phones."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from functions.people.codes import NotSent
from functions.shared import clock, log, queue
from functions.tracing import notices, rules, searching, service, texts

_AGAIN_S = 20


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """A trace to search, or its notice to send."""

    trace: str
    notice: bool = False


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody to be told by a text that a notice waits on their page."""

    trace: str
    pid: str


def work(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages; those that fail are named, and only those come again."""
    failed = [record["messageId"] for record in event["Records"] if not _taken(record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _taken(body: str) -> bool:
    step = msgspec.json.decode(body, type=Step)
    try:
        if step.notice:
            notices.send(step.trace, ask_texts=texts.ask if texts.enabled() else None)
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


def text(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Send a batch of texts, no faster than the sender takes them; those that were not sent come again."""
    failed = [record["messageId"] for record in event["Records"] if not _texted(record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _texted(body: str) -> bool:
    wanted = msgspec.json.decode(body, type=Wanted)
    try:
        outcome = texts.text(wanted.trace, wanted.pid, clock.now())
    except NotSent:
        log.event("trace.text-again", trace=wanted.trace)
        return False
    # One bad message must not take others with it; it is logged, comes again, and ends among the dead.
    except Exception as error:  # noqa: BLE001
        log.failure("trace.text-failed", error, trace=wanted.trace)
        return False
    log.event("trace.text", trace=wanted.trace, outcome=outcome)
    if outcome == "sent":
        time.sleep(rules.TEXT_GAP_S)
    return True
