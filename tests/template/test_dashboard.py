"""The dashboard shows figures that exist: each is of a resource of the template, or one that our own filters make."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.template.reading import resources, template

# What each service calls its metrics, and the type of the resource that a dimension names; no type: a word of its own.
KNOWN = {
    "AWS/Lambda": {
        "Duration",
        "IteratorAge",
        "ConcurrentExecutions",
        "ClaimedAccountConcurrency",
        "Errors",
        "Throttles",
    },
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
    "AWS/ApiGateway": {"Count", "4xx", "5xx", "Latency"},
    "AWS/DynamoDB": {"SuccessfulRequestLatency", "WriteThrottleEvents", "ReadThrottleEvents"},
}
NAMES = {
    "FunctionName": "AWS::Serverless::Function",
    "QueueName": "AWS::SQS::Queue",
    "ApiId": "AWS::Serverless::HttpApi",
    "TableName": "AWS::DynamoDB::Table",
}
_SELECT = re.compile(r'SELECT SUM\((\w+)\) FROM SCHEMA\("([\w/]+)", (\w+)\) GROUP BY \3 ')


def widgets() -> list[dict[str, Any]]:
    """The widgets, with parameters as the number 1 and references left as they stand."""
    (board,) = resources("AWS::CloudWatch::Dashboard").values()
    text = re.sub(r":\$\{\w+\}", ":1", board["Properties"]["DashboardBody"]["Fn::Sub"])
    found: list[dict[str, Any]] = json.loads(text)["widgets"]
    return found


def metrics() -> Iterator[list[Any]]:
    """Each line of each widget: namespace, metric, dimensions by pairs, and how it is drawn; or an expression alone."""
    for widget in widgets():
        yield from widget["properties"].get("metrics", [])


def shown(dimension: str, metric: str) -> set[str]:
    """The logical ids of which a metric is shown."""
    values = [line[line.index(dimension) + 1] for line in metrics() if metric in line and dimension in line]
    return {re.sub(r"\$\{(\w+).*\}", r"\1", value) for value in values}


def test_every_figure_exists() -> None:
    """A name mistyped would be an empty picture on the worst day; so every namespace, metric and dimension is held."""
    ours = {
        made["MetricName"]
        for held in resources("AWS::Logs::MetricFilter").values()
        for made in held["Properties"]["MetricTransformations"]
    }
    for line in metrics():
        if isinstance(line[0], dict):
            _check_expression(line[0]["expression"])
            continue
        namespace, metric, *rest = [part for part in line if isinstance(part, str)]
        assert metric in (ours if namespace == "Epipass" else KNOWN[namespace]), line
        for dimension, value in zip(rest[::2], rest[1::2], strict=True):
            if dimension == "Operation":
                assert value == "PutItem"
                continue
            logical = re.fullmatch(r"\$\{(\w+)(\.QueueName)?\}", value)
            assert logical, line
            assert template()["Resources"][logical[1]]["Type"] == NAMES[dimension], line


def _check_expression(expression: str) -> None:
    """A sum over all resources names a known metric; arithmetic names lines of the board."""
    selected = _SELECT.match(expression)
    if selected:
        metric, namespace, dimension = selected.groups()
        assert metric in KNOWN[namespace]
        assert dimension in NAMES
        return
    ids = {line[-1].get("id") for line in metrics() if isinstance(line[-1], dict)}
    assert set(re.findall(r"[a-z]\w*", expression)) <= ids, expression


def test_nothing_that_waits_or_was_given_up_is_left_out() -> None:
    """Every queue's age, every place for dead letters, and every reader of a stream."""
    queues = set(resources("AWS::SQS::Queue"))
    assert shown("QueueName", "ApproximateAgeOfOldestMessage") == {name for name in queues if name.endswith("Queue")}
    assert shown("QueueName", "ApproximateNumberOfMessagesVisible") == {
        name for name in queues if name.endswith("Dead")
    }
    streamed = {
        name
        for name, found in resources("AWS::Serverless::Function").items()
        if any(event["Type"] == "DynamoDB" for event in found["Properties"].get("Events", {}).values())
    }
    assert shown("FunctionName", "IteratorAge") == streamed


def test_every_alarm_s_state_is_on_the_board() -> None:
    """All of them but those that may not be there: a reference to what a condition left out would fail to deploy."""
    (states,) = [one["properties"]["alarms"] for one in widgets() if one["type"] == "alarm"]
    standing = {name for name, found in resources("AWS::CloudWatch::Alarm").items() if "Condition" not in found}
    assert sorted(states) == sorted(f"${{{name}.Arn}}" for name in standing)


def test_widgets_lie_side_by_side() -> None:
    """Twenty-four columns, and none upon another."""
    taken: set[tuple[int, int]] = set()
    for one in widgets():
        cells = {
            (x, y) for x in range(one["x"], one["x"] + one["width"]) for y in range(one["y"], one["y"] + one["height"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
