"""A check-in 扫码登记: what makes two of them one, when one is believed, and what the person is told.

A check-in's identity is its key (law 2): the person, a slot of ten minutes, the venue and the direction. Ten minutes
hold every double tap, retry and second phone of one arrival, and part two visits of the same hour.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, Protocol
from zlib import crc32

SLOT_S: Final = 600
OLDEST_S: Final = 72 * 3600
AHEAD_S: Final = 120
KEPT_S: Final = 14 * 86_400

Direction = Literal["in", "out"]
Verdict = Literal["admitted", "refused", "unsure"]
Outcome = Literal["passed", "failed", "not-checked", "not-asked"]

_CONFIRMED: Final = frozenset({"positive", "positive-not-cleared"})
_UNSETTLED: Final = frozenset({"pool-recheck", "inconclusive"})
_NOT_LISTED: Final = "not-listed"


class Standing(Protocol):
    """What a check-in reads of an entitlement 通行资格."""

    @property
    def verdict(self) -> str:
        """`eligible` or `refused`."""

    @property
    def cause(self) -> str:
        """The full cause."""

    @property
    def decided_at(self) -> int:
        """When it was decided, epoch seconds."""

    @property
    def expires_at(self) -> int:
        """When it ends, epoch seconds."""


@dataclass(frozen=True)
class Act:
    """One person at one door: who, where, which way, and when by the client's clock."""

    pid: str
    venue: str
    direction: Direction
    at: int


@dataclass(frozen=True)
class Check:
    """What one rule found; what nothing is known about is `not-checked`, and never `passed`."""

    rule: str
    outcome: Outcome


@dataclass(frozen=True)
class Decision:
    """What was decided of a check-in, with its full cause: only the person may be told that.

    `rule` is the rule that decided and `venue` whose rule that is, the venue's own or one's it lies in; `checks` are
    all rules. Two decisions are the same when verdict and cause are.
    """

    decision: Verdict
    cause: str
    rule: str = field(default="", compare=False)
    venue: str = field(default="", compare=False)
    checks: tuple[Check, ...] = field(default=(), compare=False)


def sort_key(act: Act) -> str:
    """Return the part of a check-in's identity beside the pid: `slot#venue#direction`."""
    return f"{act.at // SLOT_S}#{act.venue}#{act.direction}"


def slot_of(place: str) -> int:
    """Return the slot in a check-in's sort key; keys sort by it, since slots have seven digits until 2160."""
    return int(place.partition("#")[0])


def is_believable(at: int, received_at: int) -> bool:
    """Tell whether an instant can be true: in [received − 72 h, received + 2 min]. Another is refused, not replaced."""
    return received_at - OLDEST_S <= at <= received_at + AHEAD_S


def hour_shard(venue: str, at: int, pid: str, shards: int) -> str:
    """Return the partition of the venue's index: `venue#yyyymmddHH#shard`, the hour in UTC.

    The shard is crc32(pid) mod shards, so that a reader of all shards finds a person whatever the count was then.
    """
    return shard_key(venue, at, crc32(pid.encode()) % shards)


def shard_key(venue: str, at: int, shard: int) -> str:
    """Return one shard's partition of the hour an instant lies in."""
    return f"{venue}#{datetime.fromtimestamp(at, UTC).strftime('%Y%m%d%H')}#{shard}"


def judged_at(act: Act, received_at: int, standing: Iterable[Standing]) -> int:
    """Return the instant a check-in is judged at: now for one of just now, whatever the phone's clock says.

    Decisions of one second are put one after the other, so the newest may lie a second ahead of now: it counts now.
    """
    if received_at - act.at > AHEAD_S:
        return act.at
    return max(received_at, *(one.decided_at for one in standing), 0)


def entitled(
    entitlements: Sequence[Standing], *, at: int, precedence: Sequence[str], administrative: Container[str]
) -> Decision:
    """Decide where a pass is asked for, from what stands of the person.

    Args:
        entitlements: the person's, one a unit, as they are now.
        at: the instant of the act, epoch seconds.
        precedence: the causes of the eligibility policy; of several the first in it is named.
        administrative: those of them that say nothing of the person's health: named only when nothing else is known.
    """
    then = [one for one in entitlements if one.decided_at <= at]
    if any(one.verdict == "eligible" and at < one.expires_at for one in then):
        return Decision("admitted", "entitled")
    if len(then) < len(entitlements):
        # What stood at that instant was overwritten since; the door decided by the pass it saw.
        return Decision("unsure", "decided-since")
    causes = {_cause(one) for one in then}
    of_the_person = [cause for cause in precedence if cause in causes and cause not in administrative]
    of_a_unit = [cause for cause in precedence if cause in causes]
    return Decision("refused", (of_the_person or of_a_unit or [_NOT_LISTED])[0])


def registered(entitlements: Sequence[Standing]) -> Decision:
    """Decide where no pass is asked for: only what results say of the person's own health counts."""
    causes = {one.cause for one in entitlements if one.verdict != "eligible"}
    for cause in sorted(causes & _CONFIRMED):
        return Decision("refused", cause)
    for cause in sorted(causes & _UNSETTLED):
        return Decision("unsure", cause)
    return Decision("admitted", "pass-not-required")


def _cause(one: Standing) -> str:
    return "test-too-old" if one.verdict == "eligible" else one.cause
