"""A place in a status list for every pass, and withdrawal, which sets its bit."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from typing import Final

from pynamodb.expressions.update import Action

from functions.matching.grounds import Ground
from functions.shared import log, queue
from functions.status import rules
from functions.status.model import HalfDayRow, StatusListRow, WithdrawalRow
from functions.status.rules import Slot

__all__ = ["Slot", "allocate", "is_withdrawn", "live_lists", "open_ahead", "withdraw"]

_SECRET_BYTES: Final = 32
_AHEAD_S: Final = 49 * 3600  # a pass lives 48 h; clocks differ
_NEARLY_FULL: Final = 0.8
_MOST_WAVES: Final = 10_000


def allocate(expires_at: int, at: int) -> Slot:
    """Take a place for a pass that ends at `expires_at`: never given twice, and not guessable from another.

    A place taken and not used is lost, and nothing else: a list has more places than passes.
    """
    half = rules.half_day(expires_at)
    for _ in range(_MOST_WAVES):
        head = HalfDayRow.find(half, at=at)
        wave = int(head.wave) if head else 0
        names = rules.lists_of_wave(half, wave)
        random.shuffle(names)  # spreads the counters' heat; secrecy lies in the permutation
        for name in names:
            index = _take(name, at)
            if index is not None:
                return Slot(name, index)
        _open_wave(half, wave + 1, at)
        _turn_to(half, wave)
    raise RuntimeError("every status list of the half-day is full")


def withdraw(slot: Slot, ground: Ground, at: int) -> bool:
    """Withdraw the pass at a place, for ever and for a ground that holds; tell whether this call did it.

    The row is the truth. The message asks the publisher to hurry; should it be lost, the next minute finds the row.
    """
    end = rules.list_end(slot.list)
    if end is None:
        raise ValueError("not the name of a status list")
    row = WithdrawalRow.of(slot, ground, at, ttl=end + rules.KEPT_S)
    if not row.put_if_absent():
        return False
    log.event("status.withdrawn", list=slot.list)
    queue.send("publish", {"list": slot.list})
    return True


def is_withdrawn(slot: Slot) -> bool:
    """Tell whether the pass at a place was withdrawn."""
    return WithdrawalRow.find(slot.list, str(slot.index), at=0) is not None


def live_lists(at: int) -> Iterator[str]:
    """Name every list that must be published: those open for coming expiries, and those kept 48 h after."""
    for half in rules.halves(at - rules.KEPT_S, at + _AHEAD_S):
        head = HalfDayRow.find(half, at=at)
        last = int(head.wave) + 1 if head else 0
        names = [name for wave in range(last + 1) for name in rules.lists_of_wave(half, wave)]
        yield from sorted(row.name for row in StatusListRow.batch_get(names, attributes_to_get=["pk"]))


def open_ahead(at: int) -> list[str]:
    """Open the lists that the next two days may need, so that a pass's list is published before the pass is shown."""
    opened: list[str] = []
    for half in rules.halves(at, at + _AHEAD_S):
        head = HalfDayRow.find(half, at=at)
        wave = int(head.wave) if head else 0
        opened += _open_wave(half, wave, at)
        if any(_is_nearly_full(name, at) for name in rules.lists_of_wave(half, wave)):
            opened += _open_wave(half, wave + 1, at)
    return opened


def _take(name: str, at: int) -> int | None:
    """The list's next index, or None when it is full or not open (then this call opens it for the next)."""
    row = StatusListRow(name)
    free = StatusListRow.name.exists() & (StatusListRow.next < StatusListRow.size)
    if not row.update_if([StatusListRow.next.add(1)], free):
        if not _open(name, at):
            return None
        _announce([name])
        row = StatusListRow(name)
        if not row.update_if([StatusListRow.next.add(1)], free):
            return None
    return rules.scatter(int(row.next) - 1, int(row.size), bytes(row.secret))


def _open_wave(half: str, wave: int, at: int) -> list[str]:
    opened = [name for name in rules.lists_of_wave(half, wave) if _open(name, at)]
    _announce(opened)
    return opened


def _open(name: str, at: int) -> bool:
    end = rules.list_end(name)
    if end is None:
        raise ValueError("not the name of a status list")
    row = StatusListRow(
        name, size=rules.SIZE, secret=secrets.token_bytes(_SECRET_BYTES), opened_at=at, ttl=end + rules.KEPT_S
    )
    return row.put_if_absent()


def _announce(names: list[str]) -> None:
    if names:
        queue.send_all("publish", ({"list": name} for name in names))


def _turn_to(half: str, wave: int) -> None:
    """Move the half-day on from `wave`; whoever comes second finds it moved."""
    end = rules.list_end(rules.list_name(half, 1))
    row = HalfDayRow(half)
    moved: list[Action] = [
        HalfDayRow.wave.set(wave + 1),
        HalfDayRow.ttl.set((end or 0) + rules.KEPT_S),
        HalfDayRow.v.set(1),
    ]
    row.update_if(moved, HalfDayRow.half.does_not_exist() | (HalfDayRow.wave == wave))


def _is_nearly_full(name: str, at: int) -> bool:
    row = StatusListRow.find(name, at=at, consistent=False)
    return row is not None and int(row.next) >= int(row.size) * _NEARLY_FULL
