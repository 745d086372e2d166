"""Check-ins: decided, then stored under their identity; a repeat is answered with what was stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from functions.checkins import rules
from functions.checkins.door import Door, decide_at_door
from functions.checkins.facts import facts_of
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act, Decision, Standing
from functions.counters.occupancy import occupancy
from functions.lookups import service as lookups
from functions.matching import service as matching
from functions.matching.policy import DEFAULT as POLICY
from functions.matching.rules import ADMINISTRATIVE
from functions.people import service as people
from functions.shared.problems import FieldError, NotFound, Problem, Rejected
from functions.shared.tables import living
from functions.staff import service as staff
from functions.venues import nesting
from functions.venues.rules import Venue

How = Literal["self", "assisted", "group"]
PAGE = 50


@dataclass(frozen=True)
class Answered:
    """What a check-in is answered with; `new` is false for a repeat, which gets the stored decision and instant."""

    decision: Decision
    new: bool
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Page:
    """Some check-ins, newest first, and the slot before which the next page begins, if there is one."""

    rows: list[CheckinRow]
    before: int | None


def vouched(pid: str, at: int) -> list[Standing]:
    """Return what was decided about a person by the units whose lists mean whoever enrolled under the pid.

    A list with another phone may mean another person, of whose results the one who enrolled must learn nothing.
    """
    standing, known = matching.standing(pid, at), people.profile(pid, at)
    if known is None or not standing:
        return list(standing)
    foreign = {one.unit for one in staff.listings(pid, at) if not people.unit_vouches(one, known)}
    return [one for one in standing if one.scope not in foreign]


@dataclass(frozen=True)
class Sources:
    """Where a check-in's facts come from; a test hands in its own."""

    standing: Callable[[str, int], Iterable[Standing]] = vouched
    lineage: Callable[[str, int], tuple[Venue, ...]] = nesting.lineage
    inside: Callable[[str, int, int], int | None] = occupancy


SOURCES = Sources()
# Somebody at the door holds the document itself: what was decided about it is what counts.
ASSISTED = Sources(standing=matching.standing)


def check_in(act: Act, received_at: int, how: How = "self", sources: Sources = SOURCES) -> Answered:
    """Record one check-in.

    Raises:
        NotFound: no such venue, or one that was never approved.
        Rejected: `at` is not within the last 72 h, or is over 2 min ahead; it is never replaced by another instant.
    """
    return _check_in(act, received_at, how, sources, tuple(sources.standing(act.pid, received_at)))


def assist(act: Act, received_at: int, gate: str = "") -> Answered:
    """Record a check-in that somebody makes for a person by their document, and let the person see that it was made.

    A person who checked in themselves a minute ago is looked at all the same: whoever asks learns what was decided.

    Args:
        act: the check-in.
        received_at: epoch seconds.
        gate: the guard's, empty when no guard asks.

    Raises:
        NotFound, Rejected: as `check_in`.
    """
    answered = check_in(act, received_at, "assisted", ASSISTED)
    told = answered.decision.decision
    lookups.note_assisted(act.pid, gate=gate, venue=act.venue, direction=act.direction, verdict=told, at=answered.at)
    return answered


def check_in_all(acts: Iterable[Act], received_at: int, sources: Sources = SOURCES) -> Iterator[Answered | Problem]:
    """Record one person's queued check-ins in their order; each is answered or refused by itself."""
    standing: tuple[Standing, ...] | None = None
    for act in acts:
        if standing is None:
            standing = tuple(sources.standing(act.pid, received_at))
        try:
            yield _check_in(act, received_at, "self", sources, standing)
        except (NotFound, Rejected) as problem:
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


@dataclass(frozen=True)
class Pointer:
    """What the venue's index tells of a check-in: its key and its instant."""

    pid: str
    venue: str
    direction: str
    at: int


def seen_of(pid: str, at: int) -> list[Seen]:
    """Return a person's check-ins of the last 14 days for a trace; older by their own instant are left out too."""
    return [
        Seen(row.venue, row.area, row.direction, int(row.at), int(row.received_at), row.decision, row.how)
        for row in of_person(pid, at)
        if row.at + rules.KEPT_S > at
    ]


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


def count_hour(venue: str, hour: int, shards: int) -> int:
    """Count the check-ins at a venue in the UTC hour that begins at `hour`, over all its shards: for a recount."""
    partitions = (rules.shard_key(venue, hour, shard) for shard in range(shards))
    return sum(CheckinRow.by_venue.count(partition) for partition in partitions)


def _check_in(act: Act, received_at: int, how: How, sources: Sources, standing: tuple[Standing, ...]) -> Answered:
    if not rules.is_believable(act.at, received_at):
        raise Rejected(
            "A check-in is of the last 72 hours and not over 2 minutes ahead. Set the phone's clock.",
            code="at-out-of-window",
            errors=(FieldError("/at", "window", "received − 72 h to received + 2 min"),),
        )
    lineage = sources.lineage(act.venue, received_at)
    if not (lineage and lineage[0].published):
        raise NotFound("There is no such venue.", code="no-venue")
    at, asking = rules.judged_at(act, received_at, standing), [one for one in lineage if one.published]
    known = facts_of(
        standing,
        act.direction,
        at,
        precedence=POLICY.precedence,
        administrative=ADMINISTRATIVE,
        aged=any(one.policy.oldest_test_s is not None for one in asking),
    )
    here = lineage[0]
    came_in = {one.venue: _came_in(act, one) for one in asking if _matters(act, one, one is here)}
    doors = [_door(one, act, received_at, sources, came_in.get(one.venue)) for one in asking]
    decision = decide_at_door(known, doors, at)
    row = _row(act, decision, received_at, how, here)
    if here.policy.occupancy and decision.decision != "refused":
        row.counted, row.before = True, came_in[here.venue]
    return _put(row, decision)


def _matters(act: Act, venue: Venue, is_here: bool) -> bool:  # noqa: FBT001 - a fact, no switch
    """Tell whether it matters that a person is counted inside: where they are counted now, or room is asked for."""
    return (is_here and venue.policy.occupancy) or (venue.policy.capacity is not None and act.direction == "in")


def _door(venue: Venue, act: Act, received_at: int, sources: Sources, came_in: int | None) -> Door:
    """Return what a venue asks now; people are counted, by another read, only where there is a limit to them.

    How many were inside when a check-in that waited was made is not known.
    """
    policy = venue.policy
    if policy.capacity is None or act.direction == "out" or received_at - act.at > rules.AHEAD_S:
        return Door(venue.venue, venue.open, policy)
    inside = sources.inside(venue.venue, policy.stay_s, received_at)
    return Door(venue.venue, venue.open, policy, inside, returning=came_in is not None)


def _row(act: Act, decision: Decision, received_at: int, how: How, venue: Venue) -> CheckinRow:
    return CheckinRow(
        act.pid,
        rules.sort_key(act),
        hour_shard=rules.hour_shard(act.venue, act.at, act.pid, venue.policy.shards),
        at=act.at,
        received_at=received_at,
        venue=act.venue,
        area=venue.area,
        direction=act.direction,
        decision=decision.decision,
        cause=decision.cause,
        rule=decision.rule,
        how=how,
        ttl=act.at + rules.KEPT_S,
    )


def _put(row: CheckinRow, decision: Decision) -> Answered:
    # Written first, read only on a repeat: nearly every check-in is new, and then one request is enough.
    if row.put_if_absent():
        return Answered(decision, new=True, at=int(row.at))
    stored = CheckinRow.get(row.pid, row.place, consistent_read=True)
    told = Decision(stored.decision, stored.cause, stored.rule)  # type: ignore[arg-type]  # as stored
    return Answered(told, new=False, at=int(stored.at))


def _came_in(act: Act, venue: Venue) -> int | None:
    """Return the slot in which a person is counted as inside a venue, None when they are not: one read, there alone."""
    first, last = (act.at - venue.policy.stay_s) // rules.SLOT_S, act.at // rules.SLOT_S
    slots = CheckinRow.place.between(f"{first}#", f"{last}$")
    own = living(CheckinRow.query(act.pid, slots, consistent_read=True), act.at)
    counted = [row for row in own if row.venue == venue.venue and row.counted and int(row.at) <= act.at]
    newest = max(counted, key=lambda row: int(row.at), default=None)
    return rules.slot_of(newest.place) if newest is not None and newest.direction == "in" else None
