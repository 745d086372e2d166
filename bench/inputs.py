"""What a contender of the join is given: a city's files, as they arrived or as a fold left them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.generate import City
from functions.lake import files
from functions.lake.files import UnitLine
from functions.lake.manifest import Kind, Source

FOLDED: Final = "folded"


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
    if folded:
        results, listed = (
            sorted(folder.glob(f"{FOLDED}/*-results.parquet")),
            sorted(folder.glob(f"{FOLDED}/*-listings.parquet")),
        )
    else:
        former, new = city.lake.state, city.lake.new
        results = [folder / key for key in (*(one.results for one in former), *_keys(new, "results"))]
        listed = [folder / key for key in (*(one.listings for one in former), *_keys(new, "listings"))]
    return Inputs(
        results,
        sorted(folder.glob(f"{FOLDED}/*-revised.parquet")),
        listed,
        [folder / key for key in city.standing],
        city.units,
        city.cutoff,
        folded,
    )


def _keys(new: Iterable[Source], kind: Kind) -> list[str]:
    return [one.key for one in new if one.kind == kind]
