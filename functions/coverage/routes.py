"""Coverage over HTTP: officers load a register and decide about it, officers and workers see who is missing and walk."""

from __future__ import annotations

import re
from typing import get_args

from functions.audit import service as audit
from functions.coverage import loading, patrols, rules, service, summaries
from functions.coverage.patrols import Chase
from functions.coverage.service import OfBusiness, OfVenue
from functions.coverage.shapes import (
    BusinessOut,
    ChaseIn,
    ChaseOut,
    CoverageOut,
    CoverageSummaryOut,
    LinkIn,
    PatrolIn,
    PatrolOut,
    PatrolsOut,
    RegisterLoadOut,
    business_out,
    chase_out,
    head_out,
    load_out,
    patrol_out,
    summary_out,
    unscanned_out,
)
from functions.coverage.summaries import By
from functions.shared.clock import parse_instant
from functions.shared.cursors import read_cursor
from functions.shared.http import OCTETS, Answer, Request, Routes
from functions.shared.labels import DISTRICT, is_area, is_label
from functions.shared.pages import PAGE, Asked
from functions.shared.problems import FieldError, Malformed, Rejected
from functions.shared.sheet_requests import unreadable
from functions.shared.sheets import SheetProblem
from functions.shared.sheets.limits import DIRECT_BYTES

routes = Routes("coverage")
_BOTH = {"officer", "worker"}
_OF_BUSINESSES, _OF_VENUES = get_args(OfBusiness), get_args(OfVenue)
_SUBDISTRICT = 9  # digits
_ROW = re.compile(r"[1-9]\d{0,6}", re.ASCII)


@routes.post(
    "/areas/{code}/register",
    roles={"officer"},
    body=bytes,
    content_types=(OCTETS,),
    max_bytes=DIRECT_BYTES,
    answer=RegisterLoadOut,
    query=("format", "from_row"),
    summary="Load a business register as CSV or XLSX: good rows are kept, bad rows named; the same again changes nothing",
)
def load(request: Request, code: str) -> RegisterLoadOut:
    """Read at most 5,000 rows into the register of a district or subdistrict; go on with `from_row` if told so."""
    _check_area(request, code)
    if len(code) > _SUBDISTRICT:
        raise Malformed("Load for a district or a subdistrict: 6 or 9 digits. 名录按区或街道导入。", code="area")
    first, file_format = request.query.get("from_row") or "1", request.query.get("format", "")
    if file_format not in {"csv", "xlsx"}:
        raise Malformed("The format is csv or xlsx.", errors=(FieldError("/format", "format", "csv or xlsx"),))
    if not _ROW.fullmatch(first):
        raise Malformed("A row is a whole number.", errors=(FieldError("/from_row", "row", ""),))
    try:
        rows = loading.read_register(request.body, file_format, code)
    except SheetProblem as problem:
        raise unreadable(problem) from None
    made = loading.load(rows, code, int(first), request.at)
    audit.record(request.caller.actor, "register.loaded", case=code, count=made.new + made.changed, at=request.at)
    return load_out(made)


@routes.put(
    "/register/{business}/venue",
    roles={"officer"},
    body=LinkIn,
    answer=BusinessOut,
    summary="Say by hand which venue a business is, that it is none of those matched, or that it needs no code",
)
def decide(request: Request, business: str) -> BusinessOut:
    """Decide; who, when and why are kept and shown."""
    row, given = service.must(business), request.body
    request.caller.require_area(row.area)
    if (given.decision == "link") != bool(given.venue):
        raise Malformed("`link` names a venue, and nothing else does.", errors=(FieldError("/venue", "venue", ""),))
    _check_text(given.reason, "/reason", 128)
    decided = service.decide(row, given.decision, given.venue, given.reason, actor=request.caller.actor, at=request.at)
    told = audit.hash_of(business, given.decision, given.venue, given.reason)
    audit.record(request.caller.actor, f"register.{given.decision}", query_hash=told, count=1, at=request.at)
    return business_out(service.one(decided, request.at))


@routes.get(
    "/areas/{code}/coverage",
    roles=_BOTH,
    answer=CoverageOut,
    query=("kind", "grid", "next"),
    summary="Businesses without a code (or with one, or needing none); venues never scanned, or not for seven days",
)
def coverage(request: Request, code: str) -> CoverageOut:
    """List what is missing in an area, a district or below, by pages."""
    _check_area(request, code)
    kind, grid = request.query.get("kind") or "without-code", request.query.get("grid", "")
    wanted = _asked(request, code, "GET /areas/{code}/coverage", kind, grid)
    if kind in _OF_BUSINESSES:
        return _of_businesses(wanted, kind, grid, request.at)  # type: ignore[arg-type]  # one of the three
    if kind not in _OF_VENUES or grid:
        kinds = ", ".join((*_OF_BUSINESSES, *_OF_VENUES))
        told = (FieldError("/kind", "kind", f"one of {kinds}"), FieldError("/grid", "grid", "with businesses alone"))
        raise Malformed(f"Kinds are {kinds}; venues have no grid of their own.", errors=told)
    return _of_venues(wanted, kind, request.at)  # type: ignore[arg-type]  # one of the two


@routes.get(
    "/areas/{code}/coverage/summary",
    roles=_BOTH,
    answer=CoverageSummaryOut,
    query=("by",),
    summary="How many businesses have a code, and how many venues are scanned: in all, by community, subdistrict or grid",
)
def summary(request: Request, code: str) -> CoverageSummaryOut:
    """Count an area, a district or below."""
    _check_area(request, code)
    asked = request.query.get("by") or "community"
    if asked not in get_args(By):
        raise Malformed("Count by community, subdistrict or grid.", errors=(FieldError("/by", "by", ""),))
    by: By = asked  # type: ignore[assignment]  # one of the three
    return summary_out(code, by, summaries.summary(code, by, request.at), request.at)


@routes.post(
    "/areas/{code}/patrols",
    roles=_BOTH,
    body=PatrolIn,
    answer=PatrolOut,
    status=201,
    summary="Make a list for a walk, of up to 200 businesses or venues; the same list again that day answers 200",
)
def make_patrol(request: Request, code: str) -> Answer:
    """Make a patrol of the area's own."""
    _check_area(request, code)
    given = request.body
    _check_text(given.label, "/label", 32)
    made, new = patrols.make(code, given.kind, given.label, given.items, actor=request.caller.actor, at=request.at)
    audit.record(request.caller.actor, "patrol.made", case=made.head.patrol, count=len(made.items), at=request.at)
    return Answer(patrol_out(made), 201 if new else 200)


@routes.get(
    "/areas/{code}/patrols",
    roles=_BOTH,
    answer=PatrolsOut,
    query=("next",),
    summary="The patrols of an area, the newest first, by pages",
)
def list_patrols(request: Request, code: str) -> PatrolsOut:
    """List patrols of an area, a district or below."""
    _check_area(request, code)
    wanted = _asked(request, code, "GET /areas/{code}/patrols")
    page = patrols.in_area(code, wanted.position, PAGE, request.at)
    return PatrolsOut(tuple(map(head_out, page.items)), wanted.following(page.position))


@routes.get("/patrols/{patrol}", roles=_BOTH, answer=PatrolOut, summary="A patrol with the newest chase of each item")
def show_patrol(request: Request, patrol: str) -> PatrolOut:
    """Answer a patrol to whoever is responsible for its area."""
    head = patrols.must(patrol, request.at)
    request.caller.require_area(head.area)
    return patrol_out(patrols.walk(head, request.at))


@routes.post(
    "/patrols/{patrol}/items/{item}/chases",
    roles=_BOTH,
    body=ChaseIn,
    answer=ChaseOut,
    status=201,
    summary="Record a call or a visit and what came of it; the same client id again answers 200 with what is kept",
)
def chase(request: Request, patrol: str, item: str) -> Answer:
    """Record a chase from a phone."""
    head, given = patrols.must(patrol, request.at), request.body
    request.caller.require_area(head.area)
    _check_text(given.note, "/note", 128, shortest=0)
    told = Chase(given.client, given.how, given.outcome, given.note, _instant(given.at, request.at))
    row, new = patrols.chase(head, item, told, actor=request.caller.actor, at=request.at)
    audit.record(request.caller.actor, "patrol.chased", case=patrol, count=1, at=request.at)
    return Answer(chase_out(row), 201 if new else 200)


def _of_businesses(wanted: Asked, kind: OfBusiness, grid: str, at: int) -> CoverageOut:
    page = service.businesses(wanted.area, kind, wanted.position, PAGE, grid=grid, at=at)
    shown = tuple(map(business_out, page.items))
    return CoverageOut(wanted.area, kind, businesses=shown, next=wanted.following(page.position))


def _of_venues(wanted: Asked, kind: OfVenue, at: int) -> CoverageOut:
    page = service.unscanned(wanted.area, kind, wanted.position, PAGE, at=at)
    shown = tuple(map(unscanned_out, page.items))
    return CoverageOut(wanted.area, kind, venues=shown, next=wanted.following(page.position))


def _check_area(request: Request, code: str) -> None:
    request.caller.require_area(code)
    if not is_area(code) or len(code) < DISTRICT:
        raise Malformed("Ask for a division code of 6, 9 or 12 digits.", code="area")


def _check_text(text: str, pointer: str, longest: int, *, shortest: int = 1) -> None:
    if not is_label(text, longest, shortest=shortest):
        raise Rejected("This can't be shown as it is.", errors=(FieldError(pointer, "label", "plain text"),))
    if rules.is_personal(text):
        raise Rejected(
            "Write no phone, identity number or mail address here. 此处请勿填写电话、证件号码或邮箱。",
            code="personal-data",
            errors=(FieldError(pointer, "personal-data", "what happened, not who"),),
        )


def _asked(request: Request, code: str, route: str, *filters: str) -> Asked:
    cursor, filter_ = request.query.get("next"), "|".join((code, *filters))
    position = None
    if cursor:
        position = read_cursor(cursor, caller=request.caller.actor, route=route, filter_=filter_, at=request.at)
    return Asked(code, position, request, route, filter_)


def _instant(text: str | None, at: int) -> int:
    try:
        return at if text is None else parse_instant(text)
    except ValueError:
        raise Malformed("Write the instant as RFC 3339.", errors=(FieldError("/at", "instant", "RFC 3339"),)) from None
