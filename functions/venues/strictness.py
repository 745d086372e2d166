"""Which of two policies is the stricter, and when opening hours are open: of the week, in China Standard Time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from functions.shared.clock import CHINA
from functions.venues.policy import Hours, Policy

_DAY_MIN: Final = 24 * 60
_WEEK_MIN: Final = 7 * _DAY_MIN


def is_stricter_or_equal(policy: Policy, than: Policy) -> bool:
    """Tell whether nobody is let in by a policy whom another refuses, at any time and whatever is known of them.

    What a venue counts or notes without refusing anybody for it is not compared.
    """
    return (
        policy.pass_required >= than.pass_required
        and policy.max_list_age_s <= than.max_list_age_s
        and _within(policy.oldest_test_s, than.oldest_test_s)
        and (policy.persons == "listed" or than.persons == "everyone")
        and policy.never_refuses <= than.never_refuses
        and _minutes_of(policy.hours) <= _minutes_of(than.hours)
        and policy.opens_on >= than.opens_on
        and (not than.closes_on or "" < policy.closes_on <= than.closes_on)
        and _within(policy.capacity, than.capacity)
        # Who counts as inside for less long makes room sooner.
        and (than.capacity is None or policy.stay_s >= than.stay_s)
    )


def is_open(hours: Iterable[Hours], at: int) -> bool:
    """Tell whether an instant, epoch seconds, lies within any of some opening hours."""
    now = datetime.fromtimestamp(at, CHINA)
    minute = now.weekday() * _DAY_MIN + now.hour * 60 + now.minute
    return any((minute - start) % _WEEK_MIN < length for one in hours for start, length in _spans(one))


def _within(limit: int | None, than: int | None) -> bool:
    return than is None or (limit is not None and limit <= than)


def _minutes_of(hours: tuple[Hours, ...]) -> frozenset[int]:
    if not hours:
        return frozenset(range(_WEEK_MIN))
    spans = [span for one in hours for span in _spans(one)]
    # Sunday night runs into Monday.
    return frozenset(minute % _WEEK_MIN for start, length in spans for minute in range(start, start + length))


def _spans(one: Hours) -> Iterator[tuple[int, int]]:
    """Yield when each opening begins, in minutes of the week, and how many minutes it lasts."""
    opens, closes = _minute(one.opens), _minute(one.closes)
    length = closes - opens if closes > opens else closes - opens + _DAY_MIN
    yield from (((day - 1) * _DAY_MIN + opens, length) for day in one.days)


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])
