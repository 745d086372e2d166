"""The built package works: what `make build` makes is imported and called with recorded events, by itself.

Built for the interpreter and processor at hand; the cloud's packages differ in nothing but wheels and byte code.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import sizes
from infra.build import functions
from infra.local import Service
from infra.paths import ROOT

EVENTS = ROOT / "tests" / "events"
DRIVER = ROOT / "tests" / "template" / "built_driver.py"
ARCHITECTURE = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
LAYER_LIMIT = 250 * 1024 * 1024  # Lambda: function and layers, unzipped


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`make build` for this machine: one function, which holds the package that all share, and the layer."""
    folder = tmp_path_factory.mktemp("built")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "AWS_"))}
    command = ["make", f"build-{ARCHITECTURE}", f"RUNTIME={PYTHON}", f"BUILD_DIR={folder}", "ONLY=PublicFunction"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder


def event(name: str) -> dict[str, Any]:
    """A recorded event."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def call(built: Path, service: Service, *calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Call handlers of the built package in a clean interpreter: no site-packages, no environment of Python's."""
    done = subprocess.run(
        [sys.executable, "-S", "-I", str(DRIVER), str(built / "PublicFunction"), str(built / "DepsLayer" / "python")],
        input=json.dumps(calls),
        env={**service.environment, "TZ": "UTC"},
        cwd=built,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answered: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answered


@pytest.mark.timeout(400)
def test_every_way_in_answers_its_recorded_event(built: Path, engine: Service) -> None:
    """Text, JSON and octets over HTTP, a queue, a stream, a schedule and a task: each handler of the package answers."""
    officer = {"authorization": f"Bearer {engine.token('officer', '310199')}"}
    lab = {"authorization": f"Bearer {engine.token('lab', 'L-built')}"}
    answered = call(
        built,
        engine,
        ("functions.entry.public.app", event("http-text")),
        ("functions.entry.public.app", event("http-json")),
        ("functions.entry.desk.app", with_headers(event("http-put"), officer)),
        ("functions.entry.upload.app", event("http-binary")),
        ("functions.entry.upload.app", with_headers(event("http-binary"), lab)),
        ("functions.status.handlers.publish_status", event("queue")),
        ("functions.matching.handlers.on_results", event("stream")),
        ("functions.keys.handlers.make_day_keys", event("schedule")),
        ("functions.matching.handlers.coordinate", event("task")),
    )
    answers = answered["answers"]
    health, unknown_member, registered, no_token, uploaded, queue, stream, schedule, task = answers
    assert (health["statusCode"], json.loads(health["body"])["ok"]) == (200, True)
    assert (unknown_member["statusCode"], json.loads(unknown_member["body"])["code"]) == (400, "malformed")
    assert registered["statusCode"] in {200, 201}
    assert no_token["statusCode"] == 401
    assert uploaded["statusCode"] in {200, 202}, uploaded["body"]
    assert queue == {"batchItemFailures": []}
    assert stream == {"batchItemFailures": []}
    assert schedule == {"made": 0}
    assert task["run"]
    ours = [file for file in answered["files"] if "site-packages" in file or file.startswith(str(ROOT))]
    assert [file for file in ours if file != str(DRIVER)] == []


@pytest.mark.timeout(400)
def test_package_holds_what_runs_and_nothing_else(built: Path) -> None:
    """No test, no page, no launcher; byte code that SAM's dates of 1980 do not make stale; and it fits."""
    package = built / "PublicFunction"
    assert {path.name for path in package.iterdir()} - {"__pycache__"} == {"app.py", "functions", "credentials"}
    compiled = list(package.rglob("*.pyc"))
    assert compiled
    # PEP 552: bit 0 says the hash decides, bit 1 that it is checked.
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled} == {1}
    layer = built / "DepsLayer"
    size = sum(path.stat().st_size for folder in (layer, package) for path in folder.rglob("*") if path.is_file())
    assert size < LAYER_LIMIT
    # Deflated in haste, which is an upper bound of what is uploaded: functions below 1 MB, the layer below 40.
    assert [one for one in (sizes.bound(package, "functions"), sizes.bound(layer, "deps")) if one.over] == []
    assert not (layer / "python" / "pytest").exists()
    assert {path.name for path in (layer / "python" / "botocore" / "data").iterdir() if path.is_dir()} >= {"dynamodb"}


@pytest.mark.timeout(400)
def test_a_cold_start_compiles_nothing(built: Path) -> None:
    """What the handler imports is there as byte code alone; the rest as source alone, for the handlers that need it."""
    started = set(functions.started(functions.handler_of("PublicFunction")))
    assert {Path("functions/entry/public.py"), Path("functions/__init__.py")} <= started
    package = built / "PublicFunction"
    every = [path.relative_to(ROOT) for name in ("functions", "credentials") for path in (ROOT / name).rglob("*.py")]
    for source in (Path("app.py"), *every):
        shipped = {suffix for suffix in (".py", ".pyc") if (package / source).with_suffix(suffix).exists()}
        assert shipped == {".pyc" if source in started else ".py"}, source


@pytest.mark.timeout(400)
def test_what_joins_the_lake_fits_beside_everything_else(built: Path, tmp_path: Path) -> None:
    """The bulk layer holds duckdb and nothing else, and function and both layers stay below Lambda's limit."""
    subprocess.run(
        [sys.executable, "-m", "infra.build.layer", str(tmp_path), PYTHON, ARCHITECTURE, "bulk"], cwd=ROOT, check=True
    )
    held = {path.name for path in (tmp_path / "python").iterdir() if not path.name.endswith(".dist-info")}
    assert {name for name in held if "duckdb" not in name} <= {"__pycache__", "adbc_driver_duckdb"}
    folders = (built / "DepsLayer", built / "PublicFunction", tmp_path)
    size = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
    assert size < LAYER_LIMIT


def with_headers(recorded: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """The event with more headers: a token is of now, so it cannot be recorded."""
    return {**recorded, "headers": {**recorded["headers"], **headers}}
