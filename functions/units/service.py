"""Units: register and approve, find, and move to another generation of the staff list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from functions.shared.labels import DISTRICT, district_of, is_area, is_label
from functions.shared.pages import Page, page_of
from functions.shared.problems import FieldError, NotFound, Rejected
from functions.shared.reserved import CANARY_UNIT
from functions.units.model import UnitRow
from functions.units.rules import Unit

__all__ = [
    "Facts",
    "Unit",
    "all_units",
    "in_area",
    "move_to_generation",
    "must",
    "next_upload",
    "page",
    "register",
    "unit",
]


@dataclass(frozen=True)
class Facts:
    """What an officer registers of a unit; `ends_at` is when its approval ends, in epoch seconds."""

    name: str
    area: str
    category: str
    zone: str
    document_number: str
    document_issued_by: str
    quota: int
    ends_at: int


def unit(unit_id: str) -> Unit | None:
    """Return a unit as it stands now (a consistent read), None when it was never registered."""
    row = UnitRow.find(unit_id, at=0)
    return _read(row) if row else None


def must(unit_id: str) -> Unit:
    """Return a unit.

    Raises:
        NotFound: there is none of that id.
    """
    found = unit(unit_id)
    if found is None:
        raise NotFound("There is no such unit.", code="no-unit")
    return found


def all_units() -> Iterator[Unit]:
    """Yield every unit, in no order: for the matching run, which visits them all; the canary's is none."""
    return (_read(row) for row in UnitRow.scan(consistent_read=True) if row.unit != CANARY_UNIT)


def in_area(prefix: str) -> Iterator[Unit]:
    """Yield the units of an area and everything below it."""
    if len(prefix) < DISTRICT:
        rows = UnitRow.scan(UnitRow.area.startswith(prefix))
    else:
        rows = UnitRow.by_area.query(district_of(prefix), filter_condition=UnitRow.area.startswith(prefix))
    return map(_read, rows)


def page(area: str, position: Any, limit: int, at: int) -> Page[Unit]:
    """List the units of an area and everything below it, a page at a time, in no promised order."""
    inside = UnitRow.area.startswith(area)
    if len(area) < DISTRICT:
        found = UnitRow.by_area.scan(inside, last_evaluated_key=position)
    else:
        found = UnitRow.by_area.query(district_of(area), filter_condition=inside, last_evaluated_key=position)
    shown = page_of(UnitRow, found, limit, at)
    return Page([_read(row) for row in shown.items], shown.position)


def register(unit_id: str, facts: Facts, at: int) -> tuple[Unit, bool]:
    """Register and approve a unit, or change what is registered; return it and whether it is new.

    The generation of its staff list is not touched, whatever else happens at the same moment.

    Raises:
        Rejected: a text does not fit on a pass, the area is none, or the approval is over already.
    """
    check(facts, at)
    new = unit(unit_id) is None
    actions: list[Action] = [
        UnitRow.district.set(district_of(facts.area)),
        UnitRow.area.set(facts.area),
        UnitRow.name.set(facts.name),
        UnitRow.category.set(facts.category),
        UnitRow.zone.set(facts.zone),
        UnitRow.document_number.set(facts.document_number),
        UnitRow.document_issued_by.set(facts.document_issued_by),
        UnitRow.quota.set(facts.quota),
        UnitRow.ends_at.set(facts.ends_at),
        UnitRow.approved_at.set(UnitRow.approved_at | at),
        UnitRow.v.set(1),
    ]
    UnitRow(unit_id).update(actions=actions)
    return must(unit_id), new


def next_upload(unit_id: str) -> int:
    """Return the number of the next upload of a unit: seconds do not tell two files of one minute's work apart."""
    row = UnitRow(unit_id)
    row.update(actions=[UnitRow.uploads.add(1)], condition=UnitRow.unit.exists())
    return int(row.uploads or 0)


def move_to_generation(
    together: TransactWrite, unit_id: str, *, base: str | None, generation: str, replaced: str | None, at: int
) -> None:
    """Put another generation of the staff list in force: the one conditional write of law 3.

    It is part of the caller's transaction, so that the job that prepared the list learns of it in the same instant.
    The condition is that the list in force is still `base`; `replaced` is the order of an upload that replaces.
    """
    free = UnitRow.current.does_not_exist() if base is None else UnitRow.current == base
    actions: list[Action] = [UnitRow.current.set(generation), UnitRow.current_at.set(at)]
    if replaced is not None:
        actions.append(UnitRow.replaced.set(replaced))
    together.update(UnitRow(unit_id), actions=actions, condition=UnitRow.unit.exists() & free)


def check(facts: Facts, at: int) -> None:
    """Refuse what breaks a law of registrations.

    Raises:
        Rejected: a text does not fit on a pass, the area is none, or the approval is over already.
    """
    wrong = []
    if not is_area(facts.area):
        wrong.append(FieldError("/area", "area", "a division code of 2, 4, 6, 9 or 12 digits"))
    labels = (("/name", facts.name, 64, 1), ("/zone", facts.zone, 32, 0), ("/category", facts.category, 64, 0))
    documents = (
        ("/document/number", facts.document_number, 32, 1),
        ("/document/issued_by", facts.document_issued_by, 64, 1),
    )
    for pointer, text, longest, shortest in (*labels, *documents):
        if not is_label(text, longest, shortest=shortest):
            wrong.append(FieldError(pointer, "label", f"{shortest} to {longest} characters, no control characters"))
    if facts.quota < 1:
        wrong.append(FieldError("/quota", "quota", "at least 1"))
    if facts.ends_at <= at:
        wrong.append(FieldError("/ends_at", "ends-at", "an instant to come"))
    if wrong:
        raise Rejected("The registration breaks a law.", errors=tuple(wrong))


def _read(row: UnitRow) -> Unit:
    return Unit(
        unit=row.unit,
        name=row.name,
        area=row.area,
        category=row.category or "",
        zone=row.zone or "",
        document_number=row.document_number,
        document_issued_by=row.document_issued_by,
        quota=int(row.quota),
        ends_at=int(row.ends_at),
        current=row.current,
        approved=row.approved_at is not None,
        replaced=row.replaced or "",
        current_at=int(row.current_at or 0),
    )
