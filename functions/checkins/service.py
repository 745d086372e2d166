"""Check-ins: decided, then stored under their identity; a repeat is answered with what was stored. And read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from functions.checkins import rules
from functions.checkins.model import CheckinRow
from functions.checkins.recording import ASSISTED, BARE, SOURCES, Answered, Details, How, Made, Sources, record
from functions.checkins.rules import Act, Standing
from functions.lookups import service as lookups
from functions.lookups.rules import Way
from functions.people import service as people
from functions.shared.problems import NotFound, Problem, Rejected, TooMany
from functions.shared.tables import living

__all__ = ["Answered", "Details", "How", "Sources", "assist", "check_in", "check_in_all"]
PAGE = 50


@dataclass(frozen=True)
class Page:
    """Some check-ins, newest first, and the slot before which the next page begins, if there is one."""

    rows: list[CheckinRow]
    before: int | None


def check_in(
    act: Act, received_at: int, how: How = "self", sources: Sources = SOURCES, details: Details = BARE
) -> Answered:
    """Record one check-in; one that several people make together is of a `group`, however it is called.

    Raises:
        NotFound: no such venue, or one that was never approved.
        Rejected: `at` is not within the last 72 h, or is over 2 min ahead; it is never replaced by another instant. Or
            the scheme had ended in the venue's district by then: nothing is recorded any more. Or the code is no code
            of this venue, or a temperature was measured where none is asked for.
        TooMany: the device checked in too often.
    """
    standing = tuple(sources.standing(act.pid, received_at))
    return record(act, received_at, Made(how, details, sources), standing)


def assist(act: Act, received_at: int, gate: str = "", details: Details = BARE, *, way: Way = "number") -> Answered:
    """Record a check-in that somebody makes for a person, and let the person see that it was made.

    A person who checked in themselves a minute ago is looked at all the same: whoever asks learns what was decided.

    Args:
        act: the check-in.
        received_at: epoch seconds.
        gate: the guard's, empty when no guard asks.
        details: what else is told of it.
        way: how the person was found.

    Raises:
        NotFound, Rejected: as `check_in`.
    """
    answered = check_in(act, received_at, "assisted", ASSISTED, details)
    told = answered.decision.decision
    where = {"gate": gate, "venue": act.venue, "direction": act.direction}
    lookups.note_assisted(act.pid, **where, verdict=told, at=answered.at, way=way)
    return answered


def check_in_all(
    acts: Iterable[tuple[Act, Details]], received_at: int, sources: Sources = SOURCES
) -> Iterator[Answered | Problem]:
    """Record one person's queued check-ins in their order; each is answered or refused by itself."""
    standing: tuple[Standing, ...] | None = None
    for act, details in acts:
        if standing is None:
            standing = tuple(sources.standing(act.pid, received_at))
        try:
            yield record(act, received_at, Made("self", details, sources), standing)
        except (NotFound, Rejected, TooMany) as problem:
            yield problem


@dataclass(frozen=True)
class Seen:
    """A check-in as a trace reads it; instants in epoch seconds."""

    venue: str
    area: str
    direction: str
    at: int
    received_at: int
    decision: str
    how: str
    entrance: str = ""
    party: int = 1


@dataclass(frozen=True)
class Pointer:
    """What the venue's index tells of a check-in: its key and its instant."""

    pid: str
    venue: str
    direction: str
    at: int


def seen_of(pid: str, at: int) -> list[Seen]:
    """Return a person's check-ins of the last 14 days for a trace; older by their own instant are left out too."""
    return [_seen(row) for row in of_person(pid, at) if row.at + rules.KEPT_S > at]


def at_venue(venue: str, hour: int, shards: int, at: int) -> list[Pointer]:
    """Return who checked in or out at a venue in the UTC hour that begins at `hour`, over all its shards: for a trace.

    The index holds keys alone, no end of life: age goes by the check-in's own instant.
    """
    return [
        Pointer(row.pid, venue, row.place.rpartition("#")[2], int(row.at))
        for shard in range(shards)
        for row in CheckinRow.by_venue.query(rules.shard_key(venue, hour, shard))
        if row.at + rules.KEPT_S > at
    ]


def of_person(pid: str, at: int) -> list[CheckinRow]:
    """Return a person's check-ins of the last 14 days, the oldest slot first."""
    return list(living(CheckinRow.query(pid, consistent_read=True), at))


def own(pid: str, owned: people.Owned, before: int | None, at: int) -> Page:
    """Return a page of the check-ins of the last 14 days that are a person's own to see, newest first.

    A page ends with a whole slot of ten minutes, so that what shares one is in order of time too.

    Args:
        pid: who.
        owned: what of the pid's records is theirs.
        before: the slot that ended the page before this, None for the first.
        at: epoch seconds.
    """
    older = CheckinRow.place < f"{before}#" if before is not None else None
    rows: list[CheckinRow] = []
    following: int | None = None
    for row in living(CheckinRow.query(pid, older, consistent_read=True, scan_index_forward=False), at):
        slot = rules.slot_of(row.place)
        if len(rows) >= PAGE and slot != rules.slot_of(rows[-1].place):
            following = rules.slot_of(rows[-1].place)
            break
        rows.append(row)
    shown = [row for row in rows if _is_owned(row, owned)]
    return Page(sorted(shown, key=lambda row: -int(row.at)), following)


def _is_owned(row: CheckinRow, owned: people.Owned) -> bool:
    return owned.by_document if row.how == "assisted" else owned.by_device(int(row.received_at))


def ways_of_hour(venue: str, hour: int, shards: int) -> Iterator[tuple[str, int]]:
    """Yield how each check-in at a venue in the UTC hour that begins at `hour` was made, and for how many people.

    For a recount: the index holds keys alone, so each row is read.
    """
    for shard in range(shards):
        keys = [(row.pid, row.place) for row in CheckinRow.by_venue.query(rules.shard_key(venue, hour, shard))]
        yield from ((row.how, int(row.party or 1)) for row in CheckinRow.batch_get(keys))


def _seen(row: CheckinRow) -> Seen:
    return Seen(
        row.venue,
        row.area,
        row.direction,
        int(row.at),
        int(row.received_at),
        row.decision,
        row.how,
        row.entrance or "",
        int(row.party or 1),
    )
