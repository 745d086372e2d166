"""The daily run over everywhere, as the schedule starts it."""

from __future__ import annotations

import json
import time

from functions.shared.clock import now, rfc3339
from infra.local import Service


def run_everywhere(engine: Service) -> str:
    """Run the matching machine with this second as its cut-off, to its end; return the cut-off."""
    machines, cutoff = engine.client("stepfunctions"), rfc3339(now())
    (arn,) = [
        one["stateMachineArn"]
        for one in machines.list_state_machines()["stateMachines"]
        if one["name"].endswith("-matching")
    ]
    began = machines.start_execution(stateMachineArn=arn, input=json.dumps({"scheduled": cutoff}))
    deadline = time.monotonic() + 120
    while (told := machines.describe_execution(executionArn=began["executionArn"]))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert told["status"] == "SUCCEEDED", told
    return cutoff
