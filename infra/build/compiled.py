"""Byte code that survives packaging: SAM's zip dates every entry 1980, so ordinary `.pyc` files would all be stale."""

from __future__ import annotations

import compileall
import os
import py_compile
import sys
from pathlib import Path


def compile_tree(folder: Path, python: str) -> bool:
    """Compile every module below `folder` for `python` ("3.13"), or ship none; whether it compiled.

    A `.pyc` of another minor version is ignored in silence, so it would only be weight.
    """
    if python != f"{sys.version_info.major}.{sys.version_info.minor}":
        print(
            f"No byte code: this is Python {sys.version_info.major}.{sys.version_info.minor}, the functions run on "
            f"{python}. It works, and every cold start compiles what it imports (about 0.3 s). "
            f"Build with Python {python} to spare that."
        )
        return False
    compileall.compile_dir(
        folder,
        quiet=1,
        workers=os.cpu_count() or 1,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        stripdir=str(folder),
    )
    return True
