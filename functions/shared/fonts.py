"""Where the Chinese font is, for what is drawn as PDF: posters and printed passes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

# Where `make setup` cuts it on one machine; a function finds the layer's by its environment.
_BUILT: Final = Path(__file__).resolve().parents[2] / "build" / "font" / "NotoSansSC.ttf"


def chinese() -> Path:
    """Return the TrueType file of Noto Sans SC (SIL Open Font License 1.1), which `EPIPASS_FONT` names.

    Raises:
        FileNotFoundError: there is none; `make setup` cuts it.
    """
    font = Path(os.environ.get("EPIPASS_FONT") or _BUILT)
    if not font.is_file():
        raise FileNotFoundError("the Chinese font is not there: run `make setup`")
    return font
