"""What an officer reads of an area's days."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from functions.counters import service
from functions.shared.clock import china_day
from functions.shared.http import Request, Routes
from functions.shared.labels import is_area
from functions.shared.problems import FieldError, Malformed

routes = Routes("counters")


class Count(Struct, frozen=True):
    """How many on the day, and since the beginning."""

    day: int
    cumulative: int


class ReportOut(Struct, frozen=True):
    """An area and all below it on a day: venues applied for and approved, people's check-ins, guards' scans."""

    area: str
    day: str
    applications: Count
    approvals: Count
    checkins: Count
    scans: Count


@routes.get(
    "/areas/{code}/report",
    roles={"officer"},
    answer=ReportOut,
    query=("day",),
    summary="Applications, approvals, check-ins and scans of an area: a day's (yesterday's unless asked) and all",
)
def report(request: Request, code: str) -> ReportOut:
    """Answer from the counters; a day is a calendar day in China."""
    if not is_area(code):
        raise Malformed("Ask for a division code of 2, 4, 6, 9 or 12 digits.", code="area")
    request.caller.require_area(code)
    day = request.query.get("day") or service.day_before(china_day(request.at))
    if not _is_day(day):
        raise Malformed("Ask for a day as 2026-11-22.", errors=(FieldError("/day", "day", "YYYY-MM-DD"),))
    found = service.report(code, day, request.at)
    counts = {name: Count(found.of_day[name], found.cumulative[name]) for name in found.of_day}
    return ReportOut(code, day, **counts)


def _is_day(text: str) -> bool:
    try:
        return datetime.strptime(text, "%Y-%m-%d").strftime("%Y-%m-%d") == text  # noqa: DTZ007 - a calendar day
    except ValueError:
        return False
