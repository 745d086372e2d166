"""How often one device may check in: far more than anybody does, and far less than a programme would.

A device acts for one person (a family's phone has a key for each), so what it did lately are that person's own rows. One
query by their key tells, and it is the one that tells who is inside: of a person with ten check-ins a day it reads one
unit of 4 kB, eventually consistent, half a unit: about 0.06 of the 2.53 dollars that a million check-ins cost. A counter of
its own would be a write each, ten times that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from functions.checkins.rules import SLOT_S, Act
from functions.shared.clock import DAY_S, HOUR_S

MOST_A_DAY: Final = 1_000
MOST_A_SLOT: Final = 60
_CHINA_S: Final = 8 * HOUR_S


def day_of(at: int) -> range:
    """Return the slots of the day in China that an instant lies in."""
    start = (at + _CHINA_S) // DAY_S * DAY_S - _CHINA_S
    return range(start // SLOT_S, (start + DAY_S) // SLOT_S)


def wait_s(act: Act, slots: Iterable[int], received_at: int) -> int | None:
    """Return how long a device must wait before this check-in, in seconds; None when it need not.

    Args:
        act: the check-in.
        slots: the slot of each that the device made already, of the same day at least.
        received_at: epoch seconds.
    """
    day, slot, own = day_of(act.at), act.at // SLOT_S, list(slots)
    if sum(one in day for one in own) >= MOST_A_DAY:
        return max(day.stop * SLOT_S - received_at, SLOT_S)
    if own.count(slot) >= MOST_A_SLOT:
        return max((slot + 1) * SLOT_S - received_at, 1)
    return None
