"""Applications over HTTP: whoever answers for a venue applies, a community checks, a subdistrict decides on many at once."""

from __future__ import annotations

from credentials.proofs import TOKEN_LIFE_S
from functions.audit import service as audit
from functions.people import devices
from functions.shared.config import settings
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import MAX_UPLOAD, OCTETS, Answer, Request, Routes
from functions.shared.labels import DISTRICT, is_area
from functions.shared.pages import PAGE
from functions.shared.problems import FieldError, Forbidden, Malformed
from functions.shared.sheet_requests import first_row, read_sheet
from functions.venues import about, bulk, managers, review, rules, service
from functions.venues.application_shapes import (
    ApplicationIn,
    BulkOut,
    DecidedOut,
    DecisionsIn,
    DecisionsOut,
    DeviceKey,
    ManagedOut,
    ManagerIn,
    QueueOut,
    VenueTokenIn,
    fault_out,
    waiting_out,
)
from functions.venues.managers import Claimant
from functions.venues.reach import managed, require_level
from functions.venues.rules import Venue
from functions.venues.shapes import VenueIn, VenueOut, venue_out

routes = Routes("venue-review")
public = Routes("venue-applications")  # mounted where nobody has a token


@public.post(
    "/venue-applications",
    roles={"public"},
    body=ApplicationIn,
    answer=ManagedOut,
    status=201,
    summary="Apply for a venue with a phone's one-time code; the same again answers 200",
)
def apply_as_contact(request: Request) -> Answer:
    """Take an application of anybody; the device may act for the venue from now on, as far as its state allows."""
    given: ApplicationIn = request.body
    facts, claimant = given.facts(), _claimant(given, request)
    made, new = managers.apply(facts, claimant, request.at)
    return Answer(_granted(made, claimant.device, request.at), 201 if new else 200)


@public.post(
    "/venue-managers",
    roles={"public"},
    body=ManagerIn,
    answer=ManagedOut,
    status=201,
    summary="Let a device of a venue's contact act for it, with the phone's one-time code",
)
def join_as_manager(request: Request) -> Answer:
    """Add a device: of five the one unused longest leaves."""
    given: ManagerIn = request.body
    claimant = _claimant(given, request)
    joined = managers.join(given.venue, claimant, request.at)
    return Answer(_granted(joined, claimant.device, request.at), 201)


@public.post("/venue-tokens", roles={"public"}, body=VenueTokenIn, answer=ManagedOut, summary="Renew a venue's token")
def renew_venue_token(request: Request) -> ManagedOut:
    """A fresh 15-minute token for a device that may act for the venue."""
    given: VenueTokenIn = request.body
    device = _proved(given.device_key, given.proof, request)
    return _granted(managers.renew(given.venue, device, request.at), device, request.at)


@routes.put(
    "/venues/{venue}/application",
    roles={"venue", "officer", "worker"},
    body=VenueIn,
    answer=VenueOut,
    summary="Correct an application that was sent back; it waits anew",
)
def correct(request: Request, venue: str) -> VenueOut:
    """Put the corrected facts in place of those that were sent back, under the same id."""
    found = managed(request.caller, venue, request.at)
    facts = request.body.facts()
    about.require_address(facts.address, moves=facts.about.moves)
    if request.caller.role != "venue":
        request.caller.require_area(facts.area)
    elif facts.contact is not None and facts.contact.phone != _phone_of(found):
        raise Forbidden("The contact's phone is changed by the community, who asks for a proof of it.", code="contact")
    corrected = service.correct(venue, facts, request.at)
    audit.record(request.caller.actor, "venue.corrected", count=1, result_hash=audit.hash_of(venue), at=request.at)
    return venue_out(corrected, settings().me_url, service.contact(corrected))


@routes.get(
    "/areas/{code}/venue-queue",
    roles={"officer", "worker"},
    answer=QueueOut,
    query=("state", "next"),
    summary="Applications that wait in an area, the oldest first, each with its possible duplicates",
)
def queue(request: Request, code: str) -> QueueOut:
    """List what waits; `state` is `applied` unless `checked` or `returned` is asked for."""
    state = request.query.get("state") or "applied"
    if state not in rules.WAITING:
        raise Malformed("Ask for applied, checked or returned.", errors=(FieldError("/state", "state", ""),))
    _require_area(request, code)
    bound = {"caller": request.caller.actor, "route": "venue-queue", "filter_": f"{code}|{state}"}
    cursor = request.query.get("next")
    position = read_cursor(cursor, at=request.at, **bound) if cursor else None
    page = review.queue(code, state, position, PAGE, request.at)
    shown = tuple(waiting_out(one, settings().me_url, request.at) for one in page.items)
    return QueueOut(shown, write_cursor(page.position, at=request.at, **bound) if page.position else None)


@routes.post(
    "/areas/{code}/venue-decisions",
    roles={"officer"},
    body=DecisionsIn,
    answer=DecisionsOut,
    summary="Take one decision on up to a hundred venues; each is answered by itself",
)
def decide_many(request: Request, code: str) -> DecisionsOut:
    """Decide; the same again is answered the same, and the log holds what was decided before this answers."""
    given: DecisionsIn = request.body
    _require_area(request, code)
    require_level(request.caller, given.decision)
    wanted = tuple(dict.fromkeys(given.venues))
    results = review.decide(code, given.decision, given.reason, wanted, request.at)
    done = [venue for venue, result in zip(wanted, results, strict=True) if result == "done"]
    audit.record(
        request.caller.actor,
        f"venue.{rules.reached_by(given.decision)}",
        query_hash=audit.hash_of(given.decision, given.reason, *wanted),
        count=len(done),
        result_hash=audit.hash_of(*done),
        at=request.at,
    )
    return DecisionsOut(tuple(map(DecidedOut, wanted, results)))


@routes.post(
    "/areas/{code}/venue-applications",
    roles={"officer", "worker"},
    body=bytes,
    content_types=(OCTETS,),
    max_bytes=MAX_UPLOAD,
    answer=BulkOut,
    query=("format", "from_row"),
    summary="Apply for the venues of a spreadsheet: good rows apply, bad rows are named; again makes nothing twice",
)
def apply_by_sheet(request: Request, code: str) -> BulkOut:
    """Read at most 2,000 rows; what did not fit the time of one request goes on with `from_row`."""
    _require_area(request, code)
    first, sheet = first_row(request), read_sheet(request, bulk.COLUMNS, bulk.ROWS)
    rows = [row for row in sheet.rows if row.row >= first]
    made = bulk.apply_all(rows, request.caller, code, request.at)
    audit.record(request.caller.actor, "venue.applied", case=code, count=made.applied, at=request.at)
    return BulkOut(len(sheet.rows), made.applied, made.known, tuple(map(fault_out, made.faults)), made.next_row)


def _require_area(request: Request, code: str) -> None:
    if not is_area(code) or len(code) < DISTRICT:
        raise Malformed("Ask for a division code of 6, 9 or 12 digits.", code="area")
    request.caller.require_area(code)


def _claimant(given: ApplicationIn | ManagerIn, request: Request) -> Claimant:
    device = _proved(given.device_key, given.proof, request)
    return Claimant(about.read_number(given.phone), given.code, device, given.label)


def _proved(key: DeviceKey, proof: str, request: Request) -> str:
    return devices.proved_key(key.jwk(), proof, path=request.path, at=request.at)


def _granted(venue: Venue, device: str, at: int) -> ManagedOut:
    token = managers.token(venue.venue, device, at)
    return ManagedOut(venue.venue, venue.state, token, TOKEN_LIFE_S)  # type: ignore[arg-type]  # stored by us


def _phone_of(venue: Venue) -> str:
    contact = service.contact(venue)
    return contact.phone if contact else ""
