"""The clock that drills move goes as the true one does, so many seconds away from it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from drills.stage import CLOCK, MOVED

AHEAD_S = 180_000
# Read late: a server does nothing for a while, too, before the first request after the move comes.
_LATE = f"""
import time, time_machine
time.sleep(1)
print(time.time() - {AHEAD_S} - time_machine.escape_hatch.time.time())
"""


def test_a_moved_clock_goes_whether_it_is_read_or_not(tmp_path: Path) -> None:
    """A second unread leaves it no second behind: a scan of a second that nobody sent would be called invented."""
    (tmp_path / "clock").write_text(str(AHEAD_S), encoding="ascii")
    around = {**os.environ, CLOCK: str(tmp_path / "clock"), "PYTHONPATH": str(MOVED)}
    ran = subprocess.run([sys.executable, "-c", _LATE], env=around, capture_output=True, text=True, check=True)
    assert abs(float(ran.stdout)) < 0.5
