"""What a check-in may know of a person from the entitlements that stand, and of the doors from what counts people."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from functions.checkins import rules
from functions.checkins.door import NO_TEST, Facts
from functions.checkins.rules import Direction, Standing


@runtime_checkable
class Evidenced(Protocol):
    """An entitlement that also says which samples it rests on."""

    @property
    def sampled_at(self) -> int:
        """When the sample its cause rests on was taken, epoch seconds, 0 when there is none."""

    @property
    def evidence(self) -> str:
        """The rows it rests on, as JSON."""


class _Sample(msgspec.Struct):
    sampled_at: int
    result: str


def facts_of(
    standing: Sequence[Standing],
    direction: Direction,
    at: int,
    *,
    precedence: Sequence[str],
    administrative: Container[str],
    aged: bool,
) -> Facts:
    """Return what is known of a person at the instant `at`; `precedence` and `administrative` as for `rules.entitled`.

    Only where a venue asks how old a test is (`aged`) is the evidence read: nearly no check-in pays for it.
    """
    then = [one for one in standing if one.decided_at <= at]
    return Facts(
        direction=direction,
        entitled=rules.entitled(standing, at=at, precedence=precedence, administrative=administrative),
        registered=rules.registered(standing),
        listed=any(one.cause not in administrative for one in then),
        negative_at=negative_at(then) if aged else None,
    )


def negative_at(standing: Iterable[Standing]) -> int | None:
    """Return when the newest negative sample that entitlements rest on was taken, epoch seconds.

    NO_TEST when it is known that there is none; None when nothing is known: a refusal for another cause rests on
    other rows, and says nothing of negative ones.
    """
    causes = set()
    found: list[int] = []
    for one in standing:
        causes.add(one.cause)
        found += _negatives(one)
    if found:
        return max(found)
    return NO_TEST if "no-test" in causes else None


def _negatives(one: Standing) -> list[int]:
    if not isinstance(one, Evidenced):
        return []
    rows = msgspec.json.decode(one.evidence, type=list[_Sample])
    found = [row.sampled_at for row in rows if row.result == "negative"]
    # What an eligible person's entitlement rests on is a negative sample, by the meaning of the word.
    return [*found, one.sampled_at] if one.verdict == "eligible" and one.sampled_at else found
