"""The run's tasks in processes of their own, which can be killed as a lost machine is: SIGKILL, at any moment."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from functions.matching import handlers
from functions.shared import aws
from infra.local import Service

Task = tuple[str, int]  # a step and its group
_START_S = 60
_END_S = 120


def steps(groups: int) -> list[Task]:
    """The tasks of a run in the state machine's order."""
    each = {step: [(step, group) for group in range(groups)] for step in ("fold", "decide", "apply")}
    return [*each["fold"], *each["decide"], ("gather", 0), *each["apply"], ("report", 0)]


def perform(run: str, step: str, group: int) -> None:
    """Do a task as the state machine asks for it."""
    if step == "fold":
        handlers.fold_group({"run": run, "group": group}, None)
    elif step == "decide":
        handlers.decide_group({"run": run, "group": group}, None)
    elif step == "apply":
        handlers.apply_group({"run": run, "group": group}, None)
    else:
        handlers.coordinate({"step": step, "run": run}, None)


def begin(run: str) -> None:
    """Begin a planned run as its execution does."""
    handlers.coordinate({"step": "plan", "input": {"run": run}, "execution": "here"}, None)


@dataclass
class Process:
    """A task's process, which has begun."""

    process: ForkServerProcess
    began: float

    def kill(self, after_s: float) -> bool:
        """Kill it when it has worked for some seconds; tell whether it was alive then."""
        time.sleep(max(0, self.began + after_s - time.monotonic()))
        if self.process.pid is not None and self.process.exitcode is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.join(_END_S)
        return self.process.exitcode == -signal.SIGKILL

    def end(self) -> float:
        """Let it end well and return how many seconds it worked."""
        self.process.join(_END_S)
        assert self.process.exitcode == 0, f"a task ended with {self.process.exitcode}"
        return time.monotonic() - self.began


def _environment(service: Service) -> dict[str, str]:
    """The engine's, with the lake of the test."""
    return {**service.environment, "BUCKET_LAKE": os.environ["BUCKET_LAKE"]}


def start(service: Service, run: str, task: Task) -> Process:
    """Start a task and return when it is about to do its first request."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.tasks"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_main, args=(_environment(service), run, task, theirs), daemon=True)
    process.start()
    theirs.close()
    assert ours.poll(_START_S), "a task's process did not start"
    ours.recv()
    return Process(process, time.monotonic())


def _main(environment: Mapping[str, str], run: str, task: Task, ready: Connection) -> None:
    os.environ.update(environment)
    aws.client("s3")
    ready.send(True)
    perform(run, *task)
