"""Tracing's tests drive the workers themselves: their messages go to queues that no deployed function reads."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from infra.local import Service
from tests.tracing.world import Team


@pytest.fixture(scope="module", autouse=True)
def own_queue(request: pytest.FixtureRequest) -> Iterator[str]:
    """Queues of a module's own, for traces and for texts, for those modules that have an engine."""
    if "engine" not in {mark.args[0] for mark in request.node.iter_markers("usefixtures")}:
        yield ""
        return
    engine: Service = request.getfixturevalue("engine")
    sqs, name = engine.client("sqs"), uuid4().hex
    url, texts = (sqs.create_queue(QueueName=f"{kind}-{name}")["QueueUrl"] for kind in ("traces", "texts"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUEUE_TRACES", url)
        patch.setenv("QUEUE_TEXTS", texts)
        yield url


@pytest.fixture(scope="module")
def team(own_queue: str) -> Team:
    """A follow-up team with a confirmed key."""
    assert own_queue
    return Team().registered()
