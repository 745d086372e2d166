"""Tracing's tests drive the worker themselves: their messages go to a queue that no deployed function reads."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from infra.local import Service
from tests.tracing.world import Team


@pytest.fixture(scope="module", autouse=True)
def own_queue(request: pytest.FixtureRequest) -> Iterator[str]:
    """A queue of a module's own, for those modules that have an engine."""
    if "engine" not in {mark.args[0] for mark in request.node.iter_markers("usefixtures")}:
        yield ""
        return
    engine: Service = request.getfixturevalue("engine")
    url = engine.client("sqs").create_queue(QueueName=f"traces-{uuid4().hex}")["QueueUrl"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUEUE_TRACES", url)
        yield url


@pytest.fixture(scope="module")
def team(own_queue: str) -> Team:
    """A follow-up team with a confirmed key."""
    assert own_queue
    return Team().registered()
