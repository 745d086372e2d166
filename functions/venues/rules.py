"""What a venue 场所 may be: its states, its rules at the door, its codes, and how many shards its hour needs."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

STATES: Final = ("applied", "approved", "refused", "closed")
MAX_CODES: Final = 20
MAX_SHARDS: Final = 64
MIN_LIST_AGE_S: Final = 5 * 60
MAX_LIST_AGE_S: Final = 24 * 3600

_WRITES_PER_SHARD = 300  # of the 1,000 writes/s a partition takes: head room for retries and for the index
_HEADROOM = 1.5
_CODE = re.compile(r"(?P<venue>[A-Za-z0-9_-]{1,40})-(?P<mark>[a-z2-7]{8})\Z")
# decision -> the states it may be taken in, and the state it leads to
_DECISIONS: Final = {
    "approve": (frozenset({"applied", "refused", "closed"}), "approved"),
    "refuse": (frozenset({"applied"}), "refused"),
    "close": (frozenset({"approved"}), "closed"),
}


@dataclass(frozen=True)
class Policy:
    """What is asked of people at this venue's doors.

    Attributes:
        pass_required: whether a person needs a standing pass; without it, a check-in only registers.
        max_list_age_s: the oldest status list, in seconds, on which a guard here may accept a pass.
        shards: the parts of an hour's index, so that no partition takes too many writes; it is never lowered.
    """

    pass_required: bool = True
    max_list_age_s: int = 4 * 3600
    shards: int = 1


@dataclass(frozen=True)
class Code:
    """One printed venue code 场所码: an entrance may have its own, and a copied one is retired alone."""

    code: str
    label: str
    made_at: int
    retired_at: int | None = None


@dataclass(frozen=True)
class Venue:
    """A venue as the rest of the program knows it; times are epoch seconds."""

    venue: str
    name: str
    area: str
    category: str
    address: str
    parent: str
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


def shards_for(peak_per_s: float) -> int:
    """Return how many shards an hour needs: the next power of two at or over peak × 1.5 / 300, at most 64."""
    needed, shards = peak_per_s * _HEADROOM / _WRITES_PER_SHARD, 1
    while shards < needed and shards < MAX_SHARDS:
        shards *= 2
    return shards


def make_code(venue: str, randomness: bytes) -> str:
    """Return a new code for a venue: its id and 40 random bits, so that a page knows the venue without asking.

    Args:
        venue: the venue's id, at most 40 characters.
        randomness: 5 random bytes.
    """
    return f"{venue}-{base64.b32encode(randomness).decode().lower()}"


def venue_of_code(code: str) -> str | None:
    """Return the venue a code is made for, None when the text is no code."""
    found = _CODE.match(code)
    return found["venue"] if found else None
