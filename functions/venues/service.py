"""Venues: apply, decide, set the policy, make and retire codes. Every act here can be repeated without harm."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from pynamodb.expressions.update import Action

from functions.shared.labels import DISTRICT, district_of, is_area
from functions.shared.pages import Page, page_of
from functions.shared.problems import Conflict, FieldError, NotFound, Rejected
from functions.venues import rules
from functions.venues.model import VenueRow
from functions.venues.rules import Code, Policy, Venue

KNOWN_FOR_S = 30  # a check-in reads no table for a venue seen in the last half minute
_DEFAULT = Policy()


@dataclass(frozen=True)
class Facts:
    """What an application says about a venue."""

    name: str
    area: str
    category: str = ""
    address: str = ""
    parent: str = ""


def venue(venue_id: str, at: int) -> Venue | None:
    """Return a venue as it stands now, None when nobody ever applied for it."""
    row = VenueRow.find(venue_id, at=at)
    return _read(row) if row else None


def must(venue_id: str, at: int) -> Venue:
    """Return a venue.

    Raises:
        NotFound: there is none of that id.
    """
    found = venue(venue_id, at)
    if found is None:
        raise NotFound("There is no such venue.", code="no-venue")
    return found


def known(venue_id: str, at: int) -> Venue | None:
    """Return a venue as it stood within the last 30 s: for the check-in, which must not cost a table read."""
    try:
        return _recently(venue_id, at // KNOWN_FOR_S)
    except NotFound:
        return None


@lru_cache(maxsize=4096)
def _recently(venue_id: str, window: int) -> Venue:
    # An absent venue leaves as an exception, which a cache does not keep: it can be registered a second later.
    return must(venue_id, window * KNOWN_FOR_S)


def apply(facts: Facts, at: int) -> tuple[Venue, bool]:
    """Apply for a venue; return it and whether it is new. The same facts again are the same application.

    Raises:
        Rejected: the area is none a venue can lie in.
    """
    _check_area(facts.area)
    return _put(rules.venue_of_application(facts.area, facts.name, facts.address), facts, "applied", at)


def register(venue_id: str, facts: Facts, at: int) -> tuple[Venue, bool]:
    """Register and approve a venue under an id of the officer's; return it and whether it is new.

    Facts that differ replace the stored ones; codes, policy and the first approval's time stay.

    Raises:
        Rejected: the area is none a venue can lie in, or the venue is named as its own parent.
    """
    if facts.parent == venue_id:
        raise Rejected("A venue can't lie in itself.", errors=(FieldError("/parent", "parent", "name another venue"),))
    _check_area(facts.area)
    stored, new = _put(venue_id, facts, "approved", at)
    if new or (stored.state == "approved" and _facts(stored) == facts):
        return stored, new
    changes: list[Action] = [
        VenueRow.area.set(facts.area),
        VenueRow.district.set(district_of(facts.area)),
        VenueRow.name.set(facts.name),
        VenueRow.category.set(facts.category),
        VenueRow.address.set(facts.address),
        VenueRow.parent.set(facts.parent),
    ]
    if stored.state != "approved":
        changes += [VenueRow.state.set("approved"), VenueRow.decided_at.set(at), VenueRow.reason.set("")]
    row = VenueRow(venue_id)
    row.update(actions=changes)
    _recently.cache_clear()
    return _read(row), False


def decide(venue_id: str, decision: str, reason: str, at: int) -> Venue:
    """Approve, refuse or close a venue; the same decision again changes nothing.

    Raises:
        NotFound: no such venue.
        Conflict: its state does not allow this decision.
    """
    stored = must(venue_id, at)
    reached = rules.state_after(stored.state, decision)
    if reached is None:
        raise Conflict(f"A venue that is {stored.state} can't be decided so.", code="state")
    if reached == stored.state:
        return stored
    row = VenueRow(venue_id)
    changes: list[Action] = [VenueRow.state.set(reached), VenueRow.decided_at.set(at), VenueRow.reason.set(reason)]
    if not row.update_if(changes, VenueRow.state == stored.state):
        raise Conflict("Somebody else decided at the same moment. Look again.", code="state")
    _recently.cache_clear()
    return _read(row)


def set_policy(venue_id: str, policy: Policy, at: int) -> Venue:
    """Set what is asked at a venue's doors; its shards are only ever raised, or old hours could not be read whole.

    Raises:
        NotFound: no such venue.
    """
    must(venue_id, at)
    row = VenueRow(venue_id)
    row.update(
        actions=[
            VenueRow.pass_required.set(policy.pass_required),
            VenueRow.max_list_age_s.set(policy.max_list_age_s),
        ]
    )
    row.update_if([VenueRow.shards.set(policy.shards)], VenueRow.shards < policy.shards)
    _recently.cache_clear()
    return must(venue_id, at)


def add_code(venue_id: str, label: str, at: int, random: Callable[[int], bytes] = os.urandom) -> Code:
    """Make a venue code; a label that has a current code gives that one, so that a retry prints the same poster.

    Raises:
        NotFound: no such venue.
        Conflict: the venue has 20 current codes.
    """
    stored = must(venue_id, at)
    for code in stored.current_codes:
        if code.label == label:
            return code
    if len(stored.current_codes) >= rules.MAX_CODES:
        raise Conflict(f"A venue has at most {rules.MAX_CODES} codes. Retire one first.", code="too-many-codes")
    made = Code(rules.make_code(venue_id, random(5)), label, at)
    _change_codes(stored, (*stored.codes[-2 * rules.MAX_CODES :], made))
    return made


def retire_code(venue_id: str, code: str, at: int) -> Venue:
    """Retire one of a venue's codes, when it was copied or its poster is lost.

    Raises:
        NotFound: no such venue, or no such code.
    """
    stored = must(venue_id, at)
    if code not in {one.code for one in stored.codes}:
        raise NotFound("This venue has no such code.", code="no-code")
    _change_codes(
        stored,
        tuple(
            Code(one.code, one.label, one.made_at, at) if one.code == code and one.retired_at is None else one
            for one in stored.codes
        ),
    )
    return must(venue_id, at)


def venue_of_code(code: str, at: int) -> Venue:
    """Return the venue of a code that is current; a closed venue is told as such, its poster hangs there still.

    Raises:
        NotFound: no code of ours, one that was retired, or of a venue that was never approved.
    """
    venue_id = rules.venue_of_code(code)
    found = venue(venue_id, at) if venue_id else None
    if (
        found is None
        or found.state not in {"approved", "closed"}
        or code not in {one.code for one in found.current_codes}
    ):
        raise NotFound("This venue code is not in use. Ask at the entrance for the current one.", code="no-code")
    return found


def in_area(area: str, position: Any, limit: int, at: int) -> Page[Venue]:
    """List the venues of an area and all below it, a page at a time, in no promised order."""
    inside = VenueRow.area.startswith(area)
    if len(area) < DISTRICT:
        found = VenueRow.by_area.scan(inside, last_evaluated_key=position)
    else:
        found = VenueRow.by_area.query(district_of(area), filter_condition=inside, last_evaluated_key=position)
    shown = page_of(VenueRow, found, limit, at)
    return Page([_read(row) for row in shown.items], shown.position)


def _check_area(area: str) -> None:
    if not is_area(area) or len(area) < DISTRICT:
        raise Rejected(
            "A venue lies in a district or below it.",
            errors=(FieldError("/area", "area", "a division code of 6, 9 or 12 digits"),),
        )


def _put(venue_id: str, facts: Facts, state: str, at: int) -> tuple[Venue, bool]:
    row = VenueRow(
        venue_id,
        state=state,
        applied_at=at,
        decided_at=at if state == "approved" else None,
        pass_required=_DEFAULT.pass_required,
        max_list_age_s=_DEFAULT.max_list_age_s,
        shards=_DEFAULT.shards,
        codes="[]",
    )
    _describe(row, facts)
    return (_read(row), True) if row.put_if_absent() else (must(venue_id, at), False)


def _describe(row: VenueRow, facts: Facts) -> None:
    row.area, row.district = facts.area, district_of(facts.area)
    row.name, row.category, row.address, row.parent = facts.name, facts.category, facts.address, facts.parent


def _facts(stored: Venue) -> Facts:
    return Facts(stored.name, stored.area, stored.category, stored.address, stored.parent)


def _change_codes(stored: Venue, codes: tuple[Code, ...]) -> None:
    # The list is compared whole: two managers who make a code in the same second must not lose one of them.
    if not VenueRow(stored.venue).update_if(
        [VenueRow.codes.set(_written(codes))], VenueRow.codes == _written(stored.codes)
    ):
        raise Conflict("Somebody else changed the codes at the same moment. Look again.", code="codes")
    _recently.cache_clear()


def _read(row: VenueRow) -> Venue:
    return Venue(
        venue=row.venue,
        name=row.name,
        area=row.area,
        category=row.category,
        address=row.address,
        parent=row.parent,
        state=row.state,
        policy=Policy(bool(row.pass_required), int(row.max_list_age_s), int(row.shards)),
        applied_at=int(row.applied_at),
        decided_at=None if row.decided_at is None else int(row.decided_at),
        reason=row.reason,
        codes=msgspec.json.decode(row.codes, type=tuple[Code, ...]),
    )


def _written(codes: tuple[Code, ...]) -> str:
    return msgspec.json.encode(codes).decode()
