"""How the fold and the join grow from ten thousand people to ten million: a table, a fit and a picture.

One process each, group after group, as a run does it locally. `python -m bench.growth [--most 10000000] [--svg FILE]`
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench import contender, drawing, joins

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
_REPEATED = 300_000  # up to here a run takes seconds and is disturbed by anything: the median of three is told


@dataclass(frozen=True)
class Point:
    """What a city of some size took."""

    people: int
    rows: int
    groups: int
    fold_s: float
    join_s: float
    cpu_s: float
    peak_mb: float

    @property
    def wall_s(self) -> float:
        """Seconds by the clock."""
        return self.fold_s + self.join_s


def measure(people: int, folder: Path) -> Point:
    """Make a city, fold and join it in a process of its own."""
    city = joins.make(folder, people)
    some = [contender.start(contender.OURS, folder) for _ in range(3 if people <= _REPEATED else 1)]
    took = sorted(some, key=lambda one: one.cpu_s)[len(some) // 2]
    peak = statistics.median(one.peak_mb for one in some)
    stages = took.answer.stages
    return Point(people, city.rows, city.groups, stages["fold"], stages["join"], took.cpu_s, peak)


def exponent(pairs: Iterable[tuple[float, float]]) -> float:
    """Return k of y = c * x^k, fitted to the logarithms by least squares: 1 is linear, 0 is flat."""
    logs = [(math.log(x), math.log(y)) for x, y in pairs]
    mean_x, mean_y = statistics.mean(x for x, _ in logs), statistics.mean(y for _, y in logs)
    spread = sum((x - mean_x) ** 2 for x, _ in logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / spread


def show(points: list[Point]) -> list[str]:
    """Print the table and the fits; return the fits."""
    print(f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("| people | rows of results | groups | fold, s | join, s | CPU, s | CPU µs a row | peak, MB |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for one in points:
        each = one.cpu_s / one.rows * 1e6
        print(
            f"| {one.people:,} | {one.rows:,} | {one.groups} | {one.fold_s:.1f} | {one.join_s:.1f} "
            f"| {one.cpu_s:.1f} | {each:.2f} | {one.peak_mb:.0f} |"
        )
    large = [one for one in points if one.rows >= 500_000]  # below, a process's start is most of it
    if len(large) < 2:
        return []
    fits = [
        f"processor time grows with rows to the power of {exponent((one.rows, one.cpu_s) for one in large):.2f}",
        f"peak memory grows with rows to the power of {exponent((one.rows, one.peak_mb) for one in large):.2f}",
    ]
    print(f"from {large[0].people:,} people on: {fits[0]}; {fits[1]} (1 is linear, 0 is flat)")
    return fits


def run(sizes: Iterable[int], kept: Path | None, svg: Path) -> None:
    """Measure every size, print and draw; a city is removed once it was measured unless it is to be kept."""
    points: list[Point] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        for people in sizes:
            folder = (kept or Path(scratch)) / str(people)
            points.append(measure(people, folder))
            if kept is None:
                shutil.rmtree(folder)
    fits = show(points)
    svg.write_text(drawing.growth(points, fits), encoding="utf-8")
    print(f"drawn: {svg}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest city")
    parser.add_argument("--folder", type=Path, help="keep the cities there, or take those that are there")
    parser.add_argument("--svg", type=Path, default=Path("docs/pictures/growth.svg"))
    asked = parser.parse_args()
    run([people for people in SIZES if people <= asked.most], asked.folder, asked.svg)


if __name__ == "__main__":
    main()
