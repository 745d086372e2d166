"""What an officer reads of an area's days, and who is responsible for a venue of how full it is."""

from __future__ import annotations

from datetime import date

from functions.counters import report_files, reports, service
from functions.counters.shapes import OccupancyOut, ReportOut, report_out
from functions.gates import service as gates
from functions.shared.clock import china_day, rfc3339
from functions.shared.http import Answer, Request, Routes
from functions.shared.labels import is_area
from functions.shared.problems import FieldError, Malformed, NotFound
from functions.venues import service as venues

routes = Routes("counters")


@routes.get(
    "/areas/{code}/report",
    roles={"officer"},
    answer=ReportOut,
    query=("day",),
    summary="An area's applications, approvals, check-ins and scans, of a day (yesterday unless asked) and in all",
)
def report(request: Request, code: str) -> ReportOut:
    """Answer from the counters; a day is a calendar day in China."""
    return _report(request, code)


@routes.get(
    "/areas/{code}/report.xlsx",
    roles={"officer"},
    answer=bytes,
    query=("day",),
    summary="An area's report as a workbook: summary, areas below, trend",
)
def report_workbook(request: Request, code: str) -> Answer:
    """Answer the report as a file for a spreadsheet."""
    made = _report(request, code)
    return Answer(report_files.workbook(made), content_type=report_files.XLSX, headers=_named(made, "xlsx"))


@routes.get(
    "/areas/{code}/report.csv",
    roles={"officer"},
    answer=bytes,
    query=("day",),
    summary="An area's report as CSV: itself and each area below, a line each",
)
def report_table(request: Request, code: str) -> Answer:
    """Answer the report's table; Excel opens it as it is."""
    made = _report(request, code)
    return Answer(report_files.table(made), content_type=report_files.CSV, headers=_named(made, "csv"))


@routes.get(
    "/venues/{venue}/occupancy",
    roles={"venue", "officer", "guard"},
    answer=OccupancyOut,
    summary="How many people are inside a venue that counts them",
)
def occupancy(request: Request, venue: str) -> OccupancyOut:
    """Answer to the venue, to officers of its area, and to whoever guards one of its gates."""
    gates.require_door(request.caller, venue, request.at)
    policy = venues.must(venue, request.at).policy
    if not policy.occupancy:
        raise NotFound(
            "This venue does not count who is inside. Whoever manages it can turn that on in its policy. "
            "该场所未开启在场人数统计，可由场所管理员在规则中开启。",
            code="not-counted",
        )
    present = service.occupancy(venue, policy.stay_s, request.at)
    return OccupancyOut(venue, present, rfc3339(request.at), policy.stay_s, policy.capacity)


def _report(request: Request, code: str) -> ReportOut:
    if not is_area(code):
        raise Malformed("Ask for a division code of 2, 4, 6, 9 or 12 digits.", code="area")
    request.caller.require_area(code)
    day = request.query.get("day") or reports.days_before(china_day(request.at), 1)
    if not _is_day(day):
        raise Malformed("Ask for a day as 2026-11-22.", errors=(FieldError("/day", "day", "YYYY-MM-DD"),))
    return report_out(reports.report(code, day, request.at), reports.days_before(day, 1), request.at)


def _named(made: ReportOut, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="report-{made.area}-{made.day}.{ending}"'}


def _is_day(text: str) -> bool:
    try:
        return text.startswith("20") and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
