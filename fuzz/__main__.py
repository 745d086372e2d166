"""`make fuzz`: every reader of hostile input, hunted for some seconds each; figures, and what was found.

Inputs are valid samples spoilt at random; the seed is printed, and the same seed gives the same inputs. What is found
is kept under .build/fuzz/found, a file an input. `--guided` leaves the spoiling to libFuzzer (the package atheris),
which sees which lines an input reaches; it is for Python's side alone.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from fuzz import credential_targets, guided, http_targets, sheet_targets
from fuzz.hunting import Hunt, Target, hunt
from fuzz.second import Second
from infra.paths import ROOT

FOLDER = ROOT / ".build" / "fuzz"


def main() -> int:
    """Hunt, print a line a target; 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="for each target")
    parser.add_argument("--seed", type=int, help="drawn anew when none is given")
    parser.add_argument("--only", nargs="*", default=[], metavar="TARGET", help="by name")
    parser.add_argument("--guided", action="store_true", help="by coverage, with atheris")
    asked = parser.parse_args()
    unknown = set(asked.only) - {target.name for target in _targets(None, asked.only)}
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"seed {seed}, {asked.seconds:g} s for each target")
    if asked.guided:
        return guided.run([target.name for target in _targets(None, asked.only)], seed, asked.seconds, FOLDER)
    print(f"{'target':<14}{'executions':>11}{'a second':>10}{'slowest ms':>12}{'found':>7}  judged as")
    found = 0
    with _second() as second:
        for target in _targets(second, asked.only):
            run = hunt(target, seed=seed, seconds=asked.seconds)
            found += len(run.findings)
            _show(run)
    print(f"{found} findings" + (f", kept in {FOLDER.relative_to(ROOT)}/found" if found else ""))
    return 1 if found else 0


@contextlib.contextmanager
def _second() -> Iterator[Second | None]:
    if not Second.is_possible():
        print("No node or no web/node_modules: Python's verifier alone is tried, nothing is compared.")
        yield None
        return
    with Second(credential_targets.SETUP, FOLDER) as second:
        yield second


def _targets(second: Second | None, only: list[str]) -> list[Target]:
    every = [*credential_targets.targets(second), *sheet_targets.targets(), *http_targets.targets()]
    return [target for target in every if not only or target.name in only]


def _show(run: Hunt) -> None:
    name, slowest_ms = run.target.name, run.slowest_s * 1_000
    verdicts = ", ".join(f"{verdict} {count}" for verdict, count in run.verdicts.most_common(5))
    print(
        f"{name:<14}{run.executed:>11,}{run.a_second:>10,.0f}{slowest_ms:>12,.1f}{len(run.findings):>7}  {verdicts[:90]}"
    )
    for data, told in run.findings:
        print(f"    {told[:300]}")
        _keep(name, data)
    sys.stdout.flush()


def _keep(name: str, data: bytes) -> Path:
    folder = FOLDER / "found" / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    return path


if __name__ == "__main__":
    sys.exit(main())
