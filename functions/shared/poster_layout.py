"""Where everything stands on a poster, in millimetres: the same for what is printed and what is shown. Pure.

A5 is A4 made smaller by the root of two. A card is ID-1 (ISO/IEC 7810), 85.6 × 54 mm: the symbol at its left, words beside
it. Names are wrapped, and set smaller only when their lines do not hold them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, get_args

Size = Literal["a4", "a5", "card"]
Align = Literal["left", "centre", "right"]
SIZES: Final[tuple[Size, ...]] = get_args(Size)
LINE: Final = 1.18  # of a line's letters, from its top to the next one's
ASCENT: Final = 0.88  # of a line's letters, from its top to where they stand
INK, QUIET, NAVY, PALE, WHITE = "#12181f", "#54606c", "#24405c", "#eef2f6", "#ffffff"
PROMISE: Final = ("本场所不会因此获知您的任何信息", "This venue learns nothing about you")

_A4 = (210.0, 297.0)
_CARD = (85.6, 54.0)
_SMALLER = 148 / 210
_EDGE = 15.0
_SHRINK, _SMALLEST = 0.94, 0.2
_WIDE_FROM = 0x2E80  # where Chinese begins
# Of Noto Sans SC, the characters from space to tilde, in hundredths of their height.
_WIDTHS = (
    "22 34 52 57 57 94 71 30 36 36 48 57 30 36 30 39 57 57 57 57 57 57 57 57 57 57 30 30 57 57 57 49 "
    "97 62 67 65 70 60 57 70 74 31 55 66 56 83 73 75 65 75 66 61 61 73 59 89 60 55 61 36 39 36 57 56 "
    "62 58 63 52 63 57 35 58 62 29 29 58 30 94 62 62 63 63 41 48 40 62 54 83 53 54 49 36 28 36 57"
)
_LATIN = dict(zip(map(chr, range(32, 127)), (int(width) / 100 for width in _WIDTHS.split()), strict=True))
# Chinese breaks anywhere, Latin words at their spaces, and addresses after a dash or a slash.
_PIECE = re.compile(r"[\u2e80-\uffff]|[^\u2e80-\uffff\s]+\s*|\s+")


@dataclass(frozen=True)
class Poster:
    """What a poster says.

    `heading` is in Chinese and English; `name` and `label` say what the poster belongs to and where it hangs (`label` may be
    empty); `steps` are one or two pairs of Chinese and English; `url` is what the symbol holds, absolute and in ASCII.
    A venue's has besides: `code` as people read it, `issued` (a date), and a `promise`, Chinese and English.
    """

    heading: tuple[str, str]
    name: str
    label: str
    steps: tuple[tuple[str, str], ...]
    url: str
    code: str = ""
    issued: str = ""
    promise: tuple[str, str] | None = None


class Box(NamedTuple):
    """A rectangle, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Bar:
    """A rectangle of one colour."""

    box: Box
    colour: str


@dataclass(frozen=True)
class Text:
    """One line: its letters are `size` high, and it begins, has its middle or ends at `x` of its `align`."""

    text: str
    x: float
    top: float
    size: float
    align: Align
    colour: str
    bold: bool = False


@dataclass(frozen=True)
class Layout:
    """A drawn page before it has a format; `symbol` is the square of the QR symbol with its quiet zone."""

    width: float
    height: float
    symbol: Box
    bars: tuple[Bar, ...]
    texts: tuple[Text, ...]


@dataclass(frozen=True)
class _Style:
    """How a paragraph is set: its letters' height at most, on how many lines at most, from which edge of its box."""

    size: float
    lines: int = 1
    align: Align = "centre"
    colour: str = INK
    bold: bool = False


def lay_out(poster: Poster, size: Size) -> Layout:
    """Return where everything of a poster stands on a page of a size."""
    if size == "card":
        return _card(poster)
    sheet = _sheet(poster)
    return sheet if size == "a4" else _scaled(sheet, _SMALLER)


def width_of(text: str, size: float) -> float:
    """Return how wide a line is, in millimetres, when its letters are `size` high."""
    return size * sum(_LATIN.get(char, 1.0 if ord(char) >= _WIDE_FROM else 0.75) for char in text)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Return a text broken into lines that are no wider than `width`; a word wider than a line is broken within."""
    lines, current = [], ""
    for piece in _pieces(text, width, size):
        if current and width_of((current + piece).rstrip(), size) > width:
            lines.append(current.rstrip())
            current = piece.lstrip()
        else:
            current += piece
    return [*lines, current.rstrip()] if current.strip() else lines


def fitted(text: str, box: Box, size: float, lines: int) -> tuple[float, list[str]]:
    """Return the largest height of letters up to `size` at which a text fits a box on so many lines, and those lines."""
    while True:
        broken = wrapped(text, box.width, size)
        inside = len(broken) <= lines and all(width_of(line, size) <= box.width for line in broken)
        if (inside and len(broken) * size * LINE <= box.height + 0.01) or size < _SMALLEST:
            return size, _balanced(text, box.width, size, broken)
        size *= _SHRINK


def _balanced(text: str, width: float, size: float, broken: list[str]) -> list[str]:
    """Break as evenly as the number of lines allows: one character alone on a second line looks like a mistake."""
    # No narrower than the longest word: that would be broken within.
    least = max(width / max(1, len(broken)), *(width_of(piece.rstrip(), size) for piece in _pieces(text, width, size)))
    narrow = width
    while len(broken) > 1 and narrow - width / 40 > least:
        narrow -= width / 40
        again = wrapped(text, narrow, size)
        if len(again) > len(broken):
            break
        broken = again
    return broken


def _pieces(text: str, width: float, size: float) -> Iterator[str]:
    for piece in _PIECE.findall(text):
        if width_of(piece.rstrip(), size) <= width:
            yield piece
        else:
            yield from piece


def _paragraph(text: str, box: Box, style: _Style) -> Iterator[Text]:
    """Yield a text's lines, in the middle of the box's height."""
    if not text:
        return
    size, lines = fitted(text, box, style.size, style.lines)
    top = box.y + (box.height - len(lines) * size * LINE) / 2
    x = {"left": box.x, "centre": box.x + box.width / 2, "right": box.x + box.width}[style.align]
    for number, line in enumerate(lines):
        yield Text(line, x, top + number * size * LINE, size, style.align, style.colour, style.bold)


def _sheet(poster: Poster) -> Layout:
    width, height = _A4
    inner = width - 2 * _EDGE
    symbol = Box(33, 78, 144, 144)
    band = Box(0, 0, width, 32)
    bars = [Bar(band, NAVY)]
    texts = [
        *_paragraph(poster.heading[0], Box(_EDGE, 4, inner, 18), _Style(15, colour=WHITE, bold=True)),
        *_paragraph(poster.heading[1], Box(_EDGE, 20.5, inner, 9), _Style(7, colour=WHITE)),
        *_paragraph(poster.name, Box(_EDGE, 34, inner, 31), _Style(17, 2, bold=True)),
        *_paragraph(poster.label, Box(_EDGE, 65, inner, 13), _Style(11, colour=NAVY)),
        *_paragraph(poster.code, Box(_EDGE, 222, inner, 14), _Style(12, bold=True)),
    ]
    top = 237.0 if poster.code else 225.0
    for chinese, english in poster.steps:
        texts += _paragraph(chinese, Box(_EDGE, top, inner, 11), _Style(8.5))
        texts += _paragraph(english, Box(_EDGE, top + 10.5, inner, 7), _Style(5.2, colour=QUIET))
        top += 22
    if poster.promise:
        bars.append(Bar(Box(0, 259, width, 22), PALE))
        texts += _paragraph(poster.promise[0], Box(_EDGE, 260, inner, 11), _Style(8, colour=NAVY, bold=True))
        texts += _paragraph(poster.promise[1], Box(_EDGE, 271, inner, 8), _Style(5.5, colour=NAVY))
    return Layout(width, height, symbol, tuple(bars), (*texts, *_footer(poster, inner)))


def _footer(poster: Poster, inner: float) -> Iterator[Text]:
    left = inner * 0.3 if poster.issued else 0.0
    yield from _paragraph(poster.issued, Box(_EDGE, 284, left, 6), _Style(3.4, align="left", colour=QUIET))
    align: Align = "right" if poster.issued else "centre"
    yield from _paragraph(poster.url, Box(_EDGE + left, 284, inner - left, 6), _Style(3.4, align=align, colour=QUIET))


def _card(poster: Poster) -> Layout:
    width, height = _CARD
    band, left = 8.0, 45.6
    column = width - left - 3
    texts: list[Text] = [
        *_paragraph(poster.heading[0], Box(3, 0.6, 40, band - 1.2), _Style(4.6, align="left", colour=WHITE, bold=True)),
        *_paragraph(poster.heading[1], Box(left, 0.6, column, band - 1.2), _Style(3, align="right", colour=WHITE)),
    ]
    rows: Sequence[tuple[str, float, float, _Style]] = (
        (poster.name, 9.4, 12.2, _Style(5, 3, "left", bold=True)),
        (poster.label, 22, 4.4, _Style(3.5, 1, "left", NAVY)),
        (poster.code, 27, 5.6, _Style(4.6, 1, "left", bold=True)),
        *_card_words(poster),
    )
    for text, top, high, style in rows:
        texts += _paragraph(text, Box(left, top, column, high), style)
    texts += _paragraph(poster.url, Box(3, height - 2.9, width - 6, 2), _Style(1.5, colour=QUIET))
    return Layout(width, height, Box(2, 8.6, 42, 42), (Bar(Box(0, 0, width, band), NAVY),), tuple(texts))


def _card_words(poster: Poster) -> Iterator[tuple[str, float, float, _Style]]:
    """What a card says below its code: the first step, or the promise and the date."""
    chinese, english = poster.promise or poster.steps[0]
    yield chinese, 34.5, 3.2, _Style(2.5, 1, "left", NAVY)
    yield english, 38, 5, _Style(2, 2, "left", NAVY)
    yield poster.issued, 45.6, 3, _Style(1.9, 1, "left", QUIET)


def _scaled(layout: Layout, by: float) -> Layout:
    return Layout(
        layout.width * by,
        layout.height * by,
        _scaled_box(layout.symbol, by),
        tuple(Bar(_scaled_box(bar.box, by), bar.colour) for bar in layout.bars),
        tuple(replace(one, x=one.x * by, top=one.top * by, size=one.size * by) for one in layout.texts),
    )


def _scaled_box(box: Box, by: float) -> Box:
    return Box(*(length * by for length in box))
