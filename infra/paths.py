"""Where things lie in a checkout: the launcher, the build and the tests all start from these."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "template.yaml"
ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"
FONT = ROOT / "build" / "font" / "NotoSansSC.ttf"
PAGES = ROOT / "web" / "dist"
# What a function's package holds; everything else in the repository stays at home.
PACKAGED = ("app.py", "functions", "credentials")
