"""A printed pass as something to hand out: a page, or the symbol alone for a printer of badges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import credentials
from functions.passes.printing import Format
from functions.shared.config import settings


@dataclass(frozen=True)
class Drawing:
    """A drawn pass and its media type."""

    data: bytes
    content_type: str


def draw(token: str, wanted: Format) -> Drawing:
    """Draw the QR symbol of a printed pass: on a PDF page with what it says in words, as SVG or PNG, or its text."""
    # Imported here: only who draws pays for it.
    from credentials import symbols  # noqa: PLC0415

    url = f"{settings().gate_url}/v#"
    if wanted == "pdf":
        from functions.passes.printed_pdf import PrintedPass, printed_pdf  # noqa: PLC0415

        return Drawing(printed_pdf([PrintedPass.of(token, url)], settings().embedded), "application/pdf")
    if wanted == "url":
        return Drawing(f"{url}{credentials.pack(token)}".encode(), "text/plain; charset=utf-8")
    symbol = symbols.draw_symbol(url, credentials.pack(token))
    if wanted == "svg":
        return Drawing(symbols.as_svg(symbol), "image/svg+xml")
    return Drawing(symbols.as_png(symbol), "image/png")


def draw_cards(tokens: Sequence[str]) -> bytes:
    """Draw printed passes as a PDF of cards to cut out, four to an A4 sheet."""
    from functions.passes.printed_cards import printed_cards  # noqa: PLC0415
    from functions.passes.printed_pdf import PrintedPass  # noqa: PLC0415

    url = f"{settings().gate_url}/v#"
    return printed_cards([PrintedPass.of(token, url) for token in tokens], specimen=settings().embedded)
