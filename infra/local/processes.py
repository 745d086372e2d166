"""The two child processes: the engine and the HTTP server, each in a session of its own."""

from __future__ import annotations

import ctypes
import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.engine import AWS, REGION
from infra.local.problems import EngineDied, EngineMissing
from infra.local.state import HOST, State
from infra.local.turns import AT_ONCE, IN_LINE, REFUSING
from infra.paths import ENGINE_PYTHON, ROOT

START_S = 60.0
STOP_S = 30.0
# Of the HTTP server: whoever waits for a turn waits in a thread, and some are free to say that the line is full.
THREADS = str(AT_ONCE + IN_LINE + REFUSING)
# A developer's own cloud profile must never reach the functions or be reached by them.
FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@dataclass
class Child:
    """A process that we started, with the file it prints to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raise EngineDied, with the last lines of the log, if the process has ended."""
        if self.process.poll() is not None:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
            told = "\n  ".join(lines)
            raise EngineDied(
                f"{self.name} stopped by itself (status {self.process.returncode}), see {self.log}:\n  {told}"
            )

    def stop(self) -> int:
        """End it in order, by force only after half a minute; returns its status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def start_engine(state: State, port: int, module: str = "infra.inside") -> Child:
    """Start the engine on `port` and wait until it is ready; `module` is what its interpreter runs."""
    if not ENGINE_PYTHON.exists():
        raise EngineMissing("The embedded engine is not installed: run `make setup` first.")
    shutil.rmtree(state.temporary, ignore_errors=True)
    state.temporary.mkdir(mode=0o700, exist_ok=True)
    child = _start(
        "The embedded engine",
        [str(ENGINE_PYTHON), "-m", module],
        _engine_environment(state, port),
        state.engine_log,
    )
    _await_answer(child, f"http://{HOST}:{port}/_ministack/ready")
    return child


def _engine_environment(state: State, port: int) -> dict[str, str]:
    return {
        **clean_environment(port),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_REGION": REGION,
        # Every function runs under its own role of the template, and is refused what that does not grant.
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state.engine),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state.objects),
        "LAMBDA_ACCOUNT_CONCURRENCY": "16",
        "TMPDIR": str(state.temporary),
        "EPIPASS_PYTHON": sys.executable,
        "DOCKER_HOST": f"unix://{state.root}/no-docker",
    }


def start_http(state: State, port: int, environment: Mapping[str, str]) -> Child:
    """Start the HTTP server on `port` and wait until it answers."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", THREADS, "--no-ws", "--log-level", "warning"]
    child = _start("The HTTP server", [*command, "infra.local.wsgi:application"], environment, state.http_log)
    _await_answer(child, f"http://{HOST}:{port}/health")
    return child


def clean_environment(engine_port: int) -> dict[str, str]:
    """This process's environment, with the engine in the cloud's place."""
    own = {key: value for key, value in os.environ.items() if key not in FOREIGN and key != "PYTHONPATH"}
    return {**own, **AWS, "AWS_ENDPOINT_URL": f"http://{HOST}:{engine_port}", "PYTHONUNBUFFERED": "1"}


def _start(name: str, command: list[str], environment: Mapping[str, str], log: Path) -> Child:
    with log.open("ab") as out:
        # A session of its own: Ctrl-C reaches the launcher alone, which then stops both in order.
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # One system call, before any thread of ours exists in the child.
            preexec_fn=_end_with_the_launcher if sys.platform == "linux" else None,  # noqa: PLW1509
        )
    return Child(name, process, log)


def _end_with_the_launcher() -> None:
    """Ask the kernel for SIGTERM when the launcher dies, so that a killed one leaves no engine on its port."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG, prctl(2)


def _await_answer(child: Child, url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
                return
        except urllib.error.HTTPError as answered:
            if answered.code != http.client.SERVICE_UNAVAILABLE:
                return
        except OSError:
            pass
        child.check()
        time.sleep(0.05)
    child.stop()
    raise EngineDied(f"{child.name} did not answer within {START_S:.0f} s, see {child.log}.")
