"""A jobs queue of each test's own."""

from __future__ import annotations

import pytest

from infra.local import Service
from tests.jobs.driving import Steps, steps_of


@pytest.fixture
def steps(engine: Service, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Steps that wait until the test takes them."""
    return steps_of(engine, monkeypatch)
