"""Spoiling a valid sample: bits, pieces, numbers and words, and pieces of other samples; the same seed, the same inputs."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

MOST_BYTES: Final = 1 << 16
_NUMBER: Final = re.compile(rb"[0-9]+")
_NUMBERS: Final = (
    b"0", b"-0", b"00", b"-1", b"1e9", b"1.0", b"0.5", b"1e400", b"NaN", b"Infinity", b"2147483648", b"4294967296",
    b"9007199254740993", b"18446744073709551616", b"9999999999", b"10000000000", b"999999999",
)  # fmt: skip
_ALWAYS: Final = (
    b"\0", b"\n", b"\r\n", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xe2\x80\x8b", b"\\ud800",
    b"\\n", b"\\u0000", b"\\/", b'"', b"{}", b"[]", b"null", b"true", b" ", b"#", b"~", b".", b"=", b"+", b"/",
    "Ａ１".encode(), "😀".encode(), "é".encode(), b"__proto__", b'"1":0,', b"[" * 600,
)  # fmt: skip


class Mutator:
    """Makes inputs out of samples; `words` are pieces that mean something to what reads them."""

    def __init__(self, seed: int | str, words: Sequence[bytes] = ()) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable is what it must be
        self.words = (*_ALWAYS, *words)
        self._ways: tuple[Callable[[bytearray, bytes], None], ...] = (
            self._flip, self._set, self._cut, self._truncate, self._duplicate, self._splice, self._word, self._number,
            self._swap, self._repeat, self._insert,
        )  # fmt: skip

    def spoil(self, sample: bytes, other: bytes) -> bytes:
        """Return `sample` with one to six things wrong; `other` is a sample to take pieces from."""
        data = bytearray(sample)
        for _ in range(self.random.choice((1, 1, 1, 2, 3, 6))):
            self.random.choice(self._ways)(data, other)
            del data[MOST_BYTES:]
        return bytes(data)

    def _span(self, data: bytes | bytearray, most: int = 64) -> tuple[int, int]:
        start = self.random.randint(0, len(data))
        return start, min(len(data), start + self.random.randint(1, most))

    def _flip(self, data: bytearray, _other: bytes) -> None:
        if data:
            data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)

    def _set(self, data: bytearray, _other: bytes) -> None:
        if data:
            data[self.random.randrange(len(data))] = self.random.randrange(256)

    def _insert(self, data: bytearray, _other: bytes) -> None:
        start, _ = self._span(data)
        data[start:start] = self.random.randbytes(self.random.randint(1, 8))

    def _cut(self, data: bytearray, _other: bytes) -> None:
        start, end = self._span(data)
        del data[start:end]

    def _truncate(self, data: bytearray, _other: bytes) -> None:
        del data[self.random.randint(0, len(data)) :]

    def _duplicate(self, data: bytearray, _other: bytes) -> None:
        start, end = self._span(data, 256)
        data[end:end] = data[start:end]

    def _repeat(self, data: bytearray, _other: bytes) -> None:
        start, end = self._span(data, 16)
        data[end:end] = data[start:end] * self.random.choice((2, 8, 64, 300))

    def _splice(self, data: bytearray, other: bytes) -> None:
        start, end = self._span(data, 256)
        first, last = self._span(other, 256)
        data[start:end] = other[first:last]

    def _swap(self, data: bytearray, _other: bytes) -> None:
        start, end = self._span(data)
        piece = data[start:end]
        del data[start:end]
        place, _ = self._span(data)
        data[place:place] = piece

    def _word(self, data: bytearray, _other: bytes) -> None:
        start, end = self._span(data, 8)
        data[start : self.random.choice((start, end))] = self.random.choice(self.words)

    def _number(self, data: bytearray, _other: bytes) -> None:
        found = list(_NUMBER.finditer(data))
        if found:
            start, end = self.random.choice(found).span()
            near = str(int(data[start:end][:18]) + self.random.choice((-1, 1, 60, 86_400))).encode()
            data[start:end] = self.random.choice((*_NUMBERS, near))
