"""Queues: how many work at once is bounded by stage, a message outlives its worker, and what fails waits for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from functions.jobs import applying, handlers
from tests.template.reading import functions, resources, template

MOST_BY_SOURCE = 1_000  # Lambda takes 2 to 1,000
FRESH_TABLE_WRITES_S = 4_000  # on demand, before any warm throughput


def consumers() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each function that a queue drives, with the event that names the queue."""
    for name, function in functions().items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                yield name, function, event["Properties"]


def sizing(key: str) -> dict[str, Any]:
    """A figure of the template by stage."""
    return {stage: figures[key] for stage, figures in template()["Mappings"]["Sizing"].items()}


def test_parts_of_uploads_are_applied_by_as_many_as_the_tables_take() -> None:
    """The caps are the throttle on writes: of one upload and of forty alike, whichever queue they go by."""
    events = {event["Queue"]["Fn::GetAtt"][0]: event for name, _, event in consumers() if name == "JobsFunction"}
    assert {queue: event["ScalingConfig"]["MaximumConcurrency"] for queue, event in events.items()} == {
        f"{kind}JobsQueue": {"Fn::FindInMap": ["Sizing", {"Ref": "Stage"}, f"{kind}JobWorkers"]}
        for kind in ("", "Urgent")
    }
    assert {event["BatchSize"] for event in events.values()} == {1}  # one failing part sends no other back
    bulk, urgent = sizing("JobWorkers"), sizing("UrgentJobWorkers")
    assert all(2 <= count <= MOST_BY_SOURCE for count in (*bulk.values(), *urgent.values()))
    both = {stage: bulk[stage] + urgent[stage] for stage in bulk}
    assert both["local"] <= both["dev"] <= both["prod"] <= FRESH_TABLE_WRITES_S // 400  # a worker writes 400 and more


def test_the_bulk_never_takes_the_workers_of_what_is_urgent() -> None:
    """Each queue has its own cap, and the function none below both; a wait is told before the five minutes are over."""
    function = functions()["JobsFunction"]
    most = max(sizing("JobWorkers")[stage] + count for stage, count in sizing("UrgentJobWorkers").items())
    assert function.get("ReservedConcurrentExecutions", most) >= most
    alarm = resources("AWS::CloudWatch::Alarm")["UrgentJobsQueueAgeAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateAgeOfOldestMessage", 180)


def test_a_file_that_arrives_is_told_to_its_queue() -> None:
    """By its place: no place is told to both, for a bucket refuses rules that overlap."""
    bucket = resources("AWS::S3::Bucket")["UploadsBucket"]["Properties"]
    told = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert {
        rule["Queue"]["Fn::GetAtt"][0]: [one["Value"] for one in rule["Filter"]["S3Key"]["Rules"]] for rule in told
    } == {"JobsQueue": ["incoming/J-"], "UrgentJobsQueue": ["incoming/small/"]}


@pytest.mark.parametrize("consumer", list(consumers()), ids=lambda found: found[0])
def test_a_message_is_not_given_to_a_second_worker_while_the_first_may_still_work(
    consumer: tuple[str, dict[str, Any], dict[str, Any]],
) -> None:
    """In the cloud it stays hidden for the function's whole time; failures are told one by one."""
    _, function, event = consumer
    usual = template()["Globals"]["Function"]["Timeout"]
    assert min(sizing("Visibility")["dev"], sizing("Visibility")["prod"]) >= function.get("Timeout", usual)
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_long_check_is_hidden_for_as_long_as_its_function_may_take() -> None:
    """The code's own word for the limit is the template's, and a lease ends before its message's tries do."""
    assert functions()["JobsFunction"]["Timeout"] == handlers.LONG_S
    queues = resources("AWS::SQS::Queue")
    tries = min(
        queues[name]["Properties"]["RedrivePolicy"]["maxReceiveCount"] for name in ("JobsQueue", "UrgentJobsQueue")
    )
    assert tries * min(sizing("Visibility").values()) > applying.LEASE_S


def test_every_queue_s_failures_wait_for_two_weeks_with_an_alarm() -> None:
    """Whatever a queue gives up is kept where `epipass redrive` finds it, and somebody is called."""
    queues = {name: found["Properties"] for name, found in resources("AWS::SQS::Queue").items()}
    worked = {re.sub("Queue$", "", name) for name in queues if name.endswith("Queue")}
    alarmed = [str(alarm["Properties"].get("Dimensions")) for alarm in resources("AWS::CloudWatch::Alarm").values()]
    for name in worked:
        target = queues[f"{name}Queue"]["RedrivePolicy"]["deadLetterTargetArn"]
        assert target == {"Fn::GetAtt": [f"{name}Dead", "Arn"]}
        assert queues[f"{name}Dead"]["MessageRetentionPeriod"] == 14 * 86_400
        for watched in (f"{name}Dead", f"{name}Queue"):
            assert any(f"'{watched}'" in dimensions for dimensions in alarmed), watched
