"""Failure drills against the embedded engine: `python -m drills [name …]`, or `make drills`.

Each starts an engine of its own in a folder that goes again, bounds itself in count and time, and ends with the
oracle. Exit status 1: an acknowledged write was lost, one was invented, or a law was broken.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping

from drills import clocks, doors, stops, wires
from drills.load import Size
from drills.played import Played

Drill = Callable[[int, Size, int], Played]
DRILLS: Mapping[str, Drill] = {
    "throttle": wires.throttle,
    "errors": wires.errors,
    "latency": wires.latency,
    "resets": wires.resets,
    "stop": stops.stop,
    "kill": stops.kill,
    "disk": stops.disk,
    "clock": clocks.clock,
    "key": clocks.key,
    "statement": doors.statement,
    "list": doors.frozen,
}
SMALL = Size(batches=1, files=1, rows=5, units=1, corrected=1, seconds=60)


def main() -> None:
    """Play and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="*", help=f"of {', '.join(DRILLS)}; all of them by default")
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--seed", type=int, default=20261127, help="of the lot: which requests are struck")
    parser.add_argument("--small", action="store_true", help="a few writes of each kind")
    asked = parser.parse_args()
    unknown = set(asked.name) - set(DRILLS)
    if unknown:
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    size, people = (SMALL, 3) if asked.small else (Size(), asked.people)
    print(f"seed {asked.seed}, {people} people, {size}", flush=True)
    failed = []
    for name in asked.name or DRILLS:
        began = time.monotonic()
        played = DRILLS[name](people, size, asked.seed)
        print(f"{played.told()}\n       {time.monotonic() - began:.0f} s", flush=True)
        failed += [] if played.well else [name]
    if failed:
        raise SystemExit(f"Failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
