"""What a run keeps in the lake beside the rows of its table: what it reads, its decisions, its counts.

Decisions tell about people: `runs/` is deleted after 14 days (template.yaml), as what they were made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

import msgspec

from functions.lake.files import UnitLine
from functions.lake.manifest import Manifest, Slice
from functions.matching.run_model import packed, unpacked
from functions.matching.run_rules import Decided, Plan, Tally
from functions.shared.objects import lake


class Sources(msgspec.Struct, frozen=True):
    """What a run reads: units with their list in force and approval, and the files of the lake, as its plan saw them."""

    units: list[UnitLine]
    lake: Manifest


class Folded(msgspec.Struct, frozen=True):
    """The files of a folded group: its state, and what stood of the units that it read."""

    slice: Slice
    standing: str


def keep_sources(sources: Sources) -> str:
    """Keep what a plan read and return its SHA-256."""
    data = packed(sources)
    digest = sha256(data).hexdigest()
    lake.put(f"runs/sources/{digest}", data)
    return digest


def sources(plan: Plan) -> Sources:
    """Return what a plan read."""
    return unpacked(_must(f"runs/sources/{plan.sources}"), Sources)


def keep_decisions(run: str, group: int, label: str, number: int, decided: Sequence[Decided]) -> None:
    """Keep a chunk of an attempt's decisions."""
    lake.put(place(run, group, label, f"{number:05d}"), packed(decided))


def decisions(run: str, group: int, label: str, chunks: int) -> Iterator[Decided]:
    """Yield an attempt's decisions, withdrawals first, as they were kept."""
    for number in range(chunks):
        yield from unpacked(_must(place(run, group, label, f"{number:05d}")), list[Decided])


def keep_tallies(run: str, group: int, label: str, tallies: dict[str, Tally]) -> None:
    """Keep an attempt's counts by unit."""
    lake.put(place(run, group, label, "tallies"), packed(tallies))


def tallies(run: str, group: int, label: str) -> dict[str, Tally]:
    """Return an attempt's counts by unit."""
    return unpacked(_must(place(run, group, label, "tallies")), dict[str, Tally])


def keep_totals(run: str, tallies: dict[str, Tally]) -> None:
    """Keep a run's counts by unit, summed over all its groups."""
    lake.put(f"runs/{run}/tallies", packed(tallies))


def totals(run: str) -> dict[str, Tally] | None:
    """Return a run's counts by unit; None while they are not summed."""
    data = lake.get(f"runs/{run}/tallies")
    return None if data is None else unpacked(data, dict[str, Tally])


def keep_overdue(run: str, group: int, label: str, samples: Sequence[tuple[str, str, int, str]]) -> None:
    """Keep the overdue samples that an attempt found: lab, tube, when it was taken, site."""
    lake.put(place(run, group, label, "overdue"), packed(samples))


def overdue(run: str, group: int, label: str) -> list[tuple[str, str, int, str]]:
    """Return the overdue samples that an attempt found."""
    return unpacked(_must(place(run, group, label, "overdue")), list[tuple[str, str, int, str]])


def place(run: str, group: int, label: str, name: str) -> str:
    """Return the key of something that an attempt at a group keeps."""
    return f"runs/{run}/{group:04d}-{label}/{name}"


def _must(key: str) -> bytes:
    data = lake.get(key)
    if data is None:
        raise LookupError(f"{key} is gone: the run is older than 14 days, or was never made")
    return data
