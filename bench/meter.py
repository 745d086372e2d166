"""What the embedded engine counted for some acts, told for one of them: which function, what it asked, how long it ran."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from infra.local import Service
from infra.local.deploy import physical_names
from infra.local.engine import Engine

PATH = "/_epipass/usage"
QUIET_S, ROUND_S = 2.0, 0.25
DIGITS = 5
# Asked for once in a function's life or less often than it can matter, or told apart from what functions do.
FREE = ("dynamodb.DescribeTable", "sts.GetCallerIdentity")


@dataclass
class Act:
    """Counts for one of `times` acts, by the function that did it (its logical id in the template)."""

    times: int
    api: float = 0.0
    transitions: float = 0.0
    by: dict[str, dict[str, Any]] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Return the act as it is written down."""
        return {"times": self.times, "api": self.api, "transitions": self.transitions, "by": self.by}


@dataclass(frozen=True)
class Meter:
    """A running engine's counters."""

    url: str
    names: Mapping[str, str]  # physical → logical

    @classmethod
    def of(cls, service: Service) -> Meter:
        """The meter of a service: names as its stack gave them."""
        physical = physical_names(Engine(service.engine_url).client("cloudformation"))
        return cls(service.engine_url + PATH, {name: logical for logical, name in physical.items()})

    def begin(self) -> None:
        """Count from nothing."""
        self._ask("PUT")

    def end(self) -> None:
        """Count no more."""
        self._ask("DELETE")

    def seen(self) -> dict[str, Any]:
        """Return what was counted so far, as the engine tells it."""
        return self._ask("GET")

    def settled(self) -> dict[str, Any]:
        """Return what was counted once nothing more has come for a while: queues and streams go on after an act."""
        last, since = self.seen(), time.monotonic()
        while time.monotonic() - since < QUIET_S:
            time.sleep(ROUND_S)
            now = self.seen()
            if now != last:
                last, since = now, time.monotonic()
        return last

    @contextmanager
    def act(self, times: int, *, only: Iterable[str] = (), without: Iterable[str] = ()) -> Iterator[Act]:
        """Count what is done inside, and by queues and streams because of it, as `times` acts."""
        measured = Act(times)
        # What streams still do about the act before is none of this one's.
        self.begin()
        self.settled()
        self.begin()
        yield measured
        self.fill(measured, self.settled(), set(only), set(without))

    def fill(self, act: Act, seen: Mapping[str, Any], only: set[str], without: set[str]) -> None:
        """Put what was seen into an act, divided by how often it was done."""
        act.api = _each(seen["requests"].get("", {}).get("lambda.Invoke", 0), act.times)
        act.transitions = _each(seen["transitions"], act.times)
        for name in sorted(seen["functions"]):
            logical = self.names.get(name, name)
            if (only and logical not in only) or logical in without:
                continue
            act.by[logical] = self._of_function(seen, name, act.times)

    def _of_function(self, seen: Mapping[str, Any], name: str, times: int) -> dict[str, Any]:
        ran = seen["functions"][name]
        # Of cold starts only that they were invocations: how often they come is the cloud's.
        calls, warm = ran["calls"] + ran["cold"], max(1, ran["calls"])
        scale = calls / warm
        return {
            "calls": _each(calls, times),
            "seconds": _each(ran["seconds"] * scale, times),
            "processor_seconds": _each(ran["processor_seconds"] * scale, times),
            "memory_mb": ran["memory_mb"],
            "requests": self.requests(seen, name, times),
            "tables": self.tables(seen, name, times),
        }

    def requests(self, seen: Mapping[str, Any], caller: str, times: int) -> dict[str, float]:
        """Return a caller's requests by service and operation, for one act."""
        asked = seen["requests"].get(caller, {})
        return {name: _each(count, times) for name, count in sorted(asked.items()) if name not in FREE}

    def tables(self, seen: Mapping[str, Any], caller: str, times: int) -> dict[str, dict[str, float]]:
        """Return the units that a caller consumed and the bytes it added, by table, for one act."""
        used = seen["tables"].get(caller, {})
        return {
            self.names.get(name, name): {what: _each(number, times) for what, number in of.items()}
            for name, of in sorted(used.items())
        }

    def _ask(self, method: str) -> dict[str, Any]:
        request = urllib.request.Request(self.url, method=method)  # noqa: S310 - our own loopback address
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
            read: dict[str, Any] = json.load(answer)
        return read


def _each(count: float, times: int) -> float:
    return float(f"{count / times:.{DIGITS}g}")
