"""What a pass says and how long, and what may be told about one: pure, so that a stranger can recompute it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

VALID_S: Final = 48 * 3600
GRACE_S: Final = 120  # verifiers forgive 60 s of clock; a pass just past its end is still withdrawn
MOST_VENUES: Final = 8

State = Literal["entitled", "issued", "not-eligible", "withdrawn", "expired"]


@dataclass(frozen=True)
class Life:
    """The instants of a pass: its sample, cut to the minute, and its end."""

    sampled_at: int
    expires_at: int


@dataclass(frozen=True)
class Signed:
    """What matters of a signed pass: when it ends, whether it was withdrawn, whether it is on paper."""

    expires_at: int
    withdrawn: bool
    printed: bool


@dataclass(frozen=True)
class Told:
    """The state of one person in one unit, with the cause whose audience the caller chooses."""

    state: State
    cause: str
    expires_at: int | None


def life(sampled_at: int, expires_at: int) -> Life:
    """Return a pass's instants: 48 h from the minute of the sample, or the entitlement's end if that is sooner.

    The sample's second is cut so that it does not link two passes; the end follows, since a verifier counts the 48 h
    from what it can read.
    """
    minute = sampled_at - sampled_at % 60
    return Life(minute, min(minute + VALID_S, expires_at))


def state(verdict: str | None, cause: str, expires_at: int, signed: Iterable[Signed], at: int) -> Told:
    """Return where a person stands, from the newest decision (None: never decided) and the passes signed for it.

    A refusal is `withdrawn` while a pass of the scope would else be good, `not-eligible` otherwise.
    """
    unexpired = [one for one in signed if one.expires_at > at]
    if verdict is None:
        return Told("not-eligible", "no-test", None)
    if verdict != "eligible":
        return Told("withdrawn" if unexpired else "not-eligible", cause, None)
    if expires_at <= at:
        return Told("expired", "test-too-old", None)
    good = [one for one in unexpired if not one.withdrawn]
    return Told("issued" if good else "entitled", "", max((one.expires_at for one in good), default=expires_at))


def refusal(verdict: str | None, cause: str, ends_at: int, at: int) -> str:
    """Return the cause why no pass can be signed now, or the empty string when one can."""
    if verdict is None:
        return "not-listed"
    if verdict != "eligible":
        return cause
    return "test-too-old" if ends_at <= at else ""


def cut(text: str, most: int) -> str:
    """Return a text of at most `most` characters, its end marked where it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"
