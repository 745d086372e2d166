"""The daily run, pure: its plan, its parts, what a decision changes, and what a report says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Final, Literal
from zlib import crc32

import msgspec

from functions.matching.policy import Policy
from functions.matching.rules import (
    ADMINISTRATIVE,
    CLOCK_LEEWAY_S,
    ELIGIBLE,
    Decision,
    Entitlement,
    Facts,
    decide,
    must_be_held,
)

MOST_PARTS: Final = 256
ROWS_A_GROUP: Final = 2_000_000  # of the lake: what one function joins in a minute and half a gigabyte
State = Literal["received", "running", "done", "held", "failed"]
Change = Literal["entitled", "renewed", "kept", "withdrawn", "refused"]


class Plan(msgspec.Struct, frozen=True):
    """What a run will do, fixed before it begins: the cut-off, the area (empty: everywhere), the policy, the groups.

    `groups` is how many groups of parts are worked on apart, a power of two; `sources` the SHA-256 of what is read:
    the units with their lists and approvals, and the files of the lake.
    """

    cutoff: int
    area: str
    policy: str
    groups: int
    sources: str

    @property
    def run(self) -> str:
        """The run's id: 32 hexadecimal characters of SHA-256 over the plan's JSON. Two equal plans are one run."""
        return sha256(msgspec.json.encode(self)).hexdigest()[:32]

    def parts(self, group: int) -> tuple[int, int]:
        """Return the first and the last part of a group."""
        width = MOST_PARTS // self.groups
        return group * width, (group + 1) * width - 1


class Decided(msgspec.Struct, frozen=True, array_like=True):
    """One decision of a part, kept until it is applied.

    `stood_until` is the end of what the person was entitled to at the cut-off, 0 when they were not; `known` tells
    whether anything had ever been decided about them, for only then can there be passes; `administrative` that no
    result is against them.
    """

    entitlement: Entitlement
    stood_until: int
    known: bool
    administrative: bool

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
        """Tell whether the person loses, and no result is why or would be: only such a loss may be held.

        Whoever is struck from a list and has turned positive is named as not listed, and waits for nobody.
        """
        return self.change == "withdrawn" and self.administrative


class Tally(msgspec.Struct, frozen=True):
    """The counts of one unit in a run; `losing` counts by cause the losses that may be held.

    `missed` counts what the event path had missed: changes that neither time nor the run's own cut-off explains.
    """

    people: int = 0
    changes: dict[str, int] = {}
    refused: dict[str, int] = {}
    losing: dict[str, int] = {}
    missed: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Return the counts of both."""
        return Tally(
            people=self.people + other.people,
            changes=_sum(self.changes, other.changes),
            refused=_sum(self.refused, other.refused),
            losing=_sum(self.losing, other.losing),
            missed=self.missed + other.missed,
        )


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
    missed: int


def groups_for(rows: int) -> int:
    """Return in how many groups so many rows are worked on: a power of two, at most one for each part."""
    groups = 1
    while groups < MOST_PARTS and rows > groups * ROWS_A_GROUP:
        groups *= 2
    return groups


def hand(units: Iterable[str], group: int, groups: int) -> list[str]:
    """Return the units whose entitlements a group reads: dealt by a hash, so that a city's largest lie apart."""
    return sorted(unit for unit in units if crc32(unit.encode()) % groups == group)


def is_administrative(decision: Decision) -> bool:
    """Tell whether somebody is refused, and every finding is of lists and approvals: no result is against them."""
    return bool(decision.findings) and ADMINISTRATIVE.issuperset(decision.causes)


def tallies(counts: Iterable[tuple[str, str, str, bool, int]]) -> dict[str, Tally]:
    """Return the counts of each unit from `(unit, change, cause, administrative, people)`."""
    found: dict[str, Tally] = {}
    for unit, change, cause, administrative, people in counts:
        one = Tally(
            people=people,
            changes={change: people},
            refused={cause: people} if cause != ELIGIBLE else {},
            losing={cause: people} if change == "withdrawn" and administrative else {},
        )
        found[unit] = found[unit] + one if unit in found else one
    return found


def summed(many: Iterable[Mapping[str, Tally]]) -> dict[str, Tally]:
    """Return the counts of each unit over all groups."""
    found: dict[str, Tally] = {}
    for some in many:
        for unit, one in some.items():
            found[unit] = found[unit] + one if unit in found else one
    return found


def holds(tallies: Mapping[str, Tally], policy: Policy) -> list[Hold]:
    """Return the units whose losses look systematic, by unit."""
    losing = {unit: sum(counts.losing.values()) for unit, counts in tallies.items()}
    return [
        Hold(unit, tallies[unit].people, lost)
        for unit, lost in sorted(losing.items())
        if must_be_held(tallies[unit].people, lost, policy)
    ]


def was_missed(decision: Decision, facts: Facts, before: tuple[str, int, int] | None, policy: Policy) -> bool:
    """Tell whether an event should have brought about a change that matters at the door, and did not.

    `decision` is the run's, from these facts; `before` is the cause, the end and the instant of what stood. Time alone turns an entitlement into a refusal, and a
    positive's end gives one back: that is the run's own work. A sample that was seen and not counted, or that came
    since without a decision, is not.
    """
    now = _said(decision)
    if before is None or (before[0] != ELIGIBLE and now[0] != ELIGIBLE):
        return before is None and now[0] == ELIGIBLE
    cause, end, decided_at = before
    if _said(decide(facts, policy, decided_at)) != (cause, end):
        return True
    seen = tuple(row for row in facts.results if row.sampled_at <= decided_at + CLOCK_LEEWAY_S)
    return _said(decide(replace(facts, results=seen), policy, decision.cutoff)) != now


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
    missed = sum(counts.missed for counts in tallies.values())
    return Report(changes["entitled"], changes["renewed"], changes["kept"], changes["withdrawn"], causes, missed)


def _said(decision: Decision) -> tuple[str, int]:
    return decision.cause, decision.expires_at or 0


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    # A city has a million of these sums, and Counter's take four times as long.
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
