"""`PUT /labs/{lab}`."""

from __future__ import annotations

import msgspec

from functions.audit import service as audit
from functions.labs import service
from functions.shared.http import Answer, Request, Routes

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
