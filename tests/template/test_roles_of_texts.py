"""Who may open a phone for a trace's texts: one function, which opens nothing of who was where."""

from __future__ import annotations

import json
from typing import Any

from functions.tracing import rules
from tests.template.reading import functions, listed, resources, statements, template

TEXTS = "TextsFunction"


def granted(name: str) -> list[dict[str, Any]]:
    """The grants of one function."""
    return [statement for holder, statement in statements() if holder == name]


def holders(action: str, resource: str) -> set[str]:
    """Who is granted an action on a resource."""
    return {
        name
        for name, statement in statements()
        if action in listed(statement["Action"]) and f'"{resource}"' in json.dumps(statement.get("Resource"))
    }


def test_who_searches_reads_no_phone_and_sends_no_text() -> None:
    """The worker posts ids; it alone may."""
    assert holders("sqs:SendMessage", "TextsQueue") == {"TraceWorkerFunction"}
    worker = json.dumps(granted("TraceWorkerFunction"))
    assert "PersonTable" not in worker
    assert "sns:" not in worker


def test_who_sends_texts_opens_people_s_fields_alone() -> None:
    """Of a trace its head can be read; whom it found is under another data key. Of check-ins and results, nothing."""
    tables = {name for statement in granted(TEXTS) for name in _tables(statement)}
    assert tables == {"TraceTable", "PersonTable", "DataKeyTable", "NoticeTable"}
    written = {
        name for one in granted(TEXTS) if "dynamodb:UpdateItem" in listed(one["Action"]) for name in _tables(one)
    }
    assert written == {"NoticeTable"}
    (opens,) = [one for one in granted(TEXTS) if "kms:Decrypt" in listed(one["Action"])]
    assert opens["Action"] == "kms:Decrypt"
    assert opens["Condition"] == {
        "StringEquals": {"kms:EncryptionContext:purpose": "field"},
        "StringLike": {"kms:EncryptionContext:kid": "person#*"},
    }


def test_codes_and_texts_are_all_that_goes_to_phones() -> None:
    """Two functions, and no others."""
    assert {name for name, one in statements() if "sns:Publish" in listed(one["Action"])} == {"PublicFunction", TEXTS}


def test_texts_go_no_faster_than_a_new_account_s_sender_takes_them() -> None:
    """20 a second; a batch of them is done before the function's time is over, and long before it is given again."""
    (event,) = [one["Properties"] for one in functions()[TEXTS]["Events"].values()]
    assert event["ScalingConfig"]["MaximumConcurrency"] / rules.TEXT_GAP_S <= 20
    queue = resources("AWS::SQS::Queue")["TextsQueue"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * functions()[TEXTS]["Timeout"]
    assert queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"] < rules.TEXT_S


def test_texts_are_a_deployment_s_own_choice() -> None:
    """They cost money: disabled unless somebody decides; who asks, who counts and who sends read the same word."""
    parameter = template()["Parameters"]["TraceTexts"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("DISABLED", ["ENABLED", "DISABLED"])
    readers = {
        name
        for name, function in functions().items()
        if function.get("Environment", {}).get("Variables", {}).get("TRACE_TEXTS") == {"Ref": "TraceTexts"}
    }
    assert readers == {"TracingFunction", "TraceWorkerFunction", TEXTS}


def _tables(statement: dict[str, Any]) -> set[str]:
    named = [one["Fn::GetAtt"][0] for one in listed(statement.get("Resource", [])) if "Fn::GetAtt" in one]
    return {name for name in named if name.endswith("Table")}
