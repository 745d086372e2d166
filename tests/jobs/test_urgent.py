"""Whatever a mass screening leaves to do, a small file and a positive never wait behind it."""

from __future__ import annotations

import json
import uuid

import pytest

from functions.jobs import results_plan, sending, service
from functions.jobs.applying import parts_of
from functions.jobs.service import Upload
from functions.results import service as results
from functions.shared.clock import HOUR_S, china_time, now
from functions.shared.pids import pid_of
from infra.local import Service
from tests.jobs.driving import Steps, listed, new_unit, person_id, staff_csv, steps_of, upload, upload_results

MANY = 6_000
POSITIVES = (17, 1_700)


@pytest.fixture
def bulk(engine: Service, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """The queue of everything else."""
    return steps_of(engine, monkeypatch)


@pytest.fixture
def urgent(engine: Service, bulk: Steps, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """A queue of its own for what is urgent, beside `bulk`."""
    made = steps_of(engine, monkeypatch)
    monkeypatch.setenv("QUEUE_JOBS", bulk.url)
    return made


def screened(numbers: range, *, positives: tuple[int, ...] = (), revision: int = 0) -> bytes:
    """A results file, a tube a person."""
    at = china_time(now() // 60 * 60 - HOUR_S)
    lines = [f"T{n},{person_id(n)},{at},{'阳性' if n in positives else '阴性'},{revision}" for n in numbers]
    return ("管码,身份证号,采样时间,结果,修订号\n" + "\n".join(lines) + "\n").encode()


def parts(steps: Steps, job: str) -> set[str]:
    """Which parts of a job wait in a queue; the empty one is the job's next step."""
    waiting = [json.loads(message["body"]) for message in steps.pending()]
    return {body.get("part", "") for body in waiting if body["job"] == job}


def of_person(number: int, lab: str) -> set[str]:
    """What stands of a person by a laboratory."""
    return {row.result for row in results.history(pid_of("resident-id", person_id(number)), now()) if row.lab == lab}


def test_small_files_and_positives_go_by_a_queue_of_their_own(
    bulk: Steps, urgent: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A big file's parts fill the bulk queue; its positives, a correction and a staff list are done without it."""
    monkeypatch.setattr(results_plan, "PART_ROWS", 100)
    lab, unit = f"L-{uuid.uuid4().hex[:12]}", new_unit()
    big = upload_results(lab, screened(range(MANY), positives=POSITIVES))
    assert big.size_bytes > sending.SMALL_BYTES
    assert (parts(bulk, big.job), parts(urgent, big.job)) == ({""}, set())
    assert bulk.one()
    planned = parts_of(service.find(big.job, now()))
    ahead = {part.sort for part in planned if part.urgent}
    rest = {part.sort for part in planned if not part.urgent}
    assert (len(ahead), len(rest)) == (1, -(-(MANY - len(POSITIVES)) // 100))
    assert (parts(bulk, big.job), parts(urgent, big.job)) == (rest, ahead)

    correction = upload_results(lab, screened(range(1), positives=(0,), revision=1))
    people = upload(unit, staff_csv(range(5)))
    assert parts(urgent, correction.job) == parts(urgent, people.job) == {""}
    urgent.finish()
    assert {service.find(one.job, now()).state for one in (correction, people)} == {"done"}
    assert (of_person(0, lab), len(listed(unit))) == ({"positive"}, 5)
    assert all(of_person(number, lab) == {"positive"} for number in POSITIVES)
    assert parts(bulk, big.job) == rest
    assert {json.loads(message["body"])["job"] for message in bulk.pending()} == {big.job}


@pytest.mark.parametrize(("over", "place"), [(0, "/incoming/small/J-"), (1, "/incoming/J-")])
def test_a_file_still_to_come_is_announced_to_its_queue(over: int, place: str) -> None:
    """The bucket tells a queue by the place alone, and the signed length is the one that the place was chosen by."""
    size = sending.SMALL_BYTES + over
    facts = Upload("results", f"L-{uuid.uuid4().hex[:12]}", "990101", "csv", "", uuid.uuid4().hex * 2, size)
    head, _ = service.announce(facts, now())
    url, headers = service.presigned(head)
    assert place in url
    assert headers["Content-Length"] == str(size)
