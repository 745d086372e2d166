"""What becomes of signed passes: withdrawing them, and telling where a person stands. Signing is in `issuing`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from functions.matching.grounds import REPLACED, Ground
from functions.passes import rules
from functions.passes.model import PassRow, passes_of
from functions.shared import log
from functions.shared.tables import living
from functions.status import service as status


@dataclass(frozen=True)
class Named:
    """A pass by its subject: whose it is only this table knows."""

    sub: str
    scope: str
    printed: bool
    signed_at: int


def named(pid: str, at: int) -> Iterator[Named]:
    """Yield every pass of a person that is kept, expired ones too."""
    for row in living(PassRow.query(pid, consistent_read=True), at):
        yield Named(row.sub, row.scope, row.printed, int(row.signed_at))


def withdraw_scope(pid: str, scope: str, ground: Ground, at: int, *, beyond: int = 0) -> int:
    """Withdraw every unexpired pass of a person and scope, and tell how many there were (law 6).

    `beyond` spares the passes that end at that instant or before it: what the person is still entitled to.

    Called once the refusing decision is written and before it is acknowledged. The decision must come first: a pass
    is written in one transaction with the check that the entitlement still stands, so whatever this consistent query
    does not see is refused there.
    """
    return _withdraw(pid, scope, ground, at, lambda row: row.expires_at > beyond)


def withdraw_other_kind(kept: PassRow, at: int) -> int:
    """Withdraw the printed passes of a live one's person and scope, or the live ones of a printed one's: it takes their place."""
    ground = Ground(REPLACED, at, by=f"{kept.status_list}#{int(kept.status_index)}")
    return _withdraw(kept.pid, kept.scope, ground, at, lambda row: row.printed != kept.printed)


def _withdraw(pid: str, scope: str, ground: Ground, at: int, concerns: Callable[[PassRow], bool]) -> int:
    rows = [row for row in passes_of(pid, scope) if row.expires_at + rules.GRACE_S > at and concerns(row)]
    for row in rows:
        status.withdraw(slot_of(row), ground, at)
    if rows:
        log.event("passes.withdrawn", scope=scope, count=len(rows))
    return len(rows)


def slot_of(row: PassRow) -> status.Slot:
    """Return where a pass's bit is."""
    return status.Slot(row.status_list, int(row.status_index))


def signed_passes(pid: str, scope: str, at: int) -> list[rules.Signed]:
    """Return the unexpired passes of a person and scope, with whether each was withdrawn."""
    rows = [row for row in living(passes_of(pid, scope), at) if row.expires_at > at]
    return [row.signed(withdrawn=status.is_withdrawn(slot_of(row))) for row in rows]
