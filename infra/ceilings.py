"""The ceilings of a readable room: no file over 400 lines, no function over 50, `app.py` under 80."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from infra.hygiene import tracked
from infra.paths import ROOT

FILE, FUNCTION, APP = 400, 50, 80


def faults(name: str, text: str) -> Iterator[str]:
    """What of the Python file called `name` is too long, one sentence each."""
    lines = text.count("\n") + 1
    if lines > FILE:
        yield f"{name} has {lines} lines: it holds two ideas, split it by idea (at most {FILE})"
    if name == "app.py" and lines >= APP:
        yield f"{name} has {lines} lines (under {APP})"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION:
                yield f"{name}:{node.lineno} {node.name} has {length} lines (at most {FUNCTION})"


def main() -> int:
    """Print every fault; 1 when there is one."""
    found = [
        fault
        for path in tracked(ROOT)
        if path.suffix == ".py"
        for fault in faults(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    ]
    print("\n".join(found) or "No file and no function is too long.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
