"""Counting the steps that a backtracking matcher takes: what makes a regular expression a weapon, without a clock.

Python's own matcher does not tell its steps, and a browser's neither. This one walks the tree that Python parses a
pattern into, tries what a backtracking matcher would try, in that order, and counts. It knows what our patterns use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Final

# The parser that `re` itself uses.
parser: Any = import_module("re._parser")
code: Any = import_module("re._constants")
MOST: Final = 40_000
_CATEGORIES: Final[dict[Any, Callable[[str], bool]]] = {
    code.CATEGORY_DIGIT: str.isdecimal,
    code.CATEGORY_NOT_DIGIT: lambda char: not char.isdecimal(),
    code.CATEGORY_SPACE: str.isspace,
    code.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    code.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    code.CATEGORY_NOT_WORD: lambda char: not (char.isalnum() or char == "_"),
}
_Next = Callable[[int], Iterator[int]]


class Matcher:
    """One pattern over one text; `steps` counts every character looked at."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.tree = parser.parse(pattern, flags)
        self.steps = 0

    def run(self, text: str, *, search: bool) -> int:
        """Return the steps to match the whole text, or to search all of it; at most some 40,000 are counted."""
        self.steps = 0
        for start in range(len(text) + 1 if search else 1):
            end = next(self._sequence(text, list(self.tree), 0, start, lambda at: iter((at,))), None)
            if self.steps >= MOST or (search and end is not None):
                break
        return self.steps

    def _sequence(self, text: str, items: Sequence[Any], place: int, at: int, then: _Next) -> Iterator[int]:
        if place == len(items):
            yield from then(at)
            return
        yield from self._item(text, items[place], at, lambda end: self._sequence(text, items, place + 1, end, then))

    def _item(self, text: str, item: Any, at: int, then: _Next) -> Iterator[int]:
        op, what = item
        self.steps += 1
        if self.steps >= MOST:
            return
        if op in _LOOKS:
            if at < len(text) and _LOOKS[op](what, text[at]):
                yield from then(at + 1)
        elif op in _ZERO:
            if _ZERO[op](self, what, text, at):
                yield from then(at)
        elif op is code.SUBPATTERN:
            yield from self._sequence(text, list(what[3]), 0, at, then)
        elif op is code.BRANCH:
            for branch in what[1]:
                yield from self._sequence(text, list(branch), 0, at, then)
        else:
            yield from self._repeat(text, what, at, then, 0)

    def holds(self, body: Any, text: str, at: int) -> bool:
        """Tell whether what a pattern asks of the text ahead is so."""
        return next(self._sequence(text, list(body), 0, at, lambda end: iter((end,))), None) is not None

    def _repeat(self, text: str, what: Any, at: int, then: _Next, done: int) -> Iterator[int]:
        least, most, body = what
        if done < most:
            # Recursion a character would end Python's stack: what is one character long is walked in a loop.
            if len(body) == 1 and body[0][0] in _LOOKS:
                yield from self._run(text, what, at, then)
                return

            def again(end: int) -> Iterator[int]:
                return iter(()) if end == at else self._repeat(text, what, end, then, done + 1)

            yield from self._sequence(text, list(body), 0, at, again)
        if done >= least:
            yield from then(at)

    def _run(self, text: str, what: Any, at: int, then: _Next) -> Iterator[int]:
        least, most, body = what
        looks, wanted, end = _LOOKS[body[0][0]], body[0][1], at
        while end < len(text) and end - at < most and looks(wanted, text[end]):
            end += 1
            self.steps += 1
        for stop in range(end, at + least - 1, -1):
            self.steps += 1
            if self.steps >= MOST:
                return
            yield from then(stop)


def _in(members: Any, char: str) -> bool:
    wanted = members[0][0] is not code.NEGATE
    return wanted == any(_member(member, char) for member in members if member[0] is not code.NEGATE)


def _member(member: Any, char: str) -> bool:
    op, what = member
    if op is code.LITERAL:
        return bool(ord(char) == what)
    if op is code.RANGE:
        return bool(what[0] <= ord(char) <= what[1])
    return _CATEGORIES[what](char)


_LOOKS: Final[dict[Any, Callable[[Any, str], bool]]] = {
    code.LITERAL: lambda what, char: bool(ord(char) == what),
    code.NOT_LITERAL: lambda what, char: bool(ord(char) != what),
    code.ANY: lambda _what, char: char != "\n",
    code.IN: _in,
}


def _stands(what: Any, text: str, at: int) -> bool:
    if what in (code.AT_BEGINNING, code.AT_BEGINNING_STRING):
        return at == 0
    if what in (code.AT_END, code.AT_END_STRING):
        return at == len(text)
    word = [0 <= place < len(text) and (text[place].isalnum() or text[place] == "_") for place in (at - 1, at)]
    return (word[0] != word[1]) == (what is code.AT_BOUNDARY)


_ZERO: Final[dict[Any, Callable[[Matcher, Any, str, int], bool]]] = {
    code.AT: lambda _matcher, what, text, at: _stands(what, text, at),
    code.ASSERT: lambda matcher, what, text, at: matcher.holds(what[1], text, at),
    code.ASSERT_NOT: lambda matcher, what, text, at: not matcher.holds(what[1], text, at),
}


def hostile(pattern: str, length: int, flags: int = 0) -> list[str]:
    """Texts made against a pattern: what comes before each repeat, then what it repeats, often, then what fits nothing."""
    tree = list(parser.parse(pattern, flags))
    texts = []
    for place, item in enumerate(tree):
        before = "".join(_example(one) for one in tree[:place])
        texts += [before + unit * (length // len(unit)) + "\0" for unit in _units(item)]
    return texts or ["a" * length]


def _units(item: Any) -> Iterator[str]:
    """What may be repeated without end in an item of a tree."""
    op, what = item
    if op in (code.MAX_REPEAT, code.MIN_REPEAT):
        unit = "".join(_example(one) for one in what[2])
        if unit:
            yield unit
        for one in what[2]:
            yield from _units(one)
    elif op is code.SUBPATTERN:
        for one in what[3]:
            yield from _units(one)
    elif op is code.BRANCH:
        for branch in what[1]:
            for one in branch:
                yield from _units(one)


def _example(item: Any) -> str:
    """The shortest text of an item, of any characters it takes."""
    op, what = item
    if op in _LOOKS:
        return next(
            char
            for char in map(chr, (*range(48, 123), *range(32, 48), 123, 124, 125, 126, *_others(what)))
            if _LOOKS[op](what, char)
        )
    if op is code.SUBPATTERN:
        return "".join(map(_example, what[3]))
    if op is code.BRANCH:
        return "".join(map(_example, what[1][0]))
    if op in (code.MAX_REPEAT, code.MIN_REPEAT):
        return "".join(map(_example, what[2])) * int(what[0])
    return ""


def _others(what: Any) -> Iterator[int]:
    if isinstance(what, int):
        yield what
    elif isinstance(what, list):
        for op, member in what:
            if op in (code.LITERAL, code.RANGE):
                yield member if op is code.LITERAL else member[0]


def of_javascript(pattern: str) -> str:
    """A JavaScript pattern as Python writes it; letters of any script become Latin ones, which are as many."""
    found, inside = "", False
    for piece in re.findall(r"\\[pP]\{[^}]*\}|\\.|.", pattern, re.DOTALL):
        inside = piece == "[" or (inside and piece != "]")
        letters = "A-Za-z" if inside else "[A-Za-z]"
        found += letters if piece[:2] in ("\\p", "\\P") else "/" if piece == "\\/" else piece
    return found
