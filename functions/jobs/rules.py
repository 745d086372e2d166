"""When a job waits for a person, and what a laboratory's clock did: pure decisions over counts and instants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["received", "running", "done", "held", "cancelled", "failed"]
Hold = Literal["systematic", "clock", "leaving", "leaving-many"]

OVER: Final = frozenset({"done", "cancelled", "failed"})
# Only what is urgent goes on: whoever cancels a file may have been faster than the worker that was to send that ahead.
AHEAD: Final = frozenset({"held", "cancelled"})
PROTECTIVE: Final = frozenset({"positive", "inconclusive"})  # never held: they keep people safe, not entitled
_FEW_BAD: Final = 5
_BAD_SHARE: Final = 0.10
_SHIFTED_SHARE: Final = 0.90
_SMALL_UNIT: Final = 20
_LEAVING_SHARE: Final = 0.20
_CLOCK_STEP_S: Final = 30 * 60  # time zones, and the offer to correct, go by half hours


@dataclass(frozen=True, slots=True)
class Held:
    """Why a job waits: the kind, a sentence for the person who decides, and the seconds a clock is offered back."""

    kind: Hold
    cause: str
    shift_s: int = 0


def systematic(broken: Sequence[tuple[int, str, str]], total: int) -> Held | None:
    """Return a hold when most bad rows break one law in one column.

    Args:
        broken: `(row, column, law)` of every fault.
        total: how many rows the file has.

    A handful of bad rows, or a small share, is the mess of every list and no reason to wait.
    """
    bad = len({row for row, _, _ in broken})
    if bad < _FEW_BAD or bad < _BAD_SHARE * total:
        return None
    (column, law), _ = Counter((column, law) for _, column, law in broken).most_common(1)[0]
    rows = len({row for row, where, what in broken if (where, what) == (column, law)})
    if 2 * rows <= bad:
        return None
    return Held("systematic", f"{rows} of {bad} bad rows break one law in one column: {law} in {column}")


def leaving(leaving_count: int, before: int) -> Held | None:
    """Return a hold when a replacing list removes anybody; `leaving-many` when a whole unit seems cut short."""
    if not leaving_count:
        return None
    if before >= _SMALL_UNIT and leaving_count > _LEAVING_SHARE * before:
        return Held("leaving-many", f"the unit would lose {leaving_count} of its {before} people, over 20 %")
    return Held("leaving", f"{leaving_count} of {before} people leave and wait for confirmation")


def clock_shift(instants: Iterable[tuple[int, int | None]], *, received_at: int, ahead_s: int) -> Held | None:
    """Return a hold with an offer when a whole file lies in the future, as a laboratory's clock or time zone does it.

    Args:
        instants: each row's sampled and reported instant.
        received_at: when the file came.
        ahead_s: how far ahead a single row may be.
    """
    latest = [max(sampled, reported or 0) for sampled, reported in instants]
    ahead = [instant for instant in latest if instant > received_at + ahead_s]
    if len(latest) < _FEW_BAD or len(ahead) < _SHIFTED_SHARE * len(latest):
        return None
    shift = -(-(max(ahead) - received_at) // _CLOCK_STEP_S) * _CLOCK_STEP_S
    hours = f"{shift / 3600:g}"
    return Held("clock", f"all times are ahead of the receipt: a clock {hours} h ahead; apply puts them back", shift)


def may_decide(kind: str, decision: str, *, owner: bool) -> bool:
    """Tell whether the uploader itself may decide: always to cancel, and to confirm that people leave.

    Everything else that looks like a mistake of theirs waits for an officer.
    """
    return not owner or decision == "cancel" or kind == "leaving"
