"""Where the Chinese font is, for what is drawn as PDF: posters and printed passes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_NAME: Final = "NotoSansSC.ttf"
# The layer's in the cloud; where `make setup` cuts it on one machine.
_PLACES: Final = (Path("/opt/fonts") / _NAME, Path(__file__).resolve().parents[2] / "build" / "font" / _NAME)


def chinese() -> Path:
    """Return the TrueType file of Noto Sans SC (SIL Open Font License 1.1); `EPIPASS_FONT` names another.

    Raises:
        FileNotFoundError: there is none; `make setup` cuts it.
    """
    named = os.environ.get("EPIPASS_FONT")
    for place in (Path(named),) if named else _PLACES:
        if place.is_file():
            return place
    raise FileNotFoundError("the Chinese font is not there: run `make setup`")
