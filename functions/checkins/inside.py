"""Who is inside: how one check-in changes who is counted at the venue and at all it lies in that count people.

A person is counted once at each such venue, in the slot of ten minutes of their newest check-in that counts there. A
check-in says of each venue where the person was counted until now and how many with them, and how many are counted from
now on: the row carries that, so that whoever folds rows needs no other and counts the same in any replay (law 7).

A scan at a shop is one at its tower: whoever comes into the shop is in the tower. Leaving the shop, they are in the tower
still when they came in by the tower's own door; when nothing but the shop told of them, they leave both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from functions.checkins.rules import SLOT_S, Act


class Move(Struct, frozen=True, omit_defaults=True):
    """How a check-in changes one venue's number.

    Attributes:
        venue: its id.
        before: the slot in which the person was counted until now; None when they were not inside.
        gone: how many were counted there with them, themselves too.
        came: how many are counted in the check-in's own slot from now on.
        own: whether they came in by this venue's own door, not only by one of what lies in it.
    """

    venue: str
    before: int | None = None
    gone: int = 0
    came: int = 0
    own: bool = False


class Counts(Struct, frozen=True):
    """A venue that counts people, and for how long somebody counts who does not check out, in seconds."""

    venue: str
    stay_s: int


class Moved(Protocol):
    """An earlier check-in of the same person: when, and what it changed."""

    @property
    def made_at(self) -> int:
        """Epoch seconds."""

    def changed(self) -> tuple[Move, ...]:
        """Return what it changed."""


def is_inside(earlier: Iterable[Moved], where: Counts, at: int) -> bool:
    """Tell whether a person is counted inside a venue at an instant."""
    return _stands(earlier, where, at) is not None


def moves_of(act: Act, party: int, counting: Sequence[Counts], earlier: Sequence[Moved]) -> tuple[Move, ...]:
    """Return what a check-in changes at each venue that counts people.

    Args:
        act: the check-in.
        party: how many come in with it.
        counting: the venue itself and those it lies in, as far as they count people.
        earlier: the person's other check-ins of about that time, in any order.
    """
    return tuple(_moves(act, party, counting, earlier))


def _moves(act: Act, party: int, counting: Sequence[Counts], earlier: Sequence[Moved]) -> Iterator[Move]:
    for where in counting:
        if any(one.made_at > act.at for one, _move in _at(earlier, where.venue)):
            continue  # it waited for a network, and what the person did since is counted already
        here, stands = where.venue == act.venue, _stands(earlier, where, act.at)
        before, gone = (stands.before, stands.gone) if stands else (None, 0)
        by_own_door = stands is not None and stands.own
        if act.direction == "in":
            yield Move(where.venue, before, gone, party, here or by_own_door)
        elif here or not by_own_door:
            yield Move(where.venue, before, gone)
        else:
            yield Move(where.venue, before, gone, gone, own=True)


def _stands(earlier: Iterable[Moved], where: Counts, at: int) -> Move | None:
    """Return where a person is counted now, as what a next check-in would take away."""
    told = [(one.made_at, move) for one, move in _at(earlier, where.venue) if one.made_at <= at]
    made_at, newest = max(told, key=lambda found: found[0], default=(0, None))
    slot = made_at // SLOT_S
    if newest is None or not newest.came or slot < (at - where.stay_s) // SLOT_S:
        return None
    return Move(where.venue, before=slot, gone=newest.came, own=newest.own)


def _at(earlier: Iterable[Moved], venue: str) -> Iterator[tuple[Moved, Move]]:
    return ((one, move) for one in earlier for move in one.changed() if move.venue == venue)
