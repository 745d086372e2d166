"""`make conformance SUITES=FOLDER`: every suite that is in FOLDER, each way of answering, and the strangers; figures only.

`python -m conformance.suites` prints what came of each test.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance import strangers, suites


def main() -> int:
    """Print a line a run; what is not there is said to be missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suites", type=Path, required=True)
    place: Path = parser.parse_args().suites.resolve()
    for name, suite in suites.SUITES.items():
        folder = place / suite.repository
        if not (folder / "node_modules").is_dir():
            print(f"{suite.repository}: not there, or without its node packages")
            continue
        refused = suites.run(name, folder, "refusing")
        print(suites.figures(refused, folder, "refusing"))
        for answers in ("strict", "lenient"):
            report = suites.run(name, folder, answers)
            earned = len(suites.passed_of(report) - suites.passed_of(refused))
            print(f"{suites.figures(report, folder, answers)}; {earned} of the passed not by refusing")
    return 0 if strangers.ask_all(place / "strangers") else 1


if __name__ == "__main__":
    sys.exit(main())
