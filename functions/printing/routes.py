"""Print jobs over HTTP: the posters of a thousand venues as one file, with how far it is."""

from __future__ import annotations

from functions.audit import service as audit
from functions.printing import service
from functions.printing.model import PrintRow
from functions.printing.shapes import PrintIn, PrintOut, PrintsOut, print_out
from functions.shared.http import Answer, Request, Routes
from functions.shared.labels import DISTRICT, is_area
from functions.shared.problems import Malformed

routes = Routes("printing")


@routes.post(
    "/areas/{code}/posters",
    roles={"officer"},
    body=PrintIn,
    answer=PrintOut,
    status=202,
    summary="Print the posters of many venues as one file; the same while one goes on answers 200 with that one",
)
def post_prints(request: Request, code: str) -> Answer:
    """Start a print job."""
    _check_area(request, code)
    given: PrintIn = request.body
    wanted = "named" if given.venues else given.state
    row, new = service.ask(code, given.size, wanted, given.venues, request.at)
    # Again too: whoever had no answer may have asked for it without a row.
    audit.record(request.caller.actor, "venue.posters-printed", case=row.job, count=1, at=request.at)
    return Answer(print_out(row), 202 if new else 200)


@routes.get("/areas/{code}/posters", roles={"officer"}, answer=PrintsOut, summary="The newest 20 print jobs of an area")
def get_prints(request: Request, code: str) -> PrintsOut:
    """List print jobs, so that a file is found again by whoever closed the page."""
    _check_area(request, code)
    return PrintsOut(tuple(map(print_out, service.newest(code, request.at))))


@routes.get("/prints/{printing}", roles={"officer"}, answer=PrintOut, summary="How far a print job is")
def get_print(request: Request, printing: str) -> PrintOut:
    """Answer a print job of the officer's area."""
    return print_out(_seen(request, printing))


@routes.get(
    "/prints/{printing}/file", roles={"officer"}, answer=bytes, status=303, summary="The file of a print job, as PDF"
)
def get_file(request: Request, printing: str) -> Answer:
    """Lead to the file; the address is good for 5 minutes."""
    return Answer(status=303, headers={"Location": service.link(_seen(request, printing))})


def _seen(request: Request, job: str) -> PrintRow:
    row = service.must(job, request.at)
    request.caller.require_area(row.area)
    return row


def _check_area(request: Request, code: str) -> None:
    if not is_area(code) or len(code) < DISTRICT:
        raise Malformed("Posters are printed for a district or an area in it: 6, 9 or 12 digits.", code="area")
    request.caller.require_area(code)
