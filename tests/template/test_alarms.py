"""Alarms: whoever is woken learns what to do first, and the canary's two ring for what was promised."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.canary import rules
from infra.paths import ROOT
from tests.template.reading import functions, resources


def alarms() -> dict[str, dict[str, Any]]:
    """Every alarm's properties, by logical id."""
    return {name: found["Properties"] for name, found in resources("AWS::CloudWatch::Alarm").items()}


@pytest.mark.parametrize("name", sorted(alarms()))
def test_an_alarm_says_what_it_means_and_what_to_do_first(name: str) -> None:
    """Two sentences at least, a place in the operators' page, and somebody is called."""
    told = alarms()[name]["AlarmDescription"]
    assert len(told.rstrip(".").split(". ")) > 1 or "; " in told, told
    assert f"`{name}`" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
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
    assert (late["Threshold"], late["Statistic"]) == (rules.PROMISE_S, "Maximum")
    assert late["TreatMissingData"] == "ignore"
    assert silent["Period"] * silent["EvaluationPeriods"] == 1800
    assert silent["Period"] >= rules.EACH_S
    assert (silent["TreatMissingData"], silent["ComparisonOperator"]) == ("breaching", "LessThanThreshold")
    assert {one["MetricName"] for one in (late, silent)} == {"CorrectionSeconds"}


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
