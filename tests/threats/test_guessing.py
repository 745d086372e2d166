"""Guessing on after a limit of the service was reached: refused as before, and the operator is called."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from credentials import LocalSigner
from functions.assisted import caps, rules
from functions.assisted.model import SpentRow
from functions.gates import service as gates
from functions.gates.rules import MAX_SHIFTS
from functions.people.rules import CODE_TRIES
from functions.shared import clock
from infra.local import Service
from tests.assisted.world import Elder, client
from tests.conftest import Http
from tests.door.world import Door, fresh, open_door
from tests.matching.world import eventually
from tests.people.world import Someone, proof
from tests.template.reading import resources
from tests.template.test_roles import through_functions
from tests.venues.test_applications import origin

__all__ = ["through_functions"]  # the fixture
EVENT = "guess.refused"


@pytest.fixture(scope="module")
def door(engine: Service) -> Door:
    """A gate of this module's."""
    assert engine
    return open_door()


def written(engine: Service, since_ms: int) -> list[str]:
    """The caps of which the deployed functions wrote that a guess was refused."""
    logs, found = engine.client("logs"), []
    for group in logs.describe_log_groups()["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"], startTime=since_ms)
        lines = [line["message"] for page in pages for line in page["events"]]
        found += [read["cap"] for line in lines if EVENT in line and (read := _read(line)).get("message") == EVENT]
    return sorted(found)


def _read(line: str) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}


def use_up(spender: str, count: rules.Count) -> None:
    """Make as if this was done as often as it may be in this hour, and in the next, which may begin meanwhile."""
    hour = clock.now() // 3_600
    for number in (hour, hour + 1):
        row = SpentRow(caps.spender_key(spender), f"hour#{number}")
        most = rules.CAPS[count].hour
        row.update(actions=[getattr(SpentRow, count).set(most), SpentRow.ttl.set((number + 1) * 3_600)])


def tried(http: Http, door: Door) -> list[tuple[int, str]]:
    """Try on beyond each limit of guesses, and once beyond a limit that is none of theirs; return what was answered."""
    one, other, worker, someone = fresh("guard"), fresh("guard"), fresh("clerk"), Someone()
    full: list[tuple[str, rules.Count]] = [
        (f"guard:{one}", "acts"),
        (f"guard:{one}", "lookups"),
        (f"guard:{other}", "names"),
        (f"worker:{worker}", "desk_names"),
    ]
    for spender, count in full:
        use_up(spender, count)
    someone.receive_code()
    person, path = Elder(), f"/venues/{door.venue}"
    act = {"direction": "in", "at": clock.rfc3339(clock.now()), "id_number": person.number}
    named = {"id_number": person.number, "name": "李四", "client": client()}
    first, second = (http.token("guard", door.gate, subject=subject) for subject in (one, other))
    device = LocalSigner.generate()
    shift = {"code": door.code}, {"dpop": proof(device, f"{origin()}/gates/{door.gate}/shifts")}
    answers = [
        http.post(f"{path}/assisted-checkins", act, token=first),
        http.post(f"{path}/known-people", {"tail": person.tail}, token=first),
        http.post(f"{path}/assisted-checkins", {**act, "name": "李四"}, token=second),
        http.post("/cards", named, token=http.token("worker", door.area, subject=worker)),
        http.post(f"/gates/{door.gate}/shifts", shift[0], headers=shift[1]),
        *(http.post("/people", someone.body(origin(), code="000000")) for _ in range(CODE_TRIES + 1)),
    ]
    return [(answer.status, answer.json()["code"]) for answer in answers]


def test_a_guess_beyond_its_limit_calls_somebody(through_functions: Http, engine: Service, door: Door) -> None:
    """The deployed functions write one event for each, with its kind alone; a gate's twenty-first device is none."""
    for number in range(MAX_SHIFTS):
        gates.open_shift(door.gate, door.code, f"device-{number}", "", clock.now())
    since_ms = int(time.time() * 1_000)
    assert tried(through_functions, door) == [
        (429, "assisted-cap"),
        (429, "known-cap"),
        (429, "assisted-cap"),
        (429, "name-cap"),
        (429, "shifts"),
        *[(422, "code-wrong")] * (CODE_TRIES + 1),
    ]
    wanted = ["acts", "codes", "desk_names", "lookups", "names"]
    # What a function wrote may come into its log group after its answer.
    assert eventually(lambda: written(engine, since_ms) == wanted), written(engine, since_ms)


def test_the_alarm_rings_by_that_event() -> None:
    """The filter reads the word that functions write, the alarm the filter's number: twenty in five minutes are too many."""
    held = resources("AWS::Logs::MetricFilter")["Guesses"]["Properties"]
    alarm = resources("AWS::CloudWatch::Alarm")["GuessingAlarm"]["Properties"]
    (made,) = held["MetricTransformations"]
    assert held["FilterPattern"] == f'{{ $.message = "{EVENT}" }}'
    assert (made["MetricName"], made["MetricValue"]) == (alarm["MetricName"], "1")
    assert (made["MetricNamespace"], alarm["Namespace"]) == ("Epipass", "Epipass")
    said = alarm["Statistic"], alarm["Period"], alarm["Threshold"], alarm["ComparisonOperator"]
    assert said == ("Sum", 300, 20, "GreaterThanThreshold")
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, "notBreaching")
