"""A notice to the people a trace found: proposed with its count, confirmed by another person, stopped while it goes.

It arrives on the page people already have. Each gets it once, whatever is sent again: their row is put if absent.
Where texts go as well (`functions.tracing.texts`), the worker asks for them page by page and knows no phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pynamodb.expressions.update import Action

from functions.audit import service as audit
from functions.people import service as people
from functions.shared import clock, log, queue
from functions.shared.problems import Conflict, FieldError, Forbidden, Rejected
from functions.shared.tables import living
from functions.tracing import rules, service
from functions.tracing.model import HEAD, Head, NoticeRow

# Given a trace and the pids whose own devices checked in, asks for a text to each. Asked again after a kill: whoever
# sends them sees to it that nobody gets two.
AskTexts = Callable[[str, Sequence[str]], None]
_SHOWN = 50


@dataclass(frozen=True)
class Notice:
    """What a person reads on their page; `at` in epoch seconds."""

    at: int
    text_zh: str
    text_en: str


def digest_of(text_zh: str, text_en: str) -> str:
    """Return what a confirmation names: the very text that was previewed."""
    return sha256(f"{text_zh}\x00{text_en}".encode()).hexdigest()[:16]


def propose(head: Head, text_zh: str, text_en: str, actor: str, at: int) -> Head:
    """Propose a notice, or another text for one that nobody confirmed yet.

    Raises:
        Forbidden: `reader`: neither who asked for the trace nor who approved it.
        Conflict: the search is not done, or the notice is under way.
        Rejected: a text is blank.
    """
    service.require_reader(head, actor)
    if head.state != "done":
        raise Conflict("The search is not done yet; nobody knows whom to tell.", code="not-done")
    for pointer, text in (("/text_zh", text_zh), ("/text_en", text_en)):
        if not text.strip():
            raise Rejected("Both texts are needed.", code="text", errors=(FieldError(pointer, "text", "write one"),))
    if head.notice not in {"", "proposed"}:
        same = (head.notice_zh, head.notice_en) == (text_zh, text_en)
        return head if same else _under_way(head)
    audit.record(
        actor,
        "trace.notice",
        case=head.trace,
        query_hash=audit.hash_of(text_zh, text_en),
        count=int(head.people),
        at=at,
    )
    changes: list[Action] = [
        Head.notice.set("proposed"),
        Head.notice_zh.set(text_zh),
        Head.notice_en.set(text_en),
        Head.notice_by.set(actor),
    ]
    if not head.update_if(changes, (Head.notice == "") | (Head.notice == "proposed")):
        _under_way(head)
    return head


def confirm(head: Head, digest: str, actor: str, at: int) -> Head:
    """Confirm a notice as another person than who proposed it, by the text that was previewed; sending begins.

    Raises:
        Forbidden: `second-person`.
        Conflict: there is none, its text is another by now, or it was stopped.
    """
    if not head.notice:
        raise Conflict("No notice is proposed for this trace.", code="no-notice")
    if rules.same_person(head.notice_by, actor):
        raise Forbidden("Another person must confirm a notice than who wrote it.", code="second-person")
    if digest != digest_of(head.notice_zh, head.notice_en):
        raise Conflict("The text was changed since you read it. Read it again.", code="notice-changed")
    if head.notice == "stopped":
        _under_way(head)
    if head.notice == "proposed":
        audit.record(actor, "trace.notice-confirmed", case=head.trace, count=int(head.people), at=at)
        same = (Head.notice_zh == head.notice_zh) & (Head.notice_en == head.notice_en) & (Head.notice == "proposed")
        if not head.update_if([Head.notice.set("sending"), Head.notice_confirmed_by.set(actor)], same):
            raise Conflict("Somebody else changed the notice at the same moment. Read it again.", code="notice-changed")
    if head.notice == "sending":
        queue.send(service.QUEUE, {"trace": head.trace, "notice": True})
    return head


def stop(head: Head, actor: str, at: int) -> Head:
    """Stop a notice before its next batch, and its texts before the next; the head says how many have it by then.

    Again changes nothing, and has a row as the first time. A notice that is on every page is stopped as long as its
    texts go.

    Raises:
        Conflict: there is none under way, or it is sent already.
    """
    if head.notice != "stopped" and not _stop(head, at):
        return stop(service.must(head.trace, at), actor, at)  # it went on since it was read
    # Again too: whoever had no answer may have stopped it without a row.
    audit.record(actor, "trace.notice-stopped", case=head.trace, at=at)
    return service.must(head.trace, at)


def _stop(head: Head, at: int) -> bool:
    texted = (Head.notice == "sent") & (Head.texts_until > at)
    if head.notice not in {"proposed", "sending"} and not (head.notice == "sent" and head.texts_until > at):
        raise Conflict("There is no notice to stop; it was never proposed, or everybody has it.", code="no-notice")
    # Stopped before the log has it: every second counts, and that somebody stopped it is no secret to keep.
    goes = (Head.notice == "proposed") | (Head.notice == "sending") | texted
    return head.update_if([Head.notice.set("stopped")], goes)


def send(trace: str, now: Callable[[], int] = clock.now, ask_texts: AskTexts | None = None) -> None:
    """Send a confirmed notice from where it stands, a page of people at a time; between pages it can be stopped.

    Args:
        trace: whose.
        now: the clock.
        ask_texts: asks for texts to phones, a page at a time, once its people have the notice on their page.
    """
    while True:
        at = now()
        head = Head.find(trace, HEAD, at=at)
        if head is None or head.notice != "sending":
            return
        number = int(head.notice_page)
        if number >= int(head.pages):
            texts_until = at + rules.TEXT_S if ask_texts else 0
            head.update_if([Head.notice.set("sent"), Head.texts_until.set(texts_until)], Head.notice == "sending")
            log.event("trace.notice-sent", trace=trace, people=int(head.notice_sent))
            return
        sent = _send_page(head, number, at, ask_texts)
        changes: list[Action] = [Head.notice_page.set(number + 1), Head.notice_sent.add(sent)]
        # Counted even when it was stopped meanwhile: these people have it.
        if not Head(trace, HEAD).update_if(changes, Head.notice_page == number):
            return


def of_person(pid: str, owned: people.Owned, at: int) -> list[Notice]:
    """Return the notices of the last 14 days that are the person's to see, the newest first."""
    rows = living(NoticeRow.query(pid, consistent_read=True, limit=_SHOWN), at)
    own = (row for row in rows if owned.by_document or (row.own_at and owned.by_device(int(row.own_at))))
    return sorted((Notice(int(row.at), row.text_zh, row.text_en) for row in own), key=lambda one: -one.at)


def _send_page(head: Head, number: int, at: int, ask_texts: AskTexts | None) -> int:
    found = service.page_of_people(head, number, at)
    for row in _rows(head, found, at):
        row.put_if_absent()
    own = [one.pid for one in found if one.own_at]
    if own and ask_texts:
        ask_texts(head.trace, own)
    return len(found)


def _rows(head: Head, found: list[rules.Found], at: int) -> Iterator[NoticeRow]:
    for one in found:
        row = NoticeRow(one.pid, head.trace, at=at, text_zh=head.notice_zh, text_en=head.notice_en)
        row.own_at, row.ttl = one.own_at, at + rules.KEPT_S
        yield row


def _under_way(head: Head) -> Head:
    raise Conflict(f"The notice is {head.notice} already. Another needs another trace.", code="notice-under-way")
