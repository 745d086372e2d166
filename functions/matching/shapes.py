"""What the routes of the matching run read and write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, Literal

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


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What a run changed for some people: counts, never names; `refused` by coarse cause.

    In a small unit the full cause of a count would be a person's test result.
    """

    people: int
    entitled: int
    renewed: int
    kept: int
    withdrawn: int
    refused: dict[str, int]


class UnitTally(Changes, frozen=True, kw_only=True):
    """What a run changed in one unit, and whether its losses wait for a person."""

    unit: str
    name: str
    held: bool


class AreaTally(Changes, frozen=True, kw_only=True):
    """What a run changed in one area below the officer's: the sums of its units."""

    area: str
    units: int


class RunOut(msgspec.Struct, frozen=True):
    """A run's report; its counts are of the units in the caller's area, and rise while it runs.

    `units` are of an officer's own area, those that lost the most first, once the run is over; `units_left_off` counts
    those not shown; `areas` sums them one level below the officer's. `missed` counts people whom a result, a list or an
    approval should have changed as it arrived, and did not. `stages` has the seconds of each stage that is over:
    `fold`, `decide`, `gather`, `apply`.
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
    areas: list[AreaTally]
    missed: int
    stages: dict[str, int]


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


class Place(msgspec.Struct, frozen=True):
    """What a report says of a unit besides its counts: its name and its division code."""

    name: str
    area: str


def unit_tallies(
    tallies: Mapping[str, Tally], holds: Mapping[str, Hold], places: Mapping[str, Place], most: int = MOST_UNITS
) -> tuple[list[UnitTally], int]:
    """Shape the counts of the units that are known here, and count those left off."""
    found = [_unit_tally(unit, places[unit].name, tallies[unit], holds.get(unit)) for unit in tallies if unit in places]
    found.sort(key=lambda one: (not one.held, -one.withdrawn, -sum(one.refused.values()), one.unit))
    return found[:most], max(0, len(found) - most)


def area_tallies(
    tallies: Mapping[str, Tally], holds: Mapping[str, Hold], places: Mapping[str, Place], digits: int
) -> list[AreaTally]:
    """Shape the sums of the units that are known here by the first `digits` of their division codes, in order."""
    inside: dict[str, list[str]] = {}
    for unit in tallies.keys() & places.keys():
        inside.setdefault(places[unit].area[:digits], []).append(unit)
    return [_area_tally(area, {unit: tallies[unit] for unit in inside[area]}, holds) for area in sorted(inside)]


def _area_tally(area: str, tallies: Mapping[str, Tally], holds: Mapping[str, Hold]) -> AreaTally:
    return AreaTally(area=area, units=len(tallies), **_changes(tallies, holds))


def _unit_tally(unit: str, name: str, counts: Tally, hold: Hold | None) -> UnitTally:
    changes = _changes({unit: counts}, {unit: hold} if hold else {})
    return UnitTally(unit=unit, name=name, held=hold is not None and hold.waits, **changes)


def _changes(tallies: Mapping[str, Tally], holds: Mapping[str, Hold]) -> dict[str, Any]:
    """Return the members of `Changes` of some units together."""
    told = run_rules.report(tallies, {unit: hold for unit, hold in holds.items() if unit in tallies})
    return {
        "people": sum(counts.people for counts in tallies.values()),
        "entitled": told.entitled,
        "renewed": told.renewed,
        "kept": told.kept,
        "withdrawn": told.withdrawn,
        "refused": _coarse(told.refused),
    }


def _coarse(refused: Mapping[str, int]) -> dict[str, int]:
    told: Counter[str] = Counter()
    for cause, count in refused.items():
        told[coarse(cause)] += count
    return dict(sorted(told.items()))
