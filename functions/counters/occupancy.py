"""How many people are inside a venue that counts them: those who came in lately and have not left."""

from __future__ import annotations

from functions.counters import rules
from functions.counters.model import CounterRow
from functions.shared.tables import living

_AHEAD_SLOTS = 1  # a phone's clock may be two minutes ahead


def occupancy(venue: str, stay_s: int, at: int) -> int:
    """Return how many are inside, never below 0.

    Args:
        venue: one whose policy counts people.
        stay_s: how long somebody counts as inside who did not check out, in seconds; to the ten minutes.
        at: epoch seconds.
    """
    first, last = rules.first_slot(at, stay_s), at // rules.SLOT_S + _AHEAD_SLOTS
    # The separator after `#` closes the last slot; slots have seven digits until 2160.
    slots = CounterRow.sort.between(f"{first}#", f"{last}$")
    rows = CounterRow.query(rules.presence_partition(venue), slots, consistent_read=True)
    return max(0, sum(int(row.n) for row in living(rows, at)))
