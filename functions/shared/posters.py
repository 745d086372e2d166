"""Posters drawn: a heading, a name, a QR symbol and what to do with it, as PDF or SVG. Each room hands in its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from functions.shared import fonts
from functions.shared.http import Answer
from functions.shared.poster_layout import ASCENT, SIZES, Box, Layout, Poster, Size, Text, lay_out, width_of
from functions.shared.problems import Malformed

if TYPE_CHECKING:
    from fpdf import FPDF

__all__ = ["FORMATS", "SIZES", "Book", "Poster", "Size", "answer", "draw", "read_format", "read_size"]

FORMATS: Final = {"pdf": "application/pdf", "svg": "image/svg+xml"}

_QUIET = 4  # modules of margin (ISO/IEC 18004)
_POINT = 25.4 / 72  # in millimetres
_BOLD = 0.03  # of a letter's height: the font has one weight, and what is bold is drawn with a rim
_ANCHORS = {"left": "start", "centre": "middle", "right": "end"}


def read_format(form: str) -> str:
    """Return the format that was asked for, `pdf` when none was.

    Raises:
        Malformed: `format`.
    """
    asked = form or "pdf"
    if asked not in FORMATS:
        raise Malformed("Ask for format=pdf or format=svg.", code="format")
    return asked


def read_size(size: str) -> Size:
    """Return the size that was asked for, A4 when none was.

    Raises:
        Malformed: `size`.
    """
    for one in SIZES:
        if one == (size or "a4"):
            return one
    raise Malformed("Ask for size=a4, size=a5 or size=card.", code="size")


def answer(form: str, poster: Poster, name: str, size: Size = "a4") -> Answer:
    """Answer a poster drawn in a format of `FORMATS`, to be shown and saved under a name without its ending."""
    named = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Answer(draw(form, poster, size), content_type=FORMATS[form], headers=named)


def draw(form: str, poster: Poster, size: Size = "a4") -> bytes:
    """Return the poster as a file of a format of `FORMATS`."""
    if form == "svg":
        return _svg(poster, size)
    book = Book(size)
    book.add(poster)
    return book.finish()


class Book:
    """Posters of one size as one PDF, a page each; a page takes 10 ms and 3 kB, the letters are held once."""

    def __init__(self, size: Size) -> None:
        from fpdf import FPDF  # noqa: PLC0415 - 120 ms that other routes should not pay

        self._size = size
        self._pdf = FPDF(unit="mm", format="A4")
        self._pdf.add_font("sc", fname=str(fonts.chinese()))
        self._pdf.set_lang("zh-CN")
        # A line near the bottom must not start a second page.
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.c_margin = 0

    def add(self, poster: Poster) -> None:
        """Draw a poster on a page of its own."""
        layout = lay_out(poster, self._size)
        across = layout.width > layout.height
        shape = (min(layout.width, layout.height), max(layout.width, layout.height))
        self._pdf.add_page(orientation="landscape" if across else "portrait", format=shape)
        for bar in layout.bars:
            self._pdf.set_fill_color(bar.colour)
            self._pdf.rect(*bar.box, style="F")
        for text in layout.texts:
            _write(self._pdf, text)
        self._pdf.set_fill_color(0)
        for run in _dark_runs(poster.url, layout.symbol):
            # A hair higher than it is, or some viewers draw white seams between rows.
            self._pdf.rect(run.x, run.y, run.width, run.height * 1.02, style="F")

    def finish(self) -> bytes:
        """Return the file; no page can be added any more."""
        return bytes(self._pdf.output())


def _write(pdf: FPDF, text: Text) -> None:
    wide = width_of(text.text, text.size)
    before = {"left": 0.0, "centre": wide / 2, "right": wide}[text.align]
    pdf.set_font("sc", size=text.size / _POINT)
    pdf.set_text_color(text.colour)
    pdf.text_mode = "FILL_STROKE" if text.bold else "FILL"
    if text.bold:
        pdf.set_draw_color(text.colour)
        pdf.set_line_width(text.size * _BOLD)
    pdf.text(text.x - before, text.top + ASCENT * text.size, text.text)


def _dark_runs(url: str, square: Box) -> Iterator[Box]:
    """Yield what is dark of the symbol in a square: neighbours in a row are one rectangle."""
    import qrcode  # noqa: PLC0415 - no other route of this entry draws

    symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=_QUIET)
    symbol.add_data(url)
    symbol.make()
    matrix = symbol.get_matrix()
    side = square.width / len(matrix)
    for number, row in enumerate(matrix):
        for start, length in _runs(row):
            yield Box(square.x + start * side, square.y + number * side, length * side, side)


def _runs(row: Iterable[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for place, dark in enumerate((*row, False)):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place - start
            start = None


def _svg(poster: Poster, size: Size) -> bytes:
    layout = lay_out(poster, size)
    bars = "".join(f"<path fill='{bar.colour}' d='{_path(bar.box)}'/>" for bar in layout.bars)
    dark = "".join(map(_path, _dark_runs(poster.url, layout.symbol)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{layout.width:.2f}mm" height="{layout.height:.2f}mm" '
        f'viewBox="0 0 {layout.width:.2f} {layout.height:.2f}">{_paper(layout)}{bars}'
        f'<g font-family="Noto Sans SC, Noto Sans CJK SC, sans-serif">{"".join(map(_svg_text, layout.texts))}</g>'
        f'<path shape-rendering="crispEdges" d="{dark}"/></svg>'
    ).encode()


def _paper(layout: Layout) -> str:
    return f'<path fill="#fff" d="{_path(Box(0, 0, layout.width, layout.height))}"/>'


def _svg_text(text: Text) -> str:
    rim = f' stroke="{text.colour}" stroke-width="{text.size * _BOLD:.3f}"' if text.bold else ""
    return (
        f'<text x="{text.x:.2f}" y="{text.top + ASCENT * text.size:.2f}" font-size="{text.size:.2f}" '
        f'text-anchor="{_ANCHORS[text.align]}" fill="{text.colour}"{rim}>{escape(text.text)}</text>'
    )


def _path(box: Box) -> str:
    return f"M{box.x:.3f} {box.y:.3f}h{box.width:.3f}v{box.height:.3f}h-{box.width:.3f}z"
