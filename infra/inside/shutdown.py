"""A running execution must not hold up the stop: what is saved is saved, the rest starts again over idempotent parts."""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

from ministack import app

GRACE_S = 2.0
NOT_SAVED = 74  # EX_IOERR of sysexits; infra/local/embedded.py knows it


class Complaints(logging.Handler):
    """Counts what the engine could not save: it says so in its log, and would then leave as if all were well."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        del record
        self.count += 1


def install() -> None:
    """Leave two seconds after the state has been saved, whatever still runs; at once, and by a status, when it was not."""
    save, complaints = app.save_all, Complaints()
    logging.getLogger("persistence").addHandler(complaints)

    def save_and_leave(*args: Any) -> None:
        complaints.count = 0  # what it could not load at its start is another matter
        save(*args)
        if complaints.count:
            os._exit(NOT_SAVED)
        timer = threading.Timer(GRACE_S, lambda: os._exit(0))
        timer.daemon = True
        timer.start()

    app.save_all = save_and_leave
