"""What is sent and answered about traces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from functions.shared.clock import rfc3339
from functions.tracing import notices, presence, rules, service, texts
from functions.tracing.keys import Key
from functions.tracing.model import Head
from functions.tracing.rules import Decision, Ground, Met, NoticeState, State

Instant = Annotated[str, Meta(min_length=16, max_length=35, examples=["2026-11-22T08:05:00+08:00"])]
Label = Annotated[str, Meta(min_length=1, max_length=64)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
KeyId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]


class TraceIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A trace to ask for: `case` is the epidemiologists' number, never a name.

    Either the case's document, of which only a keyed hash is kept, or `venue`: who was there, without a first person.
    """

    case: Annotated[str, Meta(min_length=1, max_length=64)]
    ground: Ground
    document: Label
    start: Instant
    end: Instant
    id_number: Annotated[str, Meta(max_length=64)] = ""
    id_type: Annotated[str, Meta(max_length=64)] = ""
    venue: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,40}$(?!\n)")] = ""
    margin_minutes: Annotated[int, Meta(ge=0, le=24 * 60)] = 0
    least_minutes: Annotated[int, Meta(ge=0, le=24 * 60)] = 0


class ApprovalIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A decision about a trace; approving names the follow-up key and may put off when the people concerned see it."""

    decision: Decision
    reason: Annotated[str, Meta(max_length=256)] = ""
    embargo_until: Annotated[str, Meta(max_length=35)] = ""
    follow_up_key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,64}$(?!\n)")] = ""


class NoticeIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A notice to everybody a trace found, in both languages; name nobody in it."""

    text_zh: Text
    text_en: Text


class ConfirmationIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Which text is confirmed: the `digest` of the notice that was read."""

    digest: Annotated[str, Meta(max_length=64)]


class NoticeOut(Struct, frozen=True, omit_defaults=True):
    """A notice: its text, to how many it goes, and how many have it.

    `texts` is to how many phones a text goes at most that says that it waits, without its words; absent where none do.
    The last of them goes before `texts_until`; until then a notice that everybody has can still be stopped.
    """

    state: NoticeState
    text_zh: str
    text_en: str
    digest: str
    people: int
    sent: int
    texts: int = 0
    texts_until: str | None = None


class TraceOut(Struct, frozen=True, omit_defaults=True):
    """A trace without its people; `settled_at` is when no late check-in of its window can arrive any more.

    `outside` counts the case's visits outside the area of who asked: those are not searched. `doubted` counts those
    searched that rest on check-ins between which nobody can have travelled.
    """

    trace: str
    state: State
    area: str
    case: str
    ground: Ground
    document: str
    start: str
    end: str
    about: Literal["person", "venue"]
    asked_at: str
    settled_at: str
    hours_done: int
    hours_total: int
    margin_minutes: int = 0
    least_minutes: int = 0
    venue: str | None = None
    decided_at: str | None = None
    reason: str | None = None
    visible_at: str | None = None
    follow_up_key: str | None = None
    outside: int = 0
    doubted: int = 0
    venues: int = 0
    people: int = 0
    done_at: str | None = None
    notice: NoticeOut | None = None


class TracesOut(Struct, frozen=True, omit_defaults=True):
    """A page of traces, the newest first."""

    traces: tuple[TraceOut, ...]
    next: str | None = None


class MetOut(Struct, frozen=True, omit_defaults=True):
    """One time and place: `place` is the narrowest that holds both, `venue` where this person checked in.

    `confirmed` tells that somebody at a door saw the person; else the check-in is their phone's word alone. `doubt` is
    there where they can't have travelled so fast between two check-ins. `entrances` are the posters they scanned;
    `companions` came with them under the same check-in, without names.
    """

    place: str
    venue: str
    start: str
    end: str
    seconds: int
    confirmed: bool
    entrances: tuple[str, ...] = ()
    companions: int = 0
    doubt: Literal["travel"] | None = None


class TracedPerson(Struct, frozen=True, omit_defaults=True):
    """Somebody who was there: no name. `contact` is a compact JWE that the follow-up team's key opens.

    `confirmed_seconds` were seen at a door, `doubted_seconds` rest on check-ins between which nobody can have travelled.
    """

    ref: str
    rank: int
    seconds: int
    confirmed_seconds: int
    met: tuple[MetOut, ...]
    contact: str | None = None
    unreachable: Literal["never-enrolled", "key-retired"] | None = None
    doubted_seconds: int = 0


class TracedPeople(Struct, frozen=True, omit_defaults=True):
    """A page of people, those who were there longest first."""

    trace: str
    people: tuple[TracedPerson, ...]
    next: str | None = None


class P256(Struct, frozen=True, forbid_unknown_fields=True):
    """A public JWK (RFC 7517) on P-256."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]
    y: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]


class FollowUpKeyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A follow-up team's public key to register."""

    name: Label
    area: str
    jwk: P256


class FollowUpKeyOut(Struct, frozen=True):
    """A follow-up team's key; it serves once another person than who registered it has confirmed it."""

    key: str
    name: str
    area: str
    jwk: P256
    state: Literal["registered", "confirmed", "retired"]


class FollowUpKeysOut(Struct, frozen=True, omit_defaults=True):
    """A page of keys."""

    keys: tuple[FollowUpKeyOut, ...]
    next: str | None = None


class OwnNotice(Struct, frozen=True):
    """A notice to the person who asks."""

    at: str
    text_zh: str
    text_en: str


class OwnNoticesOut(Struct, frozen=True):
    """The notices of the last 14 days, the newest first."""

    notices: tuple[OwnNotice, ...]


def trace_out(head: Head) -> TraceOut:
    """Return a trace as both sides see it."""
    return TraceOut(
        trace=head.trace,
        state=head.state,  # type: ignore[arg-type]  # as stored
        area=head.area,
        case=head.case,
        ground=head.ground,  # type: ignore[arg-type]  # as stored
        document=head.document,
        start=rfc3339(int(head.start)),
        end=rfc3339(int(head.end)),
        about="venue" if head.venue else "person",
        asked_at=rfc3339(int(head.asked_at)),
        settled_at=rfc3339(int(head.end) + rules.SETTLED_S),
        hours_done=int(head.hours_done),
        hours_total=int(head.hours_total),
        margin_minutes=int(head.margin_s) // 60,
        least_minutes=int(head.least_s) // 60,
        venue=head.venue or None,
        decided_at=_moment(int(head.decided_at)),
        reason=head.reason or None,
        visible_at=_moment(int(head.visible_at)) if head.state != "refused" else None,
        follow_up_key=head.key or None,
        outside=int(head.outside),
        doubted=int(head.doubted),
        venues=int(head.venues),
        people=int(head.people),
        done_at=_moment(int(head.done_at)),
        notice=notice_out(head) if head.notice else None,
    )


def notice_out(head: Head) -> NoticeOut:
    """Return a trace's notice as its preview and as its progress."""
    return NoticeOut(
        head.notice,  # type: ignore[arg-type]  # as stored
        head.notice_zh,
        head.notice_en,
        notices.digest_of(head.notice_zh, head.notice_en),
        int(head.people),
        int(head.notice_sent),
        texts.most(head),
        _moment(int(head.texts_until)),
    )


def person_out(shown: service.Shown) -> TracedPerson:
    """Return a person of a page."""
    unreachable = shown.unreachable or None
    return TracedPerson(
        shown.ref,
        shown.rank,
        shown.found.seconds,
        _seconds(one for one in shown.found.met if one.confirmed),
        tuple(map(_met, shown.found.met)),
        shown.contact or None,
        unreachable,  # type: ignore[arg-type]  # as the service names it
        _seconds(one for one in shown.found.met if one.doubt),
    )


def _met(one: Met) -> MetOut:
    return MetOut(
        one.place,
        one.venue,
        rfc3339(one.start),
        rfc3339(one.end),
        one.end - one.start,
        one.confirmed,
        one.entrances,
        one.party - 1,
        "travel" if one.doubt else None,
    )


def _seconds(met: Iterable[Met]) -> int:
    return presence.union_s((one.start, one.end) for one in met)


def key_out(key: Key) -> FollowUpKeyOut:
    """Return a follow-up key."""
    state: Literal["registered", "confirmed", "retired"] = "confirmed" if key.confirmed_by else "registered"
    return FollowUpKeyOut(key.key, key.name, key.area, P256(**key.jwk), "retired" if key.retired_at else state)  # type: ignore[arg-type]  # checked when it was registered


def _moment(at: int) -> str | None:
    return rfc3339(at) if at else None
