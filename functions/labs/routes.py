"""Laboratories over HTTP: register, list those of an area, tell each which of its samples are overdue."""

from __future__ import annotations

import msgspec

from functions.audit import service as audit
from functions.labs import service
from functions.shared.clock import rfc3339
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Answer, Request, Routes
from functions.shared.pages import PAGE, asked

routes = Routes("labs")
OVERDUE = "GET /labs/{lab}/overdue"
SHOWN = 500  # of overdue samples, on one page


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


class SampleOut(msgspec.Struct, frozen=True):
    """A tube that was taken over a day ago and has no result: when, and where."""

    tube: str
    sampled_at: str
    site: str


class OverdueOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of a laboratory's overdue samples, the oldest first, as the matching run of `as_of` found them.

    `as_of` is null before the first run. `total` counts all of them, of which at most 10,000 are listed; `next` is
    the cursor of the page after.
    """

    as_of: str | None
    total: int
    samples: tuple[SampleOut, ...]
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
    service.check(given.name, given.area)
    # Its row first: what a laboratory reports lets people in, so none may report that the log does not tell of.
    audit.record(request.caller.actor, "lab.register", case=lab, count=1, at=request.at)
    registered, new = service.register(lab, name=given.name, area=given.area, at=request.at)
    return Answer(LabOut(registered.lab, registered.name, registered.area), status=201 if new else 200)


@routes.get(
    "/labs/{lab}/overdue",
    roles={"lab", "officer"},
    answer=OverdueOut,
    query=("next",),
    summary="A laboratory's overdue samples: taken over 24 hours ago, and no result",
)
def get_overdue(request: Request, lab: str) -> OverdueOut:
    """Tell a laboratory, and the officers of its area, which tubes wait for a result: tubes, never people."""
    request.caller.require_own(lab, lambda: service.must(lab).area)
    bound = {"caller": request.caller.actor, "route": OVERDUE, "filter_": lab}
    cursor = request.query.get("next")
    after = read_cursor(cursor, at=request.at, **bound) if cursor else None
    page = service.overdue_page(lab, after, SHOWN)
    shown = tuple(SampleOut(one.tube, rfc3339(one.sampled_at), one.site) for one in page.samples)
    as_of = None if page.as_of is None else rfc3339(page.as_of)
    following = write_cursor(page.position, at=request.at, **bound) if page.position else None
    return OverdueOut(as_of, page.total, shown, following)
