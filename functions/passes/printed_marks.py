"""What is drawn on a printed pass besides text: its QR symbol and the authority's seal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from credentials import symbols

if TYPE_CHECKING:
    from fpdf import FPDF

_RED = (192, 22, 27)
_RADIUS_MM = 17.0
_FULL_TURN = 360.0


def draw_qr(pdf: FPDF, url: str, digits: str, *, x: float, y: float, size_mm: float) -> None:
    """Draw the symbol of a URL and its digits as rectangles, quiet zone included, in a square of `size_mm`."""
    rows = symbols.draw_symbol(url, digits).with_quiet()
    module = size_mm / len(rows)
    pdf.set_fill_color(255, 255, 255)
    pdf.rect(x, y, size_mm, size_mm, style="F")
    pdf.set_fill_color(0, 0, 0)
    for row, modules in enumerate(rows):
        for column, length in _runs(modules):
            # A hair of overlap, or viewers show white seams between the rows.
            pdf.rect(x + column * module, y + row * module, length * module, module * 1.02, style="F")


def _runs(modules: list[bool]) -> list[tuple[int, int]]:
    """Where dark modules begin in a row, and how many follow."""
    runs: list[tuple[int, int]] = []
    for place, dark in enumerate(modules):
        if dark and runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((place, 1))
    return runs


def draw_seal(pdf: FPDF, font: str, authority: str, x: float, y: float, *, specimen: bool) -> None:
    """Draw the authority's seal around (x, y): a red ring, its name, a star; across it, whether it is a specimen."""
    pdf.set_draw_color(*_RED)
    pdf.set_fill_color(*_RED)
    pdf.set_text_color(*_RED)
    pdf.set_line_width(0.9)
    pdf.circle(x, y, _RADIUS_MM, style="D")
    pdf.polygon(_star(x, y - 1, 4.6), style="F")
    _ring_text(pdf, font, authority, x, y)
    if specimen:
        _band(pdf, font, x, y + 8)


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    corners = range(10)
    sizes = [radius if corner % 2 == 0 else radius * 0.4 for corner in corners]
    return [
        (x + size * math.sin(corner * math.pi / 5), y - size * math.cos(corner * math.pi / 5))
        for corner, size in zip(corners, sizes, strict=True)
    ]


def _ring_text(pdf: FPDF, font: str, text: str, x: float, y: float) -> None:
    """Letters along the upper ring, each turned to stand on it; long names are set smaller."""
    size_pt = max(5.0, min(12.0, 150 / max(len(text), 1)))
    step = min(24.0, 232.0 / max(len(text) - 1, 1))
    pdf.set_font(font, size=size_pt)
    baseline = _RADIUS_MM - 2.2 - size_pt * 0.353 * 0.85
    for place, letter in enumerate(text):
        angle = (place - (len(text) - 1) / 2) * step
        with pdf.rotation(_FULL_TURN - angle, x, y):
            pdf.text(x - pdf.get_string_width(letter) / 2, y - baseline, letter)


def _band(pdf: FPDF, font: str, x: float, y: float) -> None:
    with pdf.rotation(8, x, y):
        pdf.set_fill_color(255, 255, 255)
        pdf.set_line_width(0.5)
        pdf.rect(
            x - _RADIUS_MM + 0.5, y - 3.2, 2 * _RADIUS_MM - 1, 6.4, style="DF", round_corners=True, corner_radius=1
        )
        pdf.set_font(font, size=10.5)
        text = "样章 SPECIMEN"
        pdf.text(x - pdf.get_string_width(text) / 2, y + 1.35, text)
