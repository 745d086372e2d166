"""What must not be in the repository: a registry's host, a path of somebody's machine, a secret."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.paths import ROOT

# Each pattern is written so that this file does not match itself.
SECRETS = {
    "a private key": re.compile(r"-----BEGIN (EC |RSA |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE[ ]KEY"),
    "an AWS access key": re.compile(r"(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"),
    "an AWS secret key": re.compile(r"(?i)aws.{0,20}secret.{0,20}[=:]\s*[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"),
    "a forge's token": re.compile(r"(?<!\w)(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60}|glpat-[\w-]{20})"),
    "a registry's token": re.compile(r"(?<!\w)(npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_-]{50})"),
    "a service's token": re.compile(
        r"(?<!\w)(xox[abprs]-[A-Za-z0-9-]{20}|AIza[A-Za-z0-9_-]{35}|sk_live_[A-Za-z0-9]{24})"
    ),
    "a password in an address": re.compile(r"[a-z]+://[^\s/:@\"'{}<>$]{1,64}:[^\s/:@\"'{}<>$]{6,64}@[a-z0-9]"),
    "a private JWK": re.compile(r"[\"']d[\"']\s*:\s*[\"'][A-Za-z0-9_-]{43}[\"']"),
}
FORBIDDEN = {
    **SECRETS,
    "a registry's host": re.compile(r"(files\.pythonhosted|pypi\.(org|python)|registry\.npm(js|mirror))[.o]"),
    "a machine's path": re.compile(r"(?<![\w.])/(home|Users|root|work)/[a-z]\w*/"),
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
