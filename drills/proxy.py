"""A proxy on 127.0.0.1 between the service and the engine, which loses, delays and refuses what its weather says.

One request a connection: after an answer the connection is closed, and says so. So whatever is done to one request
happens to no other, and a reset is a reset.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from drills.weather import CALM, Fault, Weather, refusal
from infra.local.state import HOST

_END = b"\r\n\r\n"
_PATIENCE_S = 60.0
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: closing sends RST, not FIN
_OWN = (b"connection", b"expect")


@dataclass
class Proxy:
    """A running proxy; `weather` may be changed at any time."""

    port: int
    engine_port: int
    weather: Weather = field(default_factory=lambda: CALM)

    @property
    def url(self) -> str:
        """Where the service is to look for its engine."""
        return f"http://{HOST}:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            head = await reader.readuntil(_END)
            if b"100-continue" in head.lower():
                writer.write(_CONTINUE)
            body = await _body_of(reader, head)
            fault, wait_s = self.weather.strike()
            await self._answer(fault, wait_s, head, body, writer)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            _abort(writer)  # either side went away
        finally:
            writer.close()

    async def _answer(
        self, fault: Fault | None, wait_s: float, head: bytes, body: bytes, writer: asyncio.StreamWriter
    ) -> None:
        if fault in {"throttle", "error"}:
            writer.write(refusal(fault, head))
        elif fault == "unheard":
            _abort(writer)
            return
        else:
            await asyncio.sleep(wait_s)
            answered = await asyncio.wait_for(self._ask(head, body), _PATIENCE_S)
            if fault == "answer-lost":
                _abort(writer)
                return
            writer.write(answered[: len(answered) // 2] if fault == "truncated" else answered)
        await writer.drain()

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        """Send a request to the engine and return its answer whole, raw."""
        reader, writer = await asyncio.open_connection(HOST, self.engine_port)
        try:
            writer.write(_closing(head) + body)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


@contextmanager
def proxied(port: int, engine_port: int) -> Iterator[Proxy]:
    """Run a proxy in a thread of its own until the block ends."""
    proxy, loop, ready = Proxy(port, engine_port), asyncio.new_event_loop(), threading.Event()

    async def serve() -> None:
        server = await asyncio.start_server(proxy.answer, HOST, port, limit=1 << 20)
        ready.set()
        async with server:
            await server.serve_forever()

    def run() -> None:
        asyncio.set_event_loop(loop)
        task = loop.create_task(serve())
        try:
            loop.run_forever()
        finally:
            task.cancel()
            loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop), return_exceptions=True))
            loop.close()

    thread = threading.Thread(target=run, name="proxy", daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the proxy did not start")
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def _abort(writer: asyncio.StreamWriter) -> None:
    plain = writer.get_extra_info("socket")
    if plain is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


def _closing(head: bytes) -> bytes:
    """Return a request's head that asks for one answer; what a signature covers is left as it is."""
    lines = head.removesuffix(_END).split(b"\r\n")
    kept = [line for line in lines if line.partition(b":")[0].lower() not in _OWN]
    return b"\r\n".join([*kept, b"Connection: close"]) + _END


async def _body_of(reader: asyncio.StreamReader, head: bytes) -> bytes:
    named = dict(_named(line) for line in head.split(b"\r\n")[1:] if line)
    if b"chunked" in named.get(b"transfer-encoding", b""):
        return await _chunks(reader)
    return await reader.readexactly(int(named.get(b"content-length", b"0")))


def _named(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip().lower(), value.strip().lower()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """Read a chunked body as it is on the wire, to its last chunk; a trailer ends with the empty line."""
    found = b""
    while True:
        size = await reader.readline()
        found += size
        length = int(size.split(b";")[0], 16)
        if not length:
            while (line := await reader.readline()) not in {b"\r\n", b""}:
                found += line
            return found + b"\r\n"
        found += await reader.readexactly(length + 2)
