"""Where the Chinese font is, for what is drawn as PDF: posters and printed passes."""

from __future__ import annotations

import os
from pathlib import Path

_NAME = "NotoSansSC_400Regular.ttf"
_ROOT = Path(__file__).resolve().parents[2]
# The layer's in the cloud; beside the web pages' other packages on one machine (`make setup` puts it there).
_PLACES = (
    Path("/opt/fonts") / _NAME,
    _ROOT / "layers" / "fonts" / _NAME,
    _ROOT / "web" / "node_modules" / "@expo-google-fonts" / "noto-sans-sc" / "400Regular" / _NAME,
)


def chinese() -> Path:
    """Return the TrueType file of Noto Sans SC (SIL Open Font License 1.1); `EPIPASS_FONT` names another.

    Raises:
        FileNotFoundError: there is none; `make setup` fetches it.
    """
    named = os.environ.get("EPIPASS_FONT")
    for place in (Path(named),) if named else _PLACES:
        if place.is_file():
            return place
    raise FileNotFoundError("the Chinese font is not installed: run `make setup`")
