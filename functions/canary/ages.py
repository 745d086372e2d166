"""How old what the door holds may get: the age of published lists, and until when statement and day keys reach.

Asked each minute where a guard's page asks, so that a cache that stands still is seen as a publisher that does. The
figures are three metrics with an alarm each (template.yaml); what cannot be fetched is not told, and silence rings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from credentials import Refused, b64
from functions.canary import page
from functions.keys import service as keys
from functions.shared import log

_INDEX: Final = "status/index.json"
_LISTS_A_LOOK: Final = 8
_EACH_S: Final = 60
_USES: Final = ("pass", "status", "log")
Fetched = Callable[[str], str]  # a published file's text by its path; OSError when it is not served


class Ages(msgspec.Struct, frozen=True):
    """Seconds: the oldest list's age of those looked at, and what is left of the key statement and of the day keys.

    `list_age_s` is None when no list was published yet, or none came; `statement_left_s` and `keys_left_s` are 0 at
    the end and before the first, and None when the file could not be fetched.
    """

    list_age_s: int | None
    statement_left_s: int | None
    keys_left_s: int | None


class _Index(msgspec.Struct):
    lists: list[str]


class _List(msgspec.Struct):
    iat: int


class _Key(msgspec.Struct):
    exp: int
    epipass_use: str = ""


class _Keys(msgspec.Struct):
    keys: list[_Key]


def look(at: int, fetched: Fetched = page.fetched) -> Ages:
    """Look at what is published; of the lists at a few, others each minute, so that every one has its turn."""
    return Ages(_list_age(at, fetched), _statement_left(at, fetched), _keys_left(at, fetched))


def report(at: int) -> Ages:
    """Look, and write the line that the metrics are made from; what was not learnt stays out of it."""
    found = look(at)
    known = {name: value for name, value in msgspec.to_builtins(found).items() if value is not None}
    log.event("canary.ages", **known)
    return found


def _list_age(at: int, fetched: Fetched) -> int | None:
    try:
        names = sorted(msgspec.json.decode(fetched(_INDEX), type=_Index).lists)
        ages = [at - _issued_at(fetched(f"status/{name}")) for name in _turn(names, at)]
    except (OSError, LookupError, ValueError):  # it is not served, or is no list: silence rings by itself
        return None
    return max(ages, default=None)


def _turn(names: list[str], at: int) -> list[str]:
    """Return the few lists whose turn it is in this minute."""
    first = at // _EACH_S * _LISTS_A_LOOK
    return [names[(first + n) % len(names)] for n in range(min(_LISTS_A_LOOK, len(names)))]


def _statement_left(at: int, fetched: Fetched) -> int | None:
    try:
        statement = keys.stated(fetched(keys.STATEMENT_KEY)).statement
    except (OSError, Refused):
        return None
    return max(0, statement.exp - at) if statement else 0


def _keys_left(at: int, fetched: Fetched) -> int | None:
    try:
        held = msgspec.json.decode(fetched(keys.JWKS_KEY), type=_Keys).keys
    except (OSError, ValueError):
        return None
    ends = [max((key.exp for key in held if key.epipass_use == use), default=at) for use in _USES]
    return max(0, min(ends) - at)


def _issued_at(token: str) -> int:
    return msgspec.json.decode(b64.decode(token.split(".")[1]), type=_List).iat
