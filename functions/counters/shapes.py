"""What the routes of counters answer."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from functions.counters.reports import Figures, Report
from functions.shared.clock import rfc3339


class Count(Struct, frozen=True):
    """How many on the day, and since the beginning."""

    day: int
    cumulative: int


class DayOut(Struct, frozen=True):
    """What happened on one day."""

    day: str
    applications: int
    approvals: int
    checkins: int
    assisted: int
    groups: int
    companions: int
    scans: int


class PlaceOut(Struct, frozen=True):
    """Degrees; the mean of an area's open venues that say where they are, each by its own coordinate system."""

    latitude: float
    longitude: float


class AreaOut(Struct, frozen=True, omit_defaults=True):
    """An area one level below: as the report of its own, without what lies below it."""

    area: str
    applications: Count
    approvals: Count
    checkins: Count
    assisted: Count
    groups: Count
    companions: Count
    scans: Count
    waiting: int
    codes: int
    before: DayOut
    position: PlaceOut | None = None


class ReportOut(Struct, frozen=True):
    """An area and all below it on a day.

    Of the check-ins `assisted` were made at the door for people without a phone, and `groups` for several people at once;
    `companions` came along in those, without a check-in of their own.
    `waiting` (applications that nobody decided yet) and `codes` (live venue codes of open venues) are as they are now;
    `before` is the day before, `below` each area one level below that has any figure, `trend` 14 days that end with `day`.
    """

    area: str
    day: str
    as_of: str
    applications: Count
    approvals: Count
    checkins: Count
    assisted: Count
    groups: Count
    companions: Count
    scans: Count
    waiting: int
    codes: int
    before: DayOut
    below: tuple[AreaOut, ...]
    trend: tuple[DayOut, ...]


class OccupancyOut(Struct, frozen=True, omit_defaults=True):
    """How many people are inside a venue, and how many may be; a count, never who."""

    venue: str
    present: int
    as_of: str
    stay_s: int
    capacity: int | None = None


def report_out(report: Report, yesterday: str, at: int) -> ReportOut:
    """Shape a report; `yesterday` is the day before its day."""
    own = _area_out(report.own, yesterday)
    return ReportOut(
        area=own.area,
        day=report.day,
        as_of=rfc3339(at),
        applications=own.applications,
        approvals=own.approvals,
        checkins=own.checkins,
        assisted=own.assisted,
        groups=own.groups,
        companions=own.companions,
        scans=own.scans,
        waiting=own.waiting,
        codes=own.codes,
        before=own.before,
        below=tuple(_area_out(one, yesterday) for one in report.below),
        trend=tuple(_day(day, counts) for day, counts in report.trend.items()),
    )


def _area_out(one: Figures, yesterday: str) -> AreaOut:
    return AreaOut(
        area=one.area,
        applications=_count(one, "applications"),
        approvals=_count(one, "approvals"),
        checkins=_count(one, "checkins"),
        assisted=_count(one, "assisted"),
        groups=_count(one, "groups"),
        companions=_count(one, "companions"),
        scans=_count(one, "scans"),
        waiting=one.standing["waiting"],
        codes=one.standing["codes"],
        before=_day(yesterday, one.before),
        position=PlaceOut(*one.position) if one.position else None,
    )


def _count(one: Figures, metric: str) -> Count:
    return Count(one.of_day[metric], one.cumulative[metric])


def _day(day: str, counts: Mapping[str, int]) -> DayOut:
    return DayOut(day, **counts)
