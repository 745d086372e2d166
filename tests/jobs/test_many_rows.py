"""A list of several parts: each is applied by itself, all take effect at once."""

from __future__ import annotations

import pytest

from functions.jobs import applying, service, staff_plan
from functions.jobs.applying import parts_of
from functions.matching import service as matching
from functions.shared.clock import now
from tests.jobs.driving import Steps, listed, new_unit, staff_csv, upload


def test_parts_are_applied_one_by_one_and_take_effect_at_once(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Totals are asked of the parts; nobody is listed before the last part is written."""
    monkeypatch.setattr(staff_plan, "PART_ROWS", 200)
    monkeypatch.setattr(staff_plan, "SETTLE_PIDS", 50)
    unit = new_unit()
    head = upload(unit, staff_csv(range(220)))
    assert steps.one()
    running = service.find(head.job, now())
    applied = [int(part.rows) for part in parts_of(running) if part.task == "apply"]
    assert (running.state, applied) == ("running", [200, 20])
    assert steps.one()
    assert service.totals(running).applied in {20, 200}
    assert listed(unit) == set()
    assert steps.one()
    assert len(listed(unit)) == 220
    assert service.find(head.job, now()).state == "running"
    steps.finish()
    assert service.find(head.job, now()).state == "done"
    assert len(listed(unit)) == 220
    # All of them are decided about, whatever their number: nobody waits for the daily run.
    assert len(list(matching.of_unit(unit, now()))) == 220


def test_a_part_under_another_workers_lease_comes_again(steps: Steps) -> None:
    """Two workers do not do one part at a time; when a lease has run out, the part is taken over."""
    unit = new_unit()
    head = upload(unit, staff_csv(range(2)))
    steps.one()
    (part, *_) = parts_of(service.find(head.job, now()))
    part.update(actions=[type(part).lease_until.set(now() + applying.LEASE_S)])
    (message,) = steps.pending()
    assert steps.one()
    assert steps.held == [message]
    part.update(actions=[type(part).lease_until.set(now())])
    steps.finish()
    assert len(listed(unit)) == 2
