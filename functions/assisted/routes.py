"""For people without a phone: cards, made and ended by their community, and who is known at a door."""

from __future__ import annotations

import base64

from functions.assisted import card_print, cards, service, sheet
from functions.assisted.cards import Card, Wanted
from functions.assisted.model import CardRow
from functions.assisted.rules import COMMUNITY
from functions.assisted.shapes import (
    CardIn,
    CardOut,
    CardSheetOut,
    KnownIn,
    KnownOut,
    KnownPerson,
    RevocationIn,
    RevocationOut,
    RowFault,
)
from functions.audit import service as audit
from functions.gates import service as gates
from functions.lookups import service as lookups
from functions.shared import posters
from functions.shared.clock import rfc3339
from functions.shared.config import settings
from functions.shared.http import MAX_UPLOAD, OCTETS, Answer, Request, Routes
from functions.shared.pids import pid_of
from functions.shared.problems import Conflict, FieldError, Malformed, Rejected
from functions.shared.sheet_requests import first_row, read_sheet
from functions.venues import codes

routes = Routes("assisted")


@routes.post(
    "/cards",
    roles={"officer", "worker"},
    body=CardIn,
    answer=CardOut,
    status=201,
    query=("format",),
    summary="Make a person's card, as JSON or to print; the same client id again answers 200 with the same card",
)
def make_card(request: Request) -> Answer:
    """Make a card; the person's earlier one ends with it. Each time its number is told the log has a row."""
    given: CardIn = request.body
    area = _area(request, given.area)
    form = _form(request)
    document = service.read_person(given.id_type, given.id_number)
    name = service.read_name(given.name, required=True)
    pid = pid_of(document.type, document.number)
    service.compare_at_desk(request.caller, pid, name, confirmed=given.name_confirmed, at=request.at)
    wanted = Wanted(pid, name, document.tail, request.caller.actor, given.client, area)
    made = cards.issue(wanted, request.at)
    lookups.note_card(pid, made.area, made.key, made.issued_at)
    _note(request, "card.made" if made.new else "card.shown", made.area)
    return _drawn(made, form) if form != "json" else Answer(_card(made), 201 if made.new else 200)


@routes.post(
    "/areas/{code}/cards",
    roles={"officer", "worker"},
    body=bytes,
    content_types=(OCTETS,),
    max_bytes=MAX_UPLOAD,
    answer=CardSheetOut,
    query=("format", "from_row"),
    summary="Make and print the cards of a community's people by spreadsheet; whoever has one keeps it",
)
def make_cards(request: Request, code: str) -> CardSheetOut:
    """Answer a hundred cards at most; the rest goes on with `from_row`."""
    area, first = _area(request, code), first_row(request)
    found = read_sheet(request, sheet.COLUMNS, sheet.ROWS)
    made = sheet.make_all(found.rows, request.caller, area, request.at, first=first)
    audit.record(request.caller.actor, "card.sheet", case=area, count=len(made.cards), at=request.at)
    pdf = base64.b64encode(sheet.draw(made.cards, settings().gate_url)).decode() if made.cards else ""
    faults = tuple(RowFault(one.row, one.column, one.law, *sheet.LAWS[one.law]) for one in made.faults)
    return CardSheetOut(len(found.rows), len(made.cards), made.made, faults, pdf, made.next_row)


@routes.post(
    "/cards/revocation",
    roles={"officer", "worker"},
    body=RevocationIn,
    answer=RevocationOut,
    summary="End a card that was lost or given back, by its number or by the person's document; again changes nothing",
)
def end_card(request: Request) -> RevocationOut:
    """End a card; neither a number nor a document stands in the address."""
    given: RevocationIn = request.body
    row = _card_of(given, request.at)
    ended_at = cards.end(row, request.caller, given.client, request.at)
    lookups.note_card(row.pid, row.area, row.card, ended_at, ended=True)
    _note(request, "card.ended", row.area)
    return RevocationOut(rfc3339(ended_at))


@routes.post(
    "/venues/{venue}/known-people",
    roles={"venue", "officer", "guard"},
    body=KnownIn,
    answer=KnownOut,
    summary="Who was assisted here in the last 14 days and has a document that ends so: masked names to choose from",
)
def known_people(request: Request, venue: str) -> KnownOut:
    """List at most 20, the latest first; counted for the device, kept in the log, and each of them is told."""
    gate = gates.require_door(request.caller, venue, request.at)
    found = service.acquaintances(request.caller, gate, venue, request.body.tail, request.at)
    return KnownOut(tuple(KnownPerson(ref, name) for ref, name in found))


def _form(request: Request) -> str:
    form = request.query.get("format") or "json"
    return form if form == "json" else posters.read_format(form)


def _area(request: Request, given: str) -> str:
    area = given or request.caller.scope
    request.caller.require_area(area)
    if len(area) != COMMUNITY:
        wrong = FieldError("/area", "community", "the 12 digits of a community in your area")
        raise Rejected("Say which community makes the card.", code="area", errors=(wrong,))
    return area


def _card_of(given: RevocationIn, at: int) -> CardRow:
    if bool(given.card) == bool(given.id_number):
        wrong = FieldError("/", "one-of", "exactly one of card and id_number")
        raise Malformed("Say which card in one way.", code="one-of", errors=(wrong,))
    if given.card:
        return cards.by_number(cards.read_number(given.card), at)
    document = service.read_person(given.id_type, given.id_number)
    return cards.newest_of(pid_of(document.type, document.number), at)


def _drawn(card: Card, form: str) -> Answer:
    if not card.stands:
        raise Conflict("This card was ended since. Make another.", code="card-ended")
    # No file's name holds a card's number: downloads are listed where others look.
    return posters.answer(form, card_print.of_card(card, settings().gate_url), "card", "card")


def _card(card: Card) -> CardOut:
    return CardOut(
        number=card.number,
        spelled=codes.spelled(card.number),
        url=card_print.url(settings().gate_url, card.number),
        name=card.name,
        area=card.area,
        issued_at=rfc3339(card.issued_at),
        stands=card.stands,
        replaced=card.replaced,
    )


def _note(request: Request, act: str, area: str) -> None:
    audit.record(request.caller.actor, act, case=area, count=1, at=request.at)
