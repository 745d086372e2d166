"""Laboratories: register and find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.update import Action

from functions.labs.model import LabRow
from functions.lake import overdue
from functions.lake.overdue import Sample
from functions.shared.labels import DISTRICT, district_of, is_area, is_label
from functions.shared.pages import Page, page_of
from functions.shared.problems import FieldError, NotFound, Rejected


@dataclass(frozen=True, slots=True)
class Lab:
    """A registered laboratory."""

    lab: str
    name: str
    area: str


@dataclass(frozen=True, slots=True)
class OverduePage:
    """Some of a laboratory's overdue samples; `as_of` is None before the first run, `position` None on the last page."""

    as_of: int | None
    total: int
    samples: Sequence[Sample]
    position: Any


def lab(lab_id: str) -> Lab | None:
    """Return a laboratory, None when it was never registered."""
    row = LabRow.find(lab_id, at=0)
    return Lab(row.lab, row.name, row.area) if row else None


def must(lab_id: str) -> Lab:
    """Return a laboratory.

    Raises:
        NotFound: there is none of that id.
    """
    found = lab(lab_id)
    if found is None:
        raise NotFound("There is no such laboratory.", code="no-lab")
    return found


def page(area: str, position: Any, limit: int, at: int) -> Page[Lab]:
    """List the laboratories of an area and everything below it, a page at a time, in no promised order."""
    inside = LabRow.area.startswith(area)
    if len(area) < DISTRICT:
        found = LabRow.by_area.scan(inside, last_evaluated_key=position)
    else:
        found = LabRow.by_area.query(district_of(area), filter_condition=inside, last_evaluated_key=position)
    shown = page_of(LabRow, found, limit, at)
    return Page([Lab(row.lab, row.name, row.area) for row in shown.items], shown.position)


def register(lab_id: str, *, name: str, area: str, at: int) -> tuple[Lab, bool]:
    """Register a laboratory, or change what is registered; return it and whether it is new.

    Raises:
        Rejected: the name is none, or the area is none.
    """
    check(name, area)
    new = LabRow(lab_id, district=district_of(area), area=area, name=name, approved_at=at).put_if_absent()
    if not new:
        actions: list[Action] = [LabRow.district.set(district_of(area)), LabRow.area.set(area), LabRow.name.set(name)]
        LabRow(lab_id).update(actions=actions)
    return Lab(lab_id, name, area), new


def check(name: str, area: str) -> None:
    """Refuse what breaks a law of registrations.

    Raises:
        Rejected: the name is none, or the area is none.
    """
    wrong = []
    if not is_area(area):
        wrong.append(FieldError("/area", "area", "a division code of 2, 4, 6, 9 or 12 digits"))
    if not is_label(name, 64):
        wrong.append(FieldError("/name", "label", "1 to 64 characters, no control characters"))
    if wrong:
        raise Rejected("The registration breaks a law.", errors=tuple(wrong))


def overdue_page(lab_id: str, after: Any, limit: int) -> OverduePage:
    """Return overdue samples, the oldest first, behind the position `after` (None: from the first).

    A position is a sample's own place in the order, so that a list that a later run wrote meanwhile is gone on with:
    what is still overdue is not skipped.
    """
    found = overdue.of_lab(lab_id)
    if found is None:
        return OverduePage(None, 0, (), None)
    left = [one for one in found.samples if after is None or (one.sampled_at, one.tube) > tuple(after)]
    shown = left[:limit]
    position = [shown[-1].sampled_at, shown[-1].tube] if len(left) > limit else None
    return OverduePage(found.as_of, found.total, shown, position)
