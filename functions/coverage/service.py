"""Who has no code, whose code nobody scans, and what an officer decided about a business by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final, Literal, TypeVar

import msgspec
from pynamodb.expressions.update import Action

from functions.coverage import rules, seen
from functions.coverage.loading import read_business
from functions.coverage.model import RegisterRow
from functions.coverage.rules import NOTHING_BY_HAND, Business, ByHand, Coded, Index, Match, Standing
from functions.shared.labels import DISTRICT, district_of
from functions.shared.pages import Page, page_of
from functions.shared.problems import Conflict, FieldError, NotFound, Rejected
from functions.venues import service as venues
from functions.venues.rules import Venue

MOST_VENUES: Final = 20_000  # of a district that businesses are compared with
REMEMBERED_S: Final = 15
_AT_ONCE: Final = 250
_ROUNDS: Final = 4
_MOST_APART: Final = 50

OfBusiness = Literal["without-code", "with-code", "no-code-needed"]
OfVenue = Literal["never-scanned", "stopped"]
Decision = Literal["link", "unlink", "no-code-needed", "undo"]
Item = TypeVar("Item")
Raw = TypeVar("Raw")


@dataclass(frozen=True)
class Listed:
    """A business, its venue if it has one, and what was decided and chased; instants in epoch seconds, 0 for never."""

    business: Business
    standing: Standing
    match: Match | None
    by_hand: ByHand
    reason: str
    decided_by: str
    decided_at: int
    chased_at: int
    outcome: str


@dataclass(frozen=True)
class Unscanned:
    """A venue with a code, and the hour of its newest check-in since the epoch, None when it never had one."""

    venue: Venue
    hour: int | None


def must(business: str) -> RegisterRow:
    """Return a business's row.

    Raises:
        NotFound: the register has none of that id.
    """
    row = RegisterRow.find(business, at=0)  # a register has no end of life
    if row is None:
        raise NotFound("The register has no such business. 名录中没有该主体。", code="no-business")
    return row


def listed(row: RegisterRow, index: Index) -> Listed:
    """Return a business with its venue among those that have a code."""
    business, by_hand = read_business(row), _by_hand(row)
    matched = rules.match(business, by_hand, index)
    return Listed(
        business=business,
        standing=rules.standing(by_hand, matched),
        match=matched,
        by_hand=by_hand,
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=int(row.decided_at),
        chased_at=int(row.chased_at or 0),
        outcome=row.outcome,
    )


def one(row: RegisterRow, at: int) -> Listed:
    """Return a business as it stands."""
    return listed(row, coded(district_of(row.area), at))


def businesses(area: str, kind: OfBusiness, position: Any, limit: int, *, grid: str, at: int) -> Page[Listed]:
    """List an area's businesses of a standing; a page may be short, or empty, and have one after it."""
    index = coded(district_of(area), at)

    def read(begin: Any) -> Page[RegisterRow]:
        found = RegisterRow.by_area.query(
            district_of(area), filter_condition=_inside(area, grid), last_evaluated_key=begin
        )
        return page_of(RegisterRow, found, _AT_ONCE, at)

    def keep(rows: Sequence[RegisterRow]) -> list[Listed]:
        return [shown for row in rows if (shown := listed(row, index)).standing == kind]

    return _filled(read, keep, lambda shown: _place(area, shown.business.business), position, limit)


def unscanned(area: str, kind: OfVenue, position: Any, limit: int, *, at: int) -> Page[Unscanned]:
    """List an area's venues whose code was never scanned, or not for seven days; pages as of `businesses`."""

    def read(begin: Any) -> Page[Venue]:
        return venues.in_area(area, begin, _AT_ONCE, at)

    def keep(some: Sequence[Venue]) -> list[Unscanned]:
        with_code = [venue for venue in some if has_code(venue)]
        hours = seen.hours(venue.venue for venue in with_code)
        found = [Unscanned(venue, hours.get(venue.venue)) for venue in with_code]
        return [one for one in found if rules.scan_state(one.hour, at) == kind]

    return _filled(read, keep, lambda one: _place(area, one.venue.venue), position, limit)


def decide(row: RegisterRow, decision: Decision, venue: str, reason: str, *, actor: str, at: int) -> RegisterRow:
    """Decide about a business by hand; the same decision again leaves it decided so.

    Args:
        row: the business.
        decision: `link` it to a venue; `unlink` it from all it is matched with now; say that it needs no code; or
            `undo` whatever was decided by hand.
        venue: of `link`.
        reason: why, for whoever looks later.
        actor: who decides, as the audit log names them.
        at: epoch seconds.

    Raises:
        Rejected: no such venue in the district.
        Conflict: another officer decided at the same moment.
    """
    after = _decided(row, decision, venue, at)
    changes: list[Action] = [
        RegisterRow.verdict.set(after.verdict),
        RegisterRow.venue.set(after.venue),
        RegisterRow.apart.set(msgspec.json.encode(after.apart).decode()),
        RegisterRow.reason.set(reason),
        RegisterRow.decided_by.set(actor),
        RegisterRow.decided_at.set(at),
    ]
    same = (RegisterRow.verdict == row.verdict) & (RegisterRow.venue == row.venue) & (RegisterRow.apart == row.apart)
    if not row.update_if(changes, same):
        raise Conflict("Somebody else decided at the same moment. Look again. 他人刚刚处理过，请刷新。", code="decided")
    return row


def note_chase(business: str, outcome: str, at: int) -> None:
    """Note on a business what came of its newest chase; an older one, or the same again, changes nothing."""
    known = RegisterRow.business.exists()
    newer = RegisterRow.chased_at.does_not_exist() | (RegisterRow.chased_at < at)
    changes: list[Action] = [RegisterRow.chased_at.set(at), RegisterRow.outcome.set(outcome)]
    RegisterRow(business).update_if(changes, known & newer)


def has_code(venue: Venue) -> bool:
    """Tell whether people can check in at a venue by a code that is in use."""
    return venue.open and bool(venue.current_codes)


def coded(district: str, at: int) -> Index:
    """Return the venues of a district that have a code, as they stood within the last quarter of a minute."""
    return _coded(district, at // REMEMBERED_S)


@lru_cache(maxsize=4)
def _coded(district: str, window: int) -> Index:
    # A reader turns page after page: the district is read once, not once a page.
    found = islice(venues.every(district, window * REMEMBERED_S), MOST_VENUES)
    return rules.index_of(_folded(venue) for venue in found if has_code(venue))


def every_business(area: str) -> Iterator[RegisterRow]:
    """Yield the register of an area, a district or below."""
    yield from RegisterRow.by_area.query(district_of(area), filter_condition=_inside(area, ""))


def _folded(venue: Venue) -> Coded:
    address = "" if venue.about.moves else rules.folded_address(venue.address)
    return Coded(venue.venue, venue.area, rules.folded_name(venue.name), address)


def _inside(area: str, grid: str) -> Any:
    inside = RegisterRow.area.startswith(area) if len(area) > DISTRICT else None
    if not grid:
        return inside
    return inside & (RegisterRow.grid == grid) if inside is not None else RegisterRow.grid == grid


def _filled(
    read: Callable[[Any], Page[Raw]],
    keep: Callable[[Sequence[Raw]], list[Item]],
    place_of: Callable[[Item], Any],
    position: Any,
    limit: int,
) -> Page[Item]:
    """Return at most `limit` of what is kept, after some rounds of reading however little that is."""
    items: list[Item] = []
    for _ in range(_ROUNDS):
        page = read(position)
        items += keep(page.items)
        position = page.position
        if len(items) > limit:
            return Page(items[:limit], place_of(items[limit - 1]))
        if not position:
            break
    return Page(items, position)


def _place(area: str, thing: str) -> Any:
    # Both indexes are by district and id, so that a page may end after any item.
    return {"area": {"S": district_of(area)}, "pk": {"S": thing}}


def _by_hand(row: RegisterRow) -> ByHand:
    return ByHand(row.verdict, row.venue, msgspec.json.decode(row.apart, type=tuple[str, ...]))


def _decided(row: RegisterRow, decision: Decision, venue: str, at: int) -> ByHand:
    before = _by_hand(row)
    if decision == "undo":
        return NOTHING_BY_HAND
    if decision == "no-code-needed":
        return ByHand("exempt", "", before.apart)
    if decision == "link":
        return ByHand("linked", _of_district(venue, row.area, at), tuple(one for one in before.apart if one != venue))
    matched = rules.every_match(read_business(row), coded(district_of(row.area), at))
    linked = (before.venue,) if before.verdict == "linked" else ()
    return ByHand("", "", tuple(dict.fromkeys((*before.apart, *linked, *matched)))[-_MOST_APART:])


def _of_district(venue: str, area: str, at: int) -> str:
    found = venues.venue(venue, at)
    if found is None or district_of(found.area) != district_of(area):
        raise Rejected(
            "There is no such venue in the business's district. 本区没有该场所。",
            code="no-venue",
            errors=(FieldError("/venue", "no-venue", "a venue of the same district"),),
        )
    return venue
