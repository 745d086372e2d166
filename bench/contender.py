"""One contender of the join in a process of its own, so that its peak memory is its own.

`python -m bench.contender NAME FOLDER [--folded]` prints one JSON object.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from bench import generate
from bench.answer import Answer
from bench.inputs import inputs

OURS = "epipass"
PEERS = ("dictionary", "polars", "pandas")
_MOST_S = 3_600


class Took(msgspec.Struct, frozen=True):
    """What one contender said and what it cost: seconds by the clock and of processors, MiB at the peak."""

    answer: Answer
    wall_s: float
    cpu_s: float
    peak_mb: int


def start(name: str, folder: Path, *, folded: bool = False) -> Took:
    """Run a contender in a process of its own."""
    command = [sys.executable, "-m", "bench.contender", name, str(folder), *(["--folded"] if folded else [])]
    done = subprocess.run(command, check=True, capture_output=True, timeout=_MOST_S)
    return msgspec.json.decode(done.stdout, type=Took)


def take(name: str, folder: Path, *, folded: bool) -> Took:
    """Run a contender in this process; imports and the reading of the plan are not counted."""
    city = generate.load(folder)
    contender = importlib.import_module(f"bench.by_{name}")
    if name != OURS:
        given = inputs(city, folder, folded=folded)
    before, began = _cpu(), time.perf_counter()
    said = contender.run(city, folder, folded=folded) if name == OURS else contender.run(given)
    wall, cpu = time.perf_counter() - began, _cpu() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Took(said, round(wall, 3), round(cpu, 3), peak // 1024 if sys.platform != "darwin" else peak // 1024**2)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run one contender and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=(OURS, *PEERS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folded", action="store_true", help="begin with what our fold left in the folder")
    asked = parser.parse_args()
    sys.stdout.buffer.write(msgspec.json.encode(take(asked.name, asked.folder, folded=asked.folded)) + b"\n")


if __name__ == "__main__":
    main()
