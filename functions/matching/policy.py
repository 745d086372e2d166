"""The policy as data: versioned, named in every run and every entitlement, never edited once it was used.

A change of policy is a new entry with a new name. `docs/policy.md` says the same in plain words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S

NEEDS_TEST: Final = "needs-test"
RESULT_PENDING: Final = "result-pending"
NOT_ELIGIBLE: Final = "not-eligible"


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the rules of eligibility.

    Spans are in seconds. `precedence` names every cause, the one to be named first at the front; `coarse` says what
    units, venues and guards see of each. A unit of `hold_people` or more that would lose over `hold_percent` waits.
    """

    version: str
    negative_life_s: int
    positive_life_s: int
    clearing_gap_s: int
    history_s: int
    hold_people: int
    hold_percent: int
    precedence: tuple[str, ...]
    coarse: Mapping[str, str]


_CAUSES: Final = {
    "approval-ended": NOT_ELIGIBLE,
    "unit-not-approved": NOT_ELIGIBLE,
    "not-listed": NOT_ELIGIBLE,
    "inconclusive": NOT_ELIGIBLE,
    "pool-recheck": NOT_ELIGIBLE,
    "positive-not-cleared": NOT_ELIGIBLE,
    "positive": NOT_ELIGIBLE,
    "result-pending": RESULT_PENDING,
    "test-too-old": NEEDS_TEST,
    "no-test": NEEDS_TEST,
}

DEFAULT: Final = Policy(
    version="default-1",
    negative_life_s=48 * HOUR_S,
    positive_life_s=7 * DAY_S,
    clearing_gap_s=24 * HOUR_S,
    history_s=14 * DAY_S,
    hold_people=20,
    hold_percent=20,
    precedence=tuple(_CAUSES),
    coarse=_CAUSES,
)

POLICIES: Final[Mapping[str, Policy]] = {policy.version: policy for policy in (DEFAULT,)}
