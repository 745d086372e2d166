"""Venues over HTTP: apply, review, policy. An officer's reach is an area, a manager's one venue."""

from __future__ import annotations

from functions.audit import service as audit
from functions.coverage import seen
from functions.shared.clock import HOUR_S
from functions.shared.config import settings
from functions.shared.http import Answer, Request, Routes
from functions.shared.pages import PAGE, asked
from functions.shared.problems import FieldError, Forbidden, Malformed, NotFound
from functions.venues import entrances, presets, service
from functions.venues.policy_shapes import PolicyIn
from functions.venues.reach import managed, require_level
from functions.venues.rules import Venue
from functions.venues.shapes import (
    DecisionIn,
    PublicVenueOut,
    VenueIn,
    VenueOut,
    VenuesOut,
    public_out,
    venue_out,
)

routes = Routes("venues")
public = Routes("venue-facts")  # mounted where nobody has a token


@routes.post(
    "/venues",
    roles={"officer", "worker"},
    body=VenueIn,
    answer=VenueOut,
    status=201,
    summary="Apply for a venue; the same facts again answer 200 with the same venue",
)
def apply(request: Request) -> Answer:
    """Take an application; an officer of the area decides on it later."""
    request.caller.require_area(request.body.area)
    made, new = service.apply(request.body.facts(), request.at)
    return Answer(_shaped(made), 201 if new else 200)


@routes.put(
    "/venues/{venue}",
    roles={"officer"},
    body=VenueIn,
    answer=VenueOut,
    summary="Register and approve a venue under a known id, or correct its facts",
)
def register(request: Request, venue: str) -> Answer:
    """Register a venue; one that is there already must lie in the officer's area too. Who may not approve may correct."""
    _check_id(venue)
    request.caller.require_area(request.body.area)
    stored = service.venue(venue, request.at)
    if stored:
        request.caller.require_area(stored.area)
    if stored is None or not stored.open:
        require_level(request.caller, "approve")
    made, new = service.register(venue, request.body.facts(), request.at)
    _note(request, "venue.registered", venue)
    return Answer(_shaped(made), 201 if new else 200)


@routes.get(
    "/venues",
    roles={"officer", "worker"},
    answer=VenuesOut,
    query=("area", "next"),
    summary="Venues of an area and all below it, by pages",
)
def in_area(request: Request) -> VenuesOut:
    """List venues; the area is the caller's own unless a narrower one is asked for."""
    wanted = asked(request, "GET /venues")
    page = service.in_area(wanted.area, wanted.position, PAGE, request.at)
    return VenuesOut(tuple(_shaped(one) for one in page.items), wanted.following(page.position))


@public.get("/venues/{venue}", roles={"public"}, answer=PublicVenueOut, summary="What anybody may know of a venue")
def facts(request: Request, venue: str) -> PublicVenueOut:
    """Answer a venue's name and rules; one that was never approved is nobody's business."""
    found = service.venue(venue, request.at)
    if found is None or not found.published:
        raise NotFound("There is no such venue.", code="no-venue")
    return public_out(found, request.at)


@public.get(
    "/venue-codes/{code}",
    roles={"public"},
    answer=PublicVenueOut,
    summary="The venue of a venue code that is in use",
)
def by_code(request: Request, code: str) -> PublicVenueOut:
    """Answer the venue of a scanned code; a retired one is not found."""
    return public_out(entrances.venue_of_code(code, request.at)[0], request.at)


@routes.get(
    "/venues/{venue}/record",
    roles={"venue", "officer"},
    answer=VenueOut,
    summary="A venue whole: application, decision, policy, codes",
)
def record(request: Request, venue: str) -> VenueOut:
    """Answer all that is stored of a venue, its contact too."""
    found = managed(request.caller, venue, request.at)
    # A venue learns nothing of anybody: of a shop with three customers the hour of the last would say who it was.
    scanned = _scanned(found) if request.caller.role == "officer" else {}
    return venue_out(found, settings().me_url, service.contact(found), scanned)


@routes.post(
    "/venues/{venue}/decision",
    roles={"officer"},
    body=DecisionIn,
    answer=VenueOut,
    summary="Check an application or ask again (a community too), approve, refuse or close (from subdistrict up)",
)
def decide(request: Request, venue: str) -> VenueOut:
    """Decide on a venue of the officer's area."""
    given: DecisionIn = request.body
    managed(request.caller, venue, request.at)
    require_level(request.caller, given.decision)
    decided = service.decide(venue, given.decision, given.reason, request.at)
    audit.record(
        request.caller.actor,
        f"venue.{decided.state}",
        query_hash=audit.hash_of(given.decision, given.reason, venue),
        count=1,
        result_hash=audit.hash_of(venue),
        at=request.at,
    )
    return _shaped(decided)


@routes.put(
    "/venues/{venue}/policy",
    roles={"venue", "officer"},
    body=PolicyIn,
    answer=VenueOut,
    summary="Set what is asked of people at a venue's doors; its own manager nothing looser than the district's preset",
)
def set_policy(request: Request, venue: str) -> VenueOut:
    """Set the policy; a lower peak than before leaves the shards as they are."""
    stored, policy = managed(request.caller, venue, request.at), request.body.policy()
    if request.caller.role == "venue" and not presets.may_set(stored, policy, request.at):
        raise Forbidden("The district asks more of venues of this kind. An officer can ask less.", code="preset")
    changed = service.set_policy(venue, policy, request.at)
    _note(request, "venue.policy-set", venue)
    return _shaped(changed)


def _scanned(venue: Venue) -> dict[str, int]:
    by_code = {seen.poster(venue.venue, one.code): one.code for one in venue.codes}
    return {by_code[name]: hour * HOUR_S for name, hour in seen.hours(by_code).items()}


def _shaped(venue: Venue) -> VenueOut:
    return venue_out(venue, settings().me_url)


def _check_id(venue: str) -> None:
    if len(venue) > 40:  # noqa: PLR2004 - shapes.Id's own limit: no poster's address is read that names a longer one
        raise Malformed("A venue's id has at most 40 characters.", errors=(FieldError("/venue", "id", ""),))


def _note(request: Request, act: str, venue: str) -> None:
    audit.record(request.caller.actor, act, count=1, result_hash=audit.hash_of(venue), at=request.at)
