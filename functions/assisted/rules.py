"""What decides where somebody acts for a person without a phone: limits, lives, and whether a name is the register's. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

DAY_S: Final = 86_400
KNOWN_S: Final = 14 * DAY_S  # since the last assisted check-in at that venue
ENDED_S: Final = 90 * DAY_S  # how long it is told of a card that it was ended or replaced, and not that there is none
MOST_KNOWN: Final = 20
TAIL: Final = 4
COMMUNITY: Final = 12  # digits of a community's division code

Way = Literal["card", "number", "known"]
Count = Literal["acts", "names", "lookups", "desk_names"]


@dataclass(frozen=True)
class Cap:
    """How much one device may do in an hour and in a shift of twelve."""

    hour: int
    shift: int


# Whoever acts for others could try out numbers, names or tails. Each limit is above what an honest guard reaches, and
# far below what trying pays for.
CAPS: Final[dict[Count, Cap]] = {
    # One person each twelve seconds for a whole hour, with cards alone; a shift of half that.
    "acts": Cap(300, 1_800),
    # Names that are not the register's: misread and misspelt ones are a few an hour. Thousands would find a name.
    "names": Cap(20, 60),
    # Every other person of an hour known by the last four characters. A venue's 10,000 tails would take a week.
    "lookups": Cap(120, 600),
    # The same names at a community's desk, where lists of hundreds are compared: each slip of a list is one.
    "desk_names": Cap(200, 600),
}
WINDOWS: Final[dict[Literal["hour", "shift"], int]] = {"hour": 3_600, "shift": 12 * 3_600}
REPEAT_S: Final = 12 * 3_600  # how long the same act again is no other one

_CARD = re.compile(r"(?:https?://[^\s#]{1,120}/p#)?(?P<number>[0-9A-Za-z -]{10,20})", re.ASCII)


def card_text(text: str) -> str:
    """Return of a card's text what may be its number: what stands behind the address, or the whole; empty when neither."""
    found = _CARD.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return found["number"] if found else ""


def read_tail(text: str) -> str | None:
    """Return the last four characters of a document as they are compared, None when it is not four letters or digits."""
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    return folded if len(folded) == TAIL and folded.isalnum() else None


def judge_name(*, on_card: bool | None, listed: Collection[bool], enrolled: bool | None) -> bool | None:
    """Decide whether a name is the person's: who saw the document speaks before whoever enrolled by a phone alone.

    Args:
        on_card: whether it is that of the person's card, None without one.
        listed: whether it is that of each staff list that has the person.
        enrolled: whether it is the one that was given at enrolment, None when nobody enrolled.

    Returns:
        Whether one of those that speak agrees; None when nobody knows a name.
    """
    seen = [one for one in (on_card, *listed) if one is not None]
    return any(seen) if seen else enrolled


def windows_of(at: int) -> dict[Literal["hour", "shift"], int]:
    """Return the number of the hour and of the twelve hours in which something is counted."""
    return {name: at // length for name, length in WINDOWS.items()}


def retry_after(window: Literal["hour", "shift"], at: int) -> int:
    """Return in how many seconds the next hour, or the next twelve hours, begins."""
    return WINDOWS[window] - at % WINDOWS[window]
