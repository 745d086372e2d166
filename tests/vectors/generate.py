"""Write the vectors: one JSON file for each law, the same bytes every time. Run as `python -m tests.vectors.generate`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.vectors import laws_of_content, laws_of_door, laws_of_form, laws_of_keys
from tests.vectors.material import AT, ISSUER, Json, jwks

FOLDER = Path(__file__).parent
ROOMS = (laws_of_form, laws_of_content, laws_of_door, laws_of_keys)


def files() -> dict[str, str]:
    """Every file's name and text."""
    texts = {}
    for room in ROOMS:
        for law, made in room.laws().items():
            whole: Json = {"law": law, "issuer": ISSUER, "at": AT, "jwks": jwks(), **made}
            texts[f"{law}.json"] = json.dumps(whole, indent=1, ensure_ascii=True) + "\n"
    return texts


def main() -> None:
    """Write them all."""
    for name, text in files().items():
        FOLDER.joinpath(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
