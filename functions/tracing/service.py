"""Traces: asked by one registered person, approved by another, read page by page with an audit row before each page."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from pynamodb.expressions.update import Action

from functions.audit import service as audit
from functions.people import service as people
from functions.shared import log, queue
from functions.shared.fields import Fields
from functions.shared.labels import district_of
from functions.shared.pages import Page as Listed
from functions.shared.pages import page_of
from functions.shared.problems import Conflict, FieldError, Forbidden, NotFound, Rejected
from functions.shared.secrets import keyed_hash
from functions.tracing import keys, rules
from functions.tracing.model import HEAD, Head, Page, page_key
from functions.tracing.rules import Ask, Found

FIELDS = Fields("trace")
QUEUE = "traces"
_TAIL = 4


@dataclass(frozen=True)
class Approval:
    """What the second person decides; instants in epoch seconds."""

    decision: rules.Decision
    reason: str
    embargo_until: int = 0
    follow_up_key: str = ""


@dataclass(frozen=True)
class Shown:
    """One person of a page: who, as this trace calls them, their place in the ranking, and how to reach them."""

    ref: str
    rank: int
    found: Found
    contact: str
    unreachable: str


@dataclass(frozen=True)
class PageRead:
    """A page of people that an audit row stands for, and the number of the next, if there is one."""

    people: list[Shown]
    following: int | None


def must(trace: str, at: int) -> Head:
    """Return a trace.

    Raises:
        NotFound: there is none of that id, or none any more.
    """
    head = Head.find(trace, HEAD, at=at)
    if head is None:
        raise NotFound("There is no such trace; they are kept for 14 days.", code="no-trace")
    return head


def ask(asked: Ask, actor: str, at: int) -> tuple[Head, bool]:
    """Ask for a trace; return it and whether it is new. The same ask by the same person is the same trace.

    Raises:
        Rejected: `errors` names each law that is broken.
    """
    broken = rules.faults_of(asked, at)
    if broken:
        errors = tuple(FieldError(one.pointer, one.law, one.detail) for one in broken)
        raise Rejected("This can't be asked so.", code=broken[0].law, errors=errors)
    trace = rules.id_of(rules.person_of(actor), asked)
    stored = Head.find(trace, HEAD, at=at)
    if stored is not None:
        return stored, False
    audit.record(actor, "trace.asked", case=trace, query_hash=_query_hash(asked), at=at)
    head = _head(trace, asked, actor, at)
    new = head.put_if_absent()
    log.event("trace.asked", trace=trace)
    return must(trace, at), new


def decide(trace: str, given: Approval, actor: str, at: int) -> Head:
    """Approve or refuse a trace as another person than who asked; approving starts the search.

    Raises:
        NotFound: no such trace.
        Forbidden: `second-person`: who asked decides.
        Rejected: the embargo, or the follow-up key.
        Conflict: it was decided otherwise.
    """
    head = must(trace, at)
    if rules.same_person(head.asked_by, actor):
        raise Forbidden("Who asked for a trace can't decide about it. Ask another tracer.", code="second-person")
    reached = "approved" if given.decision == "approve" else "refused"
    if head.state == "asked":
        _decide(head, given, reached, actor, at)
        head = must(trace, at)
    if (head.state == "refused") != (reached == "refused"):
        raise Conflict(f"This trace was already {head.state}. Ask for a new one.", code="decided")
    if head.state in {"approved", "searching"}:
        # Again too: whoever had no answer may have stopped between the decision and this message.
        queue.send(QUEUE, {"trace": trace})
    return head


def _decide(head: Head, given: Approval, reached: str, actor: str, at: int) -> None:
    if given.embargo_until > at + rules.EMBARGO_S:
        error = FieldError("/embargo_until", "embargo", "at most 14 days from now")
        raise Rejected("An embargo lasts at most 14 days.", code="embargo", errors=(error,))
    if reached == "approved":
        keys.require_usable(given.follow_up_key, head.area, at)
    audit.record(actor, f"trace.{reached}", case=head.trace, query_hash=audit.hash_of(given.reason), at=at)
    changes: list[Action] = [
        Head.state.set(reached),
        Head.decided_by.set(actor),
        Head.decided_at.set(at),
        Head.reason.set(given.reason),
        Head.visible_at.set(max(given.embargo_until, at)),
        Head.key.set(given.follow_up_key if reached == "approved" else ""),
    ]
    head.update_if(changes, Head.state == "asked")
    log.event("trace.decided", trace=head.trace, state=reached)


def in_area(area: str, state: str, position: Any, limit: int, at: int) -> Listed[Head]:
    """List the traces of an area and all below it, newest first, of one state if it is named."""
    wanted = Head.area.startswith(area) & (Head.state == state) if state else Head.area.startswith(area)
    found = Head.by_area.query(area[:2], filter_condition=wanted, last_evaluated_key=position, scan_index_forward=False)
    return page_of(Head, found, limit, at)


def require_reader(head: Head, actor: str) -> None:
    """Refuse whoever neither asked for a trace nor approved it: its people are for these two.

    Raises:
        Forbidden: `reader`.
    """
    if not any(by and rules.same_person(by, actor) for by in (head.asked_by, head.decided_by)):
        raise Forbidden("Only who asked for a trace and who approved it read its people.", code="reader")


def read(head: Head, number: int, actor: str, at: int, *, record: Callable[..., object] = audit.record) -> PageRead:
    """Return a page of the people a trace found, the first is 0. The audit row is written before any is decrypted.

    Raises:
        Forbidden: neither who asked nor who approved.
        Conflict: the search is not done.
        NotRecorded: the audit log took no row, so nothing is shown.
    """
    require_reader(head, actor)
    if head.state != "done":
        raise Conflict("The search is not done yet; GET the trace to see how far it is.", code="not-done")
    kept = _people_of(head, number, at)
    refs = [ref_of(head.trace, one.pid) for _, one in kept]
    record(
        actor,
        "trace.read",
        case=head.trace,
        query_hash=audit.hash_of(head.trace, str(number)),
        count=len(refs),
        result_hash=audit.hash_of(*refs),
        at=at,
    )
    shown = [_shown(head, ref, rank, one, at) for ref, (rank, one) in zip(refs, kept, strict=True)]
    return PageRead(shown, number + 1 if number + 1 < int(head.pages) else None)


def page_of_people(head: Head, number: int, at: int) -> list[Found]:
    """Return the people of a page whose check-ins may still be shown."""
    return [one for _, one in _people_of(head, number, at)]


def put_page(head: Head, attempt: str, number: int, first: int, found: list[Found]) -> None:
    """Store a page of an attempt; `first` is the rank of the first on it. It ends with the newest check-in in it."""
    sort = page_key(attempt, number)
    text = msgspec.json.encode([first, found]).decode()
    ends_at = max(met.seen_at for one in found for met in one.met) + rules.KEPT_S
    Page(head.trace, sort, people=FIELDS.encrypt(_place(head.trace, sort), "people", text), ttl=ends_at).save()


def person_of(head: Head) -> str:
    """Return the pid a trace is about, empty when it is about a venue."""
    return FIELDS.decrypt(_place(head.trace, HEAD), "person", head.person) if head.person else ""


def ref_of(trace: str, pid: str) -> str:
    """Return what a trace calls a person: it means nothing in another trace."""
    return base64.urlsafe_b64encode(keyed_hash("sub", "trace-ref", trace, pid)[:16]).rstrip(b"=").decode()


def _people_of(head: Head, number: int, at: int) -> list[tuple[int, Found]]:
    sort = page_key(head.attempt, number)
    row = Page.find(head.trace, sort, at=at)
    if row is None:
        return []
    text = FIELDS.decrypt(_place(head.trace, sort), "people", row.people)
    first, found = msgspec.json.decode(text, type=tuple[int, list[Found]])
    kept = ((first + n, rules.still_kept(one, at)) for n, one in enumerate(found))
    return [(rank, one) for rank, one in kept if one is not None]


def _shown(head: Head, ref: str, rank: int, found: Found, at: int) -> Shown:
    key = keys.key(head.key, at)
    if key.retired_at:
        return Shown(ref, rank, found, "", "key-retired")
    known = people.profile(found.pid, at)
    if known is None:
        return Shown(ref, rank, found, "", "never-enrolled")
    facts = {"name": known.identity.name, "phone": known.phone, "id_tail": known.identity.id_number[-_TAIL:]}
    return Shown(ref, rank, found, keys.encrypt(key, msgspec.json.encode({"ref": ref, **facts}).decode()), "")


def _head(trace: str, asked: Ask, actor: str, at: int) -> Head:
    person = FIELDS.encrypt(_place(trace, HEAD), "person", asked.pid) if asked.pid else ""
    return Head(
        trace,
        HEAD,
        province=district_of(asked.area)[:2],
        asked_at=at,
        area=asked.area,
        state="asked",
        case=asked.case,
        ground=asked.ground,
        document=asked.document,
        start=asked.start,
        end=asked.end,
        person=person,
        venue=asked.venue,
        margin_s=asked.margin_s,
        least_s=asked.least_s,
        asked_by=actor,
        ttl=at + rules.KEPT_S,
    )


def _query_hash(asked: Ask) -> str:
    return audit.hash_of(msgspec.json.encode(msgspec.to_builtins(asked)).decode())


def _place(trace: str, sort: str) -> str:
    return f"{trace}#{sort}"
