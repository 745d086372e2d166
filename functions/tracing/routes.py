"""Traces over HTTP: an officer asks, a tracer approves, both read; and what the people concerned see of it."""

from __future__ import annotations

import msgspec

from functions.audit import service as audit
from functions.people import service as people
from functions.shared.clock import parse_instant, rfc3339
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Answer, Request, Routes
from functions.shared.identity import DocumentFault, read_document
from functions.shared.labels import is_area, is_label
from functions.shared.pages import PAGE, asked
from functions.shared.pids import pid_of
from functions.shared.problems import FieldError, Forbidden, Malformed, Rejected
from functions.tracing import keys, notices, rules, service
from functions.tracing.model import Head
from functions.tracing.rules import Ask, State
from functions.tracing.service import Approval
from functions.tracing.shapes import (
    ApprovalIn,
    ConfirmationIn,
    FollowUpKeyIn,
    FollowUpKeyOut,
    FollowUpKeysOut,
    NoticeIn,
    NoticeOut,
    OwnNotice,
    OwnNoticesOut,
    TracedPeople,
    TraceIn,
    TraceOut,
    TracesOut,
    key_out,
    notice_out,
    person_out,
    trace_out,
)
from functions.venues import service as venues

routes = Routes("tracing")
me_routes = Routes("notices")  # mounted where holders ask
_PEOPLE = "GET /traces/{trace}/people"
_BOTH = {"officer", "tracer"}


@routes.post("/traces", roles={"officer"}, body=TraceIn, answer=TraceOut, status=201, summary="Ask for a trace")
def ask(request: Request) -> Answer:
    """Ask who was where a case was, or at a venue; nothing is searched before a tracer approves. Again is the same."""
    caller, body = request.caller, request.body
    if len(caller.scope) > rules.DISTRICT:
        raise Forbidden("Traces are asked for by a district or above.", code="scope")
    if body.venue:
        caller.require_area(venues.must(body.venue, request.at).area)
    if not is_label(body.document, 64):
        raise _rejected("/document", "label", "1 to 64 characters that a page can show")
    wanted = Ask(
        case=body.case,
        ground=body.ground,
        document=body.document,
        start=_instant(body.start, "/start"),
        end=_instant(body.end, "/end"),
        area=caller.scope,
        pid=_pid(body),
        venue=body.venue,
        margin_s=body.margin_minutes * 60,
        least_s=body.least_minutes * 60,
    )
    head, new = service.ask(wanted, caller.actor, request.at)
    return Answer(trace_out(head), 201 if new else 200)


@routes.get(
    "/traces",
    roles=_BOTH,
    answer=TracesOut,
    query=("area", "state", "next"),
    summary="Traces of an area and all below it, the newest first",
)
def list_traces(request: Request) -> TracesOut:
    """List traces, of one state if it is named; none tells whom it is about."""
    state = request.query.get("state", "")
    if state and state not in State.__args__:  # type: ignore[attr-defined]  # a Literal has them
        raise Malformed("There is no such state.", errors=(FieldError("/query/state", "state", "as in the answer"),))
    wanted = asked(request, "GET /traces", state)
    page = service.in_area(wanted.area, state, wanted.position, PAGE, request.at)
    return TracesOut(tuple(map(trace_out, page.items)), wanted.following(page.position))


@routes.get("/traces/{trace}", roles=_BOTH, answer=TraceOut, summary="How far a trace is")
def read_trace(request: Request, trace: str) -> TraceOut:
    """What was asked and decided, how many hours of how many are searched, how many people there are."""
    return trace_out(_head(request, trace))


@routes.post(
    "/traces/{trace}/approval",
    roles={"tracer"},
    body=ApprovalIn,
    answer=TraceOut,
    summary="Approve or refuse a trace that another person asked for",
)
def decide(request: Request, trace: str) -> TraceOut:
    """Approving starts the search; the same decision again changes nothing."""
    _head(request, trace)
    body = request.body
    until = _instant(body.embargo_until, "/embargo_until") if body.embargo_until else 0
    given = Approval(body.decision, body.reason, until, body.follow_up_key)
    return trace_out(service.decide(trace, given, request.caller.actor, request.at))


@routes.get(
    "/traces/{trace}/people",
    roles=_BOTH,
    answer=TracedPeople,
    query=("next",),
    summary="Who was there, page by page; each reading is in the audit log before it is answered",
)
def read_people(request: Request, trace: str) -> TracedPeople:
    """For who asked and who approved: refs, times and places; names only for the follow-up team's key."""
    head, caller, at = _head(request, trace), request.caller, request.at
    cursor, bound = request.query.get("next"), {"caller": caller.actor, "route": _PEOPLE, "filter_": trace}
    number = int(read_cursor(cursor, at=at, **bound)) if cursor else 0
    page = service.read(head, number, caller.actor, at)
    following = None if page.following is None else write_cursor(page.following, at=at, **bound)
    return TracedPeople(trace, tuple(map(person_out, page.people)), following)


@routes.post(
    "/traces/{trace}/notice",
    roles={"officer"},
    body=NoticeIn,
    answer=NoticeOut,
    summary="Propose a notice to the people a trace found: the answer previews and counts it",
)
def propose_notice(request: Request, trace: str) -> NoticeOut:
    """Nothing is sent before another person confirms this very text."""
    head = _head(request, trace)
    body = request.body
    return notice_out(notices.propose(head, body.text_zh, body.text_en, request.caller.actor, request.at))


@routes.post(
    "/traces/{trace}/notice/confirmation",
    roles={"tracer"},
    body=ConfirmationIn,
    answer=NoticeOut,
    summary="Confirm a notice that another person proposed; it is sent at once",
)
def confirm_notice(request: Request, trace: str) -> NoticeOut:
    """Confirm by the digest of the text that was read; again changes nothing."""
    head = _head(request, trace)
    return notice_out(notices.confirm(head, request.body.digest, request.caller.actor, request.at))


@routes.post("/traces/{trace}/notice/stop", roles=_BOTH, answer=NoticeOut, summary="Stop a notice while it goes")
def stop_notice(request: Request, trace: str) -> NoticeOut:
    """Any officer or tracer of the area may; `sent` says how many have it."""
    return notice_out(notices.stop(_head(request, trace), request.caller.actor, request.at))


@routes.get(
    "/follow-up-keys",
    roles=_BOTH,
    answer=FollowUpKeysOut,
    query=("area", "next"),
    summary="Keys of follow-up teams of an area and all below it",
)
def list_keys(request: Request) -> FollowUpKeysOut:
    """List the keys to which contact data may be encrypted."""
    wanted = asked(request, "GET /follow-up-keys")
    page = keys.in_area(wanted.area, wanted.position, PAGE, request.at)
    return FollowUpKeysOut(tuple(map(key_out, page.items)), wanted.following(page.position))


@routes.put(
    "/follow-up-keys/{key}",
    roles={"officer"},
    body=FollowUpKeyIn,
    answer=FollowUpKeyOut,
    status=201,
    summary="Register a follow-up team's public key; another person confirms it",
)
def register_key(request: Request, key: str) -> Answer:
    """An id stands for one key for ever."""
    body, caller = request.body, request.caller
    if not is_area(body.area):
        raise _rejected("/area", "area", "a division code of 2, 4, 6, 9 or 12 digits")
    caller.require_area(body.area)
    audit.record(caller.actor, "follow-up-key.register", case=key, at=request.at)
    public = msgspec.to_builtins(body.jwk)
    registered, new = keys.register(key, public, name=body.name, area=body.area, actor=caller.actor, at=request.at)
    return Answer(key_out(registered), 201 if new else 200)


@routes.post(
    "/follow-up-keys/{key}/confirmation",
    roles={"tracer"},
    answer=FollowUpKeyOut,
    summary="Confirm a key that another person registered",
)
def confirm_key(request: Request, key: str) -> FollowUpKeyOut:
    """Compare the key with the team by another way first: by telephone, or face to face."""
    request.caller.require_area(keys.key(key, request.at).area)
    audit.record(request.caller.actor, "follow-up-key.confirm", case=key, at=request.at)
    return key_out(keys.confirm(key, request.caller.actor, request.at))


@routes.post(
    "/follow-up-keys/{key}/retirement",
    roles=_BOTH,
    answer=FollowUpKeyOut,
    summary="Retire a key whose private half was lost or seen",
)
def retire_key(request: Request, key: str) -> FollowUpKeyOut:
    """From now on nothing is encrypted to it; traces that named it tell no contacts any more."""
    request.caller.require_area(keys.key(key, request.at).area)
    audit.record(request.caller.actor, "follow-up-key.retire", case=key, at=request.at)
    return key_out(keys.retire(key, request.at))


@me_routes.get("/me/notices", roles={"holder"}, answer=OwnNoticesOut, summary="Notices to me")
def own_notices(request: Request) -> OwnNoticesOut:
    """What the district wrote to people who were where a case was, of the last 14 days."""
    caller, at = request.caller, request.at
    found = notices.of_person(caller.scope, people.owned_by(caller, at), at)
    return OwnNoticesOut(tuple(OwnNotice(rfc3339(one.at), one.text_zh, one.text_en) for one in found))


def _head(request: Request, trace: str) -> Head:
    head = service.must(trace, request.at)
    request.caller.require_area(head.area)
    return head


def _pid(body: TraceIn) -> str:
    if not body.id_number:
        return ""
    try:
        document = read_document(body.id_type, body.id_number)
    except DocumentFault as fault:
        raise _rejected("/id_number", fault.law, "compare it with the document") from None
    return pid_of(document.type, document.number)


def _instant(text: str, pointer: str) -> int:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise Malformed("An instant is written by RFC 3339.", errors=(FieldError(pointer, "instant", ""),)) from None


def _rejected(pointer: str, law: str, detail: str) -> Rejected:
    return Rejected(f"Not possible so: {detail}.", code=law, errors=(FieldError(pointer, law, detail),))
