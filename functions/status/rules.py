"""Status lists: how they are named, how their indices are scattered, and how their bits are laid out."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

HALF_DAY_S: Final = 12 * 3600
KEPT_S: Final = 48 * 3600
SIZE: Final = 131_072
OPEN_AT_ONCE: Final = 2
ROUNDS: Final = 10
_NAME: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)([ab])-([1-9]\d{0,5})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Slot:
    """One pass's place: the status list and its index there. No two passes ever share one."""

    list: str
    index: int


def half_day(expires_at: int) -> str:
    """Name the half-day (UTC) an instant lies in: `2026-11-24a` until noon, `2026-11-24b` after."""
    moment = datetime.fromtimestamp(expires_at, UTC)
    return f"{moment:%Y-%m-%d}{'a' if moment.hour < 12 else 'b'}"  # noqa: PLR2004 - noon


def half_day_end(expires_at: int) -> int:
    """Return the first instant after the half-day that `expires_at` lies in."""
    return expires_at - expires_at % HALF_DAY_S + HALF_DAY_S


def list_name(half: str, n: int) -> str:
    """Name the n-th list (from 1) of a half-day."""
    return f"{half}-{n}"


def list_end(name: str) -> int | None:
    """Return the end of a list's half-day in epoch seconds, or None if this is no list's name."""
    match = _NAME.match(name)
    if match is None:
        return None
    year, month, day, half, _ = match.groups()
    try:
        start = datetime(int(year), int(month), int(day), 12 if half == "b" else 0, tzinfo=UTC)
    except ValueError:
        return None
    return int(start.timestamp()) + HALF_DAY_S


def still_kept(names: Iterable[str], at: int) -> list[str]:
    """Return those names that are a list's whose 48 h after its half-day are not over, in order of half-day and number."""
    ends = {name: list_end(name) for name in names}
    kept = [name for name, end in ends.items() if end is not None and at < end + KEPT_S]
    return sorted(kept, key=lambda name: (ends[name], int(name.rpartition("-")[2])))


def halves(first: int, last: int) -> list[str]:
    """Name the half-days from the one of `first` to the one of `last`, in order."""
    start = first - first % HALF_DAY_S
    return [half_day(at) for at in range(start, last + 1, HALF_DAY_S)]


def lists_of_wave(half: str, wave: int) -> list[str]:
    """Name the lists that are open together in the wave (from 0) of a half-day."""
    return [list_name(half, wave * OPEN_AT_ONCE + n + 1) for n in range(OPEN_AT_ONCE)]


def scatter(count: int, size: int, secret: bytes) -> int:
    """Put the counter `count` (0 ≤ count < size) through the list's secret permutation of 0…size−1.

    A balanced Feistel network with HMAC-SHA-256 rounds over the smallest even number of bits that holds the size,
    walked until it lands inside (format-preserving encryption by cycle-walking, Black and Rogaway 2002).
    """
    half_bits = max(1, ((size - 1).bit_length() + 1) // 2)
    index = _feistel(count, half_bits, secret)
    while index >= size:
        index = _feistel(index, half_bits, secret)
    return index


def _feistel(value: int, half_bits: int, secret: bytes) -> int:
    mask = (1 << half_bits) - 1
    left, right = value >> half_bits, value & mask
    for turn in range(ROUNDS):
        digest = hmac.digest(secret, bytes((turn,)) + right.to_bytes(4, "big"), sha256)
        left, right = right, left ^ (int.from_bytes(digest[:4], "big") & mask)
    return left << half_bits | right


def bitstring(indices: Iterable[int], size: int) -> bytes:
    """Return the list's bits, most significant bit first, with the given ones set."""
    bits = bytearray(size // 8)
    for index in indices:
        bits[index >> 3] |= 0x80 >> (index & 7)
    return bytes(bits)
