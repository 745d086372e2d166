"""What venue routes read and write: lengths, patterns and limits are part of the interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from functions.shared.clock import rfc3339
from functions.venues import about, codes, entrances, scheme
from functions.venues.about import MAX_HOURS, ContactIn, ContactOut, HoursShape, PerHour, PositionShape
from functions.venues.policy_shapes import RulesOut, rules_out
from functions.venues.poster_life import Poster as PosterState
from functions.venues.poster_life import Step
from functions.venues.rules import Code, Venue
from functions.venues.service import Contact, Facts

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$(?!\n)")]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Text = Annotated[str, Meta(max_length=128)]
Area = Annotated[str, Meta(pattern=r"^[0-9]{6,12}$(?!\n)", examples=["990101001001"])]
State = Literal["applied", "checked", "returned", "approved", "refused", "closed"]


class VenueIn(Struct, frozen=True, forbid_unknown_fields=True):
    """An application, or an officer's registration."""

    name: Name
    area: Area
    category: Text = ""
    address: Text = ""
    parent: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,40}$(?!\n)")] = ""
    contact: ContactIn | None = None
    position: PositionShape | None = None
    hours: Annotated[tuple[HoursShape, ...], Meta(max_length=MAX_HOURS)] = ()
    peak_per_hour: PerHour = 0
    moves: bool = False

    def facts(self) -> Facts:
        """Return the facts this states.

        Raises:
            Rejected: a text can't be shown, the position lies outside China, or there is no such phone.
        """
        known = about.read_about(self.position, self.hours, self.peak_per_hour, moves=self.moves)
        person = about.read_contact(self.contact.name, self.contact.phone) if self.contact else None
        name, kind = about.read_label(self.name, "/name", shortest=1), about.read_label(self.category, "/category")
        return Facts(name, self.area, kind, about.read_label(self.address, "/address"), self.parent, known, person)


class DecisionIn(Struct, frozen=True, forbid_unknown_fields=True):
    """An officer's decision on a venue."""

    decision: Literal["check", "return", "approve", "refuse", "close"]
    reason: Annotated[str, Meta(min_length=1, max_length=256)]


class CodeIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A code to make; the label says where its poster hangs."""

    label: Annotated[str, Meta(max_length=32)] = ""


class PosterIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody says of a poster."""

    state: Step


class PublicVenueOut(Struct, frozen=True):
    """What anybody may know of a venue; `ended`: the scheme is over in its district, and no code asks anything."""

    venue: str
    name: str
    category: str
    state: Literal["approved", "closed", "ended"]
    rules: RulesOut
    moves: bool = False
    ends_at: str | None = None


class CodeOut(Struct, frozen=True, omit_defaults=True):
    """A venue code; `url` is what its poster's symbol holds, `spelled` what is printed below it for people.

    `poster` is where its poster is in its life, since `poster_at`; `scanned_at`, for officers, the beginning of the hour
    in which somebody last checked in by it. A retired code that is scanned still hangs somewhere.
    """

    code: str
    spelled: str
    url: str
    label: str
    made_at: str
    retired_at: str | None = None
    replaced_by: str = ""
    poster: PosterState = "made"
    poster_at: str | None = None
    scanned_at: str | None = None


class VenueOut(Struct, frozen=True, omit_defaults=True):
    """A venue whole, for its manager and for officers."""

    venue: str
    name: str
    area: str
    category: str
    address: str
    parent: str
    state: State
    pass_required: bool
    max_list_age_s: int
    shards: int
    applied_at: str
    codes: tuple[CodeOut, ...]
    reason: str
    policy: RulesOut
    decided_at: str | None = None
    position: PositionShape | None = None
    hours: tuple[HoursShape, ...] = ()
    peak_per_hour: int = 0
    moves: bool = False
    contact: ContactOut | None = None


class VenuesOut(Struct, frozen=True, omit_defaults=True):
    """A page of venues; `next` is the cursor of the one after."""

    venues: tuple[VenueOut, ...]
    next: str | None = None


def public_out(venue: Venue, at: int) -> PublicVenueOut:
    """Shape a venue for anybody."""
    rules, ends_at = rules_out(venue.policy), scheme.known_end(venue.area, at)
    state: Literal["approved", "closed", "ended"] = "approved" if venue.open else "closed"
    told = None
    if ends_at is not None:
        state, told = "ended" if at >= ends_at else state, rfc3339(ends_at)
    return PublicVenueOut(venue.venue, venue.name, venue.category, state, rules, venue.about.moves, told)


def code_out(venue_id: str, code: Code, me_url: str, scanned_at: int | None = None) -> CodeOut:
    """Shape a code, with the address its poster's symbol holds; `scanned_at` is when it was last scanned, epoch seconds."""
    return CodeOut(
        code=code.code,
        spelled=codes.spelled(code.code),
        url=entrances.url(me_url, venue_id, code.code),
        label=code.label,
        made_at=rfc3339(code.made_at),
        retired_at=None if code.retired_at is None else rfc3339(code.retired_at),
        replaced_by=code.replaced_by,
        poster=code.poster,  # type: ignore[arg-type]  # stored by us, one of the seven
        poster_at=None if code.poster_at is None else rfc3339(code.poster_at),
        scanned_at=None if scanned_at is None else rfc3339(scanned_at),
    )


def venue_out(
    venue: Venue, me_url: str, contact: Contact | None = None, scanned: Mapping[str, int] | None = None
) -> VenueOut:
    """Shape a venue whole; with its contact for the venue itself and for whoever reviews it, never in a list of the area.

    `scanned` is when each code was last scanned, epoch seconds by short code.
    """
    return VenueOut(
        venue=venue.venue,
        name=venue.name,
        area=venue.area,
        category=venue.category,
        address=venue.address,
        parent=venue.parent,
        state=venue.state,  # type: ignore[arg-type]  # stored by us, one of the six
        pass_required=venue.policy.pass_required,
        max_list_age_s=venue.policy.max_list_age_s,
        shards=venue.policy.shards,
        applied_at=rfc3339(venue.applied_at),
        codes=tuple(code_out(venue.venue, code, me_url, (scanned or {}).get(code.code)) for code in venue.codes),
        reason=venue.reason,
        policy=rules_out(venue.policy),
        decided_at=None if venue.decided_at is None else rfc3339(venue.decided_at),
        position=about.position_out(venue.about),
        hours=about.hours_out(venue.about),
        peak_per_hour=venue.about.peak_per_hour,
        moves=venue.about.moves,
        contact=ContactOut(contact.name, contact.phone) if contact else None,
    )
