"""What wakes the canary: each minute a schedule, and `epipass canary` whenever a person asks."""

from __future__ import annotations

import re
import time
from typing import Any, Final

import msgspec

from functions.canary import ages, rules, service
from functions.canary.rules import Canary
from functions.shared import clock

# A correction is usually seen within seconds, so a short look measures to the second and costs one invocation in ten
# minutes. What is not seen by then is left to the next minute's: the row says how far it is, and nothing sleeps on.
_LOOK_S: Final = 45
_PAUSE_S: Final = 1.0
_NAME: Final = re.compile(r"C-[0-9a-f]{12}")


class Told(msgspec.Struct, frozen=True):
    """A canary as `epipass canary` reads it; seconds are counted from the upload of the correction.

    `door_s` is when a guard's page that asks each minute knew at the latest: so far, until `state` is `seen`.
    """

    canary: str
    state: rules.State
    door_s: int | None
    applied_s: int | None
    decided_s: int | None
    published_s: int | None
    promise_s: int = rules.PROMISE_S


def watch(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Look at the canary that `{"canary": "C-…"}` names, once; or, by the schedule, at the one that is due, for a while.

    The schedule also tells the ages of what is published, and looks at the canary before as long as that has not been
    seen: a slow start must not hide a late word.

    Raises:
        ValueError: no canary may have that name.
    """
    asked = event.get("canary")
    if asked is not None:
        if not (isinstance(asked, str) and _NAME.fullmatch(asked)):
            raise ValueError("a canary's name is C- and twelve hexadecimal digits")
        return _told(service.advance(asked, clock.now()), clock.now())
    ages.report(clock.now())
    before = rules.due(clock.now() - rules.EACH_S)
    if service.goes_on(before, clock.now()):
        _followed(before, look_s=0)
    return _told(_followed(rules.due(clock.now())), clock.now())


def _followed(name: str, look_s: int = _LOOK_S) -> Canary:
    deadline = clock.now() + look_s
    canary = service.advance(name, clock.now())
    while canary.state != "seen" and clock.now() < deadline:
        time.sleep(_PAUSE_S)
        canary = service.advance(name, clock.now())
    # Late is told while it lasts: a correction that never arrives must ring, too.
    if canary.state == "corrected" and (canary.door_s(clock.now()) or 0) > rules.PROMISE_S:
        service.report(canary, clock.now())
    return canary


def _told(canary: Canary, at: int) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(
        Told(
            canary.name,
            canary.state,
            canary.door_s(at),
            canary.since(canary.applied_at),
            canary.since(canary.decided_at),
            canary.since(canary.seen_at),
        )
    )
    return told
