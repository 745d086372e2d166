"""Posters: what a camera, a reader and a machine find on the sheet, whichever room's words are on it."""

from __future__ import annotations

import io
import re
from itertools import combinations

import pypdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from functions.gates import poster as gate_posters
from functions.gates.rules import Gate
from functions.shared import posters
from functions.shared.poster_layout import Box, Text, fitted, lay_out, width_of
from functions.shared.posters import SIZES, Book, Poster, Size
from functions.shared.problems import Malformed
from functions.venues import poster as venue_posters
from tests.decoding import QR, qr_codes

GATE = Gate("G-100", "V-100", "东门 <一>", "in", "f" * 64)
URL = "https://me.example.gov/c/V-abcdefghijkl-K7QM3XPA91-abcdefgh"
MADE_AT = 1_795_000_000  # 2026-11-18


def _venue(name: str, label: str = "东门", url: str = URL) -> Poster:
    return venue_posters.of_code(name, label, url, spelled="K7QM-3XPA-91", made_at=MADE_AT)


POSTERS = {
    "venue": _venue("江城书店 <一>"),
    "longest": _venue(
        "馆" * 64, "门" * 32, f"https://me.a-long-district-name.example.gov.cn/c/{'V' * 40}-K7QM3XPA91-abcdefgh"
    ),
    "latin": _venue("The Riverside International Shopping Centre & Market Hall", "East gate"),
    "gate": gate_posters.of_gate(GATE, "江城书店 <一>", "https://gate.example.gov"),
    "longest-gate": gate_posters.of_gate(
        Gate("G" * 64, "V-100", "门" * 64, "in", ""), "馆" * 64, "https://gate.a-long-district-name.example.gov.cn"
    ),
}
BY_KIND = pytest.mark.parametrize("poster", POSTERS.values(), ids=POSTERS)
BY_SIZE = pytest.mark.parametrize("size", SIZES)
LEAST_MM = {"a4": 110, "a5": 80, "card": 33}  # of the dark square: read from arm's length and more, a card from a hand


@BY_SIZE
@BY_KIND
def test_a_camera_reads_the_address_from_the_pdf(poster: Poster, size: Size) -> None:
    """One page of that size; its symbol holds the very address, large; each line is text to be searched and read aloud."""
    made = posters.draw("pdf", poster, size)
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    assert len(pages) == 1
    millimetres = [float(length) * 25.4 / 72 for length in pages[0].mediabox[2:]]
    assert millimetres == pytest.approx({"a4": [210, 297], "a5": [148, 209.3], "card": [85.6, 54]}[size], abs=0.1)
    text = pages[0].extract_text()
    assert all(line.text in text for line in lay_out(poster, size).texts)
    scale = 4 if size == "card" else 2
    (found,) = zxingcpp.read_barcodes(pypdfium2.PdfDocument(made)[0].render(scale=scale).to_pil(), QR)
    assert found.text == poster.url
    corners = found.position
    wide, high = corners.top_right.x - corners.top_left.x, corners.bottom_left.y - corners.top_left.y
    assert min(wide, high) / scale * 25.4 / 72 >= LEAST_MM[size]


@BY_SIZE
@BY_KIND
def test_a_camera_reads_the_address_from_the_svg(poster: Poster, size: Size) -> None:
    """Its rectangles, filled in on a grid, are the same symbol; its text is escaped."""
    made = posters.draw("svg", poster, size).decode()
    assert _symbol_of(made, lay_out(poster, size).symbol) == poster.url
    assert "<一>" not in made


@BY_SIZE
@BY_KIND
def test_a_poster_says_all_it_has_to(poster: Poster, size: Size) -> None:
    """Name, entrance and address whole, however they are broken into lines; a venue's code, date and promise too."""
    said = "".join(text.text for text in lay_out(poster, size).texts).replace(" ", "")
    whole = [
        *poster.heading,
        poster.name,
        poster.label,
        poster.url,
        poster.code,
        poster.issued,
        *(poster.promise or ()),
    ]
    assert all(text.replace(" ", "") in said for text in whole)
    if poster.code:
        assert "2026-11-18" in said
        assert "本场所不会因此获知您的任何信息" in said


@BY_SIZE
@BY_KIND
def test_no_line_runs_into_another_the_symbol_or_the_margin(poster: Poster, size: Size) -> None:
    """However many steps a room has and however long its names are; the symbol's quiet zone stays white."""
    layout = lay_out(poster, size)
    taken = [*map(_box, layout.texts), layout.symbol]
    assert not [pair for pair in combinations(taken, 2) if _overlap(*pair)]
    assert not [bar for bar in layout.bars if _overlap(bar.box, layout.symbol)]
    for box in taken:
        assert min(box.x, box.y) >= 0
        assert box.x + box.width <= layout.width - 1
        assert box.y + box.height <= layout.height


@given(st.text("国 aWi一（-", min_size=1, max_size=80), st.floats(10, 200), st.integers(1, 3))
def test_a_text_is_broken_without_losing_a_character_and_fits(text: str, width: float, lines: int) -> None:
    """Whatever a name is made of: all of it is there, on no more lines than asked, none wider than its box."""
    box = Box(0, 0, width, lines * 20)
    size, broken = fitted(text, box, 15, lines)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    assert len(broken) <= lines or size < 0.2
    assert all(width_of(line, size) <= width + 0.01 for line in broken)


def test_a_book_has_a_page_for_each_poster_in_order() -> None:
    """Sixty codes in one file: each page read by the decoder is its own code, and the letters are in the file once."""
    book, urls = Book("a5"), [f"https://me.example.gov/c/V-{number}-K7QM3XPA91-abcdefgh" for number in range(60)]
    for url in urls:
        book.add(_venue("江城书店", url=url))
    made = book.finish()
    document = pypdfium2.PdfDocument(made)
    read = [qr_codes(document[page].render(scale=1.5).to_pil())[0] for page in range(len(document))]
    assert read == urls
    assert len(made) < 60 * 4_000


def test_a_gates_poster_holds_no_secret() -> None:
    """The gate's id and nothing of its code: whoever photographs it can begin no shift."""
    poster = POSTERS["gate"]
    assert poster.url == "https://gate.example.gov/#gate=G-100"
    assert GATE.code_hash not in posters.draw("svg", poster).decode()
    chinese, english = zip(*poster.steps, strict=True)
    assert all(text.isascii() for text in english)
    assert not any(text.isascii() for text in chinese)


def test_only_two_formats_are_drawn() -> None:
    """PDF when none is asked for; anything else is told what there is."""
    assert [posters.read_format(asked) for asked in ("", "pdf", "svg")] == ["pdf", "pdf", "svg"]
    for asked in ("png", "PDF", "../x"):
        with pytest.raises(Malformed):
            posters.read_format(asked)


def test_only_the_sizes_that_are_printed_are_drawn() -> None:
    """A4 when none is asked for; anything else is told what there is."""
    assert [posters.read_size(asked) for asked in ("", "a4", "a5", "card")] == ["a4", "a4", "a5", "card"]
    for asked in ("a3", "A4", "../x"):
        with pytest.raises(Malformed):
            posters.read_size(asked)


def _box(text: Text) -> Box:
    wide = width_of(text.text, text.size)
    left = {"left": text.x, "centre": text.x - wide / 2, "right": text.x - wide}[text.align]
    return Box(left, text.top, wide, text.size)


def _overlap(one: Box, other: Box) -> bool:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > 0.01 and down > 0.01


def _symbol_of(svg: str, square: Box) -> str:
    dark = re.findall(r'crispEdges" d="([^"]+)"', svg)[0]
    runs = [tuple(map(float, found)) for found in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", dark)]
    side = runs[0][3]
    modules = round(square.width / side)
    image = bytearray(b"\xff" * (modules * 4) ** 2)
    for left, top, width, _high in runs:
        column, row, wide = (round(length / side) for length in (left - square.x, top - square.y, width))
        for line in range(4):
            start = (row * 4 + line) * modules * 4 + column * 4
            image[start : start + wide * 4] = bytes(wide * 4)
    view = memoryview(bytes(image)).cast("B", (modules * 4, modules * 4))
    return qr_codes(view)[0]
