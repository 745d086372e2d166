"""What a unit is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """A registered unit.

    `current` is the staff list's generation in force, None before the first list, and `current_at` when it was put in
    force; `replaced` the order of the last upload that replaced the list whole (see `functions/staff/rules.py`).
    """

    unit: str
    name: str
    area: str
    category: str
    zone: str
    document_number: str
    document_issued_by: str
    quota: int
    ends_at: int
    current: str | None
    approved: bool
    replaced: str = ""
    current_at: int = 0
