"""Alarms: whoever is woken learns what to do first, and each rings for what was promised."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credentials.statement import VALID_FOR_S
from functions.canary import ages, rules
from functions.keys.rules import AHEAD_DAYS
from functions.shared.clock import DAY_S
from infra.paths import ROOT
from tests.template.reading import functions, resources


def alarms() -> dict[str, dict[str, Any]]:
    """Every alarm's properties, by logical id."""
    return {name: found["Properties"] for name, found in resources("AWS::CloudWatch::Alarm").items()}


@pytest.mark.parametrize("name", sorted(alarms()))
def test_an_alarm_says_what_it_means_and_what_to_do_first(name: str) -> None:
    """Two sentences at least, and somebody is called; docs/alarms has its page."""
    told = alarms()[name]["AlarmDescription"]
    assert len(told.rstrip(".").split(". ")) > 1 or "; " in told, told
    assert alarms()[name]["AlarmActions"] == [{"Ref": "DutyTopic"}]


def test_the_canarys_metric_is_what_its_function_logs() -> None:
    """The filter reads the word and the member that the service writes; a missing number is no number."""
    held = resources("AWS::Logs::MetricFilter")["Corrections"]["Properties"]
    source = (ROOT / "functions" / "canary" / "service.py").read_text(encoding="utf-8")
    assert held["FilterPattern"] == '{ $.message = "canary.reported" }'
    assert '"canary.reported"' in source
    (metric,) = held["MetricTransformations"]
    assert metric["MetricValue"] == "$.door_s"
    assert "door_s=" in source
    assert "DefaultValue" not in metric


def test_late_is_over_five_minutes_and_silent_is_half_an_hour() -> None:
    """The first stays as it was until the next word; the second rings when there is none."""
    late, silent = alarms()["CanaryLateAlarm"], alarms()["CanarySilentAlarm"]
    assert (late["Threshold"], late["Statistic"]) == (300, "Maximum")
    assert late["Threshold"] == rules.PROMISE_S
    assert late["TreatMissingData"] == "ignore"
    assert silent["Period"] * silent["EvaluationPeriods"] == 1800
    assert silent["Period"] >= rules.EACH_S
    assert (silent["TreatMissingData"], silent["ComparisonOperator"]) == ("breaching", "LessThanThreshold")
    assert {one["MetricName"] for one in (late, silent)} == {"CorrectionSeconds"}


@pytest.mark.parametrize(
    ("metric", "alarm", "member", "within_s"),
    [
        ("ListAge", "ListAgeAlarm", "list_age_s", 600),
        ("StatementLeft", "StatementEndsAlarm", "statement_left_s", 7 * DAY_S),
        ("DayKeysLeft", "DayKeysEndAlarm", "keys_left_s", 32 * DAY_S),
    ],
)
def test_what_runs_out_is_measured_where_the_door_asks(metric: str, alarm: str, member: str, within_s: int) -> None:
    """The filter reads the member that the canary writes, leaves out what was not learnt, and its alarm reads the filter."""
    held = resources("AWS::Logs::MetricFilter")[metric]["Properties"]
    assert held["FilterPattern"] == f'{{ ($.message = "canary.ages") && ($.{member} >= 0) }}'
    assert member in ages.Ages.__struct_fields__
    (made,) = held["MetricTransformations"]
    assert made["MetricValue"] == f"$.{member}"
    assert (alarms()[alarm]["MetricName"], alarms()[alarm]["Threshold"]) == (made["MetricName"], within_s)
    assert alarms()[alarm]["TreatMissingData"] == ("breaching" if metric == "ListAge" else "ignore")


def test_day_keys_ring_before_a_statement_could_not_hold_its_month() -> None:
    """A statement is good for 31 days and holds the keys of each; between the alarm and the forty days made is a week."""
    assert VALID_FOR_S < alarms()["DayKeysEndAlarm"]["Threshold"] <= (AHEAD_DAYS - 7) * DAY_S


def test_doors_throttled_are_all_doors() -> None:
    """Every function that answers people at a door is a term of the sum."""
    queries = alarms()["DoorThrottledAlarm"]["Metrics"]
    counted = [one["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"] for one in queries if "MetricStat" in one]
    assert sorted(counted) == ["AssistedFunction", "HolderFunction", "PublicFunction"]
    (summed,) = [one["Expression"] for one in queries if one["ReturnData"]]
    assert sorted(summed.split(" + ")) == sorted(one["Id"] for one in queries if not one["ReturnData"])


def rings_above_nothing(alarm: dict[str, Any]) -> bool:
    """Whether a single one within a period rings, and silence does not."""
    said = alarm["Statistic"], alarm["Threshold"], alarm["EvaluationPeriods"], alarm["ComparisonOperator"]
    return said == ("Sum", 0, 1, "GreaterThanThreshold") and alarm["TreatMissingData"] == "notBreaching"


STREAMED = sorted(
    name
    for name, function in functions().items()
    if any(event["Type"] == "DynamoDB" for event in function.get("Events", {}).values())
)


def test_results_and_counters_are_streamed() -> None:
    """The two that the next test is about; it would pass on none."""
    assert {"MatchEventFunction", "CountersFunction"} <= set(STREAMED)


@pytest.mark.parametrize("name", STREAMED)
def test_every_stream_s_reader_has_an_alarm_for_being_late(name: str) -> None:
    """A reader that stands still throws no error: only the age of what it reads tells, long before it is lost."""
    (late,) = [
        alarm
        for alarm in alarms().values()
        if alarm.get("MetricName") == "IteratorAge"
        and alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": name}}]
    ]
    assert (late["Namespace"], late["Statistic"], late["ComparisonOperator"]) == (
        "AWS/Lambda",
        "Maximum",
        "GreaterThanThreshold",
    )
    assert 0 < late["Threshold"] <= 3_600_000  # of the day that a stream keeps
    assert late["Period"] * late["EvaluationPeriods"] <= 300


def test_results_are_late_well_before_a_correction_is() -> None:
    """The event is one of the stages of the five minutes."""
    assert alarms()["MatchEventAgeAlarm"]["Threshold"] < rules.PROMISE_S * 1_000


@pytest.mark.parametrize("metric", ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"])
def test_a_run_that_ends_without_success_rings_however_it_ended(metric: str) -> None:
    """Failed, out of time, stopped: each is a metric of its own."""
    (alarm,) = [one for one in alarms().values() if one.get("MetricName") == metric]
    assert alarm["Namespace"] == "AWS/States"
    assert alarm["Dimensions"] == [{"Name": "StateMachineArn", "Value": {"Ref": "Matching"}}]
    assert rings_above_nothing(alarm)


def test_a_day_without_a_run_rings() -> None:
    """The schedule's day and two hours to finish; no word at all is no success either."""
    absent = alarms()["MatchingAbsentAlarm"]
    assert (absent["Namespace"], absent["MetricName"]) == ("AWS/States", "ExecutionsSucceeded")
    assert absent["Dimensions"] == [{"Name": "StateMachineArn", "Value": {"Ref": "Matching"}}]
    assert absent["Period"] * absent["EvaluationPeriods"] == 26 * 3_600
    assert absent["Period"] >= 3_600  # with shorter ones an alarm looks back a day at most
    said = absent["Statistic"], absent["Threshold"], absent["ComparisonOperator"], absent["TreatMissingData"]
    assert said == ("Sum", 1, "LessThanThreshold", "breaching")
    assert "epipass match" in absent["AlarmDescription"]


@pytest.mark.parametrize(
    ("metric", "alarm", "source", "event", "value"),
    [
        ("Missed", "MissedAlarm", "run_groups.py", "run.decided", "$.missed"),
        ("Holds", "HoldAlarm", "runs.py", "run.held", "1"),
    ],
)
def test_what_a_run_says_of_a_person_s_work_rings(metric: str, alarm: str, source: str, event: str, value: str) -> None:
    """The filter reads the word that the run logs, and its alarm the filter's number."""
    held = resources("AWS::Logs::MetricFilter")[metric]["Properties"]
    (made,) = held["MetricTransformations"]
    assert held["FilterPattern"] == f'{{ $.message = "{event}" }}'
    assert made["MetricValue"] == value
    logged = [
        line
        for line in (ROOT / "functions" / "matching" / source).read_text(encoding="utf-8").splitlines()
        if f'log.event("{event}"' in line
    ]
    assert len(logged) == 1
    assert value == "1" or f"{value.removeprefix('$.')}=" in logged[0]
    assert (alarms()[alarm]["Namespace"], alarms()[alarm]["MetricName"]) == (
        made["MetricNamespace"],
        made["MetricName"],
    )
    assert rings_above_nothing(alarms()[alarm])


def test_the_canary_can_touch_nobodys_unit_and_list() -> None:
    """What it may write of units and lists is its own rows; of results, check-ins and withdrawals nothing at all."""
    (policy,) = functions()["CanaryFunction"]["Policies"]
    for statement in policy["Statement"]:
        text = json.dumps(statement)
        if "UnitTable" in text or "StaffTable" in text:
            assert "dynamodb:LeadingKeys" in text
            assert "canary.unit" in text
        assert not any(table in text for table in ("ResultTable", "CheckinTable", "PersonTable", "AuditTable"))
        if "WithdrawalTable" in text or "DayKeyTable" in text:
            assert statement["Action"] == "dynamodb:GetItem"
