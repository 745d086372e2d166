"""A unit's people and a person's own units: the same states, told coarsely to the one and fully to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from functions.matching import rules as decisions
from functions.matching import service as matching
from functions.passes import rules, service
from functions.passes.refs import ref_of
from functions.people import service as people
from functions.shared.masking import mask
from functions.shared.threads import spread
from functions.staff import service as staff
from functions.units import service as units

PAGE = 50


@dataclass(frozen=True)
class Member:
    """A person as their unit sees them: masked, by a ref that means nothing elsewhere, with a coarse cause."""

    ref: str
    name: str
    told: rules.Told
    has_device: bool  # whether they can show a pass on a phone


@dataclass(frozen=True)
class Standing:
    """A person's own state in one unit, with the full cause, and the sample it rests on, if there is one."""

    unit: units.Unit
    told: rules.Told
    sampled_at: int = 0
    site: str = ""


def people_of(unit: str, after: str, at: int) -> tuple[list[Member], str | None]:
    """Return a page of a unit's list after the pid `after`, and the pid at which the next page begins, if any."""
    page = list(islice(staff.staff_of(unit, at, after=after), PAGE))
    members = list(spread(lambda listing: _member(listing, at), page))
    return members, page[-1].pid if len(page) == PAGE else None


def _member(listing: staff.Listing, at: int) -> Member:
    told = state(listing.pid, listing.unit, at)
    coarse = decisions.coarse(told.cause) if told.cause else ""
    ref, shown = ref_of(listing.unit, listing.pid), rules.Told(told.state, coarse, told.expires_at)
    return Member(ref, mask(listing.name), shown, people.has_device(listing.pid, at))


def state(pid: str, scope: str, at: int) -> rules.Told:
    """Return where a person stands in a unit, with the full cause."""
    return _told(matching.entitlement(pid, scope, at), pid, scope, at)


def standings(pid: str, known: people.Profile | None, at: int) -> Iterator[Standing]:
    """Yield where a person stands in every unit that lists them.

    A list that names another phone may mean another person: of it no more is told than that it waits. `known` is None
    for the embedded engine's own test tokens, whose bearer nobody enrolled.
    """
    for listing in staff.listings(pid, at):
        unit = units.unit(listing.unit)
        if unit is None:
            continue
        if known is not None and not people.unit_vouches(listing, known):
            yield Standing(unit, rules.Told("not-eligible", "phone-differs", None))
            continue
        known_of = matching.entitlement(pid, listing.unit, at)
        told = _told(known_of, pid, listing.unit, at)
        yield Standing(unit, told, known_of.sampled_at, known_of.site) if known_of else Standing(unit, told)


def _told(entitlement: matching.Entitlement | None, pid: str, scope: str, at: int) -> rules.Told:
    if entitlement is None:
        return rules.state(None, "", 0, (), at)
    life = rules.life(entitlement.sampled_at, entitlement.expires_at)
    signed = service.signed_passes(pid, scope, at)
    return rules.state(entitlement.verdict, entitlement.cause, life.expires_at, signed, at)
