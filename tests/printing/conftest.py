"""Printing's tests drive the worker themselves: their messages go to a queue that no deployed function reads."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from infra.local import Service


@pytest.fixture(scope="module")
def own_queue(engine: Service) -> Iterator[str]:
    """A queue of this module's own."""
    url = engine.client("sqs").create_queue(QueueName=f"prints-{uuid4().hex}")["QueueUrl"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUEUE_PRINTS", url)
        yield url
