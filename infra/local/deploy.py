"""A plan performed: code and definitions put, the stack created or updated, and what the engine drops put right."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.local.engine import REGION, Engine
from infra.local.problems import DeployFailed
from infra.local.template import CODE_BUCKET, Plan

STACK = "epipass"
SETTLED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
DEADLINE_S = 60.0


@dataclass(frozen=True)
class Deployed:
    """What the stack says about itself once it stands."""

    outputs: Mapping[str, str]
    environment: Mapping[str, str]  # the functions' own, resolved: the template is where it is written


def deploy(engine: Engine, plan: Plan, parameters: Mapping[str, str]) -> Deployed:
    """Create or update the stack from `plan`; raises DeployFailed with the engine's reasons."""
    _put_uploads(engine, plan)
    stacks = engine.client("cloudformation")
    _submit(engine, stacks, plan, parameters)
    outputs = _await_settled(stacks)
    names = physical_names(stacks)
    _set_ttl(engine, plan, names)
    return Deployed(outputs, _function_environment(engine, names))


def _put_uploads(engine: Engine, plan: Plan) -> None:
    s3 = engine.client("s3")
    try:
        s3.head_bucket(Bucket=CODE_BUCKET)
    except ClientError:
        s3.create_bucket(
            Bucket=CODE_BUCKET,
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
    for upload in (plan.template, *plan.uploads):
        s3.put_object(Bucket=CODE_BUCKET, Key=upload.key, Body=upload.body)


def _submit(engine: Engine, stacks: Any, plan: Plan, parameters: Mapping[str, str]) -> None:
    request = {
        "StackName": STACK,
        # By address: a template handed over whole may have 51,200 characters, one in a bucket a million.
        "TemplateURL": f"{engine.url}/{CODE_BUCKET}/{plan.template.key}",
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    }
    try:
        stacks.create_stack(**request)
    except stacks.exceptions.AlreadyExistsException:
        try:
            stacks.update_stack(**request)
        except ClientError as refused:
            if "No updates" not in str(refused):
                raise


def _await_settled(stacks: Any) -> dict[str, str]:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        stack = stacks.describe_stacks(StackName=STACK)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        if time.monotonic() > deadline:
            raise DeployFailed("still in progress after a minute", [])
        time.sleep(0.05)
    if stack["StackStatus"] not in SETTLED:
        raise DeployFailed(stack["StackStatus"], _reasons(stacks))
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _reasons(stacks: Any) -> list[tuple[str, str]]:
    events = stacks.describe_stack_events(StackName=STACK)["StackEvents"]
    return [
        (event["LogicalResourceId"], event.get("ResourceStatusReason", "no reason given"))
        for event in events
        if "FAILED" in event["ResourceStatus"]
    ]


def physical_names(stacks: Any) -> dict[str, str]:
    """The name of each of the stack's resources, by its logical id."""
    pages = stacks.get_paginator("list_stack_resources").paginate(StackName=STACK)
    found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return {resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "") for resource in found}


def _set_ttl(engine: Engine, plan: Plan, names: Mapping[str, str]) -> None:
    """The engine's CloudFormation drops TTL; its DynamoDB honours it when asked directly."""
    tables = engine.client("dynamodb")
    for logical, attribute in plan.ttl:
        description = tables.describe_time_to_live(TableName=names[logical])["TimeToLiveDescription"]
        if description.get("TimeToLiveStatus") != "ENABLED":
            tables.update_time_to_live(
                TableName=names[logical],
                TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute},
            )


def _function_environment(engine: Engine, names: Mapping[str, str]) -> dict[str, str]:
    """All functions' variables in one: they share the template's Globals, and add nothing that contradicts."""
    functions = engine.client("lambda")
    merged: dict[str, str] = {}
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            if function["FunctionName"] in names.values():
                merged.update(function.get("Environment", {}).get("Variables", {}))
    return merged
