"""What docs/engine.md says the engine does, and what we make of it.

A test of the *plain* engine that fails is good news: the engine has learnt something, and one of our seams may go.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local.deploy import deploy
from infra.local.engine import Engine
from infra.local.processes import Child, start_engine
from infra.local.state import State, free_port, held
from infra.local.template import plan

HERE = Path(__file__).parent
OURS, PLAIN = "infra.inside", "ministack"
PATIENCE_S = 30.0


@dataclass
class Small:
    """The small stack, in an engine of its own."""

    engine: Engine
    child: Child
    outputs: Any
    log: Path

    def put(self, *keys: str) -> None:
        """Write rows."""
        rows = self.engine.client("dynamodb")
        for key in keys:
            rows.put_item(TableName=self.outputs["Rows"], Item={"pk": {"S": key}})

    def seen(self) -> list[str]:
        """The keys that the function was given, in order, repeats included."""
        return [line.split()[0] for line in self.lines()]

    def lines(self) -> list[str]:
        """Everything that the function wrote down."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def dead(self) -> int:
        """How many failures the dead-letter queue holds."""
        held = self.engine.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["Dead"], AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(held["Attributes"]["ApproximateNumberOfMessages"])


@contextmanager
def small(root: Path, module: str = OURS) -> Iterator[Small]:
    """Start an engine on `root` and deploy the small stack into it."""
    with held(root) as state:
        port = free_port()
        child = start_engine(state, port, module)
        try:
            engine = Engine(f"http://127.0.0.1:{port}")
            log = root / "seen.txt"
            made = deploy(engine, plan(HERE / "small_template.yaml", ["small_worker.py"]), {"Log": str(log)})
            yield Small(engine, child, made.outputs, log)
        finally:
            child.stop()


def wait(condition: Callable[[], bool]) -> bool:
    """Whether `condition` came true within the patience of a loaded machine."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_functions_run_on_the_projects_python(tmp_path: Path) -> None:
    """No layer is built: functions see the project's own dependencies, and the shard of a tumbling window."""
    with small(tmp_path) as stack:
        stack.put("good")
        assert wait(lambda: stack.seen() == ["good"])
        _, shard, python = stack.lines()[0].split()
        assert (shard[:8], python) == ("shardId-", sys.executable)


def test_ttl_is_set_although_the_engine_drops_it(tmp_path: Path) -> None:
    """Rows of a table with a TTL expire in the embedded engine too."""
    with small(tmp_path) as stack:
        told = stack.engine.client("dynamodb").describe_time_to_live(TableName=stack.outputs["Rows"])
        assert told["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}


def test_plain_engine_drops_ttl(tmp_path: Path) -> None:
    """Canary: CloudFormation in the engine ignores TimeToLiveSpecification."""
    with held(tmp_path) as state:
        port = free_port()
        child = start_engine(state, port, PLAIN)
        try:
            engine = Engine(f"http://127.0.0.1:{port}")
            ignored = plan(HERE / "small_template.yaml", ["small_worker.py"])
            made = deploy(engine, type(ignored)(ignored.template, ignored.uploads, (), ()), {"Log": "/dev/null"})
            told = engine.client("dynamodb").describe_time_to_live(TableName=made.outputs["Rows"])
            assert told["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"
        finally:
            child.stop()


@pytest.mark.parametrize("poison", ["raise", "report"])
def test_a_failed_record_is_retried_and_kept(tmp_path: Path, poison: str) -> None:
    """What fails is tried again, halved away from what does not, and ends in the dead-letter queue; nothing is lost."""
    with small(tmp_path) as stack:
        stack.put("good-1", poison, "good-2")
        assert wait(lambda: stack.dead() >= 1 and "good-2" in stack.seen())
        assert stack.seen().count(poison) >= 3  # once, and two retries
        assert "good-1" in stack.seen()


def test_plain_engine_loses_a_reported_failure(tmp_path: Path) -> None:
    """Canary: without our seam a record reported as failed is neither tried again nor kept."""
    with small(tmp_path, PLAIN) as stack:
        stack.put("report")
        assert wait(lambda: stack.seen() == ["report"])
        stack.put("good")
        assert wait(lambda: "good" in stack.seen())
        assert (stack.seen().count("report"), stack.dead()) == (1, 0)


@pytest.mark.parametrize(("module", "skipped"), [(OURS, False), (PLAIN, True)])
def test_stream_position_after_a_restart(tmp_path: Path, module: str, *, skipped: bool) -> None:
    """After a restart every new record is read. Canary: the plain engine skips as many as it had read before."""
    with small(tmp_path, module) as stack:
        stack.put("before-1", "before-2")
        assert wait(lambda: len(stack.seen()) == 2)
    with small(tmp_path, module) as stack:
        stack.put("after-1", "after-2", "after-3")
        assert wait(lambda: "after-3" in stack.seen())
        assert ("after-1" not in stack.seen()) is skipped
        rows = stack.engine.client("dynamodb").scan(TableName=stack.outputs["Rows"])
        assert rows["Count"] == 5  # what was acknowledged before the stop is there


def test_a_running_execution_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    """The engine stops in order within seconds although an execution sleeps, and its state is saved."""
    with small(tmp_path) as stack:
        stack.put("kept")
        stack.engine.client("stepfunctions").start_execution(stateMachineArn=stack.outputs["Sleeper"])
        time.sleep(0.5)
        began = time.monotonic()
        stack.child.stop()
        assert time.monotonic() - began < 20
    assert (State(tmp_path).engine / "dynamodb.json").exists()


def test_plain_engine_does_not_stop_while_an_execution_runs(tmp_path: Path) -> None:
    """Canary: without our seam a sleeping execution keeps the process for ever."""
    with small(tmp_path, PLAIN) as stack:
        stack.engine.client("stepfunctions").start_execution(stateMachineArn=stack.outputs["Sleeper"])
        time.sleep(0.5)
        stack.child.process.terminate()
        time.sleep(6)
        still_there = stack.child.process.poll() is None
        stack.child.process.kill()
        assert still_there
