"""`/me`, `/me/passes` and a unit's people: who may see what of a pass."""

from __future__ import annotations

import base64
from typing import Annotated

import msgspec
from msgspec import Meta

from credentials import b64, pack_bytes
from functions.passes import fetching, printing, roster, rules, symbols
from functions.people import devices
from functions.people import service as people
from functions.people.rules import Advice, advice
from functions.shared.clock import rfc3339
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Answer, Request, Routes
from functions.shared.masking import mask, mask_phone
from functions.shared.problems import FieldError, Malformed, Rejected, Unauthenticated
from functions.units import service as units

me_routes = Routes("me")  # the holder entry's
desk_routes = Routes("unit_people")  # the desk entry's

Coordinate = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]


class HolderKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fresh public key that a pass shall be bound to: a JWK on P-256."""

    kty: str
    crv: str
    x: Coordinate
    y: Coordinate


class FetchIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fresh key, the DPoP proof that the page holds it, and one unit if not all are wanted."""

    key: HolderKey
    proof: Annotated[str, Meta(min_length=1, max_length=2048)]
    unit: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,64}$(?!\n)")] = ""


class FetchedPass(msgspec.Struct, frozen=True):
    """A pass: the compact JWS, and base64url of the bytes a browser cannot make (transport, without a live proof)."""

    token: str
    packed: str


class FetchOut(msgspec.Struct, frozen=True):
    """What there is to show; empty when `/me` names a cause everywhere."""

    passes: list[FetchedPass]


class OwnDevice(msgspec.Struct, frozen=True):
    """A device that may act for the person; `device` is the RFC 7638 thumbprint of its key."""

    device: str
    label: str
    added_at: str
    used_at: str
    this: bool


class DevicesOut(msgspec.Struct, frozen=True):
    """The devices that may act for the person, in the order they were added."""

    devices: list[OwnDevice]


class OwnStanding(msgspec.Struct, frozen=True):
    """The person's state in one unit; `cause` is the full one, empty when there is a pass to fetch."""

    unit: str
    name: str
    state: rules.State
    cause: str
    what_to_do: Advice
    sampled_at: str | None = None
    site: str = ""
    expires_at: str | None = None


class MeOut(msgspec.Struct, frozen=True):
    """A person as they see themselves: masked, since a screen is seen by others."""

    name: str
    phone: str
    units: list[OwnStanding]
    devices: list[OwnDevice]
    what_to_do: Advice


class UnitPerson(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person as their unit sees them; who has no device can be printed a pass."""

    ref: str
    name: str
    state: rules.State
    cause: str
    has_device: bool
    expires_at: str | None = None


class PeopleOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of a unit's people."""

    people: list[UnitPerson]
    next: str | None = None


class PrintIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the pass is printed."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class PrintSeveralIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose passes are printed, and why; a ref that is named twice is printed once."""

    refs: Annotated[
        list[Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]], Meta(min_length=1, max_length=24)
    ]
    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class NotPrinted(msgspec.Struct, frozen=True):
    """Somebody for whom nothing was printed: `person`, `has-device`, or the coarse cause of their state."""

    ref: str
    cause: str


class PrintedOut(msgspec.Struct, frozen=True):
    """How many were printed, on one PDF in base64 (null when none was), and who was not."""

    printed: int
    refused: list[NotPrinted]
    pdf: str | None


@me_routes.get("/me", roles={"holder"}, answer=MeOut, summary="A person's own status, with its cause")
def look(request: Request) -> MeOut:
    """Every unit that lists the person, with what to do there."""
    seen = fetching.look(request.caller, request.at)
    standings = [_standing(one) for one in seen.standings]
    known, first = seen.profile, standings[0].what_to_do if standings else advice("not-listed")
    return MeOut(
        name=mask(known.identity.name) if known else "*",
        phone=mask_phone(known.phone) if known else "",
        units=standings,
        devices=[_device(one, request.caller.device) for one in seen.devices],
        what_to_do=first,
    )


@me_routes.delete(
    "/me/devices/{device}", roles={"holder"}, answer=DevicesOut, summary="Sign out one of one's own devices, at once"
)
def sign_out(request: Request, device: str) -> DevicesOut:
    """This one or another; the devices that stay are answered, and the same again is answered the same."""
    caller, at = request.caller, request.at
    people.require_device(caller.scope, caller.device, at)
    people.sign_out(caller.scope, device, at)
    return DevicesOut([_device(one, caller.device) for one in people.devices_of(caller.scope, at)])


@me_routes.post("/me/passes", roles={"holder"}, body=FetchIn, answer=FetchOut, summary="Fetch passes for a fresh key")
def fetch(request: Request) -> FetchOut:
    """The same key gives the same bytes, however often it is sent."""
    key = msgspec.structs.asdict(request.body.key)
    try:
        thumbprint = devices.proved_key(key, request.body.proof, path="/me/passes", at=request.at)
    except Unauthenticated as problem:
        # The caller is known by token and device; it is the fresh key that did not prove itself.
        raise Rejected(problem.detail, code=problem.code) from None
    tokens = fetching.fetch(request.caller, key, thumbprint, request.body.unit, request.at)
    return FetchOut([FetchedPass(token, b64.encode(pack_bytes(token))) for token in tokens])


@desk_routes.get(
    "/units/{unit}/people", roles={"unit"}, answer=PeopleOut, query=("next",), summary="A unit's people, coarsely"
)
def people_of(request: Request, unit: str) -> PeopleOut:
    """Fifty a page, in an order that says nothing."""
    caller, at, cursor = request.caller, request.at, request.query.get("next")
    caller.require_scope(unit)
    units.must(unit)
    actor, route = caller.actor, "/units/people"
    after = read_cursor(cursor, caller=actor, route=route, filter_=unit, at=at) if cursor else ""
    members, last = roster.people_of(unit, after, at)
    following = write_cursor(last, caller=actor, route=route, filter_=unit, at=at) if last else None
    return PeopleOut([_member(one) for one in members], following)


@desk_routes.post(
    "/units/{unit}/people/{ref}/printed",
    roles={"unit", "officer"},
    body=PrintIn,
    answer=bytes,
    status=201,
    query=("format",),
    summary="Print a pass for somebody without a phone",
)
def print_pass(request: Request, unit: str, ref: str) -> Answer:
    """A PDF to hand out, the symbol alone as SVG or PNG, or the address in it for a program that draws its own."""
    request.caller.require_own(unit, lambda: units.must(unit).area)
    wanted = _format(request.query.get("format", "pdf"))
    token = printing.print_pass(unit, ref, request.body.reason, actor=request.caller.actor, at=request.at)
    drawn = symbols.draw(token, wanted)
    ending = "txt" if wanted == "url" else wanted
    name = f'attachment; filename="epipass-{ref[:8]}.{ending}"'
    return Answer(drawn.data, 201, drawn.content_type, {"Content-Disposition": name})


@desk_routes.post(
    "/units/{unit}/printed",
    roles={"unit", "officer"},
    body=PrintSeveralIn,
    answer=PrintedOut,
    status=201,
    summary="Print up to 24 passes on one PDF, four to an A4 sheet",
)
def print_several(request: Request, unit: str) -> PrintedOut:
    """Print each that can be printed and name the others; each is in the audit log as if printed alone."""
    request.caller.require_own(unit, lambda: units.must(unit).area)
    given: PrintSeveralIn = request.body
    done = printing.print_several(unit, given.refs, given.reason, actor=request.caller.actor, at=request.at)
    tokens = [one.token for one in done if one.token]
    refused = [NotPrinted(one.ref, one.cause) for one in done if not one.token]
    pdf = base64.b64encode(symbols.draw_cards(tokens)).decode() if tokens else None
    return PrintedOut(len(tokens), refused, pdf)


def _format(wanted: str) -> printing.Format:
    if wanted not in printing.FORMATS:
        wrong = FieldError("/query/format", "format", "pdf, svg, png or url")
        raise Malformed("A printed pass is a pdf, svg, png or url.", errors=(wrong,))
    return wanted


def _device(one: people.Held, this: str) -> OwnDevice:
    return OwnDevice(
        one.thumbprint, one.label, rfc3339(one.added_at), rfc3339(one.used_at), this=one.thumbprint == this
    )


def _standing(one: roster.Standing) -> OwnStanding:
    return OwnStanding(
        unit=one.unit.unit,
        name=one.unit.name,
        state=one.told.state,
        cause=one.told.cause,
        what_to_do=advice(one.told.cause),
        sampled_at=_written(one.sampled_at),
        site=one.site,
        expires_at=_written(one.told.expires_at),
    )


def _member(one: roster.Member) -> UnitPerson:
    told = one.told
    return UnitPerson(one.ref, one.name, told.state, told.cause, one.has_device, _written(told.expires_at))


def _written(instant: int | None) -> str | None:
    return rfc3339(instant) if instant else None
