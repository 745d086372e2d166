"""QR symbols from explicit segments: the URL as bytes, the digits as numbers. One mixed string costs ten versions more."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

from credentials.refusals import Unreadable

HIGHEST_VERSION: Final = 22
QUIET: Final = 4  # modules of white around, ISO/IEC 18004 section 6.3.8
_NUMERIC: Final = 1  # mode indicators of ISO/IEC 18004, table 2
_BYTES: Final = 4
_HALVES: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR symbol at error-correction level M: `modules`, row by row, True is dark, without the quiet zone."""

    version: int
    modules: tuple[tuple[bool, ...], ...]

    def with_quiet(self) -> list[list[bool]]:
        """The modules with four light ones around."""
        width = len(self.modules) + 2 * QUIET
        side, edge = [False] * QUIET, [[False] * width for _ in range(QUIET)]
        return [*edge, *([*side, *row, *side] for row in self.modules), *edge]


def draw_symbol(url: str, digits: str) -> Symbol:
    """The symbol of `url` (up to and with its `#`, ASCII) followed by `digits`.

    Raises:
        Unreadable: law *size*, when it would be larger than version 22: small phones do not read such a symbol.
        ValueError: for a URL without a final `#`, or what is no digits.
    """
    # Imported here: only who draws pays for it.
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415
    from qrcode.exceptions import DataOverflowError  # noqa: PLC0415
    from qrcode.main import QRCode  # noqa: PLC0415
    from qrcode.util import QRData  # noqa: PLC0415

    if not (url.endswith("#") and url.isascii() and digits.isascii() and digits.isdigit()):
        raise ValueError("a symbol is a URL up to its # and decimal digits")
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(QRData(url.encode(), mode=_BYTES), optimize=0)
    code.add_data(QRData(digits.encode(), mode=_NUMERIC), optimize=0)
    try:
        version = code.best_fit(start=1)
    except (DataOverflowError, ValueError):
        raise Unreadable("size", "no symbol is large enough") from None
    if version > HIGHEST_VERSION:
        raise Unreadable(
            "size", f"a symbol of version {version}; the highest that phones read well is {HIGHEST_VERSION}"
        )
    code.version = version
    code.make(fit=False)
    return Symbol(version, tuple(tuple(bool(module) for module in row) for row in code.modules))


def as_svg(symbol: Symbol) -> bytes:
    """An SVG of one path, a unit to a module, white behind."""
    rows = symbol.with_quiet()
    size = len(rows)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _dark_runs(row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path d="{path}"/></svg>\n'
    ).encode()


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    runs, start = [], None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x - start))
            start = None
    return runs


def as_png(symbol: Symbol, *, pixels_per_module: int = 8) -> bytes:
    """A PNG of one bit a pixel."""
    import png  # noqa: PLC0415 - only who draws pays for it

    rows = []
    for row in symbol.with_quiet():
        wide = [0 if dark else 1 for dark in row for _ in range(pixels_per_module)]
        rows += [wide] * pixels_per_module
    out = io.BytesIO()
    png.Writer(len(rows[0]), len(rows), greyscale=True, bitdepth=1).write(out, rows)
    return out.getvalue()


def as_text(symbol: Symbol) -> str:
    """Half-block characters, two modules to a character; light is drawn, so that it reads on a dark terminal."""
    rows = symbol.with_quiet()
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    lines = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        lines.append("".join(_HALVES[not above, not below] for above, below in zip(upper, lower, strict=True)))
    return "\n".join(lines) + "\n"
