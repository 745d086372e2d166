"""Failure drills against the embedded engine: `python -m drills [name …]`, or `make drills`.

Each starts an engine of its own in a folder that goes again, bounds itself in count and time, and ends with the
oracle. Exit status 1: an acknowledged write was lost, one was invented, or a law was broken.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from drills import clocks, doors, stops, wires
from drills.load import Size
from drills.played import Played
from infra.paths import ROOT

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
LONGEST_S = 2_400  # of one drill; each is over long before by its own bounds
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
    names = asked.name or list(DRILLS)
    if len(names) > 1:
        _apart(names, ["--people", str(asked.people), "--seed", str(asked.seed), *(["--small"] if asked.small else [])])
    else:
        _play(names[0], 3 if asked.small else asked.people, SMALL if asked.small else Size(), asked.seed)


def _apart(names: Sequence[str], options: Sequence[str]) -> None:
    """Play each drill in a process of its own: tables' clients hold on to the engine of their process for its life."""
    command = [sys.executable, "-m", "drills"]
    failed = [name for name in names if subprocess.run([*command, name, *options], cwd=ROOT, check=False).returncode]
    if failed:
        raise SystemExit(f"Failed: {', '.join(failed)}")


def _play(name: str, people: int, size: Size, seed: int) -> None:
    for each in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(each, _stopped)
    signal.alarm(LONGEST_S)
    began = time.monotonic()
    print(f"{name}: seed {seed}, {people} people, {size}", flush=True)
    played = DRILLS[name](people, size, seed)
    print(f"{played.told()}\n       {time.monotonic() - began:.0f} s", flush=True)
    if not played.well:
        raise SystemExit(1)


def _stopped(number: int, _frame: FrameType | None) -> None:
    """End in order where a signal would end at once: engine and server stop, and the folder goes."""
    raise SystemExit(f"FAIL ended by {signal.Signals(number).name} before the drill was over")


if __name__ == "__main__":
    main()
