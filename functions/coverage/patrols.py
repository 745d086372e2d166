"""Patrols 走访: whom somebody walks to, and each call or visit with what came of it. Every act can be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from functions.coverage import rules, service
from functions.coverage.model import HEAD, ChaseRow, PatrolHead, PatrolItem, RegisterRow, chase_key, item_key
from functions.coverage.rules import PATROL_S
from functions.shared.clock import china_day
from functions.shared.labels import DISTRICT, district_of
from functions.shared.pages import Page, page_of
from functions.shared.problems import FieldError, NotFound, Rejected
from functions.shared.tables import living
from functions.shared.threads import spread
from functions.venues import service as venues

Kind = Literal["without-code", "never-scanned", "stopped"]
How = Literal["call", "visit"]
Outcome = Literal["done", "refused", "closed-down", "nobody-there", "code-put-up", "damaged-code"]
_CHASE: Final = "chase#"
_ITEM: Final = "item#"


@dataclass(frozen=True)
class Target:
    """A business or a venue of a patrol, as it was called when the patrol was made."""

    item: str
    name: str
    address: str
    area: str


@dataclass(frozen=True)
class Chase:
    """A call or a visit; `at` in epoch seconds, `client` the id that the phone gave it."""

    client: str
    how: How
    outcome: Outcome
    note: str
    at: int


@dataclass(frozen=True)
class Walked:
    """An item and its newest chase, None when nobody went there yet."""

    target: Target
    chase: ChaseRow | None


@dataclass(frozen=True)
class Walk:
    """A patrol whole, its items in the order of the walk."""

    head: PatrolHead
    items: tuple[Walked, ...]


def make(area: str, kind: Kind, label: str, items: Sequence[str], *, actor: str, at: int) -> tuple[Walk, bool]:
    """Make a patrol; return it and whether it is new: the same list by the same person on the same day is one.

    Raises:
        Rejected: an item is none of the area's; `errors` says which.
    """
    wanted = list(dict.fromkeys(items))
    targets = _targets(area, kind, wanted, at)
    patrol = rules.patrol_id(actor, area, (kind, label), wanted, china_day(at))
    found = PatrolHead.find(patrol, HEAD, at=at)
    if found:
        return _walk(found, at), False
    ends_at = at + PATROL_S
    # The head last: a patrol that can be read has all its items.
    with PatrolItem.batch_write() as batch:
        for place, one in enumerate(targets):
            row = PatrolItem(patrol, item_key(one.item), place=place, ttl=ends_at)
            row.name, row.address, row.area = one.name, one.address, one.area
            batch.save(row)
    head = PatrolHead(
        patrol, district=district_of(area), made_at=at, area=area, kind=kind, label=label, made_by=actor, ttl=ends_at
    )
    head.items = len(targets)
    new = head.put_if_absent()
    return _walk(head if new else must(patrol, at), at), new


def must(patrol: str, at: int) -> PatrolHead:
    """Return a patrol.

    Raises:
        NotFound: there is none of that id, or it is older than 90 days.
    """
    head = PatrolHead.find(patrol, HEAD, at=at)
    if head is None:
        raise NotFound("There is no such patrol. 没有该走访清单。", code="no-patrol")
    return head


def walk(head: PatrolHead, at: int) -> Walk:
    """Return a patrol with its items and the newest chase of each."""
    return _walk(head, at)


def in_area(area: str, position: Any, limit: int, at: int) -> Page[PatrolHead]:
    """List the patrols of an area, a district or below, the newest first."""
    inside = PatrolHead.area.startswith(area) if len(area) > DISTRICT else None
    found = PatrolHead.by_area.query(
        district_of(area), filter_condition=inside, scan_index_forward=False, last_evaluated_key=position
    )
    return page_of(PatrolHead, found, limit, at)


def chase(head: PatrolHead, item: str, told: Chase, *, actor: str, at: int) -> tuple[ChaseRow, bool]:
    """Record a chase; return it as it is stored and whether it is new. What a phone sends twice is one chase.

    Raises:
        NotFound: the patrol has no such item.
        Rejected: its instant is not of the last 72 hours, or over 2 minutes ahead.
    """
    if PatrolItem.find(head.patrol, item_key(item), at=at) is None:
        raise NotFound("This patrol has no such item. 该清单没有此条目。", code="no-item")
    if not at - rules.CHASE_LATE_S <= told.at <= at + rules.CHASE_AHEAD_S:
        raise Rejected(
            "A chase is of the last 72 hours and not over 2 minutes ahead. Set the phone's clock. "
            "走访时间须在最近72小时内，请校准手机时间。",
            code="at-out-of-window",
            errors=(FieldError("/at", "window", "received − 72 h to received + 2 min"),),
        )
    row = ChaseRow(head.patrol, chase_key(item, told.client), at=told.at, by=actor, ttl=head.ttl)
    row.how, row.outcome, row.note = told.how, told.outcome, told.note
    new = row.put_if_absent()
    if not new:
        row = ChaseRow.get(head.patrol, chase_key(item, told.client), consistent_read=True)
    if head.kind == "without-code":
        # Repeated too: an earlier attempt may have ended between the two writes.
        service.note_chase(item, row.outcome, int(row.at))
    return row, new


def _walk(head: PatrolHead, at: int) -> Walk:
    newest: dict[str, ChaseRow] = {}
    for row in living(ChaseRow.query(head.patrol, ChaseRow.sort.startswith(_CHASE), consistent_read=True), at):
        item = row.sort.split("#")[1]
        newest[item] = max(row, newest.get(item, row), key=lambda one: (int(one.at), one.sort))
    rows = living(PatrolItem.query(head.patrol, PatrolItem.sort.startswith(_ITEM), consistent_read=True), at)
    items = sorted(rows, key=lambda row: int(row.place))
    targets = [Target(row.sort.removeprefix(_ITEM), row.name, row.address, row.area) for row in items]
    return Walk(head, tuple(Walked(one, newest.get(one.item)) for one in targets))


def _targets(area: str, kind: Kind, items: Sequence[str], at: int) -> list[Target]:
    found = _businesses(items) if kind == "without-code" else _venues(items, at)
    wrong = [place for place, item in enumerate(items) if item not in found or not found[item].area.startswith(area)]
    if wrong:
        what = "a business" if kind == "without-code" else "a venue"
        raise Rejected(
            f"A patrol of this kind walks to {what} of its area each time. 清单中有不属于本区划的条目。",
            code="no-item",
            errors=tuple(FieldError(f"/items/{place}", "item", f"{what} of the area") for place in wrong),
        )
    return [found[item] for item in items]


def _businesses(items: Sequence[str]) -> dict[str, Target]:
    rows = RegisterRow.batch_get(list(items))
    return {row.business: Target(row.business, row.name, row.address, row.area) for row in rows}


def _venues(items: Sequence[str], at: int) -> dict[str, Target]:
    found = [one for one in spread(partial(venues.venue, at=at), items) if one is not None]
    return {one.venue: Target(one.venue, one.name, one.address, one.area) for one in found}
