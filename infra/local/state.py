"""The state folder and the ports, checked before anything starts, so that the message is about the cause."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.problems import PortTaken, StateUnusable

HOST = "127.0.0.1"


@dataclass(frozen=True)
class State:
    """The folders and files below one state folder."""

    root: Path

    @property
    def engine(self) -> Path:
        """What the engine saves at its stop."""
        return self.root / "engine"

    @property
    def objects(self) -> Path:
        """The engine's buckets."""
        return self.root / "objects"

    @property
    def temporary(self) -> Path:
        """Worker folders, emptied at each start: the engine leaves them behind."""
        return self.root / "tmp"

    @property
    def engine_log(self) -> Path:
        """What the engine and the functions print."""
        return self.root / "engine.log"

    @property
    def http_log(self) -> Path:
        """What the HTTP server prints."""
        return self.root / "http.log"

    @property
    def service_file(self) -> Path:
        """Where a running service tells other commands its addresses and names."""
        return self.root / "service.json"


@contextmanager
def held(root: Path) -> Iterator[State]:
    """The state folder, made if need be and locked for us alone; raises StateUnusable."""
    state = State(root)
    try:
        for folder in (state.root, state.engine, state.objects, state.temporary):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (state.root / "lock").open("a+")
    except OSError as refused:
        raise StateUnusable(
            f"The state folder {root} cannot be written ({refused.strerror}): choose another with EPIPASS_STATE=…."
        ) from refused
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise StateUnusable(
                f"Another epipass is running on {root}: stop it, or choose another folder with EPIPASS_STATE=…."
            ) from busy
        yield state


def check_port(port: int, variable: str) -> None:
    """Raise PortTaken, naming the variable that chooses another, unless `port` is free on this machine."""
    with socket.socket() as probe:
        # A port in TIME_WAIT after our own last stop is free for a listener, as for the servers themselves.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as refused:
            raise PortTaken(port, variable) from refused


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def readable_by_owner(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    beside = path.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    beside.replace(path)
