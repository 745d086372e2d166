"""Check-ins sent and delivered again: a slice of what `python -m bench.replays` plays with twenty thousand."""

from __future__ import annotations

import pytest

from bench.kept import Kept
from bench.replays import compared, play
from infra.local import Service


def test_check_ins_sent_again_and_delivered_again_leave_the_same(engine: Service) -> None:
    """In another order, in other batches, counted from nothing: the same rows and counters, byte for byte."""
    assert play(engine, 40, 7, alone=False) == 0


def test_a_row_that_changed_came_or_went_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The comparison is of whole rows: one more second in one of them is a difference."""
    first = Kept({("CHECKIN", "p", "1"): "{}", ("CHECKIN", "p", "2"): '{"at": 1}', ("COUNTER", "c", "1"): "{}"})
    now = Kept({("CHECKIN", "p", "1"): "{}", ("CHECKIN", "p", "2"): '{"at": 2}', ("COUNTER", "c", "2"): "{}"})
    assert compared("again", first, first) == 0
    assert first.differ(now) == [("CHECKIN", "p", "2"), ("COUNTER", "c", "1"), ("COUNTER", "c", "2")]
    assert compared("again", first, now) == 3
    assert '{"at": 1} is now {"at": 2}' in capsys.readouterr().out
