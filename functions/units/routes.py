"""Units over HTTP: register, read one, list those of an area."""

from __future__ import annotations

import msgspec

from functions.audit import service as audit
from functions.shared import queue
from functions.shared.clock import parse_instant, rfc3339
from functions.shared.http import Answer, Request, Routes
from functions.shared.pages import PAGE, asked
from functions.shared.problems import FieldError, Malformed
from functions.units import service
from functions.units.rules import Unit

routes = Routes("units")


class DocumentShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The official document that approves a unit."""

    number: str
    issued_by: str


class UnitIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A registration; `quota` is how many people its list may hold, `ends_at` an RFC 3339 instant."""

    name: str
    area: str
    document: DocumentShape
    quota: int
    ends_at: str
    category: str = ""
    zone: str = ""


class UnitOut(msgspec.Struct, frozen=True):
    """A unit as it stands; `listed` tells whether a staff list is in force."""

    unit: str
    name: str
    area: str
    category: str
    zone: str
    document: DocumentShape
    quota: int
    ends_at: str
    approved: bool
    listed: bool


class UnitsOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of units; `next` is the cursor of the one after."""

    units: tuple[UnitOut, ...]
    next: str | None = None


@routes.get(
    "/units",
    roles={"officer"},
    answer=UnitsOut,
    query=("area", "next"),
    summary="Units of an area and all below it, by pages",
)
def list_units(request: Request) -> UnitsOut:
    """List units; the area is the caller's own unless a narrower one is asked for."""
    wanted = asked(request, "GET /units")
    page = service.page(wanted.area, wanted.position, PAGE, request.at)
    return UnitsOut(tuple(_shape(one) for one in page.items), wanted.following(page.position))


@routes.put("/units/{unit}", roles={"officer"}, body=UnitIn, answer=UnitOut, summary="Register and approve a unit")
def put_unit(request: Request, unit: str) -> Answer:
    """Register a unit of the officer's area; a unit registered elsewhere is not theirs to take over."""
    given: UnitIn = request.body
    request.caller.require_area(given.area)
    before = service.unit(unit)
    if before is not None:
        request.caller.require_area(before.area)
    facts = service.Facts(
        name=given.name,
        area=given.area,
        category=given.category,
        zone=given.zone,
        document_number=given.document.number,
        document_issued_by=given.document.issued_by,
        quota=given.quota,
        ends_at=_instant(given.ends_at),
    )
    service.check(facts, request.at)
    # Its row first: whom a unit lists may be let in, so none is approved that the log does not tell of.
    audit.record(request.caller.actor, "unit.register", case=unit, count=1, at=request.at)
    registered, new = service.register(unit, facts, request.at)
    if not new:
        # A shorter approval ends entitlements and passes that outlive it: within seconds, not at the next run.
        queue.send("jobs_urgent", {"unit": unit})
    return Answer(_shape(registered), status=201 if new else 200)


@routes.get("/units/{unit}", roles={"officer", "unit"}, answer=UnitOut, summary="Read a unit's registration")
def get_unit(request: Request, unit: str) -> UnitOut:
    """Return a unit to itself and to the officers of its area."""
    if request.caller.role == "unit":
        request.caller.require_scope(unit)
    found = service.must(unit)
    if request.caller.role == "officer":
        request.caller.require_area(found.area)
    return _shape(found)


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError:
        raise Malformed("This is no instant.", errors=(FieldError("/ends_at", "instant", "RFC 3339"),)) from None


def _shape(unit: Unit) -> UnitOut:
    return UnitOut(
        unit=unit.unit,
        name=unit.name,
        area=unit.area,
        category=unit.category,
        zone=unit.zone,
        document=DocumentShape(unit.document_number, unit.document_issued_by),
        quota=unit.quota,
        ends_at=rfc3339(unit.ends_at),
        approved=unit.approved,
        listed=unit.current is not None,
    )
