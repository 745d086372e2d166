"""One function's package: `app.py`, `functions/` and `credentials/`, nothing else of the repository.

`python -m infra.build.functions FOLDER PYTHON`, called by SAM through the Makefile.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from infra.build.compiled import compile_tree
from infra.paths import PACKAGED, ROOT

STAYS = shutil.ignore_patterns("__pycache__", "*.pyc", "*.md")


def package(folder: Path, python: str) -> None:
    """Copy the sources into `folder` and compile them for `python`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PACKAGED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=STAYS, dirs_exist_ok=True)
        else:
            shutil.copy2(source, folder / name)
    compile_tree(folder, python)


if __name__ == "__main__":
    package(Path(sys.argv[1]), sys.argv[2])
