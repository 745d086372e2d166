"""Cut the Chinese font of printed pages down to what GBK can write, so that it fits a function.

The font comes from a package of `web/` (Noto Sans SC, SIL Open Font License); nothing of it is committed.
`python layers/font/subset.py` writes `build/font/NotoSansSC.ttf`; a second run with the font there does nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "web/node_modules/@expo-google-fonts/noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf"
TARGET = ROOT / "build/font/NotoSansSC.ttf"
_LEADS, _TRAILS = range(0x81, 0xFF), range(0x40, 0xFF)


def wanted() -> set[int]:
    """The code points of GBK, ASCII and Latin-1: the middle dot of minority names is among them."""
    points = {*range(0x20, 0x7F), *range(0xA0, 0x100)}
    for lead in _LEADS:
        for trail in _TRAILS:
            points.update(map(ord, bytes((lead, trail)).decode("gbk", "ignore")))
    return points


def cut(source: Path, target: Path) -> int:
    """Write the subset of `source` to `target`; returns its size in bytes."""
    from fontTools.subset import Options, Subsetter, load_font, save_font  # noqa: PLC0415 - only when it is cut

    options = Options(layout_features=[], hinting=False, name_IDs=[0, 1, 2, 4, 6, 13, 14], notdef_outline=True)
    font = load_font(str(source), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted())
    subsetter.subset(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".new")
    save_font(font, str(unfinished), options)
    unfinished.replace(target)
    return target.stat().st_size


def main() -> int:
    """Cut the font unless it is there; status 1 when the package is missing."""
    if not SOURCE.is_file():
        print("The font's package is missing: run `npm ci` in web/ first.", file=sys.stderr)
        return 1
    if not TARGET.is_file() or TARGET.stat().st_mtime < SOURCE.stat().st_mtime:
        print(f"The Chinese font for printed pages: {cut(SOURCE, TARGET):,} bytes.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
