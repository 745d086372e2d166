"""`python -m infra.openapi` writes docs/openapi.json from the routes; a test says when it is out of date."""

from __future__ import annotations

import json

from app import app
from functions.entry.about import VERSION
from functions.shared.openapi import document
from infra.paths import ROOT


def main() -> None:
    """Write the committed copy."""
    text = json.dumps(document(app.declared, version=VERSION), ensure_ascii=False, indent=1)
    (ROOT / "docs" / "openapi.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
