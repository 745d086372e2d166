"""What a contender of the join is given: a city's files, as they arrived or as a fold left them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bench.generate import City
from functions.lake import files
from functions.lake.files import UnitLine
from functions.lake.manifest import Kind, Source
from functions.matching.run_files import Folded

FOLDED: Final = "folded"
_NOTED: Final = f"{FOLDED}/groups.json"


@dataclass(frozen=True)
class Inputs:
    """Where rows are, and the plan's units; the properties are what DuckDB selects from."""

    result_files: list[Path]
    revised_files: list[Path]
    listing_files: list[Path]
    standing_files: list[Path]
    units: list[UnitLine]
    cutoff: int
    folded: bool

    @property
    def results(self) -> str:
        """Rows of results: of each person and tube perhaps several."""
        return files.opened(self.result_files, files.RESULTS)

    @property
    def revised(self) -> str:
        """What a fold noted of revised rows."""
        return files.opened(self.revised_files, files.REVISED)

    @property
    def listings(self) -> str:
        """Rows of lists, of generations in force and others."""
        return files.opened(self.listing_files, files.LISTINGS)

    @property
    def standing(self) -> str:
        """What stood."""
        return files.opened(self.standing_files, files.STANDING)


def inputs(city: City, folder: Path, *, folded: bool) -> Inputs:
    """Return what a peer reads: the very files that our fold begins with, or those that our join does."""
    former, new = city.lake.state, city.lake.new
    results = [*(one.results for one in former), *_keys(new, "results")]
    listed = [*(one.listings for one in former), *_keys(new, "listings")]
    revised: list[str] = []
    if folded:
        former = tuple(one.slice for one in noted(folder))
        results, listed = [one.results for one in former], [one.listings for one in former]
        revised = [one.revised for one in former]
    return Inputs(
        [folder / key for key in results],
        [folder / key for key in revised],
        [folder / key for key in listed],
        [folder / key for key in city.standing],
        city.units,
        city.cutoff,
        folded,
    )


def note(folder: Path, folded: list[Folded]) -> None:
    """Keep what a fold made of each group."""
    (folder / _NOTED).write_bytes(msgspec.json.encode(folded))


def noted(folder: Path) -> list[Folded]:
    """Return what a fold made of each group."""
    return msgspec.json.decode((folder / _NOTED).read_bytes(), type=list[Folded])


def _keys(new: Iterable[Source], kind: Kind) -> list[str]:
    return [one.key for one in new if one.kind == kind]
