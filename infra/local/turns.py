"""Whose turn it is: so many requests at once, so many in line behind them, and everybody else is refused at once.

Without an end the line under a rush grows until nobody in it is still there to hear the answer, and the work is done for
nobody. In the cloud it is the gateway's throttle and the functions' concurrency that refuse.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

AT_ONCE: Final = 8
# Less than a second's work of one process: whoever waits longest has waited that long.
IN_LINE: Final = 48
# Threads that only say no: a refusal must not wait behind those who wait.
REFUSING: Final = 8
# A page gives up after eight seconds; a turn that comes just before that is of no use to it.
PATIENCE_S: Final = 5.0


class Turns:
    """Gives turns to threads, first come, first served."""

    def __init__(self, at_once: int = AT_ONCE, in_line: int = IN_LINE, patience_s: float = PATIENCE_S) -> None:
        self._free, self._most, self._patience_s = at_once, in_line, patience_s
        self._line: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Wait for a turn and keep it to the block's end; False when the line is full, or did not move in time."""
        mine = self._take()
        try:
            yield mine
        finally:
            if mine:
                self._give()

    def _take(self) -> bool:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return True
            if len(self._line) >= self._most:
                return False
            called = threading.Event()
            self._line.append(called)
        return called.wait(self._patience_s) or self._leave(called)

    def _leave(self, called: threading.Event) -> bool:
        """Leave the line; whether the turn came at that very instant after all."""
        with self._lock:
            if called.is_set():
                return True
            self._line.remove(called)
            return False

    def _give(self) -> None:
        with self._lock:
            if self._line:
                # The turn itself goes on: nobody who comes meanwhile can take it.
                self._line.popleft().set()
            else:
                self._free += 1
