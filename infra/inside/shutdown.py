"""A running execution must not hold up the stop: what is saved is saved, the rest starts again over idempotent parts."""

from __future__ import annotations

import os
import threading
from typing import Any

from ministack import app

GRACE_S = 2.0


def install() -> None:
    """Leave two seconds after the state has been saved, whatever still runs."""
    save = app.save_all

    def save_and_leave(*args: Any) -> None:
        save(*args)
        timer = threading.Timer(GRACE_S, lambda: os._exit(0))
        timer.daemon = True
        timer.start()

    app.save_all = save_and_leave
