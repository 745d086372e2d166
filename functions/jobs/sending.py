"""Which queue a step goes by: what must reach the door within minutes never waits behind a mass screening.

Ten files of a million rows are ten thousand parts, the better part of an hour. Small files, corrections and most staff
lists among them, and the parts of any file that hold positives have a queue and workers of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from functions.jobs.model import Head, Part
from functions.shared import queue

# About 3,000 results, or a list of as many people: checked and applied within seconds.
SMALL_BYTES = 256 << 10


def is_small(head: Head) -> bool:
    """Tell whether a job is over so soon that all its steps may go ahead of the bulk."""
    return int(head.size_bytes) <= SMALL_BYTES


def send_step(head: Head) -> None:
    """Send a job's next step."""
    queue.send(_queue(urgent=is_small(head)), {"job": head.job})


def send_parts(head: Head, parts: Sequence[Part]) -> None:
    """Send parts of a job, each by its queue.

    Raises:
        RuntimeError: when a queue took only some; again is harmless.
    """
    for urgent in (True, False):
        chosen = [part for part in parts if (is_small(head) or bool(part.urgent)) == urgent]
        queue.send_all(_queue(urgent=urgent), ({"job": head.job, "part": part.sort} for part in chosen))


def _queue(*, urgent: bool) -> str:
    return "jobs_urgent" if urgent else "jobs"
