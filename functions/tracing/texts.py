"""Texts to phones that a notice waits on the page: at most one to each, by the only function that opens phones for it.

The worker of traces knows pids and posts them; it may read no phone. This side reads a phone, and of a trace its head.
Each text is marked on the notice's row before it goes out, so that none goes twice; whoever is missed reads the notice
on their page all the same.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, Literal

from functions.people import codes
from functions.people import service as people
from functions.shared import log, queue
from functions.shared.config import settings
from functions.tracing import rules
from functions.tracing.model import HEAD, Head, NoticeRow

QUEUE: Final = "texts"
# `stranger`: no phone was theirs when they were there. `unsure`: it may have gone out, and is not tried again.
Outcome = Literal["sent", "had", "stopped", "late", "stranger", "refused", "unsure"]


def enabled() -> bool:
    """Tell whether this deployment sends texts: they cost money, so the template's `TraceTexts` says."""
    return os.environ.get("TRACE_TEXTS", "") == "ENABLED"


def ask(trace: str, pids: Sequence[str]) -> None:
    """Post one message for each person; asking again is harmless."""
    queue.send_all(QUEUE, ({"trace": trace, "pid": pid} for pid in pids))


def most(head: Head) -> int:
    """Return how many texts a trace's notice sends at most; 0 where none are sent."""
    if not enabled():
        return 0
    return int(head.people if head.own is None else head.own)  # a search of the release before counted no own


def text(trace: str, pid: str, at: int, *, send: codes.Sender = codes.send_sms_once) -> Outcome:
    """Send somebody the text that a notice waits on their page, unless they had it or it must not go.

    Args:
        trace: whose notice.
        pid: whom it concerns.
        at: epoch seconds.
        send: brings a text to a phone, in one try.

    Raises:
        NotSent: no text went out, and another try may do better: it may be asked for again.
    """
    row = NoticeRow.find(pid, trace, at=at)
    if row is None or at >= int(row.at) + rules.TEXT_S:
        return "late"
    if not _goes(trace, at):  # before a phone is opened: of thousands that still wait after a stop none is
        return "stopped"
    phone = people.phone_of(pid, int(row.own_at), at) if row.own_at else ""
    if not phone:
        return "stranger"
    return _sent(row, phone, at, send) if _mark(row, at) else "had"


def _sent(row: NoticeRow, phone: str, at: int, send: codes.Sender) -> Outcome:
    try:
        send(phone, rules.text_of(settings().me_url))
    except codes.NotSent as refusal:
        if not refusal.again:
            return "refused"
        row.update_if([NoticeRow.texted_at.remove()], NoticeRow.texted_at == at)
        raise
    # Whatever happened, the text may have gone out: a second one must not.
    except Exception as error:  # noqa: BLE001
        log.failure("trace.text-unsure", error, trace=row.trace)
        return "unsure"
    return "sent"


def _goes(trace: str, at: int) -> bool:
    head = Head.find(trace, HEAD, at=at)
    return head is not None and head.notice in {"sending", "sent"} and enabled()


def _mark(row: NoticeRow, at: int) -> bool:
    free = NoticeRow.pid.exists() & NoticeRow.texted_at.does_not_exist()
    return NoticeRow(row.pid, row.trace).update_if([NoticeRow.texted_at.set(at)], free)
