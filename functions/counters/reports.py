"""What an area's counters say of a day: the area's own figures, those of each area one level below, and a fortnight's.

However many areas lie below, a report reads 18 partitions of counters and nothing else: 14 days and all days together of
the area itself, and of those below it the day, the day before and all days together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final

from functions.counters import levels, rules
from functions.counters.model import CounterRow
from functions.counters.rules import TOTAL
from functions.shared.tables import living
from functions.shared.threads import spread

TREND_DAYS: Final = 14
_Sums = Mapping[str, Counter[str]]
_NOTHING: Final[Counter[str]] = Counter()


@dataclass(frozen=True)
class Figures:
    """An area's figures: of the day, of the day before, of all days, and what stands there now.

    Attributes:
        area: its division code.
        of_day, before, cumulative: by metric.
        standing: `waiting` and `codes`.
        position: the mean latitude and longitude of its open venues, None when none says where it is.
    """

    area: str
    of_day: Mapping[str, int]
    before: Mapping[str, int]
    cumulative: Mapping[str, int]
    standing: Mapping[str, int]
    position: tuple[float, float] | None


@dataclass(frozen=True)
class Report:
    """An area on a day, the areas one level below by their codes, and 14 days that end with it."""

    own: Figures
    day: str
    below: Sequence[Figures]
    trend: Mapping[str, Mapping[str, int]]


def report(area: str, day: str, at: int) -> Report:
    """Return the figures of an area on a day (`2026-11-22`, China Standard Time)."""
    days = [days_before(day, n) for n in range(TREND_DAYS)]
    one = [(rules.above(area), name, f"{area}#") for name in (*days, TOTAL)]
    under = [(area, name, "") for name in (*days[:2], TOTAL)]
    read = list(spread(partial(_sums, at=at), [*one, *under]))
    trend = [found.get(area, _NOTHING) for found in read[:TREND_DAYS]]
    own = _figures(area, trend[0], trend[1], read[TREND_DAYS].get(area, _NOTHING))
    of_day, before, total = read[TREND_DAYS + 1 :]
    below = [
        _figures(code, of_day.get(code, _NOTHING), before.get(code, _NOTHING), total[code]) for code in sorted(total)
    ]
    shown = {name: _happened(counts) for name, counts in zip(days, trend, strict=True)}
    return Report(own, day, below, dict(reversed(shown.items())))


def days_before(day: str, n: int) -> str:
    """Return the calendar day some days before one."""
    return (date.fromisoformat(day) - timedelta(days=n)).isoformat()


def _sums(asked: tuple[str, str, str], *, at: int) -> _Sums:
    above, day, begins = asked
    only = CounterRow.sort.startswith(begins) if begins else None
    rows = living(CounterRow.query(rules.area_partition(above, day), only, consistent_read=True), at)
    return rules.sums((row.sort, int(row.n)) for row in rows)


def _figures(area: str, of_day: Counter[str], before: Counter[str], total: Counter[str]) -> Figures:
    standing = {level: max(0, total[level]) for level in ("waiting", "codes")}
    return Figures(area, _happened(of_day), _happened(before), _happened(total), standing, levels.position(total))


def _happened(counts: Mapping[str, int]) -> dict[str, int]:
    return {metric: counts.get(metric, 0) for metric in rules.METRICS}
