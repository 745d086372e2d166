"""Moves the clock of a Python process: seconds to add stand in the file that EPIPASS_DRILL_CLOCK names.

Python imports a module of this name at its start, from PYTHONPATH; only `drills.stage` puts this folder there. The file
is looked at ten times a second, so that a clock also jumps in the middle of a run.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import botocore.auth
import time_machine

_LOOK_S = 0.1


def _seconds(file: Path) -> float:
    try:
        return float(file.read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return 0.0


def _follow(file: Path, travel: time_machine.Traveller) -> None:
    moved, look = None, threading.Event()
    while True:
        wanted = _seconds(file)
        if wanted != moved:
            travel.move_to(time_machine.escape_hatch.time.time() + wanted)
            time.time()  # a moved clock stands until it is read: unread for a second, it was a second late
            moved = wanted
        look.wait(_LOOK_S)


def _begin(file: Path) -> None:
    travel = time_machine.travel(time.time() + _seconds(file), tick=True).start()

    def follow() -> None:
        threading.Thread(target=_follow, args=(file, travel), daemon=True).start()

    follow()
    # Threads do not survive a fork, and the HTTP server forks its worker.
    os.register_at_fork(after_in_child=follow)


def _true_now(remove_tzinfo: bool = True) -> datetime:  # noqa: FBT001, FBT002 - botocore's own signature
    now = datetime.fromtimestamp(time_machine.escape_hatch.time.time(), UTC)
    return now.replace(tzinfo=None) if remove_tzinfo else now


if "EPIPASS_DRILL_CLOCK" in os.environ:
    # Requests are signed by the true time: a cloud refuses those of another, and nothing further could be seen.
    botocore.auth.get_current_datetime = _true_now
    _begin(Path(os.environ["EPIPASS_DRILL_CLOCK"]))
