"""The other verifier: the TypeScript core in one node process, asked by lines of JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from infra.paths import ROOT

_SOURCE = ROOT / "web" / "tests" / "judge.ts"
_BUNDLER = ROOT / "web" / "node_modules" / ".bin" / "rolldown"


class Second:
    """A node process that answers questions until it is closed."""

    def __init__(self, setup: dict[str, Any], folder: Path) -> None:
        self._setup, self._folder = setup, folder
        self._process: subprocess.Popen[str] | None = None

    @staticmethod
    def is_possible() -> bool:
        """Whether node and the node packages are there."""
        return shutil.which("node") is not None and _BUNDLER.exists()

    def __enter__(self) -> Self:
        """Bundle the core and start it."""
        bundle = self._folder / "judge.mjs"
        build = [str(_BUNDLER), str(_SOURCE), "--file", str(bundle), "--platform", "node", "--format", "esm"]
        subprocess.run(build, cwd=ROOT / "web", check=True, capture_output=True)
        self._process = subprocess.Popen(
            ["node", str(bundle)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._say(self._setup)
        return self

    def ask(self, questions: Sequence[dict[str, Any]]) -> list[str]:
        """Return the answer to each question: `ok` and what was read, or the refusal's code."""
        answers: list[str] = self._say(list(questions))
        return answers

    def _say(self, what: Any) -> Any:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("the second verifier is not running")
        process.stdin.write(json.dumps(what) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its input, which ends it."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=10)
            if self._process.stdout is not None:
                self._process.stdout.close()
