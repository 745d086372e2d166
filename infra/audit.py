"""`make audit`: what is known against the packages we pin, and whether a secret lies in the files or in their history.

Four checks, each with its own answer: `clean`, `FOUND` with what, or `not reachable` when nobody answered. It needs the
network, so it is no part of `make test`; the secrets of the working tree are part of `make lint`. Exit status: 0 all
clean, 1 something found, 2 something could not be asked and nothing was found.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.hygiene import SECRETS, tracked
from infra.paths import ROOT

_SECONDS = 300
_OFFLINE = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "ENOAUDIT", "audit endpoint returned an error")
# A line with one of these says nothing secret: Amazon's printed example, and a test's key of which only the first line is there.
EXAMPLES = (
    "AKIAIOSFODNN7" + "EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
    '["{}", "[]", "hello", "-----BEGIN',
)


@dataclass(frozen=True)
class Outcome:
    """What became of one check: `clean`, `found` with a line each, or `unreachable` with the reason."""

    state: str
    told: tuple[str, ...] = ()


def of_pip(text: str, status: int, errors: str) -> Outcome:
    """What pip-audit says in JSON: a line for each known fault, with the version that mends it."""
    try:
        listed = json.loads(text)["dependencies"]
    except (ValueError, KeyError):
        last = errors.strip().splitlines()[-1:] or [f"exit status {status}"]
        return Outcome("unreachable", (last[0][:200],))
    skipped = [f"{one['name']}: {one['skip_reason']}" for one in listed if "skip_reason" in one]
    found = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in listed
        for fault in one.get("vulns", ())
    ]
    if found:
        return Outcome("found", tuple(sorted(set(found))))
    if skipped and len(skipped) == len(listed):
        return Outcome("unreachable", (f"none of {len(listed)} packages is known there; {skipped[0]}",))
    return Outcome("clean", (f"{len(listed) - len(skipped)} packages", *skipped))


def of_npm(text: str, errors: str, kind: str = "total") -> Outcome:
    """What `npm audit --json` says: a line for each package with a known fault; `kind` is what was asked about."""
    try:
        said = json.loads(text)
    except ValueError:
        said = {"error": {"summary": errors.strip()[:200]}}
    if "vulnerabilities" not in said:
        error = said.get("error") or {}
        told = str(said.get("message") or error.get("summary") or error.get("code") or "no answer").splitlines()
        return Outcome("unreachable", (told[0][:200],))
    found = [f"{name}: {one['severity']}, {one['range']}" for name, one in sorted(said["vulnerabilities"].items())]
    # Of production's packages one is the project itself; about none npm asks nobody.
    asked = said.get("metadata", {}).get("dependencies", {}).get(kind, 0) - (kind == "prod")
    return Outcome("found", tuple(found)) if found else Outcome("clean", (f"{asked} packages",))


def secrets_in(lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Each place that holds a secret, and of what kind; never the secret."""
    for place, line in lines:
        for what, pattern in SECRETS.items():
            found = pattern.search(line)
            if found and not any(example in line for example in EXAMPLES):
                yield f"{place} holds {what}"


def tree_lines() -> Iterator[tuple[str, str]]:
    """Every line of every file that git holds or would hold, whatever its name ends in."""
    for path in tracked(ROOT):
        text = path.read_text(encoding="utf-8", errors="replace")
        name = path.relative_to(ROOT).as_posix()
        yield from ((f"{name}:{number}", line) for number, line in enumerate(text.splitlines(), 1))


def history_lines() -> Iterator[tuple[str, str]]:
    """Every line that any commit of any branch added, with the commit and the file."""
    command = ["git", "log", "-p", "--all", "-U0", "--no-color", "--no-textconv", "--format=commit %h"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, errors="replace") as log:
        commit = name = ""
        for line in log.stdout or ():
            if line.startswith("commit "):
                commit = line[7:].strip()
            elif line.startswith("+++ "):
                name = line[6:].strip()
            elif line.startswith("+"):
                yield f"{commit} {name}", line[1:]


def _run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=_SECONDS, check=False)


def python_packages(file: Path) -> Outcome:
    """Ask what is known against a requirements file's pins; nothing is installed."""
    try:
        done = _run(
            sys.executable, "-m", "pip_audit", "--requirement", str(file), "--no-deps", "--disable-pip",
            "--format", "json", "--progress-spinner", "off", "--timeout", "10",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Outcome("unreachable", (f"no answer in {_SECONDS} s",))
    return of_pip(done.stdout, done.returncode, done.stderr)


def node_packages(*options: str) -> Outcome:
    """Ask what is known against web/package-lock.json; nothing is installed."""
    try:
        done = _run("npm", "audit", "--json", *options, cwd=ROOT / "web")
    except (subprocess.TimeoutExpired, FileNotFoundError) as problem:
        return Outcome("unreachable", (type(problem).__name__,))
    if any(word in done.stderr for word in _OFFLINE) and not done.stdout.strip():
        return Outcome("unreachable", (done.stderr.strip().splitlines()[0][:200],))
    return of_npm(done.stdout, done.stderr, "prod" if options else "total")


def _checks() -> Iterator[tuple[str, Outcome]]:
    for file in sorted((ROOT / "requirements").glob("*.txt")):
        yield f"pip-audit {file.name}", python_packages(file)
    yield "npm audit, what pages hold", node_packages("--omit=dev")
    yield "npm audit, everything", node_packages()
    for title, lines in (("secrets in the files", tree_lines()), ("secrets in the history", history_lines())):
        found = tuple(dict.fromkeys(secrets_in(lines)))
        yield title, Outcome("found" if found else "clean", found)


def lines_of(title: str, outcome: Outcome) -> Iterator[str]:
    """An outcome as it is printed: what was found, and what nobody could say anything about, each on a line of its own."""
    word = {"clean": "clean", "found": "FOUND", "unreachable": "not reachable"}[outcome.state]
    beside = 0 if outcome.state == "found" else 1
    yield f"{title:<28}{word:<15}{' '.join(outcome.told[:beside])}"
    yield from (f"    {line}" for line in outcome.told[beside:])


def main() -> int:
    """Print each check's outcome; see the module for the exit status."""
    states = set()
    for title, outcome in _checks():
        print("\n".join(lines_of(title, outcome)), flush=True)
        states.add(outcome.state)
    return 1 if "found" in states else 2 if "unreachable" in states else 0


if __name__ == "__main__":
    sys.exit(main())
