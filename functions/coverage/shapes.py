"""What coverage routes read and write: lengths, patterns and limits are part of the interface."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from msgspec import Meta, Struct

from functions.coverage.loading import Loaded, sentence
from functions.coverage.model import ChaseRow, PatrolHead
from functions.coverage.patrols import How, Kind, Outcome, Walk, Walked
from functions.coverage.rules import HOUR_S, MOST_ITEMS, Rule, Standing
from functions.coverage.service import Decision, Listed, OfBusiness, OfVenue, Unscanned
from functions.coverage.summaries import By, Summary
from functions.shared.clock import rfc3339
from functions.shared.sheets.laws import Fault

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]
# A client's id of a chase; not so long that a table's key could not hold it.
Client = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$(?!\n)")]


class RegisterFaultOut(Struct, frozen=True):
    """A row that was not kept: its number, the column, the law it breaks and what to do; never a cell."""

    row: int
    column: str
    law: str
    detail: str


class RegisterLoadOut(Struct, frozen=True, omit_defaults=True):
    """What became of a register's file; `next_row` is what to go on with as `from_row`, absent at its end."""

    new: int
    changed: int
    unchanged: int
    repeated: int
    errors: tuple[RegisterFaultOut, ...]
    next_row: int | None = None


class LinkIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What an officer decides about a business; `venue` with `link` alone. No personal data in the reason."""

    decision: Decision
    reason: Annotated[str, Meta(min_length=1, max_length=128)]
    venue: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,40}$(?!\n)")] = ""


class BusinessOut(Struct, frozen=True, omit_defaults=True):
    """A business of the register: whether it has a code, at which venue and by which rule; who decided what and when."""

    business: str
    name: str
    area: str
    standing: Standing
    address: str = ""
    number: str = ""
    kind: str = ""
    grid: str = ""
    venue: str = ""
    rule: Rule | None = None
    reason: str = ""
    decided_by: str = ""
    decided_at: str | None = None
    chased_at: str | None = None
    outcome: str = ""


class UnscannedOut(Struct, frozen=True, omit_defaults=True):
    """A venue whose code nobody scans; `last_seen` is the beginning of the hour of its newest check-in."""

    venue: str
    name: str
    area: str
    category: str
    address: str
    approved_at: str | None = None
    last_seen: str | None = None


class CoverageOut(Struct, frozen=True, omit_defaults=True):
    """A page of businesses or of venues, by what was asked for; it may be short, or empty, and have a `next`."""

    area: str
    kind: OfBusiness | OfVenue
    businesses: tuple[BusinessOut, ...] = ()
    venues: tuple[UnscannedOut, ...] = ()
    next: str | None = None


class CoverageCounts(Struct, frozen=True):
    """How many businesses, by standing; and how many venues with a code, of which some are never or no longer scanned."""

    businesses: int
    with_code: int
    without_code: int
    no_code_needed: int
    venues: int
    never_scanned: int
    stopped: int


class CoveragePlace(Struct, frozen=True):
    """One community, subdistrict or grid; `grid` is empty where none is known, or unless counted by grid."""

    area: str
    grid: str
    counts: CoverageCounts


class CoverageSummaryOut(Struct, frozen=True):
    """An area in all and by place; when not `complete`, ask for its subdistricts one by one."""

    area: str
    by: By
    as_of: str
    complete: bool
    total: CoverageCounts
    below: tuple[CoveragePlace, ...]


class PatrolIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A walk: businesses without a code, or venues that are not scanned; `label` names the grid or the worker's round."""

    kind: Kind
    label: Annotated[str, Meta(min_length=1, max_length=32)]
    items: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=MOST_ITEMS)]


class ChaseIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A call or a visit; `client` is an id the phone makes, `at` its instant when it is sent later. No personal data."""

    client: Client
    how: How
    outcome: Outcome
    note: Annotated[str, Meta(max_length=128)] = ""
    at: str | None = None


class ChaseOut(Struct, frozen=True, omit_defaults=True):
    """A call or a visit as it is kept."""

    how: How
    outcome: Outcome
    at: str
    by: str
    note: str = ""


class PatrolItemOut(Struct, frozen=True, omit_defaults=True):
    """A business or venue of a walk, and its newest chase."""

    item: str
    name: str
    area: str
    address: str = ""
    chase: ChaseOut | None = None


class PatrolOut(Struct, frozen=True):
    """A walk whole; `chased` is how many of its items somebody called or visited."""

    patrol: str
    area: str
    kind: Kind
    label: str
    made_at: str
    made_by: str
    ends_at: str
    chased: int
    items: tuple[PatrolItemOut, ...]


class PatrolHeadOut(Struct, frozen=True):
    """A walk of a list; `items` is how many it has."""

    patrol: str
    area: str
    kind: Kind
    label: str
    made_at: str
    made_by: str
    items: int


class PatrolsOut(Struct, frozen=True, omit_defaults=True):
    """A page of walks, the newest first."""

    patrols: tuple[PatrolHeadOut, ...]
    next: str | None = None


def load_out(loaded: Loaded) -> RegisterLoadOut:
    """Shape what became of a file."""
    errors = tuple(map(_fault_out, loaded.faults))
    return RegisterLoadOut(
        loaded.new, loaded.changed, loaded.unchanged, loaded.repeated, errors, next_row=loaded.next_row
    )


def business_out(shown: Listed) -> BusinessOut:
    """Shape a business."""
    one = shown.business
    return BusinessOut(
        business=one.business,
        name=one.name,
        area=one.area,
        standing=shown.standing,
        address=one.address,
        number=one.number,
        kind=one.kind,
        grid=one.grid,
        venue=shown.match.venue if shown.match else "",
        rule=shown.match.rule if shown.match else None,
        reason=shown.reason,
        decided_by=shown.decided_by,
        decided_at=rfc3339(shown.decided_at) if shown.decided_at else None,
        chased_at=rfc3339(shown.chased_at) if shown.chased_at else None,
        outcome=shown.outcome,
    )


def unscanned_out(shown: Unscanned) -> UnscannedOut:
    """Shape a venue that is not scanned."""
    one, hour = shown.venue, shown.hour
    approved_at = None if one.decided_at is None else rfc3339(one.decided_at)
    last_seen = None if hour is None else rfc3339(hour * HOUR_S)
    return UnscannedOut(one.venue, one.name, one.area, one.category, one.address, approved_at, last_seen)


def summary_out(area: str, by: By, made: Summary, at: int) -> CoverageSummaryOut:
    """Shape a summary."""
    below = tuple(CoveragePlace(code, grid, _counts(counts)) for (code, grid), counts in made.below.items())
    return CoverageSummaryOut(area, by, rfc3339(at), made.complete, _counts(made.total), below)


def patrol_out(walk: Walk) -> PatrolOut:
    """Shape a walk whole."""
    head = walk.head
    return PatrolOut(
        patrol=head.patrol,
        area=head.area,
        kind=head.kind,  # type: ignore[arg-type]  # stored by us, one of the three
        label=head.label,
        made_at=rfc3339(int(head.made_at)),
        made_by=head.made_by,
        ends_at=rfc3339(int(head.ttl)),
        chased=sum(one.chase is not None for one in walk.items),
        items=tuple(map(_item_out, walk.items)),
    )


def head_out(head: PatrolHead) -> PatrolHeadOut:
    """Shape a walk for a list."""
    kind: Kind = head.kind  # type: ignore[assignment]  # stored by us, one of the three
    made_at = rfc3339(int(head.made_at))
    return PatrolHeadOut(head.patrol, head.area, kind, head.label, made_at, head.made_by, int(head.items))


def chase_out(row: ChaseRow) -> ChaseOut:
    """Shape a chase."""
    return ChaseOut(row.how, row.outcome, rfc3339(int(row.at)), row.by, row.note)  # type: ignore[arg-type]  # stored by us


def _item_out(walked: Walked) -> PatrolItemOut:
    one, newest = walked.target, walked.chase
    return PatrolItemOut(one.item, one.name, one.area, one.address, None if newest is None else chase_out(newest))


def _counts(counts: Counter[str]) -> CoverageCounts:
    return CoverageCounts(
        businesses=counts["businesses"],
        with_code=counts["with-code"],
        without_code=counts["without-code"],
        no_code_needed=counts["no-code-needed"],
        venues=counts["venues"],
        never_scanned=counts["never-scanned"],
        stopped=counts["stopped"],
    )


def _fault_out(fault: Fault) -> RegisterFaultOut:
    return RegisterFaultOut(fault.row, fault.column, fault.law, sentence(fault.law))
