"""`epipass doctor` looks at every place where something may wait, also in a stack of another release."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cli.deployment import Deployment, deployment
from cli.doctor import DEAD, examine
from functions.shared import clock
from infra.local import Service


class Older(Deployment):
    """A stack of the release before one of the queues."""

    def outputs(self) -> Mapping[str, str]:
        """What it says about itself."""
        return {name: value for name, value in super().outputs().items() if name != "TextsDead"}


def test_a_queue_that_an_older_stack_lacks_is_named_and_the_look_goes_on(
    engine: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command of a new release meets the stack before its deployment: one line says so, all others are there."""
    monkeypatch.setenv("EPIPASS_STATE", str(engine.state.service_file.parent))
    target = deployment(None)
    whole = {one.what: one for one in examine(target, clock.now())}
    older = Older(target.client, target.stack, embedded=True, url=target.url)
    found = {one.what: one for one in examine(older, clock.now())}
    assert set(DEAD) < set(whole)
    assert set(found) == set(whole)
    assert not whole["TextsDead"].told.startswith("the stack has no such queue")
    assert not found["TextsDead"].well
    assert found["TextsDead"].told.startswith("the stack has no such queue")
