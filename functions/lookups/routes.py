"""`GET /me/lookups`: who looked at the caller and at their passes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, convert

from functions.gates import service as gates
from functions.lookups import seen
from functions.lookups.model import LookupRow
from functions.lookups.rules import Kind, Way
from functions.people import service as people
from functions.shared.clock import rfc3339
from functions.shared.cursors import read_cursor, write_cursor
from functions.shared.http import Request, Routes
from functions.units import service as units
from functions.venues import service as venues

routes = Routes("lookups")
_ROUTE = "/me/lookups"


class LookupOut(Struct, frozen=True, omit_defaults=True):
    """Somebody looked: a scan, a pass printed, a check-in made for the person, their name offered, a card, a trace.

    `offered` is that their masked name was shown among those known at a door; `way` how they were found there. `place`
    is the venue with its gate, or the unit; of a card the community's division code; of a trace the district that
    asked, with its legal ground and when it was approved. `verdict` is a scan's (accepted, refused, unsure) or a
    check-in's (admitted, refused, unsure).
    """

    at: str
    kind: Kind
    place: str
    direction: Literal["in", "out"] | None = None
    verdict: Literal["accepted", "admitted", "refused", "unsure"] | None = None
    ground: str | None = None
    searched_at: str | None = None
    way: Way | None = None


class LookupsOut(Struct, frozen=True, omit_defaults=True):
    """A page of the last 14 days, the newest first."""

    lookups: tuple[LookupOut, ...]
    next: str | None = None


@routes.get(
    "/me/lookups", roles={"holder"}, answer=LookupsOut, query=("next",), summary="Who looked at me and my passes"
)
def look(request: Request) -> LookupsOut:
    """Where and when, never which guard or clerk."""
    caller, at, cursor = request.caller, request.at, request.query.get("next")
    owned = people.owned_by(caller, at)
    before = read_cursor(cursor, caller=caller.actor, route=_ROUTE, at=at) if cursor else ""
    page = seen.of_person(caller.scope, owned, before, at)
    # A page names few places, and each many times.
    places = {place: _place(*place, at) for place in {_where(row) for row in page.rows if not row.district}}
    following = write_cursor(page.after, caller=caller.actor, route=_ROUTE, at=at) if page.after else None
    return LookupsOut(tuple(_lookup(row, places.get(_where(row), "")) for row in page.rows), following)


def _lookup(row: LookupRow, place: str) -> LookupOut:
    if row.kind == "trace":
        searched_at = rfc3339(int(row.searched_at))
        return LookupOut(rfc3339(int(row.at)), "trace", row.district, ground=row.ground, searched_at=searched_at)
    told = {name: getattr(row, name) or None for name in ("direction", "verdict", "way")}
    return convert({**told, "at": rfc3339(int(row.at)), "kind": row.kind, "place": row.district or place}, LookupOut)


def _where(row: LookupRow) -> tuple[str, str, str]:
    return row.unit, row.venue, row.gate


def _place(unit_id: str, venue_id: str, gate_id: str, at: int) -> str:
    """Name a place as it is called today; by its id should it be gone."""
    if unit_id:
        unit = units.unit(unit_id)
        return unit.name if unit else unit_id
    venue = venues.known(venue_id, at)
    gate = gates.gate(gate_id, at) if gate_id else None
    names = [venue.name if venue else venue_id, gate.name if gate else gate_id]
    return " · ".join(name for name in names if name)
