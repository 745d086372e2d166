"""One function's package: `app.py`, `functions/` and `credentials/`, nothing else of the repository.

`python -m infra.build.functions FOLDER PYTHON [FUNCTION]`, called by SAM through the Makefile. What the function's
handler imports when it starts is there as byte code alone, everything else as source alone: a cold start compiles
nothing, and the package stays below a megabyte.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from infra.build.compiled import compile_tree
from infra.local.template import read
from infra.paths import PACKAGED, ROOT, TEMPLATE

STAYS = shutil.ignore_patterns("__pycache__", "*.pyc", "*.md")
_STARTED = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps([module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]))
"""


def package(folder: Path, python: str, handler: str = "") -> None:
    """Copy the sources into `folder`; what `handler` (`module.name`) imports becomes byte code for `python`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PACKAGED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=STAYS, dirs_exist_ok=True)
        else:
            shutil.copy2(source, folder / name)
    imported = [folder / path for path in started(handler)] if handler else []
    if imported and compile_tree(folder, python, imported):
        for path in imported:
            if path.with_suffix(".pyc").exists():
                path.unlink()


def started(handler: str) -> list[Path]:
    """Return which of our files a clean interpreter imports with a handler, below the checkout."""
    module = handler.rpartition(".")[0]
    done = subprocess.run(
        [sys.executable, "-c", _STARTED, module], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = (Path(file) for file in json.loads(done.stdout.splitlines()[-1]))
    ours = (path.relative_to(ROOT) for path in found if path.is_relative_to(ROOT))
    return sorted(path for path in ours if path.parts[0] in PACKAGED)


def handler_of(function: str) -> str:
    """Return the handler of a function of the template, by its logical id."""
    return str(read(TEMPLATE)["Resources"][function]["Properties"]["Handler"])


if __name__ == "__main__":
    package(Path(sys.argv[1]), sys.argv[2], handler_of(sys.argv[3]) if sys.argv[3:] else "")
