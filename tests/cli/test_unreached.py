"""What does not answer, or refuses, is told in a sentence with what to look at: an operator at night reads no traceback."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socketserver import BaseRequestHandler, TCPServer
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from cli.api import TOKEN_VARIABLE
from cli.main import epipass
from infra.local import Service


def run(*words: object) -> Result:
    """Say a command that does not come to its end; nothing but its exit status may be raised."""
    ran = CliRunner().invoke(epipass, [str(word) for word in words])
    assert isinstance(ran.exception, SystemExit), ran.exception
    assert ran.exit_code == 1
    return ran


@pytest.fixture(name="silent")
def _silent() -> Iterator[str]:
    """The address of somebody who hangs up on whoever calls."""
    with TCPServer(("127.0.0.1", 0), BaseRequestHandler) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        serving.join()


@pytest.mark.parametrize("words", [("doctor",), ("redrive",)])
def test_an_engine_that_was_killed_is_a_sentence(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It left its address behind, and nobody is there: what to look at is said."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
    (tmp_path / "service.json").write_text(json.dumps({"engine_url": address, "url": address}))
    monkeypatch.setenv("EPIPASS_STATE", str(tmp_path))
    told = run(*words).stderr
    assert address in told
    assert "whether `epipass run` still runs" in told


def test_a_stack_that_is_not_there_is_a_sentence(engine: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the cloud refuses is told in its own words, and that the name may be wrong."""
    for name, value in engine.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    told = run("doctor", "--stack", "no-such-stack").stderr
    assert "no-such-stack" in told
    assert "With --stack, look at its name" in told


def test_who_hangs_up_in_the_middle_is_a_sentence(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is stopped just then answers neither page nor published file."""
    monkeypatch.setenv(TOKEN_VARIABLE, "x")
    for command in ("audit-verdicts", "audit-log verify"):
        assert f"{silent.removeprefix('http://')} does not answer: " in run(*command.split(), "--url", silent).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("audit-verdicts --sample 5 --parts 4", "one of them"),
        ("audit-verdicts --unit U-1 --parts 4", "one of them"),
        ("sunset plan --out nowhere/plan.json", "there is no folder nowhere"),
        ("restore compare UnitTable copy --rows nowhere/rows.jsonl", "there is no folder nowhere"),
    ],
)
def test_what_is_misused_is_told_before_the_work(words: str, said: str) -> None:
    """Hours of reading end in no file, and no option is left out in silence: status 2 at once."""
    ended = CliRunner().invoke(epipass, words.split())
    assert (ended.exit_code, said in ended.stderr) == (2, True), ended.output
