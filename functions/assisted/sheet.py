"""Cards for a community's people by spreadsheet: good rows get a card to print, bad rows are named.

Whoever has a card of this community keeps it, and it is printed again: a file that was corrected and sent once more makes
no printed card worthless.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from functions.assisted import caps, card_print, cards, names
from functions.assisted.cards import Card, Wanted
from functions.audit import service as audit
from functions.lookups import service as lookups
from functions.shared import posters
from functions.shared.batches import batches
from functions.shared.callers import Caller
from functions.shared.pids import pid_of
from functions.shared.sheets import RawRow
from functions.shared.sheets.laws import ROW_LAWS, Fault
from functions.shared.threads import spread
from functions.staff import rows as staff_rows
from functions.staff.rows import StaffRow

ROWS: Final = 2_000
CARDS: Final = 100  # in one answer: half a megabyte of paper, three seconds at most
PATIENCE_S: Final = 3.0  # for making them; drawing a hundred takes another
COLUMNS: Final = tuple(one for one in staff_rows.COLUMNS if one.name in {"name", "id_type", "id_number"})
LAWS: Final = {
    **ROW_LAWS,
    "name-differs": (
        "The register has another name for this document. Compare the document, and make this card by itself.",
        "与登记的姓名不符。请核对证件，再单独制作此卡。",
    ),
}
_TOGETHER: Final = 16


@dataclass(frozen=True)
class Outcome:
    """What became of a file's rows; `next_row` is where it goes on, None at its end."""

    cards: tuple[Card, ...]
    faults: tuple[Fault, ...]
    next_row: int | None

    @property
    def made(self) -> int:
        """How many of the cards are new."""
        return sum(one.new for one in self.cards)


def make_all(
    rows: Sequence[RawRow],
    caller: Caller,
    area: str,
    at: int,
    *,
    first: int = 1,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Make the cards of at most a hundred good rows, until the time of a request is over.

    Args:
        rows: all of the spreadsheet: whether a column went through numbers is seen by all of it.
        caller: an officer or worker.
        area: their community.
        at: epoch seconds.
        first: the row this request begins with.
        clock: seconds that only go forward.

    Raises:
        TooMany: `name-cap`: too many names of earlier lists were not the register's.
    """
    caps.require_room(caps.who(caller), "desk_names", at)
    until, file = clock() + PATIENCE_S, staff_rows.read_staff(rows, at=at)
    people = sorted((one for one in file.people if one.row >= first), key=lambda one: one.row)
    made: list[Card] = []
    faults = [one for one in file.faults if one.row >= first]
    done = 0
    for some in batches(people[:CARDS], _TOGETHER):
        if clock() > until:
            break
        for one in spread(lambda row: _make(row, caller, area, at), some):
            if isinstance(one, Fault):
                faults.append(one)
            else:
                made.append(one)
        done += len(some)
    _count_names(faults, caller, at)
    next_row = people[done].row if done < len(people) else None
    told = (one for one in faults if next_row is None or one.row < next_row)
    return Outcome(tuple(made), tuple(sorted(told, key=lambda one: one.row)), next_row)


def draw(made: Iterable[Card], gate_url: str) -> bytes:
    """Return cards as one PDF, a page each, in the order of the file."""
    book = posters.Book("card")
    for one in made:
        book.add(card_print.of_card(one, gate_url))
    return book.finish()


def _count_names(faults: Iterable[Fault], caller: Caller, at: int) -> None:
    """Count the names that differed: lists cannot be tried without end, and the log says how many there were."""
    many = sum(one.law == "name-differs" for one in faults)
    if many:
        caps.note(caps.who(caller), "desk_names", many, at)
        audit.record(caller.actor, "card.name-differs", case=caller.scope, count=many, at=at)


def _make(row: StaffRow, caller: Caller, area: str, at: int) -> Card | Fault:
    pid = pid_of(row.document.type, row.document.number)
    if names.of_person(pid, at).agrees(row.name) is False:
        return Fault(row.row, "name", "name-differs")
    made = cards.keep_or_issue(Wanted(pid, row.name, row.document.tail, caller.actor, "", area), at)
    lookups.note_card(pid, made.area, made.key, made.issued_at)
    return made
