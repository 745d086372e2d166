"""Whom an assisted check-in is for: by document, card or acquaintance; counted first, and compared with the name given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from functions.assisted import caps, cards, known, names
from functions.assisted.model import CardRow
from functions.assisted.rules import Count, Way, read_tail
from functions.audit import service as audit
from functions.lookups import service as lookups
from functions.people.rules import folded
from functions.shared import log
from functions.shared.callers import Caller
from functions.shared.identity import Document, DocumentFault, read_document
from functions.shared.masking import mask
from functions.shared.pids import pid_of
from functions.shared.problems import Conflict, FieldError, Malformed, Rejected
from functions.shared.secrets import keyed_hash

_PATIENCE: Final = 6  # attempts at the log while somebody stands at a door; a quarter of a second at most


@dataclass(frozen=True)
class Told:
    """What somebody at a door tells of a person: exactly one of `id_number`, `card` and `known`, and perhaps a name."""

    id_number: str = ""
    id_type: str = ""
    card: str = ""
    known: str = ""
    name: str = ""
    name_confirmed: bool = False


@dataclass(frozen=True)
class Person:
    """Whom a check-in is for.

    Attributes:
        pid: who.
        way: how they were found.
        place: where they are kept as known at the venue; empty when their document has no four last characters.
        name: masked; empty when no register knows one.
        matches: whether the name that was given is the register's, None when there is nothing to compare.
        remembered: the masked name to know them by next time: the register's, or the one that was given.
    """

    pid: str
    way: Way
    place: str
    name: str
    matches: bool | None
    remembered: str


@dataclass(frozen=True)
class _Named:
    """Whom something names, before any table is asked: `key` is what makes two acts the same."""

    way: Way
    key: str
    document: Document | None = None
    acquaintance: known.Acquaintance | None = None


def identify(caller: Caller, venue: str, told: Told, act: str, at: int) -> Person:
    """Return whom a check-in is for, once it is counted.

    Args:
        caller: who asks, for a venue they may act at (`gates.require_door`).
        venue: where.
        told: what they tell of the person.
        act: what makes the check-in one beside its person: the direction, and the ten minutes it is in.
        at: epoch seconds.

    Raises:
        Malformed: `one-of`.
        Rejected: `document`, `card` or `name`.
        NotFound: `no-card`.
        Conflict: `card-replaced`, `card-ended` or `name-differs`.
        Forbidden: `known-over`.
        TooMany: `assisted-cap`.
    """
    named, name = _named(caller, venue, told, at), read_name(told.name)
    counts: set[Count] = {"acts", "names"} if name else {"acts"}
    who = caps.who(caller)
    counted = caps.spend(who, counts, caps.act_of("act", venue, act, named.way, named.key, folded(name)), at)
    differs = False
    try:
        found = _found(named, venue, name, at)
        differs = found.matches is False
    finally:
        if name and counted and not differs:
            caps.give_back(who, "names", at)
    if differs and not told.name_confirmed:
        _record_at_door(caller, "assisted.name-differs", _hashed("act", venue, found.pid, act), at)
        raise _differs()
    return found


def note_assisted(caller: Caller, person: Person, *, venue: str, act: str, at: int, seen_at: int) -> None:
    """Keep a person as known here, and the act in the log, once their check-in stands.

    Args:
        caller: who asked.
        person: by `identify`.
        venue: where.
        act: as for `identify`.
        at: now, epoch seconds.
        seen_at: the check-in's own instant.
    """
    if person.place and person.remembered:
        known.note(venue, person.place, person.pid, person.remembered, seen_at)
    name = "assisted.name-confirmed" if person.matches is False else f"assisted.by-{person.way}"
    _record_at_door(caller, name, _hashed("act", venue, person.pid, act), at)


def acquaintances(caller: Caller, gate: str, venue: str, tail: str, at: int) -> list[tuple[str, str]]:
    """Return a reference and the masked name of those known at a venue whose document ends so; each of them is told.

    Raises:
        Rejected: `tail`.
        TooMany: `known-cap`.
        NotRecorded: the log took no row; nobody was looked for.
    """
    read = read_tail(tail)
    if read is None:
        wrong = FieldError("/tail", "tail", "four letters or digits")
        raise Rejected("Give the last four characters of the document.", code="tail", errors=(wrong,))
    # The same question within the same minute is the same: a page that lost its answer asks again.
    caps.spend(caps.who(caller), {"lookups"}, caps.act_of("tail", venue, read, str(at // 60)), at)
    query = _hashed("tail", venue, read)
    audit.record(caller.actor, "assisted.known-looked", case=_case(caller), query_hash=query, count=1, at=at)
    found = known.people(venue, read, at)
    for one in found:
        lookups.note_offered(one.pid, gate=gate, venue=venue, at=at)
    return [(known.reference(one, venue, caller.actor, at), one.name) for one in found]


def compare_at_desk(caller: Caller, pid: str, name: str, *, confirmed: bool, at: int) -> None:
    """Refuse a name that is not the register's, unless somebody compared the document; counted and kept in the log.

    Raises:
        Conflict: `name-differs`.
        TooMany: `name-cap`.
    """
    if confirmed:
        return
    who = caps.who(caller)
    counted = caps.spend(who, {"desk_names"}, caps.act_of("desk", pid, folded(name)), at)
    if names.of_person(pid, at).agrees(name) is False:
        audit.record(caller.actor, "card.name-differs", case=caller.scope, count=1, at=at)
        raise _differs()
    if counted:
        caps.give_back(who, "desk_names", at)


def read_person(id_type: str, id_number: str) -> Document:
    """Return the document that a type and a number name.

    Raises:
        Rejected: `document`.
    """
    try:
        document = read_document(id_type, id_number)
    except DocumentFault as fault:
        raise _no_document(fault.law) from None
    if document.reserved:
        raise _no_document("id-form")
    return document


def read_name(text: str, *, required: bool = False) -> str:
    """Return a name without superfluous spaces, empty when none was given.

    Raises:
        Rejected: `name`: there is no letter in it, or none was given where it is required.
    """
    trimmed = " ".join(text.split())
    if (trimmed or required) and not folded(trimmed):
        wrong = FieldError("/name", "name", "as the document has it")
        raise Rejected("A name has letters in it.", code="name", errors=(wrong,))
    return trimmed


def _named(caller: Caller, venue: str, told: Told, at: int) -> _Named:
    given = [name for name in ("id_number", "card", "known") if getattr(told, name)]
    if len(given) != 1:
        wrong = FieldError("/", "one-of", "exactly one of id_number, card and known")
        raise Malformed("Say who it is in one way.", code="one-of", errors=(wrong,))
    if told.card:
        return _Named("card", cards.read_number(told.card))
    if told.known:
        one = known.resolve(told.known, venue, caller.actor, at)
        return _Named("known", one.pid, acquaintance=one)
    document = read_person(told.id_type, told.id_number)
    return _Named("number", pid_of(document.type, document.number), document=document)


def _found(named: _Named, venue: str, name: str, at: int) -> Person:
    pid, place, card, remembered = _located(named, venue, at)
    # A card says whose it is: registers are read and decrypted only where there is a name to compare with them.
    registered = names.Registered(card, (), None) if card and not name else names.of_person(pid, at, card)
    masked = registered.masked or remembered
    matches = registered.agrees(name) if name else None
    return Person(pid, named.way, place, masked, matches, masked or (mask(name) if name else ""))


def _located(named: _Named, venue: str, at: int) -> tuple[str, str, CardRow | None, str]:
    """Return the pid, the place as known here, the card where one was shown, and the name known here before."""
    if named.acquaintance is not None:
        one = named.acquaintance
        return one.pid, one.tail, None, one.name
    if named.document is not None:
        return named.key, _place(venue, named.document.tail), None, ""
    card = cards.require_living(cards.by_number(named.key, at))
    return card.pid, _place(venue, cards.shown(card).tail), card, ""


def _place(venue: str, tail: str) -> str:
    read = read_tail(tail)
    return known.tail_key(venue, read) if read is not None else ""


def _record_at_door(caller: Caller, act: str, query: str, at: int) -> None:
    """Append to the log what somebody waits for; a log that takes no row calls the operator, and keeps nobody outside."""
    case = _case(caller)
    try:
        audit.record(caller.actor, act, case=case, query_hash=query, count=1, at=at, attempts=_PATIENCE)
    except audit.NotRecorded as error:
        log.failure("audit.lost", error, case=case)


def _case(caller: Caller) -> str:
    # The gate or the area. A venue's own id stands nowhere in the log but where it is who acted.
    return "" if caller.role == "venue" else caller.scope


def _differs() -> Conflict:
    return Conflict(
        "The register has another name for this document. Compare the document; if it is this person's, send it again "
        "as compared.",
        code="name-differs",
    )


def _hashed(*facts: str) -> str:
    # Under a secret: four characters, or a pid somebody knows, could be tried against a plain hash.
    return keyed_hash("assisted", "audit", *facts).hex()


def _no_document(law: str) -> Rejected:
    wrong = FieldError("/id_number", law, "compare it with the document")
    return Rejected("This is not the number of such a document.", code="document", errors=(wrong,))
