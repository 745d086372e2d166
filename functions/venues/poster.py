"""The poster 场所码 that hangs at an entrance: the venue's name, its code as a QR symbol, and what to do with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from functions.shared import fonts

FORMATS: Final = {"pdf": "application/pdf", "svg": "image/svg+xml"}

_WIDTH, _HEIGHT = 210.0, 297.0  # A4, in millimetres
_SIDE = 130.0  # of the symbol with its quiet zone
_TOP: Final = 85.0
_QUIET = 4  # modules of margin (ISO/IEC 18004)
_HEADING = "扫码登记 Check in"
_STEPS = ("用手机相机扫描此码", "Scan this code with your phone's camera")


def draw(form: str, *, name: str, label: str, url: str) -> bytes:
    """Return the poster as a file.

    Args:
        form: `pdf` or `svg`.
        name: the venue's name.
        label: where this poster hangs; may be empty.
        url: what the symbol holds, an absolute URL in ASCII.
    """
    dark = tuple(_dark_modules(url))
    return (_pdf if form == "pdf" else _svg)(name, label, url, dark)


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


def _svg(name: str, label: str, url: str, dark: tuple[tuple[float, float, float], ...]) -> bytes:
    squares = "".join(f"M{x:.3f} {y:.3f}h{s:.3f}v{s:.3f}h-{s:.3f}z" for x, y, s in dark)
    lines = [
        (_HEADING, 30, 12),
        (name, 52, 11),
        (label, 68, 7),
        (_STEPS[0], 230, 9),
        (_STEPS[1], 243, 6),
        (url, 272, 4),
    ]
    text = "".join(
        f'<text x="{_WIDTH / 2}" y="{y}" font-size="{_fitted(line, size)}">{escape(line)}</text>'
        for line, y, size in lines
        if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}mm" height="{_HEIGHT}mm" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
        f'<g text-anchor="middle" font-family="Noto Sans SC, Noto Sans CJK SC, sans-serif" fill="#000">{text}</g>'
        f'<path shape-rendering="crispEdges" d="{squares}"/></svg>'
    ).encode()


def _pdf(name: str, label: str, url: str, dark: tuple[tuple[float, float, float], ...]) -> bytes:
    from fpdf import FPDF  # noqa: PLC0415 - 120 ms that other routes should not pay

    page = FPDF(unit="mm", format="A4")
    page.add_page()
    page.add_font("sc", fname=str(fonts.chinese()))
    lines = [
        (_HEADING, 20, 12),
        (name, 42, 11),
        (label, 62, 7),
        (_STEPS[0], 222, 9),
        (_STEPS[1], 237, 6),
        (url, 268, 4),
    ]
    for line, y, size in lines:
        page.set_font("sc", size=_fitted(line, size) / 0.3528)  # millimetres to points
        page.set_xy(0, y)
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
