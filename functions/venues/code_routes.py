"""Codes over HTTP: made, replaced and retired, each with a poster to print and the poster's life."""

from __future__ import annotations

from functions.audit import service as audit
from functions.shared import posters
from functions.shared.config import settings
from functions.shared.http import Answer, Request, Routes
from functions.shared.labels import is_label
from functions.shared.problems import Malformed, NotFound
from functions.venues import codes, entrances, poster
from functions.venues.reach import managed
from functions.venues.rules import Code, Venue
from functions.venues.shapes import CodeIn, CodeOut, PosterIn, VenueOut, code_out, venue_out

routes = Routes("venue-codes")
LONGEST_LABEL = 32


@routes.post(
    "/venues/{venue}/codes",
    roles={"venue", "officer"},
    body=CodeIn,
    answer=CodeOut,
    summary="Make a venue code for one entrance; the label's current code when it has one",
)
def add_code(request: Request, venue: str) -> CodeOut:
    """Make a code."""
    managed(request.caller, venue, request.at)
    made = entrances.add_code(venue, _label(request.body.label), request.at)
    _note(request, "venue.code-made", venue)
    return code_out(venue, made, settings().me_url)


@routes.post(
    "/venues/{venue}/codes/{code}/retirement",
    roles={"venue", "officer"},
    answer=VenueOut,
    summary="Retire a venue code that was copied or lost",
)
def retire_code(request: Request, venue: str, code: str) -> VenueOut:
    """Retire a code; again changes nothing."""
    managed(request.caller, venue, request.at)
    changed = entrances.retire_code(venue, code, request.at)
    _note(request, "venue.code-retired", venue)
    return venue_out(changed, settings().me_url)


@routes.post(
    "/venues/{venue}/codes/{code}/replacement",
    roles={"venue", "officer"},
    answer=CodeOut,
    summary="Replace a venue code; whoever scans the old poster is told so",
)
def replace_code(request: Request, venue: str, code: str) -> CodeOut:
    """Answer the code that shall hang there instead; asked again it is the same one."""
    managed(request.caller, venue, request.at)
    made = entrances.replace_code(venue, code, request.at)
    _note(request, "venue.code-replaced", venue)
    return code_out(venue, made, settings().me_url)


@routes.post(
    "/venues/{venue}/codes/{code}/poster",
    roles={"venue", "officer", "worker"},
    body=PosterIn,
    answer=CodeOut,
    summary="Say where a code's poster is: printed, handed over, seen on the door, missing, damaged, pasted over",
)
def set_poster(request: Request, venue: str, code: str) -> CodeOut:
    """Note what the venue, an officer, or a worker on a walk says of a poster."""
    managed(request.caller, venue, request.at)
    changed = entrances.set_poster(venue, code, request.body.state, request.at)
    _note(request, f"venue.poster-{changed.poster}", venue)
    return code_out(venue, changed, settings().me_url)


@routes.get(
    "/venues/{venue}/poster",
    roles={"venue", "officer"},
    answer=bytes,
    query=("format", "label", "size"),
    summary="The poster with the venue code, as PDF or SVG, in A4, A5 or the size of a card",
)
def draw_poster(request: Request, venue: str) -> Answer:
    """Draw the poster of the label's code, made now when there is none; only an open venue has one."""
    found, given = managed(request.caller, venue, request.at), request.query
    if not found.open:
        raise NotFound("A poster is printed once the venue is approved.", code="not-approved")
    form, size = posters.read_format(given.get("format", "")), posters.read_size(given.get("size", ""))
    code = entrances.add_code(venue, _label(given.get("label", "")), request.at)
    entrances.note_printed(venue, {code.code}, request.at)
    return posters.answer(form, _poster(found, code), f"{venue}-{code.code}", size)


def _label(text: str) -> str:
    trimmed = text.strip()
    if not is_label(trimmed, LONGEST_LABEL, shortest=0):
        raise Malformed(f"A label has at most {LONGEST_LABEL} characters, no control characters.", code="label")
    return trimmed


def _poster(venue: Venue, code: Code) -> posters.Poster:
    url = entrances.url(settings().me_url, venue.venue, code.code)
    return poster.of_code(venue.name, code.label, url, spelled=codes.spelled(code.code), made_at=code.made_at)


def _note(request: Request, act: str, venue: str) -> None:
    audit.record(request.caller.actor, act, count=1, result_hash=audit.hash_of(venue), at=request.at)
