"""What the routes of the matching run read and write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from functions.matching import run_rules
from functions.matching.rules import coarse
from functions.matching.run_rules import Hold, Tally

MOST_UNITS: Final = 500  # in one report: those with the most to look at; a city has more than an answer may hold


class RunIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cutoff` an RFC 3339 instant, now by default; `area` a division code in the officer's own, theirs by default."""

    cutoff: str = ""
    area: str = ""


class RunStarted(msgspec.Struct, frozen=True):
    """The run that was started, or runs or ran already for that cut-off."""

    run: str
    cutoff: str


class HoldOut(msgspec.Struct, frozen=True):
    """A held unit; `decision` is empty, `release` or `cancel`."""

    unit: str
    people: int
    losing: int
    decision: str


class UnitTally(msgspec.Struct, frozen=True):
    """What a run changed in one unit: counts, never names; `refused` by coarse cause.

    In a small unit the full cause of a count would be a person's test result.
    """

    unit: str
    name: str
    people: int
    entitled: int
    renewed: int
    kept: int
    withdrawn: int
    refused: dict[str, int]
    held: bool


class RunOut(msgspec.Struct, frozen=True):
    """A run's report; its counts are of the units in the caller's area, and rise while it runs.

    `units` are of an officer's own area, those that lost the most first, once the run is over; `units_left_off` counts those not shown.
    """

    run: str
    state: str
    cutoff: str
    policy: str
    parts_total: int
    parts_done: int
    entitled: int
    renewed: int
    kept: int
    withdrawn: int
    refused: dict[str, int]
    held_units: list[str]
    holds: list[HoldOut]
    units: list[UnitTally]
    units_left_off: int


class RunHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """A run in a list; `held_units` counts the units of the caller's area that wait for a person."""

    run: str
    state: str
    cutoff: str
    held_units: int
    started_at: str | None = None


class RunsOut(msgspec.Struct, frozen=True):
    """The newest runs of an area, the newest first."""

    runs: list[RunHead]


class DecisionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a held unit's losses are applied (`release`) or dropped (`cancel`), and why."""

    decision: Literal["release", "cancel"]
    reason: str


def unit_tallies(
    tallies: Mapping[str, Tally], holds: Mapping[str, Hold], names: Mapping[str, str]
) -> tuple[list[UnitTally], int]:
    """Shape the counts of the units that have a name here, and count those left off."""
    found = [_unit_tally(unit, names[unit], tallies[unit], holds.get(unit)) for unit in tallies if unit in names]
    found.sort(key=lambda one: (not one.held, -one.withdrawn, -sum(one.refused.values()), one.unit))
    return found[:MOST_UNITS], max(0, len(found) - MOST_UNITS)


def _unit_tally(unit: str, name: str, counts: Tally, hold: Hold | None) -> UnitTally:
    told = run_rules.report({unit: counts}, {unit: hold} if hold else {})
    return UnitTally(
        unit=unit,
        name=name,
        people=counts.people,
        entitled=told.entitled,
        renewed=told.renewed,
        kept=told.kept,
        withdrawn=told.withdrawn,
        refused=_coarse(told.refused),
        held=hold is not None and hold.waits,
    )


def _coarse(refused: Mapping[str, int]) -> dict[str, int]:
    told: Counter[str] = Counter()
    for cause, count in refused.items():
        told[coarse(cause)] += count
    return dict(sorted(told.items()))
