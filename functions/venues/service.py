"""Venues: apply, decide, set the policy, list. Every act here can be repeated without harm; codes are in `entrances`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import msgspec
from pynamodb.expressions.update import Action

from functions.shared.fields import Fields
from functions.shared.labels import DISTRICT, district_of
from functions.shared.pages import Page, page_of
from functions.shared.problems import Conflict, NotFound
from functions.venues import placing, presets, rules, scheme
from functions.venues.model import VenueRow
from functions.venues.policy import Policy
from functions.venues.rules import About, Code, Venue

KNOWN_FOR_S = 30  # a check-in reads no table for a venue seen in the last half minute
NOTHING_MORE = About()
_DEFAULT = Policy()
_AT_ONCE = 1_000
_COLUMNS = ("pass_required", "max_list_age_s", "shards")  # of the policy: attributes of their own in the row


@dataclass(frozen=True)
class Contact:
    """Who answers for a venue; encrypted at rest, and shown to nobody but officers and the venue itself."""

    name: str
    phone: str


@dataclass(frozen=True)
class Facts:
    """What an application says about a venue; `contact` is None when it shall stay as it is."""

    name: str
    area: str
    category: str = ""
    address: str = ""
    parent: str = ""
    about: About = NOTHING_MORE
    contact: Contact | None = None


def venue(venue_id: str, at: int) -> Venue | None:
    """Return a venue as it stands now, None when nobody ever applied for it."""
    row = VenueRow.find(venue_id, at=at)
    return read(row) if row else None


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

    One that was sent back takes the corrected facts and waits anew; of any other the stored facts stay.

    Raises:
        Rejected: the area is none a venue can lie in, it can't lie in the parent that is named, or the scheme ended.
    """
    scheme.require_running(facts.area, at, at)
    venue_id = rules.venue_of_application(facts.area, facts.name, facts.address)
    placing.require(venue_id, facts.area, facts.parent, at)
    stored, new = _put(venue_id, facts, "applied", _DEFAULT, at)
    if new or stored.state != "returned":
        return stored, new
    placing.require(venue_id, facts.area, facts.parent, at, stored)
    row = VenueRow(venue_id)
    row.update_if([*_changes(venue_id, facts), *_reaching(stored.area, "applied", at)], VenueRow.state == "returned")
    _recently.cache_clear()
    return must(venue_id, at), False


def correct(venue_id: str, facts: Facts, at: int) -> Venue:
    """Put corrected facts in place of those of an application that was sent back; it waits anew under the same id.

    The same correction again changes nothing.

    Raises:
        NotFound: no such venue.
        Rejected: as `apply` refuses.
        Conflict: nobody asked for a correction.
    """
    stored = must(venue_id, at)
    placing.require(venue_id, facts.area, facts.parent, at, stored)
    row = VenueRow(venue_id)
    changes = [*_changes(venue_id, facts), *_reaching(facts.area, "applied", at)]
    corrected = row.update_if(changes, VenueRow.state == "returned")
    if not corrected and not (stored.state == "applied" and _facts(stored) == replace(facts, contact=None)):
        raise Conflict("This application was not sent back to be corrected.", code="state")
    _recently.cache_clear()
    return must(venue_id, at)


def register(venue_id: str, facts: Facts, at: int) -> tuple[Venue, bool]:
    """Register and approve a venue under an id of the officer's; return it and whether it is new.

    Facts that differ replace the stored ones; codes, policy and the first approval's time stay.

    Raises:
        Rejected: the area is none a venue can lie in, or it can't lie in the parent that is named.
    """
    placing.require(venue_id, facts.area, facts.parent, at, venue(venue_id, at))
    # With what its kind asks from the first moment: written afterwards it could be lost, and nobody would ask again.
    asked = presets.preset(facts.area, facts.category, at)
    stored, new = _put(venue_id, facts, "approved", asked, at)
    if new or (stored.state == "approved" and _facts(stored) == facts):
        return stored, new
    changes = _changes(venue_id, facts)
    if stored.state != "approved":
        changes += [*_reaching(facts.area, "approved", at), VenueRow.reason.set("")]
        changes += _preset(replace(stored, area=facts.area, category=facts.category), at)
    row = VenueRow(venue_id)
    row.update(actions=changes)
    _recently.cache_clear()
    return read(row), False


def decide(venue_id: str, decision: str, reason: str, at: int) -> Venue:
    """Check, return, approve, refuse or close a venue; the same decision again changes nothing.

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
    changes = [*_reaching(stored.area, reached, at), VenueRow.reason.set(reason)]
    if reached == "approved":
        changes += _preset(stored, at)
    if not row.update_if(changes, VenueRow.state == stored.state):
        raise Conflict("Somebody else decided at the same moment. Look again.", code="state")
    _recently.cache_clear()
    return read(row)


def set_policy(venue_id: str, policy: Policy, at: int) -> Venue:
    """Set what is asked at a venue's doors; its shards are only ever raised, or old hours could not be read whole.

    Raises:
        NotFound: no such venue.
    """
    must(venue_id, at)
    row = VenueRow(venue_id)
    row.update(actions=_asking(policy))
    raise_shards(venue_id, policy.shards)
    _recently.cache_clear()
    return must(venue_id, at)


def raise_shards(venue_id: str, shards: int) -> bool:
    """Give a venue's hours more shards from now on; tell whether it had fewer. They are never lowered."""
    raised = VenueRow(venue_id).update_if([VenueRow.shards.set(shards)], VenueRow.shards < shards)
    if raised:
        _recently.cache_clear()
    return raised


def in_area(area: str, position: Any, limit: int, at: int) -> Page[Venue]:
    """List the venues of an area and all below it, a page at a time, in no promised order."""
    inside = VenueRow.area.startswith(area)
    if len(area) < DISTRICT:
        found = VenueRow.by_area.scan(inside, last_evaluated_key=position)
    else:
        found = VenueRow.by_area.query(district_of(area), filter_condition=inside, last_evaluated_key=position)
    shown = page_of(VenueRow, found, limit, at)
    return Page([read(row) for row in shown.items], shown.position)


def every(area: str, at: int) -> Iterator[Venue]:
    """Yield the venues of an area and all below it, in no promised order; the area is read as far as it is asked."""
    position = None
    while True:
        page = in_area(area, position, _AT_ONCE, at)
        yield from page.items
        position = page.position
        if not position:
            return


def waiting(area: str, state: str, position: Any, limit: int, at: int) -> Page[Venue]:
    """List the venues of an area, a district or below, that wait in a state: the oldest application first, by pages."""
    inside = VenueRow.area.startswith(area) if len(area) > DISTRICT else None
    place = rules.waiting(district_of(area), state)
    found = VenueRow.by_state.query(place, filter_condition=inside, last_evaluated_key=position)
    shown = page_of(VenueRow, found, limit, at)
    return Page([read(row) for row in shown.items], shown.position)


def contact(venue: Venue) -> Contact | None:
    """Return who answers for a venue, decrypted; None when nobody was named."""
    text = VenueRow.get(venue.venue, consistent_read=True).contact
    return msgspec.json.decode(_FIELDS.decrypt(venue.venue, "contact", text), type=Contact) if text else None


def change_codes(stored: Venue, codes: tuple[Code, ...]) -> None:
    """Put a venue's codes in place of those it has.

    Raises:
        Conflict: they are not those of `stored` any more.
    """
    # The list is compared whole: two managers who make a code in the same second must not lose one of them.
    if not VenueRow(stored.venue).update_if(
        [VenueRow.codes.set(_written(codes))], VenueRow.codes == _written(stored.codes)
    ):
        raise Conflict("Somebody else changed the codes at the same moment. Look again.", code="codes")
    _recently.cache_clear()


_FIELDS = Fields("venue")


def _put(venue_id: str, facts: Facts, state: str, policy: Policy, at: int) -> tuple[Venue, bool]:
    row = VenueRow(
        venue_id,
        state=state,
        waiting=rules.waiting(district_of(facts.area), state),
        applied_at=at,
        decided_at=at if state == "approved" else None,
        pass_required=policy.pass_required,
        max_list_age_s=policy.max_list_age_s,
        policy=_policy_text(policy),
        shards=max(_DEFAULT.shards, rules.shards_for(facts.about.peak_per_hour / 3600)),
        codes="[]",
    )
    _describe(row, facts)
    return (read(row), True) if row.put_if_absent() else (must(venue_id, at), False)


def _describe(row: VenueRow, facts: Facts) -> None:
    row.area, row.district = facts.area, district_of(facts.area)
    row.name, row.category, row.address, row.parent = facts.name, facts.category, facts.address, facts.parent or None
    row.about, row.contact = _about_text(facts.about), _contact_text(row.venue, facts.contact)


def _changes(venue_id: str, facts: Facts) -> list[Action]:
    """Return what puts an application's facts in place of the stored ones."""
    changes: list[Action] = [
        VenueRow.area.set(facts.area),
        VenueRow.district.set(district_of(facts.area)),
        VenueRow.name.set(facts.name),
        VenueRow.category.set(facts.category),
        VenueRow.address.set(facts.address),
        VenueRow.parent.set(facts.parent) if facts.parent else VenueRow.parent.remove(),
        VenueRow.about.set(_about_text(facts.about)),
    ]
    if facts.contact:
        changes.append(VenueRow.contact.set(_contact_text(venue_id, facts.contact)))
    return changes


def _preset(stored: Venue, at: int) -> list[Action]:
    """Return what gives a venue the preset of its kind, unless somebody set its policy already."""
    untouched = replace(stored.policy, shards=_DEFAULT.shards) == _DEFAULT
    return _asking(presets.preset(stored.area, stored.category, at)) if untouched else []


def _asking(policy: Policy) -> list[Action]:
    return [
        VenueRow.pass_required.set(policy.pass_required),
        VenueRow.max_list_age_s.set(policy.max_list_age_s),
        VenueRow.policy.set(_policy_text(policy)),
    ]


def _reaching(area: str, state: str, at: int) -> list[Action]:
    """Return what leads a venue to a state: there it waits for somebody, or it no longer waits."""
    place = rules.waiting(district_of(area), state)
    waits = VenueRow.waiting.set(place) if place else VenueRow.waiting.remove()
    decided = [] if state == "applied" else [VenueRow.decided_at.set(at)]
    return [VenueRow.state.set(state), waits, *decided]


def _facts(stored: Venue) -> Facts:
    return Facts(stored.name, stored.area, stored.category, stored.address, stored.parent, stored.about)


def _about_text(about: About) -> str:
    return msgspec.json.encode(about).decode()


def _contact_text(venue_id: str, contact: Contact | None) -> str:
    return _FIELDS.encrypt(venue_id, "contact", msgspec.json.encode(contact).decode()) if contact else ""


def _policy_text(policy: Policy) -> str:
    rest = {name: value for name, value in asdict(policy).items() if name not in _COLUMNS}
    return msgspec.json.encode(rest).decode()


def _policy(row: VenueRow) -> Policy:
    columns = {"pass_required": bool(row.pass_required), "max_list_age_s": int(row.max_list_age_s)}
    stored = {**msgspec.json.decode(row.policy), **columns, "shards": int(row.shards)}
    return msgspec.convert(stored, type=Policy)


def read(row: VenueRow) -> Venue:
    """Return a venue as its row says."""
    return Venue(
        venue=row.venue,
        name=row.name,
        area=row.area,
        category=row.category,
        address=row.address,
        parent=row.parent or "",
        about=msgspec.json.decode(row.about, type=About),
        state=row.state,
        policy=_policy(row),
        applied_at=int(row.applied_at),
        decided_at=None if row.decided_at is None else int(row.decided_at),
        reason=row.reason,
        codes=msgspec.json.decode(row.codes, type=tuple[Code, ...]),
    )


def _written(codes: tuple[Code, ...]) -> str:
    return msgspec.json.encode(codes).decode()
