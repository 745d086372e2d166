"""The receipt 登记回执 of a check-in: two characters that change every half minute and that the gate's page shows too.

A picture of somebody's earlier check-in shows yesterday's characters. Both sides count from the same seed: the
person's page is told the marks of five minutes, the guard's page holds the seeds of its shift and needs no network.
Who holds a seed can make every receipt of that venue and half-day, so none ever goes to a person's page.

    block  = at // 43200                  half a day, of which a seed is good
    window = at // 30                     how long two marks are shown; 43200 is a multiple of 30
    seed   = HMAC-SHA256(secret, venue, block)
    d      = HMAC-SHA256(seed, window as 8 bytes, big-endian)
    marks  = ALPHABET[d[0] & 63] + ALPHABET[d[1] & 63]
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from functions.shared.secrets import keyed_hash

BLOCK_S: Final = 43_200
STEP_S: Final = 30
WINDOWS: Final = 10  # five minutes: a person from the poster to the gate, and nobody's whole evening
FRESH_S: Final = 600  # a queue that waited longer for a network is a record, no way past a guard

# Few strokes, one code point, and no two alike at two metres in the rain: chosen by the likeness of their blurred
# shapes in Noto Sans SC (the closest pair is farther apart than 人 and 入). Both pages index it: never change its order
# while a shift stands.
ALPHABET: Final = (
    "山水火月日大小上下飞门心北刀冬竹"
    "文花衣书羊十光牛红包球虎长鸟行品"
    "豆手川老狗桥瓜龙子米河灯丝石船足"
    "云家女鱼雨风车双林青金西秋头伞人"
)


@dataclass(frozen=True)
class Shown:
    """What a person's page shows: `starts_at` is when the first of `marks` begins, each lasts STEP_S."""

    starts_at: int
    marks: tuple[str, ...]


def window_of(at: int) -> int:
    """Return the half minute an instant lies in."""
    return at // STEP_S


def block_of(at: int) -> int:
    """Return the half-day an instant lies in: the life of a seed."""
    return at // BLOCK_S


def marks(seed: bytes, window: int) -> str:
    """Return the two characters of a window."""
    drawn = hmac.digest(seed, window.to_bytes(8, "big"), sha256)
    return "".join(ALPHABET[byte & 63] for byte in drawn[:2])


def is_due(decision: str, at: int, received_at: int) -> bool:
    """Tell whether a check-in has a receipt: only an admission, and only one of these ten minutes."""
    return decision == "admitted" and abs(received_at - at) <= FRESH_S


def shown(seed_of: Callable[[int], bytes], received_at: int) -> Shown:
    """Return the marks of the ten windows from the one `received_at` lies in; they may begin in one block, end in the next."""
    first = window_of(received_at)
    seeds = {block: seed_of(block) for block in _blocks(first * STEP_S, (first + WINDOWS - 1) * STEP_S)}
    windows = range(first, first + WINDOWS)
    return Shown(first * STEP_S, tuple(marks(seeds[block_of(one * STEP_S)], one) for one in windows))


def seed(venue: str, block: int) -> bytes:
    """Return the 32 bytes from which a venue's marks of a block are made: for guards' pages only."""
    return keyed_hash("receipt", "receipt", venue, str(block))


def seeds_for(venue: str, start: int, end: int) -> list[tuple[int, bytes]]:
    """Return the seeds of the blocks that touch [start, end], oldest first: what a shift needs."""
    return [(block, seed(venue, block)) for block in _blocks(start, end)]


def receipt(venue: str, decision: str, at: int, received_at: int) -> Shown | None:
    """Return the receipt of a check-in answered at `received_at`, None when there is none to show.

    Args:
        venue: where.
        decision: what was decided of it, now or at its first answer.
        at: the act's instant, epoch seconds.
        received_at: the request's.
    """
    if not is_due(decision, at, received_at):
        return None
    return shown(lambda block: seed(venue, block), received_at)


def _blocks(start: int, end: int) -> range:
    return range(block_of(start), block_of(end) + 1)
