"""What the wire between service and engine does to a request: which fault strikes which, drawn from a printed seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

Fault = Literal["throttle", "error", "latency", "unheard", "answer-lost", "truncated"]

# Of the requests whose answer never came back whole: the engine has done what they asked.
DONE_UNTOLD: Final = frozenset({"answer-lost", "truncated"})
_JSON, _XML = "application/x-amz-json-1.0", "application/xml"


@dataclass
class Weather:
    """Shares of requests by fault, and spells in which every request is struck by the first of them.

    Attributes:
        shares: probability of each fault, 0 to 1 together.
        seed: of the lot.
        spell_every: of so many requests the last `spell_length` are a spell; 0: none.
        spell_length: how many requests a spell strikes, one after the other: retries do not get past it.
        longest_s: the longest latency in seconds; the shortest is a twentieth of it.
    """

    shares: Mapping[Fault, float] = field(default_factory=dict)
    seed: int = 0
    spell_every: int = 0
    spell_length: int = 0
    longest_s: float = 1.0
    struck: Counter[str] = field(default_factory=Counter, init=False)
    asked: int = field(default=0, init=False)
    _lot: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin the lot."""
        self._lot = Random(self.seed)  # noqa: S311 - a drill's lot

    def strike(self) -> tuple[Fault | None, float]:
        """Draw what happens to the next request, and how many seconds a latency lasts; not for several threads."""
        number, self.asked = self.asked, self.asked + 1
        drawn, wait_s = self._lot.random(), self._lot.uniform(0.05, 1.0) * self.longest_s
        found = next(iter(self.shares), None) if self._in_spell(number) else self._drawn(drawn)
        if found:
            self.struck[found] += 1
        return found, wait_s if found == "latency" else 0.0

    def _in_spell(self, number: int) -> bool:
        return bool(self.spell_every) and number % self.spell_every >= self.spell_every - self.spell_length

    def _drawn(self, drawn: float) -> Fault | None:
        for fault, share in self.shares.items():
            if drawn < share:
                return fault
            drawn -= share
        return None


CALM: Final = Weather()


def refusal(fault: Fault, head: bytes) -> bytes:
    """Return the answer of an AWS service that throttles or fails, in the language of whom the request was for."""
    target = _target_of(head)
    service = target.partition("_")[0] or ("s3" if b"AWS4-HMAC-SHA256" in head and b"/s3/" in head else "other")
    if fault == "throttle":
        names = {"DynamoDB": "ProvisionedThroughputExceededException", "s3": "SlowDown"}
        status, code = {"s3": 503, "other": 429}.get(service, 400), names.get(service, "ThrottlingException")
    else:
        status, code = 500, "InternalServerError" if service == "DynamoDB" else "InternalError"
    if service in {"s3", "other"}:
        body, kind = f"<Error><Code>{code}</Code><Message>drill</Message></Error>", _XML
    else:
        prefix = "com.amazonaws.dynamodb.v20120810#" if service == "DynamoDB" else ""
        body, kind = json.dumps({"__type": prefix + code, "message": "drill"}), _JSON
    answer = f"HTTP/1.1 {status} drill\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    return answer.encode()


def _target_of(head: bytes) -> str:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"x-amz-target":
            return value.strip().decode("latin-1")
    return ""
