"""Uploads, and each job made of one. A unit uploads its own list, a laboratory results under its own name, and nobody another's."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence
from typing import cast, get_args

from msgspec import UNSET

from functions.jobs import correcting, listing, service
from functions.jobs.model import Head
from functions.jobs.plan import limits_of
from functions.jobs.result_rows import COLUMNS as RESULT_COLUMNS
from functions.jobs.rules import State
from functions.jobs.service import Kind, Upload
from functions.jobs.shapes import DecisionIn, JobOut, JobsOut, UploadIn, UploadOut, job_out, upload_out
from functions.labs import service as labs
from functions.shared.http import OCTETS, Answer, Request, Routes
from functions.shared.pages import PAGE, asked
from functions.shared.problems import FieldError, Forbidden, Malformed, NotFound, UnsupportedType
from functions.shared.sheet_requests import unreadable
from functions.shared.sheets import FORMATS, SheetProblem
from functions.shared.sheets.limits import DIRECT_BYTES
from functions.shared.sheets.reading import walk
from functions.shared.threads import spread
from functions.staff.rows import COLUMNS as STAFF_COLUMNS
from functions.units import service as units

routes = Routes("jobs")
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = get_args(State)
_FILE = {"body": bytes, "content_types": (OCTETS, CSV), "max_bytes": DIRECT_BYTES, "answer": JobOut, "status": 202}


@routes.post(
    "/units/{unit}/staff-list", roles={"unit"}, query=("format", "mode"), summary="Upload a staff list", **_FILE
)
def post_staff_list(request: Request, unit: str) -> Answer:
    """Take a unit's list in; what is wrong with the whole file is said at once, the rest by the job."""
    request.caller.require_scope(unit)
    mode = request.query.get("mode", "update")
    if mode not in {"update", "replace"}:
        raise Malformed("A list updates or replaces.", errors=(FieldError("/mode", "mode", "update or replace"),))
    area = units.must(unit).area
    return _take(request, "staff-list", unit, area, mode)


@routes.post("/labs/{lab}/results", roles={"lab"}, query=("format",), summary="Upload test results", **_FILE)
def post_results(request: Request, lab: str) -> Answer:
    """Take a laboratory's results in, under its own name only."""
    request.caller.require_scope(lab)
    return _take(request, "results", lab, labs.must(lab).area, "")


@routes.post(
    "/uploads",
    roles={"unit", "lab", "officer"},
    body=UploadIn,
    answer=UploadOut,
    status=202,
    summary="Announce a larger file and learn where to PUT it",
)
def post_uploads(request: Request) -> Answer:
    """Make the job of a file that is still to come; its checksum and length are signed into the address."""
    given: UploadIn = request.body
    if given.size > limits_of(given.kind).size_of(given.format):
        raise unreadable(SheetProblem("too-large"))
    subject, area = _subject(request, given)
    mode = given.mode if given.kind == "staff-list" else ""
    upload = Upload(given.kind, subject, area, given.format, mode, given.sha256, given.size)
    head, new = service.announce(upload, request.at)
    if not head.awaited:
        return Answer(_shape(request, head), status=200)
    url, headers = service.presigned(head)
    return Answer(upload_out(_shape(request, head), url, headers, service.PRESIGNED_S), status=202 if new else 200)


@routes.get("/units/{unit}/jobs", roles={"unit", "officer"}, answer=JobsOut, summary="A unit's newest jobs")
def get_unit_jobs(request: Request, unit: str) -> JobsOut:
    """Return the newest 50 uploads of a unit, to itself and to the officers of its area."""
    request.caller.require_own(unit, lambda: units.must(unit).area)
    return _heads(request, listing.newest(f"unit:{unit}", PAGE, request.at))


@routes.get("/labs/{lab}/jobs", roles={"lab", "officer"}, answer=JobsOut, summary="A laboratory's newest jobs")
def get_lab_jobs(request: Request, lab: str) -> JobsOut:
    """Return the newest 50 uploads of a laboratory, to itself and to the officers of its area."""
    request.caller.require_own(lab, lambda: labs.must(lab).area)
    return _heads(request, listing.newest(f"lab:{lab}", PAGE, request.at))


@routes.get(
    "/jobs",
    roles={"officer"},
    answer=JobsOut,
    query=("state", "area", "next"),
    summary="Jobs of an area in one state, held by default: whose they are and why they wait",
)
def get_jobs(request: Request) -> JobsOut:
    """List the jobs of the officer's area in a state, by pages; within a district the newest first."""
    state = request.query.get("state", "held")
    if state not in STATES:
        raise Malformed("No job is ever in that state.", errors=(FieldError("/state", "state", ", ".join(STATES)),))
    wanted = asked(request, "GET /jobs", state)
    page = listing.in_state(wanted.area, state, wanted.position, PAGE, request.at)
    return _heads(request, page.items, wanted.following(page.position))


@routes.get("/jobs/{job}", roles={"unit", "lab", "officer"}, answer=JobOut, summary="How far a job is")
def get_job(request: Request, job: str) -> JobOut:
    """Return a job to its owner and the officers of its area."""
    return _shape(request, _seen(request, job))


@routes.get(
    "/jobs/{job}/errors.csv",
    roles={"unit", "lab", "officer"},
    answer=bytes,
    summary="Rejected rows: row, column, law",
)
def get_errors(request: Request, job: str) -> Answer:
    """Return the rows that were rejected, without any cell of theirs."""
    found = service.errors(_seen(request, job))
    if isinstance(found, str):
        return Answer(status=303, headers={"Location": found})
    name = {"Content-Disposition": f'attachment; filename="errors-{job}.csv"'}
    return Answer(found, content_type="text/csv; charset=utf-8", headers=name)


@routes.get(
    "/jobs/{job}/to-correct.xlsx",
    roles={"unit", "lab"},
    answer=bytes,
    summary="Rejected rows as they were uploaded, each with what to correct, to be filled in and uploaded again",
)
def get_to_correct(request: Request, job: str) -> Answer:
    """Return a workbook to its owner alone: it holds people's data, all of it as text."""
    name = {"Content-Disposition": f'attachment; filename="to-correct-{job}.xlsx"'}
    return Answer(correcting.workbook(_seen(request, job)), content_type=XLSX, headers=name)


@routes.post(
    "/jobs/{job}/decision",
    roles={"unit", "lab", "officer"},
    body=DecisionIn,
    answer=JobOut,
    summary="Apply or cancel what is held",
)
def post_decision(request: Request, job: str) -> JobOut:
    """Decide on a held job; the owner may cancel and confirm that people leave, an officer anything."""
    head, given = _seen(request, job), request.body
    actor, owner = request.caller.actor, request.caller.role != "officer"
    return _shape(request, service.decide(head, given.decision, given.reason, actor=actor, owner=owner, at=request.at))


def _heads(request: Request, heads: Sequence[Head], following: str | None = None) -> JobsOut:
    owner = request.caller.role != "officer"
    # Each job's parts are asked how far it is: many small requests at once.
    told = spread(lambda head: job_out(head, service.totals(head), owner=owner), heads)
    return JobsOut(tuple(told), following)


def _take(request: Request, kind: Kind, subject: str, area: str, mode: str) -> Answer:
    file_format, data = request.query.get("format", ""), cast("bytes", request.body)
    if file_format not in FORMATS:
        raise Malformed(
            "Say ?format=csv, xlsx or jsonl.", errors=(FieldError("/format", "format", "csv, xlsx, jsonl"),)
        )
    _check_type(request, data)
    _check_file(kind, data, file_format)
    digest = hashlib.sha256(data).hexdigest()
    head, new = service.receive(Upload(kind, subject, area, file_format, mode, digest, len(data)), data, request.at)
    return Answer(_shape(request, head), status=202 if new else 200)


def _check_type(request: Request, data: bytes) -> None:
    if not request.header("content-type").startswith(CSV):
        return
    try:
        damaged = "\ufffd" in data.decode()
    except UnicodeDecodeError:
        damaged = True
    if damaged:  # a gateway decodes text, and what it decoded wrongly cannot be had back
        raise UnsupportedType(f"Send CSV that is not UTF-8 as {OCTETS}.", code="text-csv")


def _check_file(kind: Kind, data: bytes, file_format: str) -> None:
    try:
        columns = STAFF_COLUMNS if kind == "staff-list" else RESULT_COLUMNS
        deque(walk(data, file_format, columns, limits_of(kind)), maxlen=0)
    except SheetProblem as problem:
        raise unreadable(problem) from None


def _subject(request: Request, given: UploadIn) -> tuple[str, str]:
    wanted, other = (given.unit, given.lab) if given.kind == "staff-list" else (given.lab, given.unit)
    if wanted is UNSET or other is not UNSET:
        raise Malformed("A staff list names its unit, results their lab.", errors=(FieldError("/", "subject", ""),))
    subject = str(wanted)
    if request.caller.role == "officer":
        area = units.must(subject).area if given.kind == "staff-list" else labs.must(subject).area
        request.caller.require_area(area)
        return subject, area
    if (request.caller.role == "unit") != (given.kind == "staff-list"):
        raise Forbidden("Your role may not do this.", code="role")
    request.caller.require_scope(subject)
    return subject, units.must(subject).area if given.kind == "staff-list" else labs.must(subject).area


def _seen(request: Request, job: str) -> Head:
    try:
        head = service.find(job, request.at)
    except NotFound:
        if request.caller.role == "officer":
            raise
        # To an account a job that is none is like one of another's: its id says which file was sent by whom.
        raise _foreign() from None
    if request.caller.role == "officer":
        request.caller.require_area(head.area)
    elif head.owner != f"{request.caller.role}:{request.caller.scope}":
        raise _foreign()
    return head


def _foreign() -> Forbidden:
    return Forbidden("There is no such job of yours.", code="scope")


def _shape(request: Request, head: Head) -> JobOut:
    owner = request.caller.role != "officer"
    return job_out(head, service.totals(head), tuple(service.leaving_names(head)), owner=owner)
