"""`make bench`: each measurement against a named peer in the same run, as ratios; a few minutes.

The long ones, of millions, are `make bench-city`.
"""

from __future__ import annotations

import argparse
import sys
import warnings

from bench import audits, cold, joins, passes
from bench.rounds import show


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=41, help="of single passes")
    parser.add_argument("--join-rounds", type=int, default=3)
    parser.add_argument("--people", type=int, default=joins.PEOPLE)
    parser.add_argument("--passes", type=int, default=100_000, help="signed, encoded and audited")
    parser.add_argument("--cold-rounds", type=int, default=cold.ROUNDS, help="of imports by clean interpreters")
    asked = parser.parse_args()
    # Peers warn about their own defaults; that is no news here.
    warnings.simplefilter("ignore")
    for title, calls in passes.tables().items():
        show(title, calls, asked.rounds, passes.PASSES)
    audits.run(asked.passes)
    joins.run(asked.people, asked.join_rounds, None)
    if cold.run(asked.cold_rounds, build=False):
        sys.exit(1)


if __name__ == "__main__":
    main()
