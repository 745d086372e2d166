"""Byte code that survives packaging: SAM's zip dates every entry 1980, so ordinary `.pyc` files would all be stale."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_MISSING = (
    "No byte code: the functions run on Python {python}, and no python{python} is on the PATH. It works, and every cold "
    "start compiles what it imports, which makes it three to four times as long."
)


def compile_tree(folder: Path, python: str, only: Sequence[Path] = ()) -> bool:
    """Compile every module below `folder` for `python` ("3.13"), or ship none; whether it compiled.

    A `.pyc` of another minor version is ignored in silence, so it would only be weight. `only` names some of the files
    there: their byte code is put beside them, where Python also looks when the source is gone.
    """
    compiler = interpreter(python)
    if compiler is None:
        print(_MISSING.format(python=python))
        return False
    command = [
        compiler,
        "-m",
        "compileall",
        "-q",
        "-j",
        "0",
        "--invalidation-mode",
        "unchecked-hash",
        "-s",
        str(folder),
    ]
    # Packages ship files that no Python of ours compiles; they are never imported, so its status says nothing.
    subprocess.run([*command, *(["-b", *map(str, only)] if only else [str(folder)])], check=False)
    return True


def interpreter(python: str) -> str | None:
    """Return an interpreter of that minor version: this one, or the first on the PATH that runs."""
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    for folder in os.get_exec_path():
        found = Path(folder) / f"python{python}"
        if found.exists() and _runs(found, python):
            return str(found)
    return None


def _runs(found: Path, python: str) -> bool:
    # A version manager puts a program of every name on the PATH, and those it was not told to use only complain.
    said = subprocess.run([str(found), "--version"], capture_output=True, text=True, check=False)
    return said.returncode == 0 and said.stdout.startswith(f"Python {python}.")
