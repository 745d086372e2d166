"""Moves the clock of a Python process: seconds to add stand in the file that EPIPASS_DRILL_CLOCK names.

Python imports a module of this name at its start, from PYTHONPATH; only `drills.stage` puts this folder there. The file
is looked at ten times a second, so that a clock also jumps in the middle of a run.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import time_machine

_LOOK_S = 0.1


def _seconds(file: Path) -> float:
    try:
        return float(file.read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return 0.0


def _follow(file: Path, moved: float, travel: time_machine.Traveller) -> None:
    look = threading.Event()
    while True:
        look.wait(_LOOK_S)
        wanted = _seconds(file)
        if wanted != moved:
            travel.move_to(time_machine.escape_hatch.time.time() + wanted)
            moved = wanted


if "EPIPASS_DRILL_CLOCK" in os.environ:
    _file = Path(os.environ["EPIPASS_DRILL_CLOCK"])
    _first = _seconds(_file)
    _travel = time_machine.travel(time_machine.escape_hatch.time.time() + _first, tick=True).start()
    threading.Thread(target=_follow, args=(_file, _first, _travel), daemon=True).start()
