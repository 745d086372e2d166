"""What a drill plays on: engine, proxy and HTTP server on this machine, any of which can be killed, moved or starved."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drills.proxy import Proxy, proxied
from drills.weather import CALM, Weather
from infra.local import Service, embedded
from infra.local.deploy import physical_names
from infra.local.processes import Child, start_engine, start_http
from infra.local.state import free_port

MOVED = Path(__file__).parent / "moved"
CLOCK = "EPIPASS_DRILL_CLOCK"


@dataclass
class Stage:
    """A running service behind a proxy.

    Attributes:
        service: the engine itself, past the proxy: what the oracle asks.
        proxy: what the HTTP server and all functions ask instead.
    """

    service: Service
    proxy: Proxy
    clock_file: Path
    engine: Child
    http: Child | None = None

    @contextmanager
    def weather(self, weather: Weather) -> Iterator[Weather]:
        """Have it until the block ends, and then calm."""
        self.proxy.weather = weather
        try:
            yield weather
        finally:
            self.proxy.weather = CALM

    def kill_engine(self) -> None:
        """Kill -9: nothing is saved."""
        self.engine.process.kill()
        self.engine.process.wait()

    def stop_engine(self) -> int:
        """Stop it in order, as Ctrl-C does; return its exit status."""
        return self.engine.stop()

    def start_engine(self) -> float:
        """Start the engine anew on what was saved; return how many seconds it took to answer."""
        began = time.monotonic()
        self.engine = start_engine(self.service.state, self.proxy.engine_port)
        return time.monotonic() - began

    def start_http(self) -> None:
        """Start the HTTP server, whose engine is the proxy and whose clock the file's."""
        self.stop_http()
        port = int(self.service.url.rsplit(":", 1)[1])
        self.http = start_http(self.service.state, port, {**self.service.environment, **self._around()})

    def stop_http(self) -> None:
        """Stop the HTTP server, if it runs."""
        if self.http is not None:
            self.http.stop()
            self.http = None

    def move_clock(self, seconds: float) -> None:
        """Move the clock of server and functions, in the middle of whatever they do; 0: the true time again."""
        beside = self.clock_file.with_suffix(".new")
        beside.write_text(str(seconds), encoding="ascii")
        beside.replace(self.clock_file)
        time.sleep(0.5)  # each process looks ten times a second

    def limit_files(self, most_bytes: int | None) -> None:
        """Let the engine write no file beyond so many bytes, as on a full disk; None: no limit any more."""
        _, hard = resource.prlimit(self.engine.process.pid, resource.RLIMIT_FSIZE)
        soft = hard if most_bytes is None else most_bytes
        resource.prlimit(self.engine.process.pid, resource.RLIMIT_FSIZE, (soft, hard))

    def route_functions(self) -> None:
        """Have every function ask the proxy; again after an engine that lost its state."""
        client = self.service.client("lambda")
        for page in client.get_paginator("list_functions").paginate():
            for one in page["Functions"]:
                variables = {**one.get("Environment", {}).get("Variables", {}), **self._around()}
                client.update_function_configuration(
                    FunctionName=one["FunctionName"], Environment={"Variables": variables}
                )

    def _around(self) -> dict[str, str]:
        moved = {CLOCK: str(self.clock_file), "PYTHONPATH": str(MOVED)} if self.clock_file.exists() else {}
        return {"AWS_ENDPOINT_URL": self.proxy.url, **moved}

    def call(self, function: str, event: bytes = b"{}") -> Any:
        """Call a function by its logical id; return the engine's answer."""
        name = physical_names(self.service.client("cloudformation"))[function]
        return self.service.client("lambda").invoke(FunctionName=name, Payload=event)

    def queue(self, name: str) -> str:
        """Return a queue's address by its logical id."""
        return physical_names(self.service.client("cloudformation"))[name]


@contextmanager
def staged(*, clock: bool = False) -> Iterator[Stage]:
    """Start everything in a folder that goes again, once in a process; `clock`: whether its clock will be moved."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="epipass-drill-")))
        engine_port = free_port()
        service = stack.enter_context(embedded(folder / "state", engine_port=engine_port, http=False))
        os.environ.update(service.environment)
        os.environ["POWERTOOLS_LOG_LEVEL"] = "ERROR"  # what this process itself does is told by the drill's line
        proxy = stack.enter_context(proxied(free_port(), engine_port))
        clock_file = folder / "clock"
        if clock:
            clock_file.write_text("0", encoding="ascii")
        stage = Stage(service, proxy, clock_file, service.children[0])
        stack.callback(stage.stop_engine)
        stage.route_functions()
        stack.callback(stage.stop_http)
        stage.start_http()
        yield stage
