"""A part of an upload that cannot be done: it alone ends among the dead, and goes on when what killed it is put right."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import epipass
from functions.jobs import service
from functions.jobs.applying import parts_of
from functions.shared.clock import HOUR_S, now
from functions.shared.objects import uploads
from infra.local import Service
from infra.local.deploy import physical_names
from tests.jobs.driving import upload_results
from tests.laws import screening
from tests.laws.screening import Line
from tests.matching.world import eventually

AHEAD = HOUR_S


@pytest.fixture
def dead(engine: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The dead letters of the real queue of small files, whose failed messages come again at once."""
    sqs, names = engine.client("sqs"), physical_names(engine.client("cloudformation"))
    monkeypatch.setenv("EPIPASS_STATE", str(engine.state.service_file.parent))
    queue = names["UrgentJobsQueue"]
    usual = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "2"})
    sqs.purge_queue(QueueUrl=names["UrgentJobsDead"])  # ten are looked at, and other tests leave more
    yield names["UrgentJobsDead"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=usual)


def letters(engine: Service, dead: str, job: str) -> int:
    """How many dead letters there are of a job; they are left where they are."""
    found = engine.client("sqs").receive_message(QueueUrl=dead, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return sum(json.loads(one["Body"]).get("job") == job for one in found.get("Messages", []))


def test_a_poisoned_part_is_dead_and_redriven(engine: Service, dead: str, tmp_path: Path) -> None:
    """Its file is damaged: five tries, then a dead letter; the others are applied. Restored and redriven, it is done."""
    lab, at = f"L-{uuid.uuid4().hex[:12]}", now() // 60 * 60 - 600
    true = [Line(person, f"T{person}", sampled_at=at) for person in range(8)]
    true[2] = Line(2, "T2", "positive", sampled_at=at)
    shown = [Line(one.person, one.tube, one.result, sampled_at=at + AHEAD) for one in true]
    head = upload_results(lab, screening.written(shown, "csv"))
    assert eventually(lambda: service.find(head.job, now()).state == "held")
    (calm,) = [part for part in parts_of(service.find(head.job, now())) if not part.urgent]
    place = f"jobs/{head.job}/{calm.sort}"
    whole = uploads.get(place)
    assert whole is not None
    uploads.put(place, whole[:-1] + bytes([whole[-1] ^ 1]))
    service.decide(service.find(head.job, now()), "apply", "their clock", actor="officer:x", owner=False, at=now())
    assert eventually(lambda: letters(engine, dead, head.job) == 1, 120)
    assert service.find(head.job, now()).state == "running"
    assert screening.in_table(engine, [lab])[lab] == screening.standing(lab, true[2:3])
    uploads.put(place, whole)
    calm.update(actions=[type(calm).lease_until.set(0)])  # the last try's lease, which a minute would end
    ran = CliRunner().invoke(epipass, ["redrive", "--queue", "urgent-jobs", "--json"])
    assert (ran.exit_code, json.loads(ran.stdout)["resent"]["urgent-jobs"] >= 1) == (0, True)
    assert eventually(lambda: service.find(head.job, now()).state == "done", 60)
    assert letters(engine, dead, head.job) == 0
    assert screening.in_table(engine, [lab])[lab] == screening.standing(lab, true)
    assert sum(screening.in_lake(engine, tmp_path, [lab])[lab].values()) == len(true)
