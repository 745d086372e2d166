"""An engine that is stopped on a full disk."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest

from infra.local.embedded import stopped
from infra.local.problems import StateNotSaved
from infra.local.processes import start_engine
from infra.local.state import free_port, held


@pytest.mark.skipif(sys.platform != "linux", reason="a running process is limited by prlimit, which is Linux's")
def test_a_state_that_cannot_be_saved_is_said(tmp_path: Path) -> None:
    """Whoever stops it learns that it was not saved, where to look, and what to do; it does not end as if all were well."""
    with held(tmp_path) as state:
        engine = start_engine(state, free_port())
        _, hard = resource.prlimit(engine.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(engine.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        with pytest.raises(StateNotSaved, match="Make room on the disk") as told:
            stopped(engine)
    assert str(state.engine_log) in str(told.value)
