"""Requests that arrive when they arrive: each at its own instant, whether or not those before it were answered.

A closed loop, in which a client waits for its answer before it asks again, slows down with the service and so never
shows what a crowd would have met (coordinated omission). Here the instants are drawn before, each request has a
connection of its own as each phone has, and its latency counts from the instant it was due, not from when it was sent.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

# What a page's check-in waits before it is kept on the phone for later.
PATIENCE_S = 8.0
_HEAD_END = b"\r\n\r\n"
_MOST_HEAD = 64 * 1024


@dataclass(frozen=True)
class Planned:
    """A request and when it is due, seconds after the step's beginning; `kind` and `who` are the planner's own."""

    due_s: float
    raw: bytes
    kind: str
    who: str = ""


@dataclass(frozen=True)
class Landed:
    """What became of it: `status` is 0 when no answer came, and `why` then says how; seconds are from when it was due."""

    planned: Planned
    status: int
    why: str
    took_s: float
    begun_s: float  # how late this program itself was
    retry_after: str = ""

    @property
    def served(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    @property
    def orderly(self) -> bool:
        """Whether it was refused in the way a client can act on: not now, and when to come back."""
        return self.status in {429, 503} and self.retry_after.isdigit()


def instants(rate: float, seconds: float, chance: Random) -> list[float]:
    """Return when requests are due: independent of each other, `rate` a second (a Poisson process)."""
    due, at = [], chance.expovariate(rate)
    while at < seconds:
        due.append(at)
        at += chance.expovariate(rate)
    return due


def raw(method: str, path: str, host: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None) -> bytes:
    """Return a request as it is sent, its connection closed after the answer."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", f"Content-Length: {len(content)}"]
    if body is not None:
        lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + _HEAD_END + content


def send(planned: Sequence[Planned], host: str, port: int, patience_s: float = PATIENCE_S) -> list[Landed]:
    """Send everything when it is due, and return what became of each once the last was answered or given up."""
    with ThreadPoolExecutor(1) as apart:  # whoever calls may have a loop of their own going
        return apart.submit(asyncio.run, _all(planned, host, port, patience_s)).result()


async def _all(planned: Sequence[Planned], host: str, port: int, patience_s: float) -> list[Landed]:
    began = time.monotonic() + 0.05
    return await asyncio.gather(*(_one(each, began + each.due_s, host, port, patience_s) for each in planned))


async def _one(planned: Planned, due: float, host: str, port: int, patience_s: float) -> Landed:
    await asyncio.sleep(max(0.0, due - time.monotonic()))
    begun_s = time.monotonic() - due
    try:
        async with asyncio.timeout(patience_s):
            status, why, retry_after = await _asked(planned.raw, host, port)
    except TimeoutError:
        status, why, retry_after = 0, "given up", ""
    except (OSError, asyncio.IncompleteReadError) as error:
        status, why, retry_after = 0, type(error).__name__, ""
    return Landed(planned, status, why, time.monotonic() - due, begun_s, retry_after)


async def _asked(raw_request: bytes, host: str, port: int) -> tuple[int, str, str]:
    reader, writer = await asyncio.open_connection(host, port, limit=_MOST_HEAD)
    try:
        writer.write(raw_request)
        head = await reader.readuntil(_HEAD_END)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return int(lines[0].split(" ")[1]), _code(body), headers.get("retry-after", "")
    finally:
        writer.close()


def _code(body: bytes) -> str:
    """Return what the answer says of itself: a decision, or a problem's code."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    said = told.get("decision") or told.get("verdict") or told.get("code") or "" if isinstance(told, dict) else ""
    return str(said)
