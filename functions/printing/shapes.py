"""What the routes of print jobs read and write."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from msgspec import Meta, Struct

from functions.printing.model import PrintRow
from functions.printing.rules import MOST_NAMED, State, Wanted
from functions.shared.clock import rfc3339
from functions.shared.poster_layout import Size
from functions.venues.shapes import Id


class PrintIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Which posters to print: those of venues that are named, or all of the area that were never printed, or are gone."""

    size: Size = "a4"
    state: Literal["not-printed", "to-reprint"] = "not-printed"
    venues: Annotated[tuple[Id, ...], Meta(max_length=MOST_NAMED)] = ()


class PrintOut(Struct, frozen=True, omit_defaults=True):
    """A print job; `more` says that the area has more such posters than one file holds: print again."""

    print: str
    area: str
    size: Size
    wanted: Wanted
    state: State
    pages_done: int
    pages_total: int
    asked_at: str
    bytes: int = 0
    more: bool = False


class PrintsOut(Struct, frozen=True):
    """The newest print jobs of an area, the newest first."""

    prints: tuple[PrintOut, ...]


def print_out(row: PrintRow) -> PrintOut:
    """Shape a print job."""
    return PrintOut(
        print=row.job,
        area=row.area,
        size=cast("Size", row.size),
        wanted=cast("Wanted", row.wanted),
        state=cast("State", row.state),
        pages_done=int(row.pages_done),
        pages_total=int(row.pages_total),
        asked_at=rfc3339(int(row.asked_at)),
        bytes=int(row.size_bytes),
        more=bool(row.more),
    )
