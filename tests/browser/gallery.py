"""All pictures of all pages, and the page of the documentation that shows them: `python -m tests.browser.gallery`.

Each room takes its own (`pictures*.py`); this runs them one after the other and writes `docs/pictures.md` from what lies
in `docs/pictures`. Not a test: a person looks at them. `--page` writes the page alone.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict

from infra.paths import ROOT

TAKERS = (
    "pictures",
    "pictures_scanner",
    "pictures_me",
    "pictures_checkin",
    "pictures_desk",
    "pictures_officer",
    "pictures_walks",
)
FOLDER, PAGE = ROOT / "docs" / "pictures", ROOT / "docs" / "pictures.md"
_NAME = re.compile(r"(?P<room>[a-z]+)-(?P<state>[a-z-]+)-(?P<screen>phone|desktop)-(?P<language>zh|en)\.png")
ROOMS = {
    "wallet": "The wallet 持证人 (`me.`)",
    "checkin": "The check-in page 扫码登记 (`me./c/…`)",
    "verify": "The page that any camera opens 通行证查验 (`gate./v`)",
    "scanner": "The scanner on shift 查验 (`gate.`)",
    "desk": "Sign-in, units and laboratories (`desk.`)",
    "officer": "Officers (`desk./officer`)",
    "worker": "Grid workers 网格员 (`desk./worker`)",
    "apply": "Applying for a venue code 申请场所码 (`me./apply`)",
}
COLUMNS = (("phone", "zh"), ("phone", "en"), ("desktop", "zh"), ("desktop", "en"))
HEAD = """# Pictures of every page

Taken by `python -m tests.browser.gallery` in headless Chromium, on an invented district; fonts are the machine's. Phones
are 360 pixels wide. The instants are those of the day they were taken.
"""


def _cell(room: str, state: str, screen: str, language: str) -> str:
    name = f"{room}-{state}-{screen}-{language}.png"
    if not (FOLDER / name).exists():
        return ""
    width = 150 if screen == "phone" else 300
    told = f"{room}, {state.replace('-', ' ')}, {screen}, {'Chinese' if language == 'zh' else 'English'}"
    return f'<img src="pictures/{name}" width="{width}" alt="{told}">'


def page() -> str:
    """Return the page: a table a room, a row a state."""
    states: dict[str, set[str]] = defaultdict(set)
    for path in FOLDER.iterdir():
        if found := _NAME.fullmatch(path.name):
            states[found["room"]].add(found["state"])
    parts = [HEAD]
    for room, title in ROOMS.items():
        rows = ["| state | phone 中文 | phone English | desktop 中文 | desktop English |", "|---|---|---|---|---|"]
        for state in sorted(states[room]):
            cells = " | ".join(_cell(room, state, *column) for column in COLUMNS)
            rows.append(f"| {state.replace('-', ' ')} | {cells} |")
        parts.append(f"## {title}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def main() -> None:
    """Take every picture, and write the page."""
    for taker in () if "--page" in sys.argv else TAKERS:
        subprocess.run([sys.executable, "-m", f"tests.browser.{taker}", str(FOLDER)], check=True, cwd=ROOT)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
