"""What a cold start pays before it answers, and how large what it starts from is: `python -m bench.cold [--build]`.

Each handler of template.yaml is imported by a clean interpreter of its own, byte code at hand; the import alone is
timed, on the processor. Peers in the same rounds: no handler at all, one Chalice route, one client of boto3. Then sizes as
they are uploaded (zipped) and as Lambda unpacks them: `.aws-sam/*` as `make build` left it, or made here by `--build`.
Ends with status 1 when the functions' package or the `deps` layer is over its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench import sizes
from infra.local.template import read
from infra.paths import ROOT, TEMPLATE

ROUNDS, UNCOMPILED_ROUNDS = 7, 3
# Peers, by what they say; ratios are to the last.
EMPTY, ROUTE, CLIENT = "no handler: json alone", "chalice, one route", "boto3, one client of DynamoDB"
PEERS = {
    EMPTY: "import json",
    ROUTE: "from chalice import Chalice\napp = Chalice('peer')\napp.route('/')(lambda: {})",
    CLIENT: "import boto3\nboto3.client('dynamodb', region_name='ap-southeast-1')",
}
_CHILD = """
import sys, time
before = set(sys.modules)
began = time.process_time()
exec(sys.argv[1])
took = time.process_time() - began
modules = set(sys.modules) - before
import json
status = open('/proc/self/status').read() if sys.platform == 'linux' else 'VmHWM: 0 kB'
peak = int(status.split('VmHWM:')[1].split()[0])
ours = [name for name in modules if name.split('.')[0] in ('functions', 'credentials', 'app')]
print(json.dumps([took * 1000, len(modules), len(ours), peak / 1024]))
"""


@dataclass(frozen=True)
class Import:
    """One clean interpreter's import."""

    ms: float  # of the processor
    modules: int
    ours: int
    peak_mb: float


@dataclass(frozen=True)
class Line:
    """A handler's row: medians over the rounds; the ratio is taken within each round."""

    name: str
    one: Import
    ratio: float
    uncompiled_ms: float


def handlers(template: Path = TEMPLATE) -> list[str]:
    """Return every handler of the template, once."""
    resources = read(template)["Resources"].values()
    found = [one["Properties"]["Handler"] for one in resources if one["Type"] == "AWS::Serverless::Function"]
    return sorted(set(found))


def statement(handler: str) -> str:
    """Return what Lambda does first with a handler: import its module and take the function."""
    module, name = handler.rsplit(".", 1)
    return f"from {module} import {name}"


def once(code: str, cache: Path | None = None) -> Import:
    """Run `code` in a clean interpreter; with `cache`, an empty folder, it finds no byte code of anybody's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AWS_"))}
    if cache is not None:
        own |= {"PYTHONPYCACHEPREFIX": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, code], cwd=ROOT, env=own, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode != 0:
        sys.exit(f"{code!r} does not run:\n{done.stderr[-800:]}")
    return Import(*json.loads(done.stdout.splitlines()[-1]))


def measure(codes: dict[str, str], rounds: int, cache: Path | None = None) -> dict[str, list[Import]]:
    """Run everybody once in turn, round after round, so that a busy while slows a round and not one of them."""
    took: dict[str, list[Import]] = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            took[name].append(once(code, cache))
    return took


def lines(took: dict[str, list[Import]], uncompiled: dict[str, list[Import]]) -> list[Line]:
    """Return each one's medians, the slowest first."""
    made = []
    for name, some in took.items():
        middle = Import(
            statistics.median(one.ms for one in some),
            some[0].modules,
            some[0].ours,
            statistics.median(one.peak_mb for one in some),
        )
        ratio = statistics.median(one.ms / base.ms for one, base in zip(some, took[CLIENT], strict=True))
        made.append(Line(name, middle, ratio, statistics.median(one.ms for one in uncompiled[name])))
    return sorted(made, key=lambda line: line.one.ms, reverse=True)


def show(made: Iterable[Line], rounds: int) -> None:
    """Print the table."""
    print(f"\nimport of each handler by a clean interpreter, on the processor: medians of {rounds} rounds", end="; ")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; peers in angles")
    print(f"{'':44}{'ms':>7}{'/ boto3':>9}{'modules':>9}{'ours':>6}{'peak MB':>9}{'ms, no byte code':>18}")
    for line in made:
        name = f"<{line.name}>" if line.name in PEERS else line.name
        print(
            f"{name:44}{line.one.ms:7.0f}{line.ratio:9.2f}{line.one.modules:9}{line.one.ours:6}"
            f"{line.one.peak_mb:9.0f}{line.uncompiled_ms:18.0f}"
        )


def run(rounds: int, *, build: bool) -> int:
    """Measure and print imports and sizes; return how many limits are broken."""
    codes = PEERS | {handler: statement(handler) for handler in handlers()}
    measure(codes, 1)  # whatever has no byte code yet is compiled now
    took = measure(codes, rounds)
    with tempfile.TemporaryDirectory(prefix="bench-cold-") as empty:
        uncompiled = measure(codes, min(rounds, UNCOMPILED_ROUNDS), Path(empty))
    made = lines(took, uncompiled)
    show(made, rounds)
    return sizes.run(max(made, key=lambda line: line.one.ours).name, build=build)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--build", action="store_true", help="make both architectures' layers here, from the registries"
    )
    asked = parser.parse_args()
    if run(asked.rounds, build=asked.build):
        sys.exit(1)


if __name__ == "__main__":
    main()
