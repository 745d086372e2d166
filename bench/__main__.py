"""`make bench`: each measurement against a named peer in the same run, as ratios."""

from __future__ import annotations

import argparse
import warnings

from bench import passes
from bench.rounds import show


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=41)
    asked = parser.parse_args()
    # Peers warn about their own defaults; that is no news here.
    warnings.simplefilter("ignore")
    for title, calls in passes.tables().items():
        show(title, calls, asked.rounds, passes.PASSES)


if __name__ == "__main__":
    main()
