"""What the engine really saw, counted: requests, read and write units, invocations, transitions. Nothing until asked.

`PUT /_epipass/usage` on the engine's own port begins anew, `GET` tells, `DELETE` ends. Every request is told by who sent
it: a function by its name, a program by "". So a measurement needs no silence around it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import lambda_runtime
from ministack.core.router import extract_access_key_id
from ministack.services import stepfunctions, sts

from infra.inside import units

PATH = "/_epipass/usage"
# The kernel counts a process's time in these; what is cut off at one end of a call is counted at the next.
TICKS_A_SECOND = 100


@dataclass
class Ran:
    """What a function's invocations took; those that had to start a process apart."""

    calls: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    cold: int = 0
    cold_seconds: float = 0.0
    memory_mb: int = 0


@dataclass
class Seen:
    """Everything since the beginning, by who asked."""

    requests: dict[str, dict[str, int]] = field(default_factory=dict)
    tables: dict[str, dict[str, units.Units]] = field(default_factory=dict)
    functions: dict[str, Ran] = field(default_factory=dict)
    transitions: int = 0


class Counting:
    """Whether it counts, and what it saw."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self._watching = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Count from nothing; the first time, put the counters where things happen."""
        with self._lock:
            self.seen = Seen()
            if not self._watching:
                self._watching = True
                units.watch()
                _watch_services(self)
                _watch_invocations(self)
                _watch_transitions(self)

    def add(self, note: Callable[[Seen], None]) -> None:
        """Note something, when it counts: engine threads do so at once."""
        with self._lock:
            if self.seen is not None:
                note(self.seen)

    def told(self) -> bytes:
        """Everything as JSON."""
        with self._lock:
            return json.dumps(asdict(self.seen or Seen())).encode()


def install() -> None:
    """Answer the path; counting begins when it is asked for, and costs nothing before."""
    counting, answer = Counting(), app._handle_pre_body_request

    async def answer_usage(method: str, path: str, *args: Any) -> Any:
        if path != PATH:
            return await answer(method, path, *args)
        if method == "PUT":
            counting.begin()
        told = counting.told()
        if method == "DELETE":
            counting.seen = None
        return 200, {"Content-Type": "application/json"}, told

    app._handle_pre_body_request = answer_usage


def _watch_services(counting: Counting) -> None:
    for service, handler in app.SERVICE_HANDLERS.items():
        watched = _counted_units(counting, handler) if service == "dynamodb" else handler
        app.SERVICE_HANDLERS[service] = _counted(counting, service, watched)


def _counted(counting: Counting, service: str, handler: Any) -> Any:
    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        caller, name = _caller(headers, query), f"{service}.{_operation(service, method, path, headers, body)}"
        counting.add(lambda seen: _asked(seen.requests.setdefault(caller, {}), name))
        return await handler(method, path, headers, body, query)

    return handle


def _asked(known: dict[str, int], name: str) -> None:
    known[name] = known.get(name, 0) + 1


def _counted_units(counting: Counting, handler: Any) -> Any:
    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if counting.seen is None:
            return await handler(method, path, headers, body, query)
        caller = _caller(headers, query)
        with units.counted(headers.get("x-amz-target", "").rpartition(".")[2], body) as request:
            status, told, answer = await handler(method, path, headers, body, query)
        units.settle(request, status, answer if isinstance(answer, bytes) else answer.encode())
        counting.add(lambda seen: _consumed(seen, caller, request))
        return status, told, answer

    return handle


def _consumed(seen: Seen, caller: str, request: units.Request) -> None:
    for table, more in request.tables.items():
        known = seen.tables.setdefault(caller, {}).setdefault(table, units.Units())
        known.write += more.write
        known.read += more.read
        known.stored += more.stored


def _operation(service: str, method: str, path: str, headers: Any, body: bytes) -> str:
    """The operation's name; of S3 what its price goes by: the method, and a listing apart."""
    if service == "s3":
        return "LIST" if method == "GET" and "/" not in path.strip("/") else method
    target = headers.get("x-amz-target", "")
    if target:
        return str(target).rpartition(".")[2]
    if service == "lambda" and path.endswith("/invocations"):
        return "Invoke"
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [method])[0]


def _caller(headers: Any, query: Any) -> str:
    session = sts._sessions.get(extract_access_key_id(headers, query) or "")
    return str(session["Arn"]).rpartition("/")[2] if session else ""


def _watch_invocations(counting: Counting) -> None:
    invoke = lambda_runtime.Worker.invoke

    def invoked(worker: Any, *args: Any, **options: Any) -> Any:
        if counting.seen is None:
            return invoke(worker, *args, **options)
        before, began, process = _processor_seconds(worker), time.monotonic(), worker._proc
        try:
            return invoke(worker, *args, **options)
        finally:
            took, used = time.monotonic() - began, _processor_seconds(worker) - before
            cold = worker._proc is not process
            counting.add(
                lambda seen: _ran(seen.functions.setdefault(worker.func_name, Ran()), worker, took, used, cold=cold)
            )

    lambda_runtime.Worker.invoke = invoked


def _ran(known: Ran, worker: Any, took: float, used: float, *, cold: bool) -> None:
    known.memory_mb = int(worker.config.get("MemorySize", 128))
    if cold:
        known.cold += 1
        known.cold_seconds += took
        return
    known.calls += 1
    known.seconds += took
    known.processor_seconds += used


def _processor_seconds(worker: Any) -> float:
    """What a worker's process used so far, in its own code and in the kernel (Linux, proc(5))."""
    try:
        fields = Path(f"/proc/{worker._proc.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except (AttributeError, OSError):  # not started yet, or ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def _watch_transitions(counting: Counting) -> None:
    add = stepfunctions._add_event

    def added(execution: Any, event: str, *args: Any, **options: Any) -> Any:
        if event.endswith("StateEntered"):
            counting.add(_transition)
        return add(execution, event, *args, **options)

    stepfunctions._add_event = added


def _transition(seen: Seen) -> None:
    seen.transitions += 1
