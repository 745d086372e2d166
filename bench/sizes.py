"""How large a function's package and its layers are: as they are uploaded (zipped), and as Lambda unpacks them."""

from __future__ import annotations

import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.build import functions, layer
from infra.build.compiled import interpreter
from infra.paths import ROOT

MB = 1_000_000
# Of what is uploaded: a cold start fetches and unpacks it.
LIMITS_MB = {"functions": 1.0, "deps": 40.0}
# Lambda's own, for a function with its layers, unpacked.
UNPACKED_MIB = 250
RUNTIME, OWN = "3.13", f"{sys.version_info.major}.{sys.version_info.minor}"
FOLDERS = {"deps": "DepsLayer", "bulk": "BulkLayer"}
_ENTRY = 76  # octets of a zip beside an entry's content and its name, which is there twice
_FASTEST = 1


@dataclass(frozen=True)
class Size:
    """One thing that is uploaded."""

    name: str
    architecture: str
    zipped: int
    unpacked: int
    files: int

    @property
    def over(self) -> bool:
        """Whether it breaks its limit."""
        return self.zipped > LIMITS_MB.get(self.name, float("inf")) * MB


def of(folder: Path, name: str, architecture: str, level: int = 6) -> Size:
    """Return a folder's sizes; `level` is deflate's, 6 being what SAM's zip uses and 1 an upper bound of it."""
    zipped = unpacked = files = 0
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            files, unpacked = files + 1, unpacked + len(content)
            zipped += len(zlib.compress(content, level, wbits=-15)) + _ENTRY + 2 * len(str(path.relative_to(folder)))
    return Size(name, architecture, zipped, unpacked, files)


def bound(folder: Path, name: str) -> Size:
    """Return a folder's sizes in a third of the time, the zipped one a little too large."""
    return of(folder, name, "", _FASTEST)


def built(folder: Path) -> Iterator[Size]:
    """Tell the sizes of what `make build` left: of all functions the largest."""
    for architecture in layer.WHEELS:
        packages = [of(found, "functions", architecture) for found in (folder / architecture).glob("*Function")]
        yield from sorted(packages, key=lambda one: one.zipped)[-1:]
        for name, where in FOLDERS.items():
            found = folder / architecture / where
            if found.is_dir():
                yield of(found, name, architecture)


def made(folder: Path, handler: str, *, layers: bool) -> Iterator[Size]:
    """Make a handler's package, and with `layers` both architectures' layers, as `make build` does; tell sizes."""
    # Without a Python of the runtime's version, this one's byte code is about as large.
    python = RUNTIME if interpreter(RUNTIME) else OWN
    functions.package(folder / "functions", python, handler)
    yield of(folder / "functions", "functions", "any")
    for architecture in layer.WHEELS if layers else ():
        for name in layer.LOCKS:
            where = folder / architecture / name
            layer.build(where, python, architecture, name)
            yield of(where, name, architecture)


def show(found: list[Size]) -> int:
    """Print the table; return how many limits are broken."""
    print(f"\n{'sizes':14}{'architecture':14}{'zipped MB':>10}{'limit':>7}{'unpacked MB':>13}{'files':>7}")
    for one in found:
        limit = f"{LIMITS_MB[one.name]:.0f}" if one.name in LIMITS_MB else ""
        told = "  OVER ITS LIMIT" if one.over else ""
        print(
            f"{one.name:14}{one.architecture:14}{one.zipped / MB:10.2f}{limit:>7}"
            f"{one.unpacked / MB:13.1f}{one.files:7}{told}"
        )
    return sum(one.over for one in found) + _beyond_lambda(found)


def _beyond_lambda(found: list[Size]) -> int:
    """Print what a function with every layer unpacks to, by architecture; return how many are beyond Lambda's limit."""
    beyond = 0
    for architecture in sorted({one.architecture for one in found} & set(layer.WHEELS)):
        total = sum(one.unpacked for one in found if one.architecture in (architecture, "any")) / 2**20
        beyond += total > UNPACKED_MIB
        print(f"a function with both layers unpacks to {total:.0f} MiB of Lambda's {UNPACKED_MIB} ({architecture})")
    return beyond


def run(handler: str, *, build: bool) -> int:
    """Measure and print; return how many limits are broken. `handler` is the one that starts from the most."""
    left = [] if build else list(built(ROOT / ".aws-sam"))
    if left:
        return show(left)
    with tempfile.TemporaryDirectory(prefix="bench-sizes-") as folder:
        broken = show(list(made(Path(folder), handler, layers=build)))
    print(f"functions: the largest package, of {handler}")
    if not build:
        print("layers are not built: `make build`, or `python -m bench.cold --build`")
    return broken
