"""A scan 查验: what a verified or refused presentation means at a gate, and what makes two scans one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from credentials import NotLive, Pass, Refused, StatusUnknown

OLDEST_S: Final = 72 * 3600
AHEAD_S: Final = 120
KEPT_S: Final = 14 * 86_400
SAME_SCAN_S: Final = 5
OUT_OF_WINDOW: Final = "at-out-of-window"
NO_HOST: Final = "host"
REPLAYED: Final = "replayed"
FEVER: Final = "fever"

Verdict = Literal["accepted", "refused", "unsure"]

# What a guard may know of why a genuine pass is no longer good: coarse, and nothing more.
_COARSE: Final = {"expired": "needs-test", "withdrawn": "not-eligible"}
_LABEL: Final = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# What a browser calls a URL's hostname: labels in ASCII (RFC 5890 A-labels), an IPv4 address, an IPv6 one in brackets.
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}\.?|\[[0-9a-f:.]{{2,45}}\]", re.ASCII)
_LONGEST_HOST: Final = 253  # RFC 1035 §2.3.4, as text
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Judged:
    """A verdict with its code of the refusal tree, its cause, and the pass when its signature is genuine."""

    verdict: Verdict
    code: str
    cause: str
    credential: Pass | None = None


@dataclass(frozen=True)
class Seen:
    """Where a live proof was first seen; `at` is when it was received, epoch seconds."""

    gate: str
    device: str
    direction: str
    at: int


@dataclass(frozen=True)
class Report:
    """What a code scanned at a gate led to: a host, never the whole address; `at` is the guard's instant."""

    kind: str
    host: str
    at: int


@dataclass(frozen=True)
class Sighting:
    """A host with the newest instant it was reported and how many times."""

    kind: str
    host: str
    at: int
    count: int


def accept(credential: Pass, *, identity_checked: bool) -> Judged:
    """Return the verdict on a genuine, timely, unwithdrawn pass: a printed one waits for a look at the document."""
    if not credential.printed:
        return Judged("accepted", "ok", "ok", credential)
    if identity_checked:
        return Judged("accepted", "ok", "identity-checked", credential)
    return Judged("unsure", "ok", "check-identity", credential)


def measured(judged: Judged, *, fever: bool | None, direction: str) -> Judged:
    """Return the verdict once a temperature was measured: with a fever, the guard calls the medical post.

    Args:
        judged: the verdict on the pass.
        fever: whether what was measured was at or above the limit, None when nobody measured.
        direction: which way; whoever leaves is let go.
    """
    if not fever or direction == "out" or judged.verdict != "accepted":
        return judged
    return Judged("unsure", judged.code, FEVER, judged.credential)


def refuse(refusal: Refused) -> Judged:
    """Return the verdict on a refused presentation; one whose status nobody knows is unsure, never accepted."""
    credential = getattr(refusal, "credential", None)
    verdict: Verdict = "unsure" if isinstance(refusal, StatusUnknown) else "refused"
    return Judged(verdict, refusal.code, _COARSE.get(refusal.code, refusal.code), credential)


def replayed(credential: Pass) -> Judged:
    """Return the verdict on a live proof that was shown before."""
    return Judged("refused", NotLive.code, REPLAYED, credential)


def is_same_scan(first: Seen, again: Seen) -> bool:
    """Tell whether a proof seen again is the same scan sent again, as after a lost answer, and not a copy of it."""
    return (first.gate, first.device, first.direction) == (again.gate, again.device, again.direction) and (
        abs(again.at - first.at) <= SAME_SCAN_S
    )


def is_believable(at: int, received_at: int) -> bool:
    """Tell whether a scan's instant can be true: in [received − 72 h, received + 2 min]."""
    return received_at - OLDEST_S <= at <= received_at + AHEAD_S


def scan_id(judged: Judged, sub: str, *, proof_at: int | None, direction: str, at: int) -> str:
    """Return the ULID of a scan, made from what was seen, so that the same scan sent again has the same id.

    A live proof is one scan a gate and direction, whoever sends it and when; it counts only once it is proved, or a
    forged one could take a genuine one's place. Anything else is told apart by its verdict and the guard's instant.

    Args:
        judged: the verdict.
        sub: the pass's subject.
        proof_at: the instant in a live proof, None unless the proof stands.
        direction: which way.
        at: the guard's instant, epoch seconds.
    """
    instant = at if proof_at is None else proof_at
    kind = judged.code if proof_at is None else "live"
    facts = "\n".join((sub, kind, str(instant), direction))
    return ulid(instant, sha256(facts.encode()).digest()[:10])


def refusal_of(report: Report, received_at: int) -> str | None:
    """Return the code of the law a report breaks, None when it can be filed."""
    if len(report.host) > _LONGEST_HOST or not _HOST.fullmatch(report.host):
        return NO_HOST
    return None if is_believable(report.at, received_at) else OUT_OF_WINDOW


def report_id(report: Report, device: str) -> str:
    """Return the ULID of a report, made from what was seen and by whom, so that a repeat has the same id."""
    facts = "\n".join((report.kind, report.host, str(report.at), device))
    return ulid(report.at, sha256(facts.encode()).digest()[:10])


def sightings(reports: Iterable[Report]) -> list[Sighting]:
    """Return each host once, the one seen last first.

    Args:
        reports: in any order.
    """
    seen: dict[tuple[str, str], Sighting] = {}
    for one in reports:
        before = seen.get((one.kind, one.host), Sighting(one.kind, one.host, one.at, 0))
        seen[one.kind, one.host] = Sighting(one.kind, one.host, max(before.at, one.at), before.count + 1)
    return sorted(seen.values(), key=lambda one: (-one.at, one.host))


def ulid(at: int, randomness: bytes) -> str:
    """Return a ULID: 48 bits of milliseconds and 80 bits, in Crockford's base32, so that text sorts by time."""
    number = (at * 1000) << 80 | int.from_bytes(randomness)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
