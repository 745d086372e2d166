"""Posters: what a camera, a reader and a machine find on the sheet, whichever room's words are on it."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import pypdf
import pypdfium2
import pytest
import zxingcpp

from functions.gates import poster as gate_posters
from functions.gates.rules import Gate
from functions.shared import posters
from functions.shared.posters import Poster
from functions.shared.problems import Malformed
from functions.venues import poster as venue_posters

GATE = Gate("G-100", "V-100", "东门 <一>", "in", "f" * 64)
POSTERS = {
    "venue": venue_posters.of_code("江城书店 <一>", "东门", "https://me.example.gov/c/V-100-abcdefgh"),
    "gate": gate_posters.of_gate(GATE, "江城书店 <一>", "https://gate.example.gov"),
    "longest": gate_posters.of_gate(
        Gate("G" * 64, "V-100", "门" * 64, "in", ""), "馆" * 64, "https://gate.a-long-district-name.example.gov.cn"
    ),
}
BY_KIND = pytest.mark.parametrize("poster", POSTERS.values(), ids=POSTERS)


@BY_KIND
def test_a_camera_reads_the_address_from_the_pdf(poster: Poster) -> None:
    """One page; its symbol holds the very address, and each line is text that can be searched and read aloud."""
    made = posters.draw("pdf", poster)
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert all(line in text for line in _lines(poster))
    image = pypdfium2.PdfDocument(made)[0].render(scale=2).to_pil()
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [poster.url]


@BY_KIND
def test_a_camera_reads_the_address_from_the_svg(poster: Poster) -> None:
    """Its squares, filled in on a grid, are the same symbol; its text is escaped."""
    made = posters.draw("svg", poster).decode()
    assert _symbol_of(made) == poster.url
    assert "<一>" not in made
    told = [line.replace("<", "&lt;").replace(">", "&gt;") for line in _lines(poster)]
    assert all(f">{line}</text>" in made for line in told)


@BY_KIND
def test_no_line_runs_into_another_the_symbol_or_the_margin(poster: Poster) -> None:
    """However many steps a room has and however long its names are."""
    taken = sorted([*((top, top + size) for _text, top, size in posters._lines(poster)), (85.0, 215.0)])
    assert all(end <= start for (_, end), (start, _) in pairwise(taken))
    assert taken[-1][1] <= 297 - 10
    for text, _top, size in posters._lines(poster):
        wide = sum(1.0 if ord(char) > 0x2E7F else 0.55 for char in text)
        assert wide * posters._fitted(text, size) <= 190.5


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


def _lines(poster: Poster) -> list[str]:
    return [poster.heading, poster.name, poster.label, *(text for pair in poster.steps for text in pair), poster.url]


def _symbol_of(svg: str) -> str:
    squares = [tuple(map(float, found)) for found in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v", svg)]
    side = squares[0][2]
    modules = round(130 / side)
    image = bytearray(b"\xff" * (modules * 4) ** 2)
    for left, top, _side in squares:
        column, row = round((left - 40) / side), round((top - 85) / side)
        for line in range(4):
            start = (row * 4 + line) * modules * 4 + column * 4
            image[start : start + 4] = bytes(4)
    view = memoryview(bytes(image)).cast("B", (modules * 4, modules * 4))
    return str(zxingcpp.read_barcodes(view)[0].text)
