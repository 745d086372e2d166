"""When the embedded engine cannot start, or dies, a person reads a sentence and never a traceback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.local import embedded
from infra.local.problems import EngineDied, PortTaken, StateUnusable
from infra.local.processes import Child
from infra.local.state import free_port, held
from infra.paths import ROOT


def test_a_taken_port_is_named_with_the_variable_that_chooses_another(tmp_path: Path) -> None:
    """Nothing is started, and the sentence says which port and what to set."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} .*EPIPASS_PORT"), embedded(tmp_path, port):
            pytest.fail("it started on a taken port")


def test_a_state_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The sentence says which folder and what to set."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnusable, match="EPIPASS_STATE"), embedded(tmp_path / "file" / "state"):
        pytest.fail("it started without a state folder")


def test_two_engines_never_share_a_state_folder(tmp_path: Path) -> None:
    """The second one says so and touches nothing."""
    with held(tmp_path), pytest.raises(StateUnusable, match="Another epipass"), held(tmp_path):
        pytest.fail("both had it")


def test_the_command_prints_a_sentence_and_exits_with_1(tmp_path: Path) -> None:
    """`epipass run` on a taken port: one sentence on standard error, no traceback."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        environment = {
            **os.environ,
            "EPIPASS_STATE": str(tmp_path),
            "EPIPASS_PORT": str(other.getsockname()[1]),
            "EPIPASS_ENGINE_PORT": str(free_port()),
        }
        command = [sys.executable, "-m", "cli.main", "run"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert "already in use" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_an_engine_that_dies_is_noticed_with_its_last_words(tmp_path: Path) -> None:
    """The service says that the engine has gone, and where its log is."""
    with embedded(tmp_path, http=False, prepare=False) as service:
        engine = service.children[0]
        os.kill(engine.process.pid, signal.SIGKILL)
        engine.process.wait(10)
        with pytest.raises(EngineDied, match="stopped by itself"):
            service.check()


def test_a_child_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    """The last lines of the log are in the sentence: they name the cause."""
    log = tmp_path / "log"
    log.write_text("the reason\n")
    with subprocess.Popen(["true"]) as process:
        process.wait(10)
        with pytest.raises(EngineDied, match="the reason"):
            Child("The engine", process, log).check()


def test_a_machine_without_node_is_told_what_to_install(tmp_path: Path) -> None:
    """Nothing is downloaded before that."""
    for name in ("sh", "sed"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    (tmp_path / "python3").symlink_to(sys.executable)
    done = subprocess.run(
        ["/bin/sh", "infra/check_tools.sh"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Node.js 20" in done.stderr


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    """An older Python is none."""
    (tmp_path / "python3").symlink_to(str(shutil.which("false")))
    done = subprocess.run(
        ["/bin/sh", "infra/check_tools.sh"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Python 3.11" in done.stderr


def test_state_is_kept_over_a_stop(tmp_path: Path) -> None:
    """What was written before an orderly stop is there after the next start, under the same names."""
    item = {"pk": {"S": "gate"}, "sk": {"S": "1"}}
    with embedded(tmp_path, http=False, prepare=False) as service:
        table = service.environment["TABLE_SCAN"]
        service.client("dynamodb").put_item(TableName=table, Item=item)
        key = service.environment["KEY_DATA"]
    assert not service.state.service_file.exists()
    with embedded(tmp_path, http=False, prepare=False) as service:
        assert (service.environment["TABLE_SCAN"], service.environment["KEY_DATA"]) == (table, key)
        assert service.client("dynamodb").scan(TableName=table)["Items"] == [item]


_LAUNCHER = """
import pathlib, sys, time
from infra.local import embedded
with embedded(pathlib.Path(sys.argv[1]), http=False, prepare=False) as service:
    print(service.children[0].process.pid, flush=True)
    time.sleep(120)
"""


def test_a_killed_launcher_leaves_no_engine_behind(tmp_path: Path) -> None:
    """After `kill -9` the kernel ends the engine, so that the next start finds its port free (Linux)."""
    with subprocess.Popen([sys.executable, "-c", _LAUNCHER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE) as launcher:
        assert launcher.stdout is not None
        engine = int(launcher.stdout.readline())
        launcher.kill()
    deadline = time.monotonic() + 30
    while _lives(engine):
        assert time.monotonic() < deadline, "the engine outlived its launcher"
        time.sleep(0.1)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
