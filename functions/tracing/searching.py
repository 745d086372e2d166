"""The search: where the case was, who was there at the same time, and for how long.

A killed or doubled search is harmless: each attempt writes pages of its own, and the last act of one names its pages
in the head. Before that nobody reads any; after it no other attempt changes anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from functions.checkins import service as checkins
from functions.checkins.scanned import label_of
from functions.gates import service as gates
from functions.lookups import service as lookups
from functions.passes import service as passes
from functions.scans import service as scans
from functions.scans.rules import FEVER
from functions.shared import clock, log
from functions.shared.labels import district_of
from functions.shared.threads import spread
from functions.tracing import doubts, presence, rules, service
from functions.tracing.model import HEAD, Head
from functions.tracing.presence import Act, Chains, Encounter, Exposure, Visit
from functions.tracing.rules import Found
from functions.venues import nesting
from functions.venues import service as venues
from functions.venues.coordinates import Degrees, wgs84
from functions.venues.rules import Position

LEASE_S = 60
_BEAT_S = 5
_WORKERS = 10  # as many connections as a client keeps
_PREFIX = "urn:epipass:"


class Busy(Exception):
    """Another worker searches this trace; ask again when its lease may have run out."""


class Overtaken(Exception):
    """Another worker took the search over, or finished it; this one has nothing to add."""


@dataclass(frozen=True)
class Plan:
    """What is searched: where and when the case was, what contains what, and the venues' hours to read."""

    exposures: list[Exposure]
    chains: Chains
    hours: list[tuple[str, int]]
    outside: int = 0
    doubted: int = 0


@dataclass
class Beat:
    """Tells how far the search is, and that it lives: at most every few seconds, for each costs a write."""

    head: Head
    attempt: str
    now: Callable[[], int]
    hours: int = 0
    _last: int = field(default=0)

    def __call__(self, hours: int | None = None, *, at_once: bool = False) -> None:
        """Note the hours read so far.

        Raises:
            Overtaken: the attempt is no longer the head's.
        """
        self.hours, now = self.hours if hours is None else hours, self.now()
        if now - self._last < _BEAT_S and not at_once:
            return
        self._last = now
        changes: list[Action] = [Head.hours_done.set(self.hours), Head.leased_until.set(now + LEASE_S)]
        if not Head(self.head.trace, HEAD).update_if(changes, _mine(self.attempt)):
            raise Overtaken(self.attempt)


def search(trace: str, now: Callable[[], int] = clock.now) -> None:
    """Search a trace that was approved; one that is done, refused or gone is left as it is.

    Raises:
        Busy: another worker searches it.
        Overtaken: another worker took it over.
    """
    at, attempt = now(), secrets.token_hex(4)
    head = Head.find(trace, HEAD, at=at)
    if head is None or head.state not in {"approved", "searching"}:
        return
    _claim(head, attempt, at)
    plan = plan_of(head, at)
    planned: list[Action] = [
        Head.hours_total.set(len(plan.hours)),
        Head.outside.set(plan.outside),
        Head.doubted.set(plan.doubted),
    ]
    head.update(actions=planned)
    beat = Beat(head, attempt, now)
    beat(0, at_once=True)
    candidates = candidates_of(plan, _read(plan, at, beat))
    found = rules.ranked(_found(head, candidates, plan, at, beat), int(head.least_s))
    _tell(head, found, at, beat)
    pages = list(rules.pages_of(found))
    for number, page in enumerate(pages):
        service.put_page(head, attempt, number, 1 + sum(len(one) for one in pages[:number]), page)
        beat()
    _finish(head, attempt, plan, found, pages=len(pages), at=at)


def plan_of(head: Head, at: int) -> Plan:
    """Return what a trace has to read, from the venue it names or from where its person was."""
    start, end = max(int(head.start), at - rules.KEPT_S), int(head.end)
    if head.venue:
        tree = (head.venue, *nesting.descendants(head.venue))
        exposures = [Exposure((head.venue,), start, end)]
        return _plan(exposures, {head.venue: tree}, _chains(tree, at), at)
    seen = checkins.seen_of(service.person_of(head), at)
    areas = {one.venue: one.area for one in seen}
    chains = _chains(areas, at)
    visits = presence.visits_of(map(act_of, seen), chains)
    within = [one for one in visits if one.start < end and one.end > start]
    inside = [one for one in within if areas[one.venue].startswith(head.area)]
    exposures = presence.exposures_of(inside, chains, start, end, int(head.margin_s))
    roots = {one.chain[-1] for one in exposures}
    trees = {root: (root, *nesting.descendants(root)) for root in roots}
    chains |= _chains((venue for tree in trees.values() for venue in tree), at)
    made = _plan(exposures, trees, chains, at)
    return replace(made, outside=len(within) - len(inside), doubted=sum(_is_doubted(seen, one, at) for one in inside))


def candidates_of(plan: Plan, acts: dict[str, list[Act]]) -> list[str]:
    """Return who may have been there, by the index of the venues alone; whoever was is among them.

    What the index does not tell (check-ins elsewhere, refusals) can only make a visit shorter.
    """
    return [
        pid
        for pid, own in sorted(acts.items())
        if presence.encounters_of(presence.visits_of(own, plan.chains), plan.exposures, plan.chains)
    ]


def act_of(seen: checkins.Seen) -> Act:
    """Return a check-in as presence reads it."""
    leaves = seen.direction == "out"
    entered = leaves or seen.decision != "refused"
    return Act(seen.venue, leaves, seen.at, entered, seen.how == "assisted", seen.entrance, seen.party)


def _is_doubted(seen: Sequence[checkins.Seen], visit: Visit, at: int) -> bool:
    ordered = sorted(seen, key=lambda one: one.at)
    return doubts.rests_on_doubt(ordered, visit, lambda venue: _position(venue, at))


def _position(venue: str, at: int) -> Degrees | None:
    known = venues.known(venue, at)
    if known is None or known.about.moves or known.about.position is None:
        return None
    return _degrees(known.about.position)


@lru_cache(maxsize=4096)
def _degrees(position: Position) -> Degrees:
    return wgs84(position)


def _claim(head: Head, attempt: str, at: int) -> None:
    free = (Head.state == "approved") | ((Head.state == "searching") & (Head.leased_until <= at))
    changes: list[Action] = [
        Head.state.set("searching"),
        Head.attempt.set(attempt),
        Head.leased_until.set(at + LEASE_S),
    ]
    if not head.update_if(changes, free):
        raise Busy(head.trace)


def _plan(exposures: list[Exposure], trees: dict[str, tuple[str, ...]], chains: Chains, at: int) -> Plan:
    hours = {
        (venue, hour)
        for one in exposures
        for venue in trees[one.chain[-1]]
        for hour in presence.hours_of(one.start, one.end)
        if at - rules.KEPT_S - 3600 < hour <= at + 3600
    }
    return Plan(exposures, chains, sorted(hours))


def _chains(of: Iterable[str], at: int) -> dict[str, tuple[str, ...]]:
    return {venue: (venue, *nesting.ancestors(venue, at)) for venue in of}


def _read(plan: Plan, at: int, beat: Beat) -> dict[str, list[Act]]:
    shards = {venue: _shards(venue, at) for venue in {venue for venue, _ in plan.hours}}
    acts: dict[str, list[Act]] = {}

    def read(place: tuple[str, int]) -> list[checkins.Pointer]:
        return checkins.at_venue(*place, shards[place[0]], at)

    for number, pointers in enumerate(spread(read, plan.hours, workers=_WORKERS), 1):
        for one in pointers:
            acts.setdefault(one.pid, []).append(Act(one.venue, one.direction == "out", one.at))
        beat(number)
    return acts


def _shards(venue: str, at: int) -> int:
    known = venues.known(venue, at)
    return known.policy.shards if known else 1


def _found(head: Head, pids: list[str], plan: Plan, at: int, beat: Beat) -> list[Found]:
    case = service.person_of(head)
    met: list[tuple[str, list[Encounter], int]] = []
    for one in spread(lambda pid: _met(pid, plan, at), (pid for pid in pids if pid != case), workers=_WORKERS):
        beat()
        if one[1]:
            met.append(one)
    seen = _scans((one for _, encounters, _ in met for one in encounters), plan.chains, at)
    subs = spread(lambda one: _subs(one[0], at) if seen else (), met, workers=_WORKERS)
    found = []
    for (pid, encounters, own_at), own in zip(met, subs, strict=True):
        beat()
        shown = [scan for sub in own for scan in seen.get(sub, ())]
        sure = [
            rules.is_confirmed(one.visit, shown, presence.chain_of(one.visit.venue, plan.chains)) for one in encounters
        ]
        shown_as = rules.met(encounters, sure, lambda venue, code: label_of(venues.known(venue, at), code))
        found.append(Found(pid, presence.seconds_of(encounters), shown_as, own_at))
    return found


def _met(pid: str, plan: Plan, at: int) -> tuple[str, list[Encounter], int]:
    seen = checkins.seen_of(pid, at)
    visits = presence.visits_of(map(act_of, seen), plan.chains)
    met = presence.encounters_of(visits, plan.exposures, plan.chains)
    unlikely = {one.visit: _is_doubted(seen, one.visit, at) for one in met}
    encounters = [replace(one, visit=replace(one.visit, doubted=unlikely[one.visit])) for one in met]
    places = {one.visit.venue for one in encounters}
    own_at = max((one.received_at for one in seen if one.how != "assisted" and one.venue in places), default=0)
    return pid, encounters, own_at


def _scans(encounters: Iterable[Encounter], chains: Chains, at: int) -> dict[str, list[tuple[str, int]]]:
    """Return venue and instant of the accepted scans at the doors of where people met, by the pass's subject."""
    times: dict[str, tuple[int, int]] = {}
    for one in encounters:
        for venue in presence.chain_of(one.visit.venue, chains):
            first, last = times.get(venue, (one.visit.start, one.visit.end))
            times[venue] = min(first, one.visit.start), max(last, one.visit.end)
    found: dict[str, list[tuple[str, int]]] = {}
    for venue, (first, last) in times.items():
        for sub, when in _accepted(venue, first - rules.NEAR_S, last + rules.NEAR_S + 1, at):
            found.setdefault(sub, []).append((venue, when))
    return found


def _accepted(venue: str, start: int, end: int, at: int) -> Iterator[tuple[str, int]]:
    for gate in gates.of_venue(venue):
        for scan in scans.of_gate(gate.gate, start, end, at):
            # With a fever somebody was sent to the medical post, and was seen.
            if scan.verdict == "accepted" or scan.cause == FEVER:
                yield scan.sub.removeprefix(_PREFIX), int(scan.at)


def _subs(pid: str, at: int) -> tuple[str, ...]:
    return tuple(one.sub.removeprefix(_PREFIX) for one in passes.named(pid, at))


def _tell(head: Head, found: list[Found], at: int, beat: Beat) -> None:
    """Note for each person, the case too, that a trace touched their data: before anybody can read that it did."""
    told = [(one.pid, one.own_at) for one in found]
    case = service.person_of(head)
    if case:
        own = (one.received_at for one in checkins.seen_of(case, at) if one.how != "assisted")
        told.append((case, max(own, default=0)))

    def note(one: tuple[str, int]) -> None:
        lookups.note_traced(
            one[0],
            head.trace,
            ground=head.ground,
            district=district_of(head.area),
            searched_at=int(head.decided_at),
            visible_at=int(head.visible_at),
            own_at=one[1],
        )

    for _ in spread(note, told, workers=_WORKERS):
        beat()


def _finish(head: Head, attempt: str, plan: Plan, found: list[Found], *, pages: int, at: int) -> None:
    changes: list[Action] = [
        Head.state.set("done"),
        Head.done_at.set(at),
        Head.people.set(len(found)),
        Head.own.set(sum(1 for one in found if one.own_at)),
        Head.pages.set(pages),
        Head.hours_done.set(len(plan.hours)),
        Head.venues.set(len({venue for venue, _ in plan.hours})),
    ]
    if not Head(head.trace, HEAD).update_if(changes, _mine(attempt)):
        raise Overtaken(attempt)
    log.event("trace.searched", trace=head.trace, people=len(found), hours=len(plan.hours))


def _mine(attempt: str) -> Condition:
    mine: Condition = (Head.attempt == attempt) & (Head.state == "searching")
    return mine
