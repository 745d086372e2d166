"""The rush measures what a crowd would meet: nobody waits for somebody else's answer, and nothing is left out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import latencies
from bench.arrivals import Landed, Planned, instants, raw, send
from bench.rush import Step, line, percentile

HOST = "127.0.0.1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BUSY = b'HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 15\r\n\r\n{"code":"busy"}'


class Server:
    """Answers by path: `/second` lets `/first` go, `/never` stays unanswered, `/reset` is hung up on."""

    def __init__(self) -> None:
        self.port, self._loop, self._up = 0, asyncio.new_event_loop(), threading.Event()
        self._second, self._stop = asyncio.Event(), asyncio.Event()

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Serve until the block ends; tell the port."""
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        thread.start()
        assert self._up.wait(30)
        try:
            yield self.port
        finally:  # a test that fails must not wait for its server for ever
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join(30)
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._answer, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        await self._stop.wait()
        server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        if path == "/second":
            self._second.set()
        if path == "/first":
            await self._second.wait()
        if path == "/never":
            await self._stop.wait()
        if path != "/reset":
            writer.write(BUSY if path == "/busy" else OK)
        writer.close()


def planned(path: str, due_s: float = 0.0) -> Planned:
    """A request that is due."""
    return Planned(due_s, raw("GET", path, "localhost", {}), "check-in", path)


def test_nobody_waits_for_somebody_elses_answer() -> None:
    """The first is answered only once the second has come: a client that asks one after the other never gets there."""
    with Server().serving() as port:
        landed = send([planned("/first"), planned("/second", 0.02)], HOST, port, 30)
    assert [one.status for one in landed] == [200, 200]


def test_every_end_is_told_apart() -> None:
    """Done, refused with a time to come back, hung up on, never answered: each is its own figure, and none is left out."""
    with Server().serving() as port:
        ok, busy, reset = send([planned(f"/{name}") for name in ("ok", "busy", "reset")], HOST, port, 30)
        (never,) = send([planned("/never")], HOST, port, 0.1)
    assert (ok.served, busy.served, busy.orderly, busy.why) == (True, False, True, "busy")
    assert (reset.status, reset.orderly, reset.why) == (0, False, "IncompleteReadError")
    assert (never.status, never.orderly, never.why) == (0, False, "given up")


@settings(deadline=None, max_examples=25)
@given(rate=st.floats(1, 300), seed=st.integers(0, 2**32))
def test_instants_are_of_the_step_and_the_same_for_the_same_seed(rate: float, seed: int) -> None:
    """As many as the rate says, give or take what chance gives; in order; within the step."""
    due, again = (instants(rate, 10, Random(seed)) for _ in range(2))  # noqa: S311 - a test's lot
    assert due == sorted(due) == again
    assert all(0 < at < 10 for at in due)
    assert abs(len(due) - rate * 10) < 8 * (rate * 10) ** 0.5 + 8


def landed(status: int, took_s: float, retry_after: str = "") -> Landed:
    """A request that ended so."""
    return Landed(planned("/"), status, "", took_s, 0.0, retry_after)


STEP = Step(10.0, 2.0, [landed(201, 0.1), landed(200, 0.2), landed(0, 8.0), landed(503, 0.01, "2"), landed(500, 0.02)])


def test_who_gave_up_counts_as_having_waited_and_a_quick_refusal_does_not_flatter() -> None:
    """A percentile of the answered alone would be best where the service is worst."""
    assert (STEP.offered, STEP.served, STEP.orderly) == (2.5, 1.0, 0.5)
    assert (STEP.latency(0), STEP.latency(0.99)) == (0.1, 8.0)
    assert STEP.refusal == pytest.approx(0.01)
    assert [one.status for one in STEP.disorderly] == [0, 500]
    assert "500 DISORDERLY x 1" in line(STEP)
    assert percentile([], 0.5) == 0


def test_the_picture_shows_every_step() -> None:
    """A dot for each step in each line."""
    later = Step(20.0, 2.0, [landed(201, 0.3) for _ in range(40)])
    drawn = latencies.picture([STEP, later])
    assert drawn.count("<polyline") == 8
    assert drawn.count("<circle") == 2 * 6 + 1 + 7
