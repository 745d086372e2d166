"""The run as officers meet it: started over HTTP, performed by the deployed state machine, reported, held, released."""

from __future__ import annotations

import time
from typing import Any

import pytest

from functions.matching import handlers, machine, runs, service
from functions.matching.model import row_of
from functions.matching.rules import Decision, entitle
from functions.shared import clock
from functions.status import service as status
from infra.local import Service
from tests.conftest import Http
from tests.matching.world import DAY, HOUR, World, arrive, drain, eventually

STAFF = [f"p{n:02}" for n in range(25)]


@pytest.fixture
def world(engine: Service) -> World:
    """A district with a unit of 25, each with a negative of an hour ago."""
    assert engine.outputs
    made = World(clock.now())
    arrive([made.result(name, "negative", HOUR) for name in STAFF], made.at)
    drain()
    made.register("u")
    made.enlist("u", STAFF)
    return made


def report(http: Http, world: World, run: str) -> dict[str, Any]:
    """The report as an officer of the district reads it."""
    answer = http.get(f"/matching/runs/{run}", token=http.token("officer", world.area))
    assert answer.status == 200, answer.body
    return dict(answer.json())


def start(http: Http, world: World, **body: str) -> str:
    """Start a run and return its id."""
    answer = http.post("/matching/runs", dict(body), token=http.token("officer", world.area))
    assert answer.status == 202, answer.body
    return str(answer.json()["run"])


def finished(http: Http, world: World, run: str) -> dict[str, Any]:
    """The report once the run has ended."""
    assert eventually(lambda: report(http, world, run)["state"] in {"done", "held", "failed"}, 60)
    return report(http, world, run)


def test_a_run_entitles_a_unit_and_says_so(http: Http, world: World) -> None:
    """Started twice, it is one run; a second cut-off keeps what stands; the counts are by cause."""
    arrive([world.result("p00", "positive", 60, tube="x")], world.at)
    world.enlist("u", [*STAFF, "new"])
    cutoff = clock.rfc3339(clock.now())
    run = start(http, world, cutoff=cutoff)
    assert start(http, world, cutoff=cutoff) == run
    first = finished(http, world, run)
    assert first["state"] == "done"
    assert first["parts_done"] == first["parts_total"] == 1
    assert first["cutoff"] == cutoff
    assert first["held_units"] == []
    assert first["refused"] == {"no-test": 1, "positive": 1}
    assert first["entitled"] + first["kept"] == 24
    assert start(http, world, cutoff=cutoff) == run
    time.sleep(1.1)  # the next second is the next cut-off
    second = finished(http, world, start(http, world))
    assert second["run"] != run
    assert (second["kept"], second["entitled"], second["renewed"]) == (24, 0, 0)
    assert second["policy"] == "default-1"


def stood(world: World, names: list[str]) -> list[status.Slot]:
    """Everybody was entitled an hour ago; the first two fetched a pass."""
    service.make_known([world.pid(name) for name in names], world.at)
    for name in names:
        row = world.result(name, "negative", HOUR)
        decision = Decision("eligible", "eligible", (), (row,), row.sampled_at + 2 * DAY, "default-1", world.at - HOUR)
        row_of(entitle(world.pid(name), world.unit("u"), decision, world.at - HOUR)).save()
    return [world.sign(name, "u", world.at + HOUR) for name in names[:2]]


def test_a_unit_that_would_lose_many_is_held_but_not_its_positive(http: Http, world: World) -> None:
    """Nine of 25 leave the list: they wait for a person; the positive is refused at once; a release does the rest."""
    slots = stood(world, STAFF)
    arrive([world.result("p20", "positive", 60, tube="x")], world.at)
    assert eventually(lambda: world.said("p20", "u")[0] == "positive")
    world.enlist("u", STAFF[9:])
    run = start(http, world)
    held = finished(http, world, run)
    assert (held["state"], held["held_units"]) == ("held", [world.unit("u")])
    assert held["refused"] == {"positive": 1}
    assert (held["withdrawn"], held["kept"]) == (0, 15)
    assert world.said("p00", "u")[0] == "eligible"
    assert not status.is_withdrawn(slots[0])
    path, token = f"/matching/runs/{run}/units/{world.unit('u')}/decision", http.token("officer", world.area)
    assert http.post(path, {"decision": "release", "reason": " "}, token=token).status == 422
    answer = http.post(path, {"decision": "release", "reason": "they left"}, token=token)
    assert answer.json() == {"unit": world.unit("u"), "people": 25, "losing": 9, "decision": "release"}
    assert http.post(path, {"decision": "cancel", "reason": "no"}, token=token).status == 409
    assert eventually(lambda: report(http, world, run)["state"] == "done", 60)
    done = report(http, world, run)
    assert (done["withdrawn"], done["refused"]) == (9, {"not-listed": 9, "positive": 1})
    assert world.said("p00", "u")[0] == "not-listed"
    assert all(status.is_withdrawn(slot) for slot in slots)


def test_a_cancelled_hold_leaves_everybody_as_they_were(http: Http, world: World) -> None:
    """Cancelling drops the losses of that run and ends it."""
    stood(world, STAFF)
    world.enlist("u", STAFF[9:])
    run = start(http, world)
    assert finished(http, world, run)["state"] == "held"
    path = f"/matching/runs/{run}/units/{world.unit('u')}/decision"
    token = http.token("officer", world.area)
    assert http.post(path, {"decision": "cancel", "reason": "a wrong list"}, token=token).status == 200
    done = report(http, world, run)
    assert (done["state"], done["withdrawn"], done["refused"]) == ("done", 0, {})
    assert world.said("p00", "u")[0] == "eligible"


def test_a_run_whose_execution_was_stopped_is_started_again(engine: Service, http: Http, world: World) -> None:
    """Its state says running, but nothing runs: the same cut-off starts it anew and it ends."""
    run = runs.plan_of(world.at, world.area, world.at)
    runs.begin(run, "arn:aws:states:us-east-1:000000000000:execution:gone:gone", world.at)
    assert engine.client("stepfunctions")
    assert machine.start(world.at, world.area, clock.now()) == run
    assert finished(http, world, run)["state"] == "done"


def test_a_part_that_cannot_be_decided_fails_the_run_and_it_can_be_started_again(http: Http, world: World) -> None:
    """The task fails for good: the machine says so in the run's state, and the second start makes up for it."""
    run = runs.plan_of(world.at, world.area, world.at)
    runs.begin(run, "", world.at)
    assert handlers.coordinate({"step": "fail", "run": run}, None) == {}
    assert report(http, world, run)["state"] == "failed"
    assert start(http, world, cutoff=clock.rfc3339(world.at)) == run
    assert finished(http, world, run)["state"] == "done"
    # A slower execution that gives up after the second has ended changes nothing.
    assert handlers.coordinate({"step": "fail", "run": run}, None) == {}
    assert report(http, world, run)["state"] == "done"


@pytest.mark.parametrize(
    ("body", "status_code"),
    [
        ({"cutoff": "yesterday"}, 400),
        ({"cutoff": "2020-01-01T00:00:00Z"}, 422),
        ({"cutoff": "2090-01-01T00:00:00Z"}, 422),
        ({"area": "11"}, 403),
        ({"nonsense": "1"}, 400),
    ],
)
def test_a_start_that_makes_no_sense_is_refused(http: Http, body: dict[str, str], status_code: int) -> None:
    """No instant, one too far away, a foreign area, an unknown member."""
    assert http.post("/matching/runs", body, token=http.token("officer", "990101")).status == status_code


def test_runs_are_a_district_s_and_above_and_show_each_only_their_own(http: Http, world: World) -> None:
    """A community may not start one; another district reads no counts of this one's; an unknown run is not found."""
    run = start(http, world)
    finished(http, world, run)
    assert http.post("/matching/runs", {}, token=http.token("officer", world.area + "001")).status == 403
    other = http.get(f"/matching/runs/{run}", token=http.token("officer", "310101")).json()
    assert other["entitled"] + other["kept"] == 0
    auditor = http.get(f"/matching/runs/{run}", token=http.token("auditor", "")).json()
    assert auditor["entitled"] + auditor["kept"] == 25
    assert http.get("/matching/runs/none", token=http.token("auditor", "")).status == 404
    path = f"/matching/runs/{run}/units/{world.unit('u')}/decision"
    asked = {"decision": "release", "reason": "why"}
    assert http.post(path, asked, token=http.token("officer", world.area)).status == 404
    assert http.post(path, asked, token=http.token("officer", "310101")).status == 403


@pytest.mark.parametrize("scheduled", ["<aws.scheduler.scheduled-time>", "2026-11-22T05:00:00+08:00"])
def test_the_cut_off_is_the_schedule_s_instant(scheduled: str) -> None:
    """However late the execution starts; an engine that hands the placeholder through falls back to its start."""
    step = handlers.Step(input=handlers.Started(scheduled=scheduled), started_at="2026-11-21T21:00:00.123Z")
    assert handlers._cutoff(step) == 1_795_294_800
