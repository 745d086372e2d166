"""How fast posters are drawn: a thousand pages of each size as one PDF, beside one rectangle for each dark module.

`python -m bench.posters [--pages 1000]` prints a table: pages a second, bytes a page, the process's peak memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time

from fpdf import FPDF
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.main import QRCode

from functions.shared import fonts, posters
from functions.shared.poster_layout import Poster, Size, lay_out
from functions.venues import poster as venue_posters

_MADE_AT = 1_795_000_000


def one(number: int) -> Poster:
    """Return a venue's poster with a name, an entrance and an address of usual length."""
    url = f"https://me.example.gov/c/V-abcdefghijkl-K7QM{number:04}91-abcdefgh"
    spelled = f"K7QM-{number:04}-91"
    return venue_posters.of_code(f"江城第{number}号书店", "东门", url, spelled=spelled, made_at=_MADE_AT)


def ours(pages: int, size: Size) -> bytes:
    """Draw as the service does."""
    book = posters.Book(size)
    for number in range(pages):
        book.add(one(number))
    return book.finish()


def plain(pages: int, size: Size) -> bytes:
    """Draw the symbol as qrcode and fpdf2 are used everywhere: a rectangle a module; of the words only the name."""
    pdf = FPDF(unit="mm")
    pdf.add_font("sc", fname=str(fonts.chinese()))
    for number in range(pages):
        poster = one(number)
        layout = lay_out(poster, size)
        pdf.add_page(format=(layout.width, layout.height))
        pdf.set_font("sc", size=layout.texts[0].size)
        pdf.text(10, 10, poster.name)
        code = QRCode(error_correction=ERROR_CORRECT_Q, border=4)
        code.add_data(poster.url)
        matrix = code.get_matrix()
        side = layout.symbol.width / len(matrix)
        for row, line in enumerate(matrix):
            for column, dark in enumerate(line):
                if dark:
                    pdf.rect(layout.symbol.x + column * side, layout.symbol.y + row * side, side, side, style="F")
    return bytes(pdf.output())


WAYS = {"epipass": ours, "qrcode + fpdf2, a rectangle a module": plain}


def measure(way: str, pages: int, size: Size) -> None:
    """Draw once and print the row of the table."""
    begun = time.perf_counter()
    data = WAYS[way](pages, size)
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"| {way} | {size} | {pages / took:.0f} | {took:.1f} | {len(data) // pages:,} | {peak} |", flush=True)


def main() -> None:
    """Measure each way and size in a process of its own, for its peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--one", nargs=2, metavar=("WAY", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure(given.one[0], given.pages, posters.read_size(given.one[1]))
        return
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {given.pages:,} pages\n")
    print("| | size | pages/s | seconds | bytes a page | peak, MB |\n|---|---|---:|---:|---:|---:|", flush=True)
    for size in posters.SIZES:
        for way in WAYS:
            asked = [sys.executable, "-m", "bench.posters", "--pages", str(given.pages), "--one", way, size]
            subprocess.run(asked, check=True)


if __name__ == "__main__":
    main()
