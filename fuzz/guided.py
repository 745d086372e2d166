"""Guided by coverage: libFuzzer, by the package atheris, in a process a target; it ends its process when it is done."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

_MOST_BYTES = 1 << 14


def run(names: list[str], seed: int, seconds: float, folder: Path) -> int:
    """Hunt each target in a process of its own; 1 when one of them found anything."""
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not here: `make fuzz-guided` adds it.")
        return 2
    failed = []
    for name in names:
        corpus = folder / "corpus" / name
        corpus.mkdir(parents=True, exist_ok=True)
        options = [f"-max_total_time={int(seconds)}", f"-seed={seed}", f"-max_len={_MOST_BYTES}", "-timeout=30"]
        options += [f"-artifact_prefix={folder}/{name}-", "-print_final_stats=1", "-close_fd_mask=0"]
        command = [sys.executable, "-m", "fuzz.guided", name, *options, str(corpus)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        stats = [line.split(":")[-1].strip() for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        covered = [line for line in done.stderr.splitlines() if "cov:" in line]
        reached = covered[-1].split("cov:")[1].split()[0] if covered else "?"
        print(
            f"{name:<14} executions {stats[-1] if stats else '?':>9}  edges {reached:>6}  {'FOUND' if done.returncode else 'nothing'}"
        )
        if done.returncode:
            failed.append(name)
            print(done.stderr[-1_500:])
    return 1 if failed else 0


def hunt(name: str, options: list[str]) -> None:
    """Hunt one target in this process until libFuzzer ends it."""
    import atheris  # noqa: PLC0415 - there only where somebody asked for it

    with atheris.instrument_imports(include=["credentials", "functions"]):
        from fuzz import credential_targets, http_targets, sheet_targets  # noqa: PLC0415 - to be instrumented
    every = (*credential_targets.targets(None), *sheet_targets.targets(), *http_targets.targets())
    target = next(target for target in every if target.name == name)
    corpus = Path(options[-1])
    for number, sample in enumerate(target.samples):
        (corpus / f"sample-{number}").write_bytes(sample)
    atheris.Setup([sys.argv[0], *options], lambda data: target.judge([data]) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    hunt(sys.argv[1], sys.argv[2:])
