"""Which jobs there are: an owner's newest, and those of an area in one state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions.jobs.model import Head, state_place
from functions.shared.labels import DISTRICT
from functions.shared.pages import Page, page_of
from functions.shared.tables import living


def newest(owner: str, limit: int, at: int) -> Sequence[Head]:
    """Return the newest jobs of `unit:…` or `lab:…`, the newest first; the index follows the table within moments."""
    return list(living(Head.by_owner.query(owner, scan_index_forward=False, limit=limit), at))


def in_state(area: str, state: str, position: Any, limit: int, at: int) -> Page[Head]:
    """Return a page of the jobs of an area in a state: of a district or below the newest first, else in no order."""
    inside = Head.area.startswith(area)
    if len(area) < DISTRICT:
        wide = inside & (Head.state == state)
        found = Head.by_state.scan(wide, last_evaluated_key=position)
    else:
        found = Head.by_state.query(
            state_place(area, state),
            filter_condition=inside,
            scan_index_forward=False,
            last_evaluated_key=position,
        )
    return page_of(Head, found, limit, at)
