"""Run a W3C suite against the product: `python -m conformance.suites data-model --suite FOLDER --answers strict`.

FOLDER is a checkout of the suite with its node packages, made as `conformance/README.md` says. The adapter is started
on this machine, the suite's own mocha runs, and what it says of each test is printed, then the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.vc_api import serve

HERE = Path(__file__).parent
LIMIT_S = 600


@dataclass(frozen=True)
class Suite:
    """A suite: its repository's name, the tags that its manifest wants, and whether it reads no envelopes."""

    repository: str
    tags: tuple[str, ...] = ()
    plain: bool = False


SUITES = {
    "data-model": Suite("vc-data-model-2.0-test-suite", ("vc2.0", "EnvelopingProof")),
    "status-list": Suite("vc-bitstring-status-list-test-suite", ("BitstringStatusList",), plain=True),
    "jose-cose": Suite("vc-jose-cose-test-suite"),
}
ANSWERS = ("strict", "lenient", "refusing")
FORMS = ("jose", "sdjwt", "cose")
NAME = "epipass"


def manifest(suite: Suite, url: str) -> str:
    """The `localConfig.cjs` that makes a suite test us alone."""
    ends = {
        "issuers": "/credentials/issue",
        "verifiers": "/credentials/verify",
        "vpVerifiers": "/presentations/verify",
    }
    kinds: dict[str, Any] = {
        kind: [{"id": url, "endpoint": url + path, "tags": list(suite.tags)}] for kind, path in ends.items()
    }
    # There is no COSE here, in the product or beside it: what is false is skipped, and told as such.
    features = {f"{kind}_{form}": form != "cose" for kind in ("credential", "presentation") for form in FORMS}
    jose: dict[str, Any] = {"jose-cose": {"features": features}}
    ours = {"name": NAME, "implementation": NAME, **(kinds if suite.tags else jose)}
    return f"module.exports = {json.dumps({'settings': {}, 'implementations': [ours]}, indent=2)};\n"


def sd_jwt_python(folder: Path) -> str:
    """The Python beside a suite's folder that has PyPI's sd-jwt."""
    return str(folder.parent / "strangers" / ".venv" / "bin" / "python")


def run_mocha(folder: Path, answers: str) -> Any:
    """What the suite's mocha says of each test, as its JSON reporter writes it."""
    report = folder / f"epipass-{answers}.json"
    for old in (report, *(folder / "tests" / "output").glob(f"*-{NAME}.json")):
        old.unlink(missing_ok=True)
    environment = {**os.environ, "EPIPASS_ANSWERS": answers, "EPIPASS_PYTHON": sys.executable}
    environment["PYTHONPATH"] = str(HERE.parent)
    environment["EPIPASS_SD_JWT_PYTHON"] = sd_jwt_python(folder)
    environment["PATH"] = f"{HERE / 'docker'}{os.pathsep}{environment['PATH']}"
    # One suite uses iterator helpers, which node has behind a flag before its version 22.
    command = ["node", "--harmony-iterator-helpers", "--preserve-symlinks", "node_modules/mocha/bin/_mocha", "tests/"]
    command += ["--no-config", "--no-package", "--timeout", "15000", "--reporter", "json"]
    command += ["--reporter-option", f"output={report}"]
    subprocess.run(command, cwd=folder, env=environment, check=False, timeout=LIMIT_S, stdout=subprocess.DEVNULL)
    return json.loads(report.read_text(encoding="utf-8"))


def tell(report: Any) -> None:
    """Print each test with its outcome, and why it failed."""
    passed = passed_of(report)
    skipped = {test["fullTitle"] for test in report["pending"]}
    for test in report["tests"]:
        title = test["fullTitle"]
        outcome = "pass" if title in passed else "skip" if title in skipped else "FAIL"
        reason = test.get("err", {}).get("message", "").split("\n")[0]
        print(f"{outcome}  {title}{'  -- ' + reason if outcome == 'FAIL' else ''}")


def passed_of(report: Any) -> set[str]:
    """The titles of the tests that were passed."""
    return {test["fullTitle"] for test in report["passes"]}


def figures(report: Any, folder: Path, answers: str) -> str:
    """The suite's commit and date, and how many tests came out how."""
    commit = subprocess.run(
        ["git", "log", "-1", "--format=%h of %cs"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
    counts = {name: len(report[name]) for name in ("tests", "passes", "pending")}
    failed = counts["tests"] - counts["passes"] - counts["pending"]
    return (
        f"{folder.name} at {commit}, answers {answers}, {datetime.now(UTC).date()}: "
        f"{counts['tests']} tests, {counts['passes']} passed, {failed} failed, {counts['pending']} skipped"
    )


def run(name: str, folder: Path, answers: str) -> Any:
    """Start the adapter, let the suite of this name run against it, and return its report."""
    suite = SUITES[name]
    server = serve(answers, plain=suite.plain)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (folder / "localConfig.cjs").write_text(manifest(suite, f"https://localhost:{server.server_port}"))
    try:
        return run_mocha(folder, answers)
    finally:
        server.shutdown()
        server.server_close()


def main() -> int:
    """Run one suite with one way of answering."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--suite", dest="folder", type=Path, required=True, help="its checkout, with node packages")
    parser.add_argument("--answers", choices=ANSWERS, default="strict")
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    report = run(asked.suite, folder, asked.answers)
    tell(report)
    print(figures(report, folder, asked.answers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
