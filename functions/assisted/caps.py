"""How much a device may do for others: counted before it is done, exactly, and the same act again not once more."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from functools import reduce
from operator import and_
from typing import Final, Literal

from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition

from functions.assisted import rules
from functions.assisted.model import SpentRow
from functions.assisted.rules import Count
from functions.shared import log
from functions.shared.callers import Caller
from functions.shared.problems import TooMany, Unavailable
from functions.shared.secrets import keyed_hash
from functions.shared.transactions import lost, transaction

_ATTEMPTS: Final = 30
_COUNTERS: Final[dict[Count, NumberAttribute]] = {
    "acts": SpentRow.acts,
    "names": SpentRow.names,
    "lookups": SpentRow.lookups,
    "desk_names": SpentRow.desk_names,
}
_CODES: Final[dict[Count, str]] = {
    "acts": "assisted-cap",
    "names": "assisted-cap",
    "lookups": "known-cap",
    "desk_names": "name-cap",
}
_SAID: Final[dict[Count, str]] = {
    "acts": "This device made as many assisted check-ins as one may. Another device may go on, or this one later.",
    "names": "Too many names given on this device were not the register's. Compare the document, and leave the name out.",
    "lookups": "This device looked for known people as often as one may. Use the document or the card.",
    "desk_names": "Too many names given on this account were not the register's. Go on later, with the documents in hand.",
}


def who(caller: Caller) -> str:
    """Return whose share an act takes: the device's, whatever gate or venue it acts for; an account's without one."""
    return caller.device or caller.actor


def act_of(*facts: str) -> str:
    """Return the name of an act: the same for the same facts, and nothing can be told from it."""
    return keyed_hash("assisted", "act", *facts).hex()[:32]


def spend(
    spender: str, counts: Collection[Count], act: str, at: int, *, pause: Callable[[float], None] = time.sleep
) -> bool:
    """Count an act in this hour and in this shift, unless it was counted already; tell whether it was counted now.

    Args:
        spender: by `who`.
        counts: what it is counted as; all or none.
        act: by `act_of`.
        at: epoch seconds.
        pause: waits so many seconds.

    Raises:
        TooMany: `assisted-cap` or `known-cap`.
        Unavailable: others of the same device were counted at each attempt.
    """
    for attempt in range(_ATTEMPTS):
        try:
            _count(spender, counts, act, at)
        except TransactWriteError as error:
            if not lost(error):
                raise
            if _is_done(spender, act, at):
                return False
            _refuse_if_full(spender, counts, at)
            # Another act of this device was counted in this very moment.
            pause(random.uniform(0, 0.005 * min(attempt + 1, 10)))  # noqa: S311 - jitter, not a secret
        else:
            return True
    raise Unavailable("Too much at once on this device. Send it again.", retry_after_s=1, code="busy")


def give_back(spender: str, count: Count, at: int) -> None:
    """Take back what was counted at the instant `at` and turned out to be none."""
    counter = _COUNTERS[count]
    for name, number in rules.windows_of(at).items():
        SpentRow(spender_key(spender), f"{name}#{number}").update_if([counter.add(-1)], counter > 0)


def note(spender: str, count: Count, many: int, at: int) -> None:
    """Count what was found in one go, and let what goes over a limit stand; `require_room` refuses the next."""
    for name, number in rules.windows_of(at).items():
        ends_at = (number + 1) * rules.WINDOWS[name]
        row = SpentRow(spender_key(spender), f"{name}#{number}")
        row.update(actions=[_COUNTERS[count].add(many), SpentRow.ttl.set(ends_at)])


def require_room(spender: str, count: Count, at: int) -> None:
    """Refuse whoever has used up a limit.

    Raises:
        TooMany: as `spend`.
    """
    _refuse_if_full(spender, {count}, at)


def spender_key(spender: str) -> str:
    """Return the partition in which a device's acts are counted."""
    return f"spent#{spender}"


def _count(spender: str, counts: Collection[Count], act: str, at: int) -> None:
    key = spender_key(spender)
    with transaction() as together:
        # DynamoDB takes rows away late: one whose life is over counts as none.
        once = SpentRow.who.does_not_exist() | (SpentRow.ttl <= at)
        together.save(SpentRow(key, f"act#{act}", ttl=at + rules.REPEAT_S), condition=once)
        for name, number in rules.windows_of(at).items():
            ends_at = (number + 1) * rules.WINDOWS[name]
            actions = [_COUNTERS[count].add(1) for count in sorted(counts)]
            together.update(
                SpentRow(key, f"{name}#{number}"),
                actions=[*actions, SpentRow.ttl.set(ends_at)],
                condition=_room(name, counts),
            )


def _room(window: Literal["hour", "shift"], counts: Collection[Count]) -> Condition:
    return reduce(and_, (_below(_COUNTERS[count], getattr(rules.CAPS[count], window)) for count in sorted(counts)))


def _below(counter: NumberAttribute, most: int) -> Condition:
    below: Condition = counter.does_not_exist() | (counter < most)
    return below


def _is_done(spender: str, act: str, at: int) -> bool:
    return SpentRow.find(spender_key(spender), f"act#{act}", at=at) is not None


def _refuse_if_full(spender: str, counts: Collection[Count], at: int) -> None:
    for name, number in reversed(rules.windows_of(at).items()):
        row = SpentRow.find(spender_key(spender), f"{name}#{number}", at=at)
        for count in sorted(counts):
            spent = getattr(row, count) if row else None
            if spent is not None and spent >= getattr(rules.CAPS[count], name):
                log.event("guess.refused", cap=count)
                raise TooMany(_SAID[count], retry_after_s=rules.retry_after(name, at), code=_CODES[count])
