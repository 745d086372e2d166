"""What a venue asks of people at its doors, as data: each member is one rule that a decision can name.

What lies inside another venue is held to both policies, so that a shop can only be stricter than its tower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

MIN_LIST_AGE_S: Final = 5 * 60
MAX_LIST_AGE_S: Final = 24 * 3600
STAY_S: Final = 2 * 3600

Persons = Literal["everyone", "listed"]


@dataclass(frozen=True)
class Hours:
    """When a venue is open, in China Standard Time.

    Attributes:
        days: of the week, 1 is Monday.
        opens, closes: `HH:MM`; what closes at or before it opens, closes on the next day.
    """

    days: tuple[int, ...]
    opens: str
    closes: str


@dataclass(frozen=True)
class Policy:
    """What is asked of people at this venue's doors.

    Attributes:
        pass_required: whether a person needs a standing pass; without it, a check-in only registers.
        max_list_age_s: the oldest status list, in seconds, on which a guard here may accept a pass.
        shards: the parts of an hour's index, so that no partition takes too many writes; it is never lowered.
        oldest_test_s: how old the sample of a negative test may be, in seconds; None asks for no more than a pass does.
        persons: whether everyone may come in, or only people whom some unit lists.
        hours: when people may come in; empty means always.
        opens_on, closes_on: calendar days in China, `2026-11-22`, the first and the last; empty means unlimited.
        occupancy: whether people inside are counted, and the count may be seen.
        capacity: how many may be inside at once; None is unlimited. It needs `occupancy`.
        stay_s: how long somebody counts as inside who did not check out, in seconds.
        temperature: whether the guard may note a temperature.
        never_refuses: a hospital's: nobody is turned away for what a test says, they are shown the way to go instead.
    """

    pass_required: bool = True
    max_list_age_s: int = 4 * 3600
    shards: int = 1
    oldest_test_s: int | None = None
    persons: Persons = "everyone"
    hours: tuple[Hours, ...] = ()
    opens_on: str = ""
    closes_on: str = ""
    occupancy: bool = False
    capacity: int | None = None
    stay_s: int = STAY_S
    temperature: bool = False
    never_refuses: bool = False
