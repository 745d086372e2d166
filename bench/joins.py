"""The join beside a plain-Python dictionary join, polars and pandas, all deciding the same of everybody.

Each runs in a process of its own, in turn; a ratio is taken within its round. Contenders that disagree end the
measurement: it would be worthless. `python -m bench.joins [--people 1000000] [--rounds 3] [--folder FOLDER]`
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import contender, generate
from bench.contender import OURS, PEERS, Took

PEOPLE = 1_000_000
BASE = "dictionary"


def present() -> list[str]:
    """Return the contenders that can be run here, ours first."""
    return [OURS, *(name for name in PEERS if name == BASE or importlib.util.find_spec(name))]


def make(folder: Path, people: int, *extra: str) -> generate.City:
    """Make a city in a process of its own, unless the folder has it: this one must stay small, or it is measured too."""
    if not (folder / generate.CITY).exists():
        subprocess.run([sys.executable, "-m", "bench.generate", str(folder), str(people), *extra], check=True)
    return generate.load(folder)


def measure(folder: Path, rounds: int, *, folded: bool) -> dict[str, list[Took]]:
    """Run every contender once a round, in turn.

    Raises:
        SystemExit: two contenders do not say the same.
    """
    took: dict[str, list[Took]] = {name: [] for name in present()}
    for _ in range(rounds):
        for name, some in took.items():
            some.append(contender.start(name, folder, folded=folded))
            if not some[-1].answer.agrees(took[OURS][0].answer):
                raise SystemExit(f"{name} and {OURS} disagree:\n{some[-1].answer}\n{took[OURS][0].answer}")
    return took


def show(title: str, took: dict[str, list[Took]]) -> None:
    """Print one table: medians, and the dictionary join's time over each one's own, of the same round."""
    print(f"\n{title}: medians of {len(took[OURS])} rounds, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'':14}{'s':>8}{'CPU s':>8}{'MB':>7}{'ratio':>8}   stages, s")
    for name, some in took.items():
        ratio = statistics.median(base.wall_s / own.wall_s for base, own in zip(took[BASE], some, strict=True))
        wall, cpu, peak = (
            statistics.median(getattr(one, what) for one in some) for what in ("wall_s", "cpu_s", "peak_mb")
        )
        stages = {stage: statistics.median(one.answer.stages[stage] for one in some) for stage in some[0].answer.stages}
        told = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in stages.items())
        print(f"{name:14}{wall:8.1f}{cpu:8.1f}{peak:7.0f}{ratio:8.2f}   {told}")


def run(people: int, rounds: int, kept: Path | None) -> None:
    """Make a city and print both tables: from files as they arrive, and from the state that a fold left."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = kept or Path(scratch)
        city = make(folder, people)
        causes = contender.start(OURS, folder).answer.causes
        print(
            f"\n{city.people:,} people in {len(city.units):,} units, {city.rows:,} rows of results; decided:", end=" "
        )
        print(", ".join(f"{cause} {count:,}" for cause, count in causes.items()))
        show("join (Decide): from the folded state", measure(folder, rounds, folded=True))
        show("fold and join (Compact and Decide): from files as they arrived", measure(folder, rounds, folded=False))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keep the city there, or take the one that is there")
    asked = parser.parse_args()
    run(asked.people, asked.rounds, asked.folder)


if __name__ == "__main__":
    main()
