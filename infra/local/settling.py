"""Loading an invented district into the embedded engine: venues by their own use cases, people and check-ins in bulk.

A check-in over HTTP costs the engine some milliseconds, and a fortnight of a district would take hours. So check-ins are
written as rows, 25 a request, under the keys and shards that the rooms' own functions make, as they would have been
decided at a venue that asks for no pass. Streams see them as they see any other: the counters count them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

import msgspec

from functions.checkins import rules
from functions.checkins.door import Door, decide_at_door
from functions.checkins.facts import facts_of
from functions.checkins.inside import Counts, moves_of
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act, Decision
from functions.people.codes import phone_hash
from functions.people.model import Person
from functions.people.service import Identity
from functions.shared.fields import Fields
from functions.shared.pids import pid_of
from functions.venues import entrances, service
from functions.venues.policy import Policy
from functions.venues.rules import About, Position, Venue
from functions.venues.service import Facts
from infra.local.district import District, Resident, Visit
from infra.local.places import DAY_S, Place

STEP = 200  # people at once: what is held in memory
_WRITERS = 2
_DECIDED_S = DAY_S // 2
_ANSWERS = {"checked": ("check",), "returned": ("return",), "refused": ("check", "refuse"), "applied": ()}

Progress = Callable[[int], object]
Counting = Mapping[str, Sequence[Counts]]


@dataclass(frozen=True)
class Open:
    """An open venue as check-ins need it: what it decides of somebody of whom nothing is known."""

    venue: Venue
    decision: Decision


def attach(environment: Mapping[str, str]) -> None:
    """Let this process act as the engine's functions do."""
    os.environ.update(environment)


def settle_venues(district: District, at: int, progress: Progress) -> dict[int, Open]:
    """Register the venues, or leave those waiting that wait; return the open ones by their number. Again: the same."""
    # What lies in another comes after it, so each family is settled by one writer, in order.
    whole: dict[str, str] = {}
    families: dict[str, list[int]] = {}
    for number, place in enumerate(district.places):
        whole[place.venue] = whole.get(place.parent, place.venue)
        families.setdefault(whole[place.venue], []).append(number)

    def settle(numbers: Sequence[int]) -> dict[int, Open]:
        found = {}
        for number in numbers:
            opened = _settle(district.places[number], district.size.seed, at)
            progress(1)
            if opened is not None:
                found[number] = opened
        return found

    with ThreadPoolExecutor(_WRITERS) as pool:
        return {number: one for family in pool.map(settle, families.values()) for number, one in family.items()}


def settle_people(district: District, places: Mapping[int, Open], at: int, progress: Progress) -> int:
    """Write people and their check-ins up to the instant `at`, some people at once; tell how many check-ins.

    Again with the same seed and days: the same rows under the same keys.
    """
    everyone = district.neighbours()

    def settle(numbers: Sequence[int]) -> int:
        written = _write(district, places, numbers, at)
        progress(len(numbers))
        return written

    with ThreadPoolExecutor(_WRITERS) as pool:
        return sum(pool.map(settle, (everyone[start : start + STEP] for start in range(0, len(everyone), STEP))))


def _settle(place: Place, seed: int, at: int) -> Open | None:
    position = None if place.category == "bus" else Position(place.latitude, place.longitude, "gcj02")
    about = About(position, (), place.peak_per_hour, moves=place.category == "bus")
    facts = Facts(place.name, place.area, place.category, place.address, place.parent, about)
    applied_at = min(place.applied_at, at)
    if place.state != "approved":
        waits, _new = service.apply(facts, applied_at)
        if waits.state == "applied":
            for decision in _ANSWERS[place.state]:
                service.decide(waits.venue, decision, "生成的示例 generated", min(applied_at + _DECIDED_S, at))
        return None
    service.register(place.venue, facts, applied_at)
    service.set_policy(place.venue, Policy(pass_required=False, occupancy=place.counts_people), at)
    chance = Random(f"{seed}/codes/{place.venue}")  # noqa: S311 - what hangs on an invented wall
    for label in place.labels:
        entrances.add_code(place.venue, label, applied_at, chance.randbytes)
    settled = service.must(place.venue, at)
    return Open(settled, _decision(settled))


def _decision(venue: Venue) -> Decision:
    """What an invented venue decides of somebody who has no pass and of whom nothing is known."""
    unknown = facts_of((), "in", venue.applied_at, precedence=(), administrative=(), aged=False)
    return decide_at_door(unknown, [Door(venue.venue, True, venue.policy)], venue.applied_at)


def _write(district: District, places: Mapping[int, Open], numbers: Sequence[int], at: int) -> int:
    written, counting = 0, _counting(one.venue for one in places.values())
    with Person.batch_write() as people, CheckinRow.batch_write() as checkins:
        for number in numbers:
            resident = district.resident(number)
            pid = pid_of("resident-id", resident.number)
            people.save(_person(pid, resident, district.begins_at - DAY_S))
            for row in _checkins(pid, district.visits(number), places, counting, at):
                checkins.save(row)
                written += 1
    return written


def _person(pid: str, resident: Resident, enrolled_at: int) -> Person:
    fields = Fields("person")
    identity = Identity("resident-id", resident.number, resident.name)
    return Person(
        pid,
        identity=fields.encrypt(pid, "identity", msgspec.json.encode(identity).decode()),
        phone=fields.encrypt(pid, "phone", resident.phone),
        phone_hash=phone_hash(resident.phone),
        area=resident.area,
        enrolled_at=enrolled_at,
        turn=1,
    )


def _counting(venues: Iterable[Venue]) -> Counting:
    """Return for each venue those whose number a check-in there changes: itself and what it lies in, if they count."""
    by_id = {venue.venue: venue for venue in venues}
    found: dict[str, list[Counts]] = {venue: [] for venue in by_id}
    for venue, counts in found.items():
        above: Venue | None = by_id[venue]
        while above:
            if above.policy.occupancy:
                counts.append(Counts(above.venue, above.policy.stay_s))
            above = by_id.get(above.parent)
    return found


def _checkins(
    pid: str, visits: Iterator[Visit], places: Mapping[int, Open], counting: Counting, at: int
) -> Iterator[CheckinRow]:
    """A person's rows: of two in one slot, at one venue and in one direction, the first, as the service has it."""
    seen: set[str] = set()
    earlier: list[CheckinRow] = []
    for visit in visits:
        place = places[visit.place]
        venue, policy = place.venue.venue, place.venue.policy
        act = Act(pid, venue, visit.direction, visit.at)
        key = rules.sort_key(act)
        if visit.at > at or key in seen:
            continue
        seen.add(key)
        row = CheckinRow(
            pid,
            key,
            hour_shard=rules.hour_shard(venue, act.at, pid, policy.shards),
            at=act.at,
            received_at=act.at + 1,
            venue=venue,
            area=place.venue.area,
            direction=act.direction,
            decision=place.decision.decision,
            cause=place.decision.cause,
            rule=place.decision.rule,
            how=visit.how,
            ttl=act.at + rules.KEPT_S,
        )
        if counting[venue]:
            row.moves = msgspec.json.encode(moves_of(act, 1, counting[venue], earlier)).decode()
            earlier.append(row)
        yield row
