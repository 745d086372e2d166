"""Gates and shifts: who may guard where, on which device, until when."""

from __future__ import annotations

import os
from collections.abc import Callable

from pynamodb.expressions.update import Action

from functions.gates import rules
from functions.gates.model import GateRow, ShiftRow
from functions.gates.rules import Gate, Shift
from functions.shared import log
from functions.shared.callers import Caller
from functions.shared.clock import DAY_S
from functions.shared.problems import Conflict, Forbidden, NotFound, TooMany
from functions.shared.tables import living
from functions.venues import reach
from functions.venues import service as venues

_KEPT_S = 14 * DAY_S  # as long as the scans that name the device


def gate(gate_id: str, at: int) -> Gate | None:
    """Return a gate, None when there is none."""
    row = GateRow.find(gate_id, at=at)
    return row.read() if row else None


def must(gate_id: str, at: int) -> Gate:
    """Return a gate.

    Raises:
        NotFound: there is none of that id.
    """
    found = gate(gate_id, at)
    if found is None:
        raise NotFound("There is no such gate.", code="no-gate")
    return found


def require_door(caller: Caller, venue: str, at: int) -> str:
    """Return the gate a caller stands at, empty for a venue's manager or an officer; refuse whoever has no business there.

    Raises:
        Forbidden: `shift` or `scope`.
        NotFound: there is no such venue.
    """
    if caller.role != "guard":
        reach.managed(caller, venue, at)
        return ""
    gate = require_shift(caller, at)
    if gate.venue != venue:
        raise Forbidden("Your gate is another venue's.", code="scope")
    return gate.gate


def managed(caller: Caller, gate_id: str, at: int) -> Gate:
    """Return a gate of a venue that the caller manages.

    Raises:
        Forbidden: `scope`, to a venue's manager also when there is no such gate.
        NotFound: there is no such gate.
    """
    found = gate(gate_id, at)
    if found is None:
        if caller.role == "venue":  # to a manager a gate that is none is like one of somebody else's
            raise Forbidden("Your account is for another one.", code="scope")
        raise NotFound("There is no such gate.", code="no-gate")
    reach.managed(caller, found.venue, at)
    return found


def of_venue(venue: str) -> list[Gate]:
    """Return the gates of a venue, by their ids."""
    return [row.read() for row in GateRow.by_venue.query(venue)]


def put_gate(gate_id: str, venue: str, name: str, direction: str) -> tuple[Gate, bool]:
    """Register a gate of a venue, or change its name and direction; return it and whether it is new.

    Raises:
        Conflict: the id is a gate of another venue.
    """
    row = GateRow(gate_id, venue=venue, name=name, direction=direction)
    if row.put_if_absent():
        return row.read(), True
    changes: list[Action] = [GateRow.name.set(name), GateRow.direction.set(direction)]
    if not row.update_if(changes, GateRow.venue == venue):
        raise Conflict("Another venue has a gate of this id. Choose another.", code="gate-taken")
    return row.read(), False


def new_code(gate_id: str, random: Callable[[int], bytes] = os.urandom) -> str:
    """Make a gate's code and forget the one before; it is shown now and never again."""
    code = rules.make_code(random(10))
    GateRow(gate_id).update(actions=[GateRow.code_hash.set(rules.hash_code(gate_id, code))])
    log.event("gate.code", gate=gate_id)
    return code


def open_shift(gate_id: str, code: str, device: str, label: str, at: int) -> Shift:
    """Let a device guard a gate for twelve hours; while its shift stands, no code is needed and nothing changes.

    Args:
        gate_id: the gate.
        code: what the gate's manager gave the guard; empty to go on with a standing shift.
        device: the thumbprint of the device's key, proved by whoever calls.
        label: how the manager will know the device.
        at: epoch seconds.

    Raises:
        Forbidden: `gate-code` for a wrong code or an unknown gate alike, `revoked` until a revoked shift would end.
        Conflict: the venue is closed.
        TooMany: twenty shifts stand here.
    """
    found = gate(gate_id, at)
    stored = ShiftRow.find(gate_id, device, at=at)
    shift = stored.read() if stored else None
    is_code = found is not None and rules.is_code(found, code)
    if found is None or not (is_code or (not code and shift and shift.stands(at))):
        log.event("gate.refused", gate=gate_id)
        raise Forbidden("The gate's code is wrong or no longer good. Ask the gate's manager.", code="gate-code")
    if shift and shift.stands(at):
        return shift
    if shift and shift.bars(at):
        raise _revoked()
    _check_room(found, at)
    return _put(Shift(gate_id, device, label, at, at + rules.SHIFT_S), at)


def shifts(gate_id: str, at: int) -> list[Shift]:
    """Return the shifts at a gate in the last fortnight, the newest first."""
    rows = living(ShiftRow.query(gate_id, consistent_read=True), at)
    return sorted((row.read() for row in rows), key=lambda shift: -shift.started_at)


def revoke(gate_id: str, device: str, at: int) -> Shift:
    """End a device's shift at once; again changes nothing.

    Raises:
        NotFound: the device has no shift here.
    """
    row = ShiftRow.find(gate_id, device, at=at)
    if row is None:
        raise NotFound("This device has no shift at this gate.", code="no-shift")
    if row.revoked_at is None:
        row.update(actions=[ShiftRow.revoked_at.set(at)])
        log.event("shift.revoked", gate=gate_id)
    return row.read()


def end(gate_id: str, device: str, at: int) -> Shift:
    """End a shift at its guard's own wish; another may begin with the code at once. Again changes nothing.

    Raises:
        NotFound: the device has no shift here.
    """
    row = ShiftRow.find(gate_id, device, at=at)
    if row is None:
        raise NotFound("This device has no shift at this gate.", code="no-shift")
    # A revoked shift keeps its end: the row must tell what the manager did, and when it would have been over.
    standing = ShiftRow.revoked_at.does_not_exist() & (ShiftRow.ends_at > at)
    if row.update_if([ShiftRow.ends_at.set(at)], standing):
        log.event("shift.ended", gate=gate_id)
        return row.read()
    return ShiftRow.get(gate_id, device, consistent_read=True).read()


def require_shift(caller: Caller, at: int) -> Gate:
    """Return the gate a guard stands at; asked at each request, so that a revoked shift ends at once.

    Raises:
        Forbidden: `shift` when the device's shift is over or revoked, or the gate is gone.
    """
    found = gate(caller.scope, at)
    # A guard's token without a device exists on one machine only (`epipass token`); there is no shift to it.
    stored = ShiftRow.find(caller.scope, caller.device, at=at) if caller.device else None
    if found is None or (caller.device and not (stored and stored.read().stands(at))):
        raise Forbidden("Your shift at this gate is over. Begin another with the gate's code.", code="shift")
    return found


def _check_room(found: Gate, at: int) -> None:
    venue = venues.known(found.venue, at)
    if venue is None or not venue.open:
        raise Conflict("The venue of this gate is not open.", code="venue-closed")
    if sum(shift.stands(at) for shift in shifts(found.gate, at)) >= rules.MAX_SHIFTS:
        raise TooMany("Twenty devices guard this gate already.", retry_after_s=600, code="shifts")


def _put(shift: Shift, at: int) -> Shift:
    row = ShiftRow(
        shift.gate,
        shift.device,
        label=shift.label,
        started_at=shift.started_at,
        ends_at=shift.ends_at,
        ttl=shift.ends_at + _KEPT_S,
    )
    # The same device asking twice at once gets one shift: the second finds the first one's. What is over is replaced,
    # unless its manager revoked it in the same moment.
    free = ShiftRow.revoked_at.does_not_exist() | (ShiftRow.started_at <= at - rules.SHIFT_S)
    if row.put_if(ShiftRow.gate.does_not_exist() | ((ShiftRow.ends_at <= at) & free)):
        log.event("shift.began", gate=shift.gate)
        return shift
    stored = ShiftRow.get(shift.gate, shift.device, consistent_read=True).read()
    if not stored.stands(at):
        raise _revoked()
    return stored


def _revoked() -> Forbidden:
    return Forbidden("The gate's manager ended this device's shift.", code="revoked")
