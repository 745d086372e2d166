"""How one check-in is recorded: what is known of the person and the venue, the decision, and the row that is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import msgspec

from functions.checkins import caps, inside, rules, scanned
from functions.checkins.door import FEVER_C, Door, decide_at_door
from functions.checkins.facts import facts_of
from functions.checkins.inside import Counts
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act, Decision, Standing
from functions.checkins.scanned import UNTOLD, Entrance
from functions.counters.occupancy import occupancy
from functions.matching import service as matching
from functions.matching.policy import DEFAULT as POLICY
from functions.matching.rules import ADMINISTRATIVE
from functions.people import service as people
from functions.shared.problems import FieldError, NotFound, Rejected, TooMany
from functions.shared.tables import living
from functions.staff import service as staff
from functions.venues import nesting, scheme
from functions.venues.rules import Venue

How = Literal["self", "assisted", "group"]
COLDEST_C: Final = 30.0
HOTTEST_C: Final = 45.0


@dataclass(frozen=True)
class Details:
    """What a check-in tells beside the act itself, none of it part of its identity.

    Attributes:
        code: what was scanned: a venue code's ten characters or the last part of its address; empty when that is not told.
        party: how many come in or leave with this one check-in, the person themselves among them.
        temperature_c: what was measured at the door, degrees Celsius; None when nobody measured.
    """

    code: str = ""
    party: int = 1
    temperature_c: float | None = None


BARE = Details()


@dataclass(frozen=True)
class Answered:
    """What a check-in is answered with; `new` is false for a repeat, which gets the stored decision and instant."""

    decision: Decision
    new: bool
    at: int = field(default=0, compare=False)
    entrance: Entrance = field(default=UNTOLD, compare=False)


def vouched(pid: str, at: int) -> list[Standing]:
    """Return what was decided about a person by the units whose lists mean whoever enrolled under the pid.

    A list with another phone may mean another person, of whose results the one who enrolled must learn nothing.
    """
    standing = matching.standing(pid, at)
    # Most people are on nobody's list: nothing was decided of them, and who they are is neither read nor decrypted.
    known = people.profile(pid, at) if standing else None
    if known is None:
        return list(standing)
    return [one for one in standing if not _means_another(staff.listing(one.scope, pid, at), known)]


def _means_another(listing: staff.Listing | None, known: people.Profile) -> bool:
    return listing is not None and not people.unit_vouches(listing, known)


@dataclass(frozen=True)
class Sources:
    """Where a check-in's facts come from; a test hands in its own."""

    standing: Callable[[str, int], Iterable[Standing]] = vouched
    lineage: Callable[[str, int], tuple[Venue, ...]] = nesting.lineage
    inside: Callable[[str, int, int], int | None] = occupancy


SOURCES = Sources()
# Somebody at the door holds the document itself: what was decided about it is what counts.
ASSISTED = Sources(standing=matching.standing)


@dataclass(frozen=True)
class Made:
    """Who makes a check-in, what they tell beside it, and where its facts come from."""

    how: How = "self"
    details: Details = BARE
    sources: Sources = SOURCES


def record(act: Act, received_at: int, made: Made, standing: Sequence[Standing]) -> Answered:
    """Record a check-in.

    Args:
        act: the check-in.
        received_at: epoch seconds.
        made: how.
        standing: what was decided of the person.

    Raises:
        NotFound, Rejected, TooMany: as `service.check_in` says.
    """
    how, details, sources = made.how, made.details, made.sources
    lineage = _lineage(act, received_at, sources)
    here, asking = lineage[0], [one for one in lineage if one.published]
    entrance = scanned.entrance_of(details.code, here, act.at, received_at)
    _require_measured(details, asking)
    earlier = _earlier(act, asking, how)
    if how != "assisted":
        _require_room(act, earlier, received_at)
    at = rules.judged_at(act, received_at, standing)
    known = facts_of(
        standing,
        act.direction,
        at,
        precedence=POLICY.precedence,
        administrative=ADMINISTRATIVE,
        aged=any(one.policy.oldest_test_s is not None for one in asking),
    )
    known = replace(known, temperature_c=details.temperature_c, party=details.party)
    doors = [_door(one, act, received_at, sources, earlier) for one in asking]
    decision = decide_at_door(known, doors, at)
    row = _row(act, decision, received_at, how, here)
    _describe(row, details, entrance)
    if decision.decision != "refused":
        counting = [_counts(one) for one in asking if one.policy.occupancy]
        moves = inside.moves_of(act, details.party, counting, earlier)
        row.moves = msgspec.json.encode(moves).decode() if moves else None
    return _put(row, decision, entrance)


def _lineage(act: Act, received_at: int, sources: Sources) -> tuple[Venue, ...]:
    if not rules.is_believable(act.at, received_at):
        raise Rejected(
            "A check-in is of the last 72 hours and not over 2 minutes ahead. Set the phone's clock.",
            code="at-out-of-window",
            errors=(FieldError("/at", "window", "received − 72 h to received + 2 min"),),
        )
    lineage = sources.lineage(act.venue, received_at)
    if not (lineage and lineage[0].published):
        raise NotFound("There is no such venue.", code="no-venue")
    scheme.require_running(lineage[0].area, act.at, received_at)
    return lineage


def _require_measured(details: Details, asking: Iterable[Venue]) -> None:
    measured = details.temperature_c
    if measured is None:
        return
    require_temperature(measured)
    if not any(one.policy.temperature for one in asking):
        raise Rejected(
            "No temperature is taken at this venue.",
            code="no-temperature",
            errors=(FieldError("/temperature_c", "no-temperature", "leave it out, or set it in the venue's policy"),),
        )


def require_temperature(measured: float, pointer: str = "/temperature_c") -> None:
    """Refuse what no thermometer of a guard shows of a living person.

    Raises:
        Rejected: `temperature`.
    """
    if not COLDEST_C <= measured <= HOTTEST_C or round(measured, 1) != measured:
        raise Rejected(
            "This is no temperature of a person. Measure again.",
            code="temperature",
            errors=(FieldError(pointer, "temperature", "30.0 to 45.0 degrees Celsius, one decimal"),),
        )


def _earlier(act: Act, asking: Iterable[Venue], how: How) -> list[CheckinRow]:
    """Return the person's check-ins of the same day, and as far around as somebody may count as inside: one read."""
    counting = [one.policy.stay_s for one in asking if one.policy.occupancy]
    if how == "assisted" and not counting:
        return []
    day, stay_s = caps.day_of(act.at), max(counting, default=0)
    first = min(day.start, (act.at - stay_s) // rules.SLOT_S)
    last = max(day.stop - 1, (act.at + stay_s) // rules.SLOT_S + 1)
    # The separator after `#` closes the last slot. Where nobody is counted, a moment late is early enough.
    slots = CheckinRow.place.between(f"{first}#", f"{last}$")
    return list(living(CheckinRow.query(act.pid, slots, consistent_read=bool(counting)), act.at))


def _require_room(act: Act, earlier: Sequence[CheckinRow], received_at: int) -> None:
    if any(row.place == rules.sort_key(act) for row in earlier):
        return  # a repeat is answered with what was stored, however often
    own = (rules.slot_of(row.place) for row in earlier if row.how != "assisted")
    wait_s = caps.wait_s(act, own, received_at)
    if wait_s is not None:
        raise TooMany(
            "This phone checked in too often. Nobody is in so many places; wait, or ask at the door.",
            retry_after_s=wait_s,
            code="checkins-cap",
        )


def _door(venue: Venue, act: Act, received_at: int, sources: Sources, earlier: Sequence[CheckinRow]) -> Door:
    """Return what a venue asks now; people are counted, by another read, only where there is a limit to them.

    How many were inside when a check-in that waited was made is not known.
    """
    policy = venue.policy
    if policy.capacity is None or act.direction == "out" or received_at - act.at > rules.AHEAD_S:
        return Door(venue.venue, venue.open, policy)
    present = sources.inside(venue.venue, policy.stay_s, received_at)
    returning = inside.is_inside(earlier, _counts(venue), act.at)
    return Door(venue.venue, venue.open, policy, present, returning=returning)


def _counts(venue: Venue) -> Counts:
    return Counts(venue.venue, venue.policy.stay_s)


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


def _describe(row: CheckinRow, details: Details, entrance: Entrance) -> None:
    row.entrance = entrance.code or None
    if details.party > 1:
        row.party = details.party
        row.how = "group" if row.how == "self" else row.how
    if details.temperature_c is not None:
        row.fever = details.temperature_c >= FEVER_C


def _put(row: CheckinRow, decision: Decision, entrance: Entrance) -> Answered:
    # Written first, read only on a repeat: nearly every check-in is new, and then one request is enough.
    if row.put_if_absent():
        return Answered(decision, new=True, at=int(row.at), entrance=entrance)
    stored = CheckinRow.get(row.pid, row.place, consistent_read=True)
    told = Decision(stored.decision, stored.cause, stored.rule)  # type: ignore[arg-type]  # as stored
    kept = Entrance(stored.entrance or "", entrance.replaced and stored.entrance == entrance.code)
    return Answered(told, new=False, at=int(stored.at), entrance=kept)
