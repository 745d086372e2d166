"""Several printed passes on A4 sheets: four A6 cards to each, to be cut out. Pure: passes in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from functions.passes.printed_marks import draw_qr
from functions.passes.printed_pdf import (
    AMBER,
    HEIGHT_MM,
    INK,
    NAVY,
    QUIET,
    WHITE,
    WIDTH_MM,
    PrintedPass,
    Spot,
    china_time,
    cut_line,
    fitting,
    new_pdf,
    say,
    write_fact,
)

if TYPE_CHECKING:
    from fpdf import FPDF

CARDS: Final = 4  # to a sheet
_CARD_MM: Final = WIDTH_MM / 2  # wide; as high as half a sheet: A6
_EDGE: Final = 6.0
_QR_MM: Final = 67.0  # quiet zone included: the symbol itself keeps 57 and more, wide enough for a shaking hand
_QR_TOP: Final = 12.5


def printed_cards(passes: Sequence[PrintedPass], *, specimen: bool) -> bytes:
    """Draw printed passes, four to an A4 sheet in reading order, with lines to cut along.

    Raises:
        ValueError: without a pass.
        FileNotFoundError: when the font was not cut yet.
    """
    if not passes:
        raise ValueError("no pass to print")
    pdf = new_pdf()
    for first in range(0, len(passes), CARDS):
        pdf.add_page()
        for place, printed in enumerate(passes[first : first + CARDS]):
            row, column = divmod(place, 2)
            _draw(pdf, printed, column * _CARD_MM, row * HEIGHT_MM, specimen=specimen)
        # Last, or the headings of the lower cards would cover the line above them.
        cut_line(pdf, (0, HEIGHT_MM), (WIDTH_MM, HEIGHT_MM))
        cut_line(pdf, (_CARD_MM, 0), (_CARD_MM, 2 * HEIGHT_MM))
    return bytes(pdf.output())


def _draw(pdf: FPDF, printed: PrintedPass, left: float, top: float, *, specimen: bool) -> None:
    x, whole = left + _EDGE, _CARD_MM - 2 * _EDGE
    _heading(pdf, left, top, specimen=specimen)
    draw_qr(pdf, printed.url, printed.digits, x=left + (_CARD_MM - _QR_MM) / 2, y=top + _QR_TOP, size_mm=_QR_MM)
    y = top + _QR_TOP + _QR_MM
    _person(pdf, printed, Spot(x, y, whole))
    y += 14
    unit, zone = whole * 0.68, whole * 0.3
    below = write_fact(pdf, Spot(x, y, unit), "单位 Unit", printed.unit, size_pt=9)
    zoned = write_fact(pdf, Spot(x + whole - zone, y, zone), "区域 Zone", printed.zone or "不限 any", size_pt=8)
    until = china_time(printed.expires_at)
    label = "有效期至（北京时间）Valid until, China time"
    y = write_fact(pdf, Spot(x, max(below, zoned), whole), label, until, size_pt=12, rows=1)
    authority = f"{printed.document_issued_by}　{printed.document_number}"
    write_fact(pdf, Spot(x, y, whole), "批准 Approved by", authority, size_pt=8)
    _warning(pdf, left, top)


def _heading(pdf: FPDF, left: float, top: float, *, specimen: bool) -> None:
    pdf.set_fill_color(*NAVY)
    pdf.rect(left, top, _CARD_MM, 12, style="F")
    say(pdf, Spot(left + _EDGE, top + 2.2), 12, "疫情防控通行证", WHITE)
    say(pdf, Spot(left + _EDGE, top + 7.6), 7, "Epidemic pass · 纸质 printed", WHITE)
    if specimen:
        pdf.set_fill_color(*AMBER)
        pdf.rect(left + _CARD_MM - _EDGE - 33, top + 2.7, 33, 6.6, style="F", round_corners=True, corner_radius=1)
        say(pdf, Spot(left + _CARD_MM - _EDGE - 33, top + 3.9, 33), 9, "样章 SPECIMEN", INK, align="C")


def _person(pdf: FPDF, printed: PrintedPass, spot: Spot) -> None:
    whole, tail = spot.width or _CARD_MM, 27.0
    say(pdf, spot, 7, "姓名 Name", QUIET)
    room = whole - tail - 3
    say(pdf, Spot(spot.x, spot.y + 3, room), fitting(printed.name, 19, room), printed.name, INK)
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.4)
    right = spot.x + whole - tail
    pdf.rect(right, spot.y, tail, 12.5, style="D", round_corners=True, corner_radius=1.5)
    say(pdf, Spot(right, spot.y + 0.9, tail), 5.5, "证件末四位 ID ends in", QUIET, align="C")
    say(pdf, Spot(right, spot.y + 3.9, tail), 17, printed.document_tail, INK, align="C")


def _warning(pdf: FPDF, left: float, top: float) -> None:
    x, y, whole = left + _EDGE, top + HEIGHT_MM - 13.5, _CARD_MM - 2 * _EDGE
    pdf.set_fill_color(*AMBER)
    pdf.rect(x, y, whole, 8.6, style="F", round_corners=True, corner_radius=1)
    say(pdf, Spot(x + 2, y + 1), 7.5, "查验员须核对身份证件；以扫码结果为准，可随时被撤销。", INK)
    say(pdf, Spot(x + 2, y + 4.9), 6.5, "The guard checks your identity document; the scan decides.", INK)
