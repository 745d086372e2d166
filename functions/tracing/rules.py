"""A trace 溯源: what may be asked, who may do its next step, and how its results are laid out."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

import msgspec

from functions.tracing.presence import Encounter, Visit, union_s

KEPT_S: Final = 14 * 86_400  # as the check-ins: nothing older is asked for, stored or shown
SETTLED_S: Final = 72 * 3600  # until then a phone without a network may bring a check-in of the window
EMBARGO_S: Final = 14 * 86_400
NEAR_S: Final = 900  # a guard's scan and the person's own check-in are minutes apart, in either order
TEXT_S: Final = 86_400  # a text goes out within a day of its notice, or not at all: the page has long said it
TEXT_GAP_S: Final = 0.1  # between two texts of one worker; two workers then stay below the 20 a second of a new account
DISTRICT: Final = 6
PAGE: Final = 50
PAGE_BYTES: Final = 150_000  # a row of the table holds 400 kB, and encrypting adds a third

Ground = Literal["case-investigation", "cluster-investigation", "contact-determination", "emergency-response"]
State = Literal["asked", "refused", "approved", "searching", "done"]
NoticeState = Literal["proposed", "sending", "stopped", "sent"]
Decision = Literal["approve", "refuse"]

_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
# An identity number or a mobile phone is no case number, however it is dressed.
_OF_A_PERSON = re.compile(r"\d{11}|\d{15}|\d{17}[\dXx]")


@dataclass(frozen=True)
class Ask:
    """What an officer asks: about a person (`pid`) or about a venue, within a window of epoch seconds."""

    case: str
    ground: str
    document: str
    start: int
    end: int
    area: str
    pid: str = ""
    venue: str = ""
    margin_s: int = 0
    least_s: int = 0


@dataclass(frozen=True)
class Broken:
    """A law that a request breaks: where, which, and what to do."""

    pointer: str
    law: str
    detail: str


def faults_of(ask: Ask, at: int) -> list[Broken]:
    """Return every law an ask breaks at the instant `at`, none when it may be asked."""
    found = []
    if not is_case(ask.case):
        found.append(
            Broken("/case", "case", "the epidemiologists' number of the case: letters, digits, - _ . and no name")
        )
    if not ask.start < ask.end:
        found.append(Broken("/end", "window", "`end` lies after `start`"))
    if ask.start < at - KEPT_S:
        found.append(Broken("/start", "retention", "check-ins are kept for 14 days; ask for a later beginning"))
    if ask.end > at:
        found.append(Broken("/end", "future", "nobody was anywhere yet; ask for an end that is over"))
    if bool(ask.pid) == bool(ask.venue):
        found.append(Broken("/venue", "subject", "either `id_number` of the case or `venue`"))
    return found


def is_case(text: str) -> bool:
    """Tell whether a text can be the number of a case; one of a person's document or phone cannot."""
    return _CASE.fullmatch(text) is not None and _OF_A_PERSON.fullmatch(text) is None


def id_of(person: str, ask: Ask) -> str:
    """Return the id of a trace: the same ask by the same person is the same trace."""
    digest = sha256(msgspec.json.encode([person, msgspec.to_builtins(ask)])).digest()
    return "T-" + base64.b32encode(digest)[:16].decode().lower()


def person_of(actor: str) -> str:
    """Return who an actor of the audit log is, whatever the role: two roles of one person are one person."""
    return actor.partition(":")[2]


def same_person(one: str, other: str) -> bool:
    """Tell whether two actors are one registered person."""
    return person_of(one) == person_of(other)


class Met(msgspec.Struct, frozen=True):
    """One encounter as it is stored; `seen_at` is the newest check-in it rests on.

    `entrances` are those by which the person came and went, as people call them; `party` is how many came with them at
    most, the person included; `doubt` is `travel` where they can't have travelled so fast.
    """

    place: str
    venue: str
    start: int
    end: int
    seen_at: int
    confirmed: bool
    entrances: tuple[str, ...] = ()
    party: int = 1
    doubt: str = ""


class Found(msgspec.Struct, frozen=True):
    """Somebody who was there too; `own_at` is when the newest check-in that their own device made was received."""

    pid: str
    seconds: int
    met: tuple[Met, ...]
    own_at: int = 0


def met(
    encounters: Iterable[Encounter], confirmed: Iterable[bool], label: Callable[[str, str], str]
) -> tuple[Met, ...]:
    """Return encounters as they are stored.

    Args:
        encounters: of one person.
        confirmed: for each, whether somebody at the door saw the person.
        label: what people call an entrance, by the venue and the code.
    """
    return tuple(
        Met(
            one.place,
            one.visit.venue,
            one.start,
            one.end,
            one.visit.seen_at,
            sure,
            tuple(label(one.visit.venue, code) for code in one.visit.entrances),
            one.visit.party,
            "travel" if one.visit.doubted else "",
        )
        for one, sure in zip(encounters, confirmed, strict=True)
    )


def is_confirmed(visit: Visit, scans: Iterable[tuple[str, int]], chain: Sequence[str]) -> bool:
    """Tell whether somebody at a door saw the person of a visit.

    Args:
        visit: the visit.
        scans: venue and instant of the scans at which a guard accepted one of the person's passes.
        chain: the visit's venue and what contains it; a scan at the tower's gate counts for the shop.
    """
    return visit.assisted or any(
        venue in chain and visit.start - NEAR_S <= at <= visit.end + NEAR_S for venue, at in scans
    )


def ranked(found: Iterable[Found], least_s: int = 0) -> list[Found]:
    """Return people by how long they were there, the longest first; those below `least_s` are left out."""
    return sorted((one for one in found if one.seconds >= max(least_s, 1)), key=lambda one: (-one.seconds, one.pid))


def pages_of(people: Sequence[Found]) -> Iterator[list[Found]]:
    """Yield pages of at most 50 people, fewer where their visits are many."""
    page: list[Found] = []
    size = 0
    for one in people:
        bytes_ = len(msgspec.json.encode(one))
        if page and (len(page) == PAGE or size + bytes_ > PAGE_BYTES):
            yield page
            page, size = [], 0
        page.append(one)
        size += bytes_
    if page:
        yield page


def text_of(page: str) -> str:
    """Return the text to a phone that says a notice waits, the same for everybody.

    Somebody else may read a locked screen: it names no place, no time, no illness and nobody, and its address is the
    page that everybody has, without anything after it.
    """
    return f"epipass：您的页面有新消息。Message on your page: {page}"


def still_kept(one: Found, at: int) -> Found | None:
    """Return what of a person's encounters may be shown at an instant (law 8), None when nothing may."""
    left = tuple(met for met in one.met if met.seen_at + KEPT_S > at)
    if not left:
        return None
    return Found(one.pid, union_s((met.start, met.end) for met in left), left, one.own_at)
