"""The event path: a result arrives, one person is decided about anew, and what ended is withdrawn."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from functions.jobs import handlers as jobs
from functions.matching import service
from functions.matching.policy import POLICIES
from functions.matching.rules import Approval, Facts, decide
from functions.results import service as results
from functions.results.rules import Result
from functions.shared import clock
from functions.staff import service as staff
from functions.status import service as status
from functions.units import service as units
from tests.matching.world import DAY, HOUR, World, eventually

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def world() -> World:
    """A unit with three people, now."""
    made = World(clock.now())
    made.register("u")
    made.enlist("u", ["ann", "bob", "cy"], settled=True)
    return made


def test_a_stored_result_settles_its_person_by_the_stream(world: World) -> None:
    """Nobody calls anything: the deployed handler hears of the row, decides, and hears of the correction too."""
    negative = world.result("ann", "negative", HOUR)
    results.record([negative], world.at)
    assert eventually(lambda: world.said("ann", "u")[0] == "eligible")
    slot = world.sign("ann", "u", negative.sampled_at + 2 * DAY)
    results.record([replace(negative, revision=1, result="positive")], world.at)
    assert eventually(lambda: world.said("ann", "u")[0] == "positive")
    assert eventually(lambda: status.is_withdrawn(slot))


def test_a_reassigned_tube_settles_both_people_by_the_stream(world: World) -> None:
    """The person a tube is taken from has no row of their own in the batch, and loses all the same."""
    results.record([world.result("ann", "negative", HOUR, tube="t")], world.at)
    assert eventually(lambda: world.said("ann", "u")[0] == "eligible")
    results.record([world.result("bob", "negative", HOUR, tube="t", revision=1)], world.at)
    assert eventually(lambda: world.said("ann", "u")[0] == "no-test")
    assert eventually(lambda: world.said("bob", "u")[0] == "eligible")


def test_the_evidence_that_is_stored_recomputes_the_verdict(world: World) -> None:
    """A stranger with the stored rows, the policy's version and the instant comes to the same cause."""
    rows = [
        world.result("ann", "positive", 60 * HOUR, tube="a"),
        world.result("ann", "negative", 30 * HOUR, tube="b"),
        world.result("ann", "negative", 10 * HOUR, tube="c"),
    ]
    results.record(rows, world.at)
    known = service.settle(world.pid("ann"), world.at)[0]
    shown = tuple(Result(pid="somebody", **row) for row in json.loads(known.evidence))
    facts = Facts(shown, listed=True, approval=Approval(approved=True))
    assert known.cause == "positive-not-cleared"
    assert decide(facts, POLICIES[known.policy], known.decided_at).cause == known.cause


def test_every_unexpired_pass_of_the_scope_is_withdrawn_before_settling_returns(world: World) -> None:
    """Law 6: three passes of this unit lose their bit, the one of another unit and the expired one are left alone."""
    world.register("v")
    ends = [world.at + HOUR, world.at + 5 * HOUR, world.at + 40 * HOUR]
    mine = [world.sign("ann", "u", end) for end in ends]
    others = [world.sign("ann", "v", ends[0]), world.sign("bob", "u", ends[0]), world.sign("ann", "u", world.at - HOUR)]
    results.record([world.result("ann", "positive", HOUR)], world.at)
    assert [known.cause for known in service.settle(world.pid("ann"), world.at)] == ["positive"]
    assert [status.is_withdrawn(slot) for slot in mine] == [True] * 3
    assert [status.is_withdrawn(slot) for slot in others] == [False] * 3


def test_a_retry_withdraws_what_a_crash_left(world: World) -> None:
    """Law 6 after a crash between the refusal and the withdrawal: the refusal is written already, the bit is set now."""
    results.record([world.result("ann", "positive", HOUR)], world.at)
    service.settle(world.pid("ann"), world.at)
    left = world.sign("ann", "u", world.at + HOUR)
    service.settle(world.pid("ann"), world.at)
    assert status.is_withdrawn(left)


def test_a_pass_for_a_sample_that_was_taken_back_ends_with_it(world: World) -> None:
    """An older negative keeps the person eligible, for less long: the pass of the voided sample is withdrawn."""
    newer, older = world.result("ann", "negative", HOUR, tube="n"), world.result("ann", "negative", 20 * HOUR, tube="o")
    results.record([newer, older], world.at)
    service.settle(world.pid("ann"), world.at)
    long = world.sign("ann", "u", newer.sampled_at + 2 * DAY)
    short = world.sign("ann", "u", older.sampled_at + 2 * DAY)
    results.record([replace(newer, revision=1, result="void")], world.at)
    known = service.settle(world.pid("ann"), world.at)[0]
    assert (known.verdict, known.expires_at) == ("eligible", older.sampled_at + 2 * DAY)
    assert [status.is_withdrawn(slot) for slot in (long, short)] == [True, False]


def test_two_results_of_one_second_do_not_hide_each_other(world: World) -> None:
    """Many settle the same person for the same instant while results arrive: the last word knows all of them."""
    rows = [world.result("ann", "negative", 2 * HOUR + n, tube=f"t{n}") for n in range(7)]
    rows.append(world.result("ann", "positive", HOUR, tube="bad"))

    def arrive(row: Result) -> None:
        results.record([row], world.at)
        service.settle(world.pid("ann"), world.at)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(arrive, [*rows[1:], rows[0]]))
    assert world.said("ann", "u")[0] == "positive"


def test_a_positive_ahead_of_our_clock_counts_and_a_negative_waits(world: World) -> None:
    """A laboratory's clock may be five minutes ahead: bad news is not lost by it, and no pass begins in the future."""
    results.record([world.result("ann", "negative", -200), world.result("bob", "negative", HOUR)], world.at)
    results.record([world.result("bob", "positive", -200, tube="x")], world.at)
    service.settle(world.pid("ann"), world.at)
    service.settle(world.pid("bob"), world.at)
    assert (world.said("ann", "u")[0], world.said("bob", "u")[0]) == ("no-test", "positive")
    assert world.said("bob", "u")[2] >= world.at + 200  # the instant it was decided for, with which it is recomputed


def test_leaving_a_list_or_an_ended_approval_ends_the_entitlement(world: World) -> None:
    """`settle` after a removal, and `settle_unit` after a change of approval, take away what rested on them."""
    results.record([world.result(name, "negative", HOUR) for name in ("ann", "bob")], world.at)
    assert service.settle_unit(world.unit("u"), world.at) == 3
    slot = world.sign("ann", "u", world.at + HOUR)
    world.enlist("u", ["bob", "cy"])
    assert [known.cause for known in service.settle(world.pid("ann"), world.at)] == ["not-listed"]
    assert status.is_withdrawn(slot)
    facts = units.Facts("单位", world.area, "", "A1", "EPI-1", "指挥部", 99, world.at + 1)
    units.register(world.unit("u"), facts, world.at - 1)
    assert service.settle_unit(world.unit("u"), world.at + 1) == 3
    assert world.said("bob", "u")[0] == "approval-ended"


def test_an_entitlement_ends_with_the_approval_if_that_is_sooner(world: World) -> None:
    """48 h of the sample, or the end of the unit's approval."""
    ends_at = world.at + 3 * HOUR
    world.register("w", ends_at=ends_at)
    world.enlist("w", ["ann"])
    results.record([world.result("ann", "negative", HOUR)], world.at)
    service.settle(world.pid("ann"), world.at)
    assert world.said("ann", "w")[1] == ends_at
    assert world.said("ann", "u")[1] == world.at + 47 * HOUR


def test_a_longer_approval_keeps_its_list(world: World) -> None:
    """Rows without an end of their own live as long as the approval says now, longer or shorter; others as they say."""
    later = world.at + 200 * DAY
    assert staff.listing(world.unit("u"), world.pid("ann"), later) is None
    for ends_at, listed in ((later, True), (world.at + DAY, False)):
        world.register("u", ends_at=ends_at)
        message = {"messageId": "m", "body": json.dumps({"unit": world.unit("u")})}
        assert jobs.work({"Records": [message]}, None) == {"batchItemFailures": []}
        assert (staff.listing(world.unit("u"), world.pid("ann"), later) is not None) is listed
        assert staff.renew(world.unit("u"), world.at) == 0  # again is no change


def test_strangers_cost_one_request_and_whoever_is_decided_about_is_known(world: World) -> None:
    """The mark is written before a first decision reads results, so no result falls between the two."""
    stranger = World(clock.now()).pid("zed")
    assert service.known([world.pid("ann"), stranger], world.at) == {world.pid("ann")}
    assert service.known([world.pid("ann")], world.at + 61 * DAY) == set()
    assert {known.scope for known in service.standing(world.pid("ann"), world.at)} == {world.unit("u")}


def test_who_is_listed_nowhere_has_no_entitlement() -> None:
    """A result of a stranger is kept, and nothing is decided about them."""
    world = World(clock.now())
    results.record([world.result("zed", "negative", HOUR)], world.at)
    assert service.settle(world.pid("zed"), world.at) == []
    assert service.standing(world.pid("zed"), world.at) == []


def test_the_index_lists_a_unit_and_retention_is_kept(world: World) -> None:
    """A unit's people are found by the index; past its retention a decision is not shown (law 8)."""
    results.record([world.result("ann", "negative", HOUR)], world.at)
    service.settle_unit(world.unit("u"), world.at)
    assert {known.pid for known in service.of_unit(world.unit("u"), world.at)} == {
        world.pid(name) for name in ("ann", "bob", "cy")
    }
    later = world.at + 16 * DAY
    assert service.standing(world.pid("ann"), later) == []
    assert list(service.of_unit(world.unit("u"), later)) == []
    assert service.entitlement(world.pid("ann"), world.unit("u"), later) is None
