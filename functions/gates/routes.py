"""Gates over HTTP: a manager makes gates and codes, a guard begins and ends a shift with a code and a device key."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from credentials import b64, proofs
from functions.audit import service as audit
from functions.checkins import receipts
from functions.gates import poster, service
from functions.gates.rules import Gate, Shift
from functions.keys import service as keys
from functions.shared import posters
from functions.shared.clock import rfc3339
from functions.shared.config import settings
from functions.shared.http import Answer, Request, Routes
from functions.shared.problems import Forbidden, NotFound, Unauthenticated
from functions.venues import nesting, reach
from functions.venues import service as venues
from functions.venues.policy_shapes import RulesOut, rules_out

routes = Routes("gates")
public = Routes("shifts")  # mounted where nobody has a token yet
guard = Routes("guards")  # mounted where a bound device asks

Label = Annotated[str, Meta(max_length=32)]
Direction = Literal["in", "out"]


class GateIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A gate to register; `direction` is the one a turnstile there lets people through."""

    venue: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$(?!\n)")]
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    direction: Direction = "in"


class GateOut(Struct, frozen=True):
    """A gate; whether it has a code, never the code."""

    gate: str
    venue: str
    name: str
    direction: Direction
    has_code: bool


class GatesOut(Struct, frozen=True):
    """The gates of a venue."""

    gates: tuple[GateOut, ...]


class PublicGateOut(Struct, frozen=True):
    """What anybody may know of a gate: where a shift is about to begin."""

    gate: str
    name: str
    venue: str
    venue_name: str
    direction: Direction


class GateCodeOut(Struct, frozen=True):
    """A gate's new code: it is shown this once."""

    gate: str
    code: str


class ShiftIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A shift to begin; the device's key is in the `DPoP` header. Without a code a standing shift's token is renewed."""

    code: Annotated[str, Meta(max_length=32)] = ""
    label: Label = ""


class ReceiptBlock(Struct, frozen=True):
    """The seed of a half-day's receipts at the venue, base64url: it never leaves the guard's page."""

    block: int
    seed: str


class Receipts(Struct, frozen=True):
    """What the guard's page needs to show the marks that check-ins show, offline for the whole shift."""

    alphabet: str
    step_s: int
    blocks: tuple[ReceiptBlock, ...]


class GateDoor(Struct, frozen=True):
    """One venue of those the gate leads into, and what it asks: the page decides by the same rules as the service."""

    venue: str
    name: str
    open: bool
    policy: RulesOut


class ShiftBegun(Struct, frozen=True):
    """A device's shift and its 15-minute token, to be sent as `Authorization: DPoP`; ask again for another."""

    gate: str
    gate_name: str
    venue: str
    venue_name: str
    direction: Direction
    max_list_age_s: int
    ends_at: str
    token: str
    expires_in: int
    receipts: Receipts
    policy: tuple[GateDoor, ...]  # the venue's own first, then those of all it lies in


class ShiftOut(Struct, frozen=True, omit_defaults=True):
    """A shift, as its gate's manager sees it."""

    device: str
    label: str
    started_at: str
    ends_at: str
    stands: bool
    revoked_at: str | None = None


class ShiftsOut(Struct, frozen=True):
    """The shifts at a gate, the newest first."""

    shifts: tuple[ShiftOut, ...]


@routes.put(
    "/gates/{gate}",
    roles={"venue", "officer"},
    body=GateIn,
    answer=GateOut,
    summary="Register a gate of a venue, or change its name and direction",
)
def register(request: Request, gate: str) -> Answer:
    """Register a gate."""
    reach.managed(request.caller, request.body.venue, request.at)
    made, new = service.put_gate(gate, request.body.venue, request.body.name, request.body.direction)
    _note(request, "gate.registered", gate)
    return Answer(_gate(made), 201 if new else 200)


@routes.get("/venues/{venue}/gates", roles={"venue", "officer"}, answer=GatesOut, summary="The gates of a venue")
def of_venue(request: Request, venue: str) -> GatesOut:
    """List a venue's gates."""
    reach.managed(request.caller, venue, request.at)
    return GatesOut(tuple(_gate(one) for one in service.of_venue(venue)))


@routes.post(
    "/gates/{gate}/code",
    roles={"venue", "officer"},
    answer=GateCodeOut,
    summary="Make a new code for a gate; the one before begins no more shifts",
)
def new_code(request: Request, gate: str) -> GateCodeOut:
    """Make a gate's code; standing shifts go on."""
    _managed(request, gate)
    made = GateCodeOut(gate, service.new_code(gate))
    _note(request, "gate.code-made", gate)
    return made


@routes.get(
    "/gates/{gate}/poster",
    roles={"venue", "officer"},
    answer=bytes,
    query=("format",),
    summary="The poster a guard scans to begin a shift, as PDF or SVG; it holds no code of the manager's",
)
def draw_poster(request: Request, gate: str) -> Answer:
    """Draw the poster of a gate; only an open venue's gate has one."""
    managed = _managed(request, gate)
    venue = venues.must(managed.venue, request.at)
    if not venue.open:
        raise NotFound("A poster is printed once the venue is approved.", code="not-approved")
    form = posters.read_format(request.query.get("format", ""))
    return posters.answer(form, poster.of_gate(managed, venue.name, settings().gate_url), gate)


@public.get(
    "/gates/{gate}", roles={"public"}, answer=PublicGateOut, summary="What anybody may know of a gate before a shift"
)
def facts(request: Request, gate: str) -> PublicGateOut:
    """Answer where a gate is; one of a venue that was never approved is nobody's business."""
    found = service.must(gate, request.at)
    venue = venues.venue(found.venue, request.at)
    if venue is None or venue.state not in {"approved", "closed"}:
        raise NotFound("There is no such gate.", code="no-gate")
    return PublicGateOut(found.gate, found.name, found.venue, venue.name, found.direction)  # type: ignore[arg-type]  # as stored


@public.post(
    "/gates/{gate}/shifts",
    roles={"public"},
    body=ShiftIn,
    answer=ShiftBegun,
    status=201,
    summary="Begin a shift with the gate's code: binds this device's key to the gate for 12 h (DPoP header required)",
)
def begin_shift(request: Request, gate: str) -> ShiftBegun:
    """Begin a shift, or renew the token of one that stands."""
    device = _proved_device(request)
    shift = service.open_shift(gate, request.body.code, device, request.body.label, request.at)
    found = service.must(gate, request.at)
    venue = venues.must(found.venue, request.at)
    token = proofs.issue_access_token(
        subject=f"{gate}.{device[:12]}",
        role="guard",
        scope=gate,
        device=device,
        issuer=settings().issuer,
        signer=keys.signer("token", request.at),
        at=request.at,
    )
    return ShiftBegun(
        gate=gate,
        gate_name=found.name,
        venue=found.venue,
        venue_name=venue.name,
        direction=found.direction,  # type: ignore[arg-type]  # stored by us, one of the two
        max_list_age_s=venue.policy.max_list_age_s,
        ends_at=rfc3339(shift.ends_at),
        token=token,
        expires_in=min(proofs.TOKEN_LIFE_S, shift.ends_at - request.at),
        receipts=_receipts(found.venue, request.at, shift.ends_at),
        policy=_doors(found.venue, request.at),
    )


@routes.get("/gates/{gate}/shifts", roles={"venue", "officer"}, answer=ShiftsOut, summary="The shifts at a gate")
def shifts(request: Request, gate: str) -> ShiftsOut:
    """List the shifts of the last fortnight."""
    _managed(request, gate)
    return ShiftsOut(tuple(_shift(one, request.at) for one in service.shifts(gate, request.at)))


@routes.post(
    "/gates/{gate}/shifts/{device}/revocation",
    roles={"venue", "officer"},
    answer=ShiftOut,
    summary="End a device's shift at once",
)
def revoke(request: Request, gate: str, device: str) -> ShiftOut:
    """End a shift; make a new code as well when the old one is known to too many."""
    _managed(request, gate)
    ended = service.revoke(gate, device, request.at)
    _note(request, "shift.revoked", gate)
    return _shift(ended, request.at)


@guard.delete(
    "/gates/{gate}/shifts/{device}",
    roles={"guard"},
    answer=ShiftOut,
    summary="End this device's own shift; another may begin with the gate's code",
)
def end_shift(request: Request, gate: str, device: str) -> ShiftOut:
    """End the caller's own shift; a shift that is over already is answered as it stands."""
    request.caller.require_scope(gate)
    if request.caller.device != device:
        raise Forbidden("You can end the shift of this device only. The gate's manager can end any.", code="device")
    return _shift(service.end(gate, device, request.at), request.at)


def _doors(venue: str, at: int) -> tuple[GateDoor, ...]:
    lineage = (one for one in nesting.lineage(venue, at) if one.published)
    return tuple(GateDoor(one.venue, one.name, one.open, rules_out(one.policy)) for one in lineage)


def _receipts(venue: str, start: int, end: int) -> Receipts:
    seeds = receipts.seeds_for(venue, start, end)
    blocks = tuple(ReceiptBlock(block, b64.encode(seed)) for block, seed in seeds)
    return Receipts(receipts.ALPHABET, receipts.STEP_S, blocks)


def _note(request: Request, act: str, gate: str) -> None:
    audit.record(request.caller.actor, act, case=gate, count=1, at=request.at)


def _proved_device(request: Request) -> str:
    # The header of RFC 9449 §5, as in every later request of the device: one way to prove a key.
    urls = [origin + request.path for origin in sorted(settings().origins)]
    try:
        return proofs.verify_dpop(request.header("dpop"), method="POST", urls=urls, at=request.at)
    except proofs.ProofError as error:
        raise Unauthenticated(
            f"Prove this device's key in a DPoP header: {error.law}.",
            code="proof",
            headers={"WWW-Authenticate": 'DPoP algs="ES256"'},
        ) from None


def _managed(request: Request, gate: str) -> Gate:
    return service.managed(request.caller, gate, request.at)


def _gate(gate: Gate) -> GateOut:
    return GateOut(gate.gate, gate.venue, gate.name, gate.direction, bool(gate.code_hash))  # type: ignore[arg-type]  # as stored


def _shift(shift: Shift, at: int) -> ShiftOut:
    revoked = None if shift.revoked_at is None else rfc3339(shift.revoked_at)
    return ShiftOut(
        shift.device, shift.label, rfc3339(shift.started_at), rfc3339(shift.ends_at), shift.stands(at), revoked
    )
