"""What a venue 场所 may be: its states and who leads it there, its codes, and how many shards its hour needs."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, Protocol

from functions.shared.labels import district_of
from functions.venues.policy import Hours, Policy

STATES: Final = ("applied", "checked", "returned", "approved", "refused", "closed")
WAITING: Final = frozenset({"applied", "checked", "returned"})  # somebody has to act
PUBLISHED: Final = frozenset({"approved", "closed"})  # anybody may know of it
MAX_CODES: Final = 20
MAX_SHARDS: Final = 64
MAX_DEPTH: Final = 4  # a stall in a shop on a floor of a tower
SUBDISTRICT: Final = 9  # digits

_WRITES_PER_SHARD = 300  # of the 1,000 writes/s a partition takes: head room for retries and for the index
_HEADROOM = 1.5
# decision -> the states it may be taken in, and the state it leads to
_DECISIONS: Final = {
    "check": (frozenset({"applied", "returned"}), "checked"),
    "return": (frozenset({"applied", "checked"}), "returned"),
    "approve": (frozenset({"applied", "checked", "returned", "refused", "closed"}), "approved"),
    "refuse": (WAITING, "refused"),
    "close": (frozenset({"approved"}), "closed"),
}
_OF_A_COMMUNITY: Final = frozenset({"check", "return"})

CoordinateSystem = Literal["gcj02", "bd09", "wgs84", "cgcs2000"]


@dataclass(frozen=True)
class Position:
    """Where a venue is, in degrees of the coordinate system in which it was measured: maps of China shift theirs."""

    latitude: float
    longitude: float
    system: CoordinateSystem


@dataclass(frozen=True)
class About:
    """What an application says of a venue beside its name and place; `peak_per_hour` is people coming in.

    A bus or a taxi `moves`: it has no address, and its area is its operator's.
    """

    position: Position | None = None
    hours: tuple[Hours, ...] = ()
    peak_per_hour: int = 0
    moves: bool = False


@dataclass(frozen=True)
class Code:
    """One printed venue code 场所码: an entrance may have its own, and a copied one is retired alone.

    Attributes:
        code: the short code.
        label: the entrance's name.
        made_at, retired_at: epoch seconds.
        replaced_by: the short code that hangs there instead of a retired one.
        poster: where its poster is in its life.
        poster_at: since when, epoch seconds.
    """

    code: str
    label: str
    made_at: int
    retired_at: int | None = None
    replaced_by: str = ""
    poster: str = "made"
    poster_at: int | None = None


class Placed(Protocol):
    """What a venue's place is judged by."""

    @property
    def venue(self) -> str:
        """Its id."""

    @property
    def area(self) -> str:
        """Its area."""


@dataclass(frozen=True)
class Venue:
    """A venue as the rest of the program knows it; times are epoch seconds."""

    venue: str
    name: str
    area: str
    category: str
    address: str
    parent: str
    about: About
    state: str
    policy: Policy
    applied_at: int
    decided_at: int | None
    reason: str
    codes: tuple[Code, ...]

    @property
    def open(self) -> bool:
        """Whether people may check in here."""
        return self.state == "approved"

    @property
    def published(self) -> bool:
        """Whether anybody may know of it: it was approved once."""
        return self.state in PUBLISHED

    @property
    def current_codes(self) -> tuple[Code, ...]:
        """The codes that are not retired, the oldest first."""
        return tuple(code for code in self.codes if code.retired_at is None)


def venue_of_application(area: str, name: str, address: str) -> str:
    """Return the id of an application, so that the same application twice is the same venue."""
    digest = sha256(f"{area}\n{name.strip()}\n{address.strip()}".encode()).digest()
    return "V-" + base64.b32encode(digest)[:12].decode().lower()


def state_after(state: str, decision: str) -> str | None:
    """Return the state a decision leads to; None when it can't be taken in this state.

    The same decision again leads to the same state, so that a retry is harmless.
    """
    allowed, reached = _DECISIONS[decision]
    return reached if state in allowed or state == reached else None


def reached_by(decision: str) -> str:
    """Return the state a decision leads to where it can be taken."""
    return _DECISIONS[decision][1]


def may_decide(decision: str, area: str) -> bool:
    """Tell whether an officer of an area may take a decision: a community checks and asks again, a subdistrict decides."""
    return decision in _OF_A_COMMUNITY or len(area) <= SUBDISTRICT


def waiting(district: str, state: str) -> str | None:
    """Return where a venue of this state waits in its district, None when nobody has to act."""
    return f"{district}#{state}" if state in WAITING else None


def parent_fault(venue: str, area: str, above: Sequence[Placed], height: int = 0) -> tuple[str, str] | None:
    """Tell why a venue can't lie in another, as a law and a sentence; None when it can.

    How strict what lies below it is needs no look: each check-in there is held to all rules around it.

    Args:
        venue: its id.
        area: its area.
        above: the parent and all it lies in, the nearest first; empty when there is no such parent.
        height: how many levels of venues lie in it.
    """
    if venue in {one.venue for one in above}:
        return "inside-itself", "A venue can't lie in itself."
    if not above:
        return "no-venue", "There is no venue of this id to lie in."
    if district_of(above[0].area) != district_of(area):
        return "district", "A venue lies in one of its own district."
    if len(above) + height >= MAX_DEPTH:
        return "depth", f"Venues lie in each other at most {MAX_DEPTH} deep."
    return None


def shards_for(peak_per_s: float) -> int:
    """Return how many shards an hour needs: the next power of two at or over peak × 1.5 / 300, at most 64."""
    needed, shards = peak_per_s * _HEADROOM / _WRITES_PER_SHARD, 1
    while shards < needed and shards < MAX_SHARDS:
        shards *= 2
    return shards
