"""Law 3: a list takes effect whole or not at all, whatever dies, repeats or races."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.jobs import applying, service
from functions.shared.clock import now
from functions.staff.rules import next_generation, order_of
from infra.local import Service
from tests.jobs.driving import Killed, Steps, kill_at, listed, new_unit, staff_csv, steps_of, upload

MOST_WRITES = 40


@pytest.fixture
def steps(engine: Service, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Steps that wait until the test takes them."""
    return steps_of(engine, monkeypatch)


def test_killed_at_any_write_it_is_the_old_list_or_the_new(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die at each write in turn: never a mixture; tried again, the new list.

    Every other write is lost with the process; of the ones between only the answer is, which leaves behind what a death
    before the next write does.
    """
    monkeypatch.setattr(applying, "LEASE_S", 0)  # a dead worker's lease has run out by the time its message returns
    unit, outcomes = new_unit(), set()
    upload(unit, staff_csv([0, 1]))
    steps.finish()
    for number in range(1, MOST_WRITES):
        old, data = listed(unit), staff_csv([1, 2 * number, 2 * number + 1])
        with kill_at(number, after=number % 2 == 0) as count:
            try:
                upload(unit, data)
                steps.finish()
            except Killed:
                pass
            reached = count()
        seen = listed(unit)
        upload(unit, data)  # the clerk tries again; what was killed comes again by itself
        steps.finish()
        new = listed(unit)
        assert seen in (old, new)
        assert len(new - old) == 2
        outcomes.add("old" if seen == old else "new")
        if reached < number:
            break
    else:
        raise AssertionError("a list takes more writes than were tried")
    assert outcomes == {"old", "new"}


def test_two_lists_at_once_are_both_whole(steps: Steps) -> None:
    """Two files of one unit, their steps in turn: the second is checked again on top of the first."""
    unit = new_unit()
    first, second = upload(unit, staff_csv(range(4))), upload(unit, staff_csv([3, 4, 5], phone="13900139000"))
    steps.finish()
    assert {service.find(job.job, now()).state for job in (first, second)} == {"done"}
    assert len(listed(unit)) == 6


def test_twice_the_same_upload_at_once_is_one_job(steps: Steps) -> None:
    """The same bytes by an impatient clerk: one job, one generation, messages to spare."""
    unit = new_unit()
    jobs = {upload(unit, staff_csv(range(3))).job for _ in range(4)}
    steps.finish()
    assert len(jobs) == 1
    assert int(service.find(jobs.pop(), now()).plan) == 1


def test_messages_in_any_order_and_twice_change_nothing(steps: Steps) -> None:
    """The queue delivers at least once, in no order."""
    unit = new_unit()
    head = upload(unit, staff_csv(range(3)))
    for _ in range(4):
        steps.pending()
        steps.held = [*reversed(steps.held), *steps.held]
        steps.one()
    steps.finish()
    assert service.find(head.job, now()).state == "done"
    assert len(listed(unit)) == 3


PIDS = st.frozensets(st.sampled_from("abcdef"))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lists=st.lists(st.tuples(PIDS, st.sampled_from(["update", "replace"])), max_size=5), data=st.data())
def test_lists_applied_in_any_order_end_as_they_were_received(
    lists: list[tuple[frozenset[str], str]], data: st.DataObject
) -> None:
    """Holds released late change nothing: what a later upload says of a person stands."""
    in_order = _applied(list(enumerate(lists)))
    shuffled = _applied(data.draw(st.permutations(list(enumerate(lists)))))
    assert shuffled == in_order


def _applied(lists: list[tuple[int, tuple[frozenset[str], str]]]) -> dict[str, str]:
    """Apply lists in the given order; return who stands, and from which upload their row came."""
    standing: dict[str, str] = {}
    replaced = ""
    for sequence, (pids, mode) in lists:
        order = order_of(sequence, "J")
        if replaced > order:
            continue
        change = next_generation(pids, (), standing, mode=mode, order=order)  # type: ignore[arg-type]
        replaced = order if mode == "replace" else replaced
        standing = {**{pid: standing[pid] for pid in change.kept}, **dict.fromkeys(change.taken, order)}
    return standing
