"""What must not be in the repository: a registry's host, a path of somebody's machine, a secret."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.paths import ROOT

# Each pattern is written so that this file does not match itself.
FORBIDDEN = {
    "a registry's host": re.compile(r"(files\.pythonhosted|pypi\.(org|python)|registry\.npm(js|mirror))[.o]"),
    "a machine's path": re.compile(r"(?<![\w.])/(home|Users|root|work)/[a-z]\w*/"),
    "a private key": re.compile(r"-----BEGIN (EC |RSA |OPENSSH )?PRIVATE[ ]KEY-----"),
    "an AWS access key": re.compile(r"(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"),
}
TEXT = frozenset(".py .ts .mjs .js .css .html .json .jsonl .yaml .yml .toml .txt .in .md .sh .csv .cfg .svg".split())
NAMED = frozenset({"Makefile", "run", ".gitignore"})


def tracked(root: Path) -> list[Path]:
    """The files of the repository that git holds or would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    names = listed.stdout.decode().split("\0")
    return sorted({root / name for name in names if name and (root / name).is_file()})


def faults(name: str, text: str) -> Iterator[str]:
    """Each line of the file called `name` that says what must not be said."""
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in FORBIDDEN.items():
            if pattern.search(line):
                yield f"{name}:{number} holds {what}"


def main() -> int:
    """Print every fault; 1 when there is one."""
    found = [
        fault
        for path in tracked(ROOT)
        if path.suffix in TEXT or path.name in NAMED
        for fault in faults(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8", errors="replace"))
    ]
    print("\n".join(found) or "No registry, no machine, no secret is named.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
