"""Where somebody was, from their check-ins, and where and for how long two people were together.

A check-in is a moment at a door; a visit is what lies between two of them. The rules, which docs/tracing.md tells in
words and tests/tracing holds against a reading of them second by second:

- From an `in` to the next `out` of the same venue, if that follows within 12 hours, the person was there.
- Without such an `out` they were there for 2 hours from the `in`, and no longer than until their next check-in there or
  elsewhere. Scanning again at the same venue is such an `in`: it extends the visit.
- An `out` without such an `in` means the 2 hours before it, and no longer ago than their last check-in.
- A person who was refused at the door did not come in. What they scanned there still ends a visit elsewhere.
- Elsewhere is a venue that neither contains this one nor lies in it: whoever enters a shop has not left its tower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

STAY_S: Final = 2 * 3600
LONGEST_S: Final = 12 * 3600

Chains = Mapping[str, tuple[str, ...]]  # a venue -> itself and what contains it, the narrowest first


@dataclass(frozen=True)
class Act:
    """A check-in as presence reads it; `entered` is false for an `in` that was refused.

    `assisted` tells that somebody at the door made it, by the person's document; `entrance` is the code that was
    scanned, and `party` how many came with it.
    """

    venue: str
    leaves: bool
    at: int
    entered: bool = True
    assisted: bool = False
    entrance: str = ""
    party: int = 1


@dataclass(frozen=True)
class Visit:
    """Somebody at a venue, start ≤ instant < end, epoch seconds.

    `seen_at` is the newest check-in it rests on: when that is past retention, so is the visit. `entrances` are the codes
    scanned, in their order; `party` is the most that came with one of its check-ins; `doubted` that one of them is in
    doubt, which is looked at where it matters alone.
    """

    venue: str
    start: int
    end: int
    seen_at: int
    assisted: bool = False
    entrances: tuple[str, ...] = ()
    party: int = 1
    doubted: bool = False


@dataclass(frozen=True)
class Exposure:
    """Where and when it matters that somebody else was: `chain` holds the venues that count, the narrowest first."""

    chain: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Encounter:
    """Two visits that overlap: at the narrowest venue that holds both, from start to end."""

    place: str
    start: int
    end: int
    visit: Visit


def chain_of(venue: str, chains: Chains) -> tuple[str, ...]:
    """Return a venue and what contains it; a venue of which nothing is known stands alone."""
    return chains.get(venue, (venue,))


def visits_of(acts: Iterable[Act], chains: Chains) -> list[Visit]:
    """Return a person's visits, by venue and then by time; those of one venue neither overlap nor touch."""
    ordered = sorted(acts, key=lambda act: (act.at, act.leaves, act.venue))
    stays = [stay for n, act in enumerate(ordered) if (stay := _stay(n, act, ordered, chains)) is not None]
    stays.sort(key=lambda stay: (stay.venue, stay.start, stay.end))
    return [visit for _, of_one in groupby(stays, key=lambda stay: stay.venue) for visit in _merged(of_one)]


def encounters_of(visits: Iterable[Visit], exposures: Iterable[Exposure], chains: Chains) -> list[Encounter]:
    """Return each overlap of a person's visits with the exposures, by time."""
    by_widest: dict[str, list[Exposure]] = {}
    for exposure in exposures:
        # Venues are a forest: whatever holds both lies on the way to the widest that counts.
        by_widest.setdefault(exposure.chain[-1], []).append(exposure)
    found = []
    for visit in visits:
        chain = chain_of(visit.venue, chains)
        for exposure in (one for place in chain for one in by_widest.get(place, ())):
            start, end = max(visit.start, exposure.start), min(visit.end, exposure.end)
            if start < end:
                place = next(place for place in exposure.chain if place in chain)
                found.append(Encounter(place, start, end, visit))
    return sorted(found, key=lambda one: (one.start, one.end, one.place, one.visit.venue))


def seconds_of(encounters: Iterable[Encounter]) -> int:
    """Return for how long in all; what lies in two encounters at once counts once."""
    return union_s((one.start, one.end) for one in encounters)


def union_s(intervals: Iterable[tuple[int, int]]) -> int:
    """Return the seconds that intervals of epoch seconds cover together."""
    total, reached = 0, 0
    for start, end in sorted(intervals):
        total += max(end - max(start, reached), 0)
        reached = max(reached, end)
    return total


def exposures_of(visits: Iterable[Visit], chains: Chains, start: int, end: int, margin_s: int = 0) -> list[Exposure]:
    """Return a person's visits within a window as exposures of others, each widened by the margin on both sides.

    What is widened stays within the window: nobody approved more.
    """
    widened = (
        Exposure(chain_of(one.venue, chains), max(one.start - margin_s, start), min(one.end + margin_s, end))
        for one in visits
        if one.start < end and one.end > start
    )
    return [one for one in widened if one.start < one.end]


def hours_of(start: int, end: int) -> range:
    """Return the hours in which a check-in may tell of somebody there at an instant of start ≤ instant < end.

    Whoever entered 12 hours before may be there still, and their `out` may be as much later.
    """
    return range((start - LONGEST_S) // 3600 * 3600, end + LONGEST_S + 1, 3600)


def _stay(n: int, act: Act, ordered: Sequence[Act], chains: Chains) -> Visit | None:
    """Return what one check-in tells: the time after an `in`, the time before an `out` that no `in` explains."""
    if not act.leaves:
        if not act.entered:
            return None
        following = _nearest(act, (ordered[k] for k in range(n + 1, len(ordered))), chains)
        if following and _closes(act, following):
            return _between(act.at, following.at, act, following)
        end = min(act.at + STAY_S, following.at if following else act.at + STAY_S)
        return _between(act.at, end, act)
    before = _nearest(act, (ordered[k] for k in range(n - 1, -1, -1)), chains)
    if before and _closes(before, act):
        return None
    start = max(act.at - STAY_S, before.at if before else act.at - STAY_S)
    return _between(start, act.at, act)


def _between(start: int, end: int, *rests_on: Act) -> Visit:
    return Visit(
        rests_on[0].venue,
        start,
        end,
        seen_at=rests_on[-1].at,
        assisted=any(act.assisted for act in rests_on),
        entrances=tuple(dict.fromkeys(act.entrance for act in rests_on if act.entrance)),
        party=max(act.party for act in rests_on),
    )


def _nearest(act: Act, others: Iterable[Act], chains: Chains) -> Act | None:
    """Return the first of other check-ins that says something about this venue: there, or elsewhere."""
    chain = chain_of(act.venue, chains)
    for other in others:
        if other.venue == act.venue or not (other.venue in chain or act.venue in chain_of(other.venue, chains)):
            return other
    return None


def _closes(entered: Act, left: Act) -> bool:
    return (
        left.leaves
        and not entered.leaves
        and entered.entered
        and left.venue == entered.venue
        and left.at - entered.at <= LONGEST_S
    )


def _merged(stays: Iterable[Visit]) -> list[Visit]:
    merged: list[Visit] = []
    for stay in stays:
        last = merged[-1] if merged else None
        if last and stay.start <= last.end:
            merged[-1] = replace(
                last,
                end=max(last.end, stay.end),
                seen_at=max(last.seen_at, stay.seen_at),
                assisted=last.assisted or stay.assisted,
                entrances=tuple(dict.fromkeys(last.entrances + stay.entrances)),
                party=max(last.party, stay.party),
            )
        else:
            merged.append(stay)
    return [visit for visit in merged if visit.start < visit.end]
