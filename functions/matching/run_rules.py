"""The daily run, pure: its plan, its parts, what a decision changes, and what a report says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final, Literal
from zlib import crc32

import msgspec

from functions.matching.policy import Policy
from functions.matching.rules import ADMINISTRATIVE, ELIGIBLE, Entitlement, must_be_held

MOST_PARTS: Final = 256
State = Literal["received", "running", "done", "held", "failed"]
Change = Literal["entitled", "renewed", "kept", "withdrawn", "refused"]


class Plan(msgspec.Struct, frozen=True):
    """What a run will do, fixed before it begins: the cut-off, the area (empty: everywhere), the policy, the parts."""

    cutoff: int
    area: str
    policy: str
    parts: list[list[str]]

    @property
    def run(self) -> str:
        """The run's id: 32 hexadecimal characters of SHA-256 over the plan's JSON. Two equal plans are one run."""
        return sha256(msgspec.json.encode(self)).hexdigest()[:32]


class Decided(msgspec.Struct, frozen=True, array_like=True):
    """One decision of a part, kept until it is applied.

    `stood_until` is the end of what the person was entitled to at the cut-off, 0 when they were not; `known` tells
    whether anything had ever been decided about them, for only then can there be passes.
    """

    entitlement: Entitlement
    stood_until: int
    known: bool

    @property
    def change(self) -> Change:
        """What the decision changes for the person."""
        if self.entitlement.verdict != ELIGIBLE:
            return "withdrawn" if self.stood_until else "refused"
        if not self.stood_until:
            return "entitled"
        return "kept" if self.stood_until == self.entitlement.expires_at else "renewed"

    @property
    def may_wait(self) -> bool:
        """Tell whether the person loses for a cause that no result brought about: such a loss may be held."""
        return self.change == "withdrawn" and self.entitlement.cause in ADMINISTRATIVE


class Tally(msgspec.Struct, frozen=True):
    """The counts of one unit in a run; `losing` counts by cause the losses that may be held."""

    people: int = 0
    changes: dict[str, int] = {}
    refused: dict[str, int] = {}
    losing: dict[str, int] = {}


class Hold(msgspec.Struct, frozen=True):
    """A unit whose losses wait for a person: `decision` is empty until `release` or `cancel`."""

    unit: str
    people: int
    losing: int
    decision: str = ""

    @property
    def waits(self) -> bool:
        """Tell whether nobody has decided yet."""
        return not self.decision

    @property
    def released(self) -> bool:
        """Tell whether the losses are to be applied after all."""
        return self.decision == "release"


class Report(msgspec.Struct, frozen=True):
    """The counts of a run, or of one unit in it."""

    entitled: int
    renewed: int
    kept: int
    withdrawn: int
    refused: dict[str, int]


def deal(units: Iterable[str], parts: int = MOST_PARTS) -> list[list[str]]:
    """Deal units to at most `parts` parts, by a hash of their id; units in order, no part empty."""
    hands: dict[int, list[str]] = {}
    names = sorted(set(units))
    for place, unit in enumerate(names):
        # Few units: one a part. Many: by hash, so that neighbours (one employer's branches) do not share a part.
        hands.setdefault(place if len(names) <= parts else crc32(unit.encode()) % parts, []).append(unit)
    return [hands[number] for number in sorted(hands)]


def tally(decided: Iterable[Decided]) -> Tally:
    """Count the decisions of one unit."""
    kept = list(decided)
    return Tally(
        people=len(kept),
        changes=dict(Counter(one.change for one in kept)),
        refused=dict(Counter(one.entitlement.cause for one in kept if one.entitlement.verdict != ELIGIBLE)),
        losing=dict(Counter(one.entitlement.cause for one in kept if one.may_wait)),
    )


def holds(tallies: Mapping[str, Tally], policy: Policy) -> list[Hold]:
    """Return the units whose losses look systematic, by unit."""
    losing = {unit: sum(counts.losing.values()) for unit, counts in tallies.items()}
    return [
        Hold(unit, tallies[unit].people, lost)
        for unit, lost in sorted(losing.items())
        if must_be_held(tallies[unit].people, lost, policy)
    ]


def applies(decided: Decided, hold: Hold | None, *, again: bool) -> bool:
    """Tell whether a decision is to be written now.

    `again` says that the part was applied before: then only what was held meanwhile is left.
    """
    if decided.may_wait and hold is not None:
        return hold.released
    return not again


def overlap(one: str, other: str) -> bool:
    """Tell whether two areas have a place in common (empty: everywhere): containment of division codes is prefix."""
    return one.startswith(other) or other.startswith(one)


def report(tallies: Mapping[str, Tally], held: Mapping[str, Hold]) -> Report:
    """Sum the counts of a run, leaving out the losses that were not applied."""
    changes: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for unit, counts in tallies.items():
        changes.update(counts.changes)
        refused.update(counts.refused)
        hold = held.get(unit)
        if hold is not None and not hold.released:
            refused.subtract(counts.losing)
            changes["withdrawn"] -= sum(counts.losing.values())
    causes = {cause: count for cause, count in sorted(refused.items()) if count}
    return Report(changes["entitled"], changes["renewed"], changes["kept"], changes["withdrawn"], causes)
