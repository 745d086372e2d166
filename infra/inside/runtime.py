"""Functions run on the project's Python, and their errors keep their names."""

from __future__ import annotations

import os
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

# The worker's own line that reports an exception as its text alone.
REPORT = '"error": str(e), "trace"'
NAMED = '"error": chr(30) + type(e).__name__ + chr(30) + str(e), "trace"'
MARK = "\x1e"


def install() -> None:
    """Replace the interpreter of Python functions, and name errors as the cloud does."""
    _use_project_python()
    _name_errors()


def _use_project_python() -> None:
    detect = lambda_runtime._detect_runtime_binary
    python = os.environ["EPIPASS_PYTHON"]

    def detect_ours(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        return (python if runtime.startswith("python") else binary), script

    lambda_runtime._detect_runtime_binary = detect_ours


def _name_errors() -> None:
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(REPORT) != 1:
        raise RuntimeError("MiniStack has changed its worker: read docs/engine.md before moving the pin")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(REPORT, NAMED)
    execute = lambda_svc._execute_function_warm

    def execute_named(*args: Any, **kwargs: Any) -> Any:
        result = execute(*args, **kwargs)
        body = result.get("body")
        if isinstance(body, dict) and str(body.get("errorMessage", "")).startswith(MARK):
            _, body["errorType"], body["errorMessage"] = body["errorMessage"].split(MARK, 2)
        return result

    lambda_svc._execute_function_warm = execute_named
