"""Posters: a heading, a name, a QR symbol and what to do with it, on one A4 page. Each room hands in its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from functions.shared import fonts
from functions.shared.http import Answer
from functions.shared.problems import Malformed

FORMATS: Final = {"pdf": "application/pdf", "svg": "image/svg+xml"}

_WIDTH, _HEIGHT = 210.0, 297.0  # A4, in millimetres
_SIDE = 130.0  # of the symbol with its quiet zone
_TOP: Final = 85.0
_QUIET = 4  # modules of margin (ISO/IEC 18004)
_STEPS_TOP, _STEP_HEIGHT, _ENGLISH_BELOW = 219.0, 25.0, 10.5
_ASCENT = 0.85  # of a line's height, from its top to the line its letters stand on

_Dark = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Poster:
    """What a poster says.

    `heading` is in both languages; `name` and `label` say what the poster belongs to and where it hangs (`label` may be
    empty); `steps` are one or two pairs of Chinese and English; `url` is what the symbol holds, absolute and in ASCII.
    """

    heading: str
    name: str
    label: str
    steps: tuple[tuple[str, str], ...]
    url: str


def read_format(form: str) -> str:
    """Return the format that was asked for, `pdf` when none was.

    Raises:
        Malformed: `format`.
    """
    asked = form or "pdf"
    if asked not in FORMATS:
        raise Malformed("Ask for format=pdf or format=svg.", code="format")
    return asked


def answer(form: str, poster: Poster, name: str) -> Answer:
    """Answer a poster drawn in a format of `FORMATS`, to be shown and saved under a name without its ending."""
    named = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Answer(draw(form, poster), content_type=FORMATS[form], headers=named)


def draw(form: str, poster: Poster) -> bytes:
    """Return the poster as a file of a format of `FORMATS`."""
    dark = tuple(_dark_modules(poster.url))
    return (_pdf if form == "pdf" else _svg)(poster, dark)


def _dark_modules(url: str) -> Iterator[tuple[float, float, float]]:
    """Yield each dark module as (x, y, side) in millimetres on the page."""
    import qrcode  # noqa: PLC0415 - no other route of this entry draws

    symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=_QUIET)
    symbol.add_data(url)
    symbol.make()
    matrix = symbol.get_matrix()
    side = _SIDE / len(matrix)
    left = (_WIDTH - _SIDE) / 2
    for row, line in enumerate(matrix):
        for column, dark in enumerate(line):
            if dark:
                yield left + column * side, _TOP + row * side, side


def _lines(poster: Poster) -> Iterator[tuple[str, float, float]]:
    """Yield each line as (text, top, height) in millimetres."""
    yield poster.heading, 20, 12
    yield poster.name, 42, 11
    yield poster.label, 62, 7
    for number, (chinese, english) in enumerate(poster.steps):
        top = _STEPS_TOP + number * _STEP_HEIGHT
        yield chinese, top, 9
        yield english, top + _ENGLISH_BELOW, 6
    yield poster.url, 272, 4


def _svg(poster: Poster, dark: _Dark) -> bytes:
    squares = "".join(f"M{x:.3f} {y:.3f}h{s:.3f}v{s:.3f}h-{s:.3f}z" for x, y, s in dark)
    text = "".join(
        f'<text x="{_WIDTH / 2}" y="{top + _ASCENT * size:.1f}" font-size="{_fitted(line, size)}">{escape(line)}</text>'
        for line, top, size in _lines(poster)
        if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}mm" height="{_HEIGHT}mm" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
        f'<g text-anchor="middle" font-family="Noto Sans SC, Noto Sans CJK SC, sans-serif" fill="#000">{text}</g>'
        f'<path shape-rendering="crispEdges" d="{squares}"/></svg>'
    ).encode()


def _pdf(poster: Poster, dark: _Dark) -> bytes:
    from fpdf import FPDF  # noqa: PLC0415 - 120 ms that other routes should not pay

    page = FPDF(unit="mm", format="A4")
    page.add_page()
    page.add_font("sc", fname=str(fonts.chinese()))
    # A line near the bottom must not start a second page.
    page.set_auto_page_break(auto=False)
    for line, top, size in _lines(poster):
        page.set_font("sc", size=_fitted(line, size) / 0.3528)  # millimetres to points
        page.set_xy(0, top)
        page.cell(_WIDTH, size, line, align="C")
    page.set_fill_color(0)
    for left, top, side in dark:
        # A hair wider than it is, or some viewers draw white seams between modules.
        page.rect(left, top, side + 0.01, side + 0.01, style="F")
    return bytes(page.output())


def _fitted(line: str, size: float) -> float:
    """Return a font size in millimetres at which a line fits the page; full-width characters are one em wide."""
    ems = sum(1.0 if ord(char) > 0x2E7F else 0.55 for char in line)  # noqa: PLR2004 - where CJK begins
    return round(min(size, (_WIDTH - 20) / ems), 2) if ems else size
