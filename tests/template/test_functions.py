"""Functions: each handler imports, pulls in no more than it needs, and may do no more than it must."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from infra.paths import ROOT
from tests.template.reading import functions, listed, resources, statements, template

# Heavy, and needed by few: each is imported inside the function that needs it.
HEAVY = (
    "duckdb",
    "fontTools",
    "fpdf",
    "openpyxl",
    "phonenumbers.data",
    "PIL",
    "python_calamine",
    "qrcode",
    "xlsxwriter",
)
# What never belongs in a function at all.
FOREIGN = ("cli", "infra", "granian", "hypothesis", "playwright", "pytest", "click", "rich", "yaml")
SCRIPT = """
import importlib, json, sys
module, name = sys.argv[1].rsplit(".", 1)
handler = getattr(importlib.import_module(module), name)
print(json.dumps([callable(handler), sorted(sys.modules)]))
"""
GROUP = {"run.$": "$.run", "group.$": "$$.Map.Item.Value"}
MOST_INLINE = 40  # Step Functions: an inline map's concurrency
STREAM = {
    "BisectBatchOnFunctionError": True,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "StartingPosition": "TRIM_HORIZON",
}
# Actions that know no resource; each with the reason beside it in the template.
WITHOUT_RESOURCE: frozenset[str] = frozenset()  # no service we call is without one


def handlers() -> list[str]:
    """Every handler of the template, once."""
    return sorted({properties["Handler"] for properties in functions().values()})


@pytest.fixture(scope="module")
def imported() -> dict[str, list[str]]:
    """What each handler's import pulls in, by module name, each in a fresh interpreter."""
    found = {}
    for handler in handlers():
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, handler], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, f"{handler}: {done.stderr[-800:]}"
        is_callable, modules = json.loads(done.stdout)
        assert is_callable, handler
        found[handler] = modules
    return found


def test_every_handler_imports_in_a_fresh_interpreter(imported: dict[str, list[str]]) -> None:
    """Each handler of the template exists, can be called, and needs no environment to be imported."""
    assert sorted(imported) == handlers()


@pytest.mark.parametrize("kind", [HEAVY, FOREIGN])
def test_no_import_pulls_in_what_a_cold_start_should_not_pay(
    imported: dict[str, list[str]], kind: tuple[str, ...]
) -> None:
    """Heavy modules wait for the function that needs them; the launcher's and the tests' never come."""
    for handler, modules in imported.items():
        pulled = [module for module in modules if any(module == name or module.startswith(name + ".") for name in kind)]
        assert pulled == [], handler


@pytest.mark.parametrize("name", sorted(functions()))
def test_every_stream_mapping_loses_nothing(name: str) -> None:
    """A stream's failures are halved, retried, and end in a queue; never in nothing and never for ever."""
    for event in functions()[name].get("Events", {}).values():
        if event["Type"] == "DynamoDB":
            properties = event["Properties"]
            assert {key: properties.get(key) for key in STREAM} == STREAM
            assert 0 < properties["MaximumRetryAttempts"] < 100
            assert properties["MaximumRecordAgeInSeconds"] <= 86_400
            assert properties["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["StreamDead", "Arn"]}
        if event["Type"] == "SQS":
            assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_no_grant_is_wider_than_its_table_says() -> None:
    """No action and no resource is a star, except where a service knows no resource."""
    for name, statement in statements():
        for action in listed(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action), (name, action)
        if "NotResource" in statement:  # everything but the topics: a phone has no name
            assert listed(statement["Action"]) == ["sns:Publish"], name
            assert listed(statement["NotResource"]) == [{"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}], name
            continue
        for resource in listed(statement["Resource"]):
            if resource == "*":
                assert set(listed(statement["Action"])) <= WITHOUT_RESOURCE, name


def test_no_function_may_sign_with_the_root_key() -> None:
    """The root key signs by two people's hands: no role of the template is granted anything on it."""
    granted = [json.dumps(statement.get("Resource")) for _, statement in statements()]
    assert not [resource for resource in granted if "RootKey" in resource]
    assert not [name for name, statement in statements() if "kms:Sign" in listed(statement["Action"])]


def test_only_the_publisher_writes_status_lists() -> None:
    """One writer, one at a time: otherwise a list could go back."""
    writers = [
        name
        for name, statement in statements()
        if "s3:PutObject" in listed(statement["Action"]) and "/status/" in json.dumps(statement.get("Resource"))
    ]
    assert writers == ["PublisherFunction"]
    assert functions()["PublisherFunction"]["ReservedConcurrentExecutions"] == 1


def test_a_day_key_is_opened_for_one_use_only() -> None:
    """A function that decrypts a day key may do so for a use that its grant names."""
    for name, statement in statements():
        if "kms:Decrypt" in listed(statement["Action"]) and {"Fn::GetAtt": ["DayKey", "Arn"]} in listed(
            statement.get("Resource")
        ):
            condition: dict[str, Any] = statement.get("Condition", {})
            assert set(condition.get("StringEquals", {})) == {"kms:EncryptionContext:use"}, name


def test_a_run_writes_by_so_many_groups_at_once() -> None:
    """An inline map runs at most forty at once, and a machine's engine no more than a city's tables."""
    widths = {stage: figures["Groups"] for stage, figures in template()["Mappings"]["Sizing"].items()}
    assert 1 <= widths["local"] <= widths["dev"] <= widths["prod"] <= MOST_INLINE


@pytest.mark.parametrize("name", sorted(resources("AWS::Serverless::StateMachine")))
def test_every_substitution_resolves(name: str) -> None:
    """A definition uses exactly what the template hands it, and is JSON once that is filled in."""
    properties = resources("AWS::Serverless::StateMachine")[name]["Properties"]
    text = (ROOT / properties["DefinitionUri"]).read_text(encoding="utf-8")
    given = properties["DefinitionSubstitutions"]
    assert set(re.findall(r"\$\{(\w+)\}", text)) == set(given)
    for value in given.values():
        for logical in _references(value):
            assert logical in template()["Resources"] or logical in template()["Mappings"]
    # A width is a number of the stage, and stays a name here: no map may be wider than what the template says.
    _check_states(json.loads(re.sub(r": (\$\{\w+\})", r': "\1"', text)))


def _references(value: dict[str, Any]) -> list[str]:
    if "Fn::GetAtt" in value:
        return [value["Fn::GetAtt"][0]]
    return [value["Ref"]] if "Ref" in value else [value["Fn::FindInMap"][0]]


def _check_states(machine: dict[str, Any]) -> None:
    """Every state is reachable by name, every task has a time-out and survives a retry, every map a width."""
    states = machine["States"]
    assert machine["StartAt"] in states
    for state in states.values():
        assert state.get("Next", machine["StartAt"]) in states
        if state["Type"] == "Task":
            assert state["TimeoutSeconds"] > 0
            # The engine knows no other name, and the parts are idempotent.
            assert [retry["ErrorEquals"] for retry in state["Retry"]] == [["States.ALL"]]
        if state["Type"] == "Map":
            # Items are numbers of groups, within one execution; how many at once is the throttle on writes.
            assert state["MaxConcurrency"] == "${Groups}"
            assert (state["ItemsPath"], state["ItemSelector"]) == ("$.groups", GROUP)
            assert state["ItemProcessor"]["ProcessorConfig"] == {"Mode": "INLINE"}
            _check_states(state["ItemProcessor"])
