"""Laboratories over HTTP: register, list those of an area."""

from __future__ import annotations

import msgspec

from functions.audit import service as audit
from functions.labs import service
from functions.shared.http import Answer, Request, Routes
from functions.shared.pages import PAGE, asked

routes = Routes("labs")


class LabIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A laboratory's registration."""

    name: str
    area: str


class LabOut(msgspec.Struct, frozen=True):
    """A laboratory as it stands."""

    lab: str
    name: str
    area: str


class LabsOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of laboratories; `next` is the cursor of the one after."""

    labs: tuple[LabOut, ...]
    next: str | None = None


@routes.get(
    "/labs",
    roles={"officer"},
    answer=LabsOut,
    query=("area", "next"),
    summary="Laboratories of an area and all below it, by pages",
)
def list_labs(request: Request) -> LabsOut:
    """List laboratories; the area is the caller's own unless a narrower one is asked for."""
    wanted = asked(request, "GET /labs")
    page = service.page(wanted.area, wanted.position, PAGE, request.at)
    found = tuple(LabOut(one.lab, one.name, one.area) for one in page.items)
    return LabsOut(found, wanted.following(page.position))


@routes.put("/labs/{lab}", roles={"officer"}, body=LabIn, answer=LabOut, summary="Register a laboratory")
def put_lab(request: Request, lab: str) -> Answer:
    """Register a laboratory of the officer's area; one registered elsewhere is not theirs to take over."""
    given: LabIn = request.body
    request.caller.require_area(given.area)
    before = service.lab(lab)
    if before is not None:
        request.caller.require_area(before.area)
    registered, new = service.register(lab, name=given.name, area=given.area, at=request.at)
    audit.record(request.caller.actor, "lab.register", case=lab, count=1, at=request.at)
    return Answer(LabOut(registered.lab, registered.name, registered.area), status=201 if new else 200)
