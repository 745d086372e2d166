"""Each law of the policy names whoever breaks it: a law that passes on a broken template would be none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.template import policy
from tests.template.reading import template
from tests.template.test_policy import unlisted_readers
from tests.template.test_tables import NO_COPY

Break = Callable[[dict[str, Any]], object]


def grant(function: str, action: Any, resource: Any, **more: Any) -> Break:
    """Break a template by one more grant to a function."""

    def breaking(resources: dict[str, Any]) -> None:
        statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
        resources[function]["Properties"]["Policies"][0]["Statement"].append(statement)

    return breaking


def set_to(name: str, *path: str | int, to: Any) -> Break:
    """Break a template by another value at a place of a resource."""

    def breaking(resources: dict[str, Any]) -> None:
        held = resources[name]
        for step in path[:-1]:
            held = held[step]
        held[path[-1]] = to

    return breaking


def stream_to(function: str, table: str) -> Break:
    """Break a template by an event of a table's stream."""
    event = {"Type": "DynamoDB", "Properties": {"Stream": {"Fn::GetAtt": [table, "StreamArn"]}}}
    return lambda resources: resources[function]["Properties"].setdefault("Events", {}).update(Spy=event)


ARN = {"Fn::GetAtt": ["CheckinTable", "Arn"]}
STAFF_BY_PERSON = {"Fn::Sub": "${StaffTable.Arn}/index/by_person"}
INDEX = {"Fn::Sub": "${CheckinTable.Arn}/index/by_venue"}
EVERY_INDEX = {"Fn::Sub": "${CheckinTable.Arn}/index/*"}
DATA_KEY = {"Fn::GetAtt": ["DataKey", "Arn"]}
STRANGER = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "x"}
SIGN = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:role/x"}, "Action": "kms:Sign", "Resource": "*"}


def by_venue(broken: dict[str, Any]) -> set[str]:
    """Who reads the venue index and is not in the template as it is."""
    target = "CheckinTable/index/by_venue"
    return policy.readers(broken, target) - policy.readers(template(), target)


def check_ins(broken: dict[str, Any]) -> set[str]:
    """Who reads check-ins and is not in the template as it is."""
    return policy.readers(broken, "CheckinTable") - policy.readers(template(), "CheckinTable")


def arn(table: str) -> dict[str, Any]:
    """A table, as a grant names it."""
    return {"Fn::GetAtt": [table, "Arn"]}


@pytest.mark.parametrize(
    ("law", "breaking", "named"),
    [
        (unlisted_readers, grant("PostersFunction", "dynamodb:Query", arn("EntitlementTable")), "PostersFunction"),
        (unlisted_readers, grant("UploadFunction", "dynamodb:GetItem", arn("StaffTable")), "UploadFunction"),
        (unlisted_readers, grant("CoverageFunction", "dynamodb:Query", STAFF_BY_PERSON), "CoverageFunction"),
        (unlisted_readers, grant("AssistedFunction", "dynamodb:BatchGetItem", arn("PassTable")), "AssistedFunction"),
        (unlisted_readers, grant("TracingFunction", "dynamodb:Query", arn("DeviceTable")), "TracingFunction"),
        (unlisted_readers, stream_to("CountersFunction", "LookupTable"), "CountersFunction"),
        (by_venue, grant("DeskFunction", "dynamodb:Query", INDEX), "DeskFunction"),
        (by_venue, grant("DeskFunction", ["dynamodb:Query"], [EVERY_INDEX]), "DeskFunction"),
        (by_venue, grant("UploadFunction", "dynamodb:*", "*"), "UploadFunction"),
        (by_venue, grant("UploadFunction", "dynamodb:Scan", None, NotResource="x"), "UploadFunction"),
        (check_ins, grant("UploadFunction", "dynamodb:BatchGetItem", ARN), "UploadFunction"),
        (check_ins, grant("JobsFunction", "DynamoDB:getItem", ARN), "JobsFunction"),
        (check_ins, stream_to("JobsFunction", "CheckinTable"), "JobsFunction"),
        (
            lambda broken: policy.signers_with(broken, "RootKey"),
            grant("DayKeysFunction", "kms:Sign", {"Fn::GetAtt": ["RootKey", "Arn"]}),
            "DayKeysFunction",
        ),
        (
            lambda broken: policy.signers_with(broken, "RootKey"),
            grant("DayKeysFunction", "kms:*", "*"),
            "DayKeysFunction",
        ),
        (
            lambda broken: policy.signers_with(broken, "RootKey"),
            lambda resources: resources["RootKey"]["Properties"]["KeyPolicy"]["Statement"].append(SIGN),
            "RootKey's own policy",
        ),
        (
            lambda broken: policy.opened_for_anything(broken, "DataKey"),
            grant("DeskFunction", "kms:Decrypt", DATA_KEY),
            "DeskFunction",
        ),
        (policy.wide, grant("DeskFunction", "dynamodb:GetItem", "*"), "DeskFunction"),
        (policy.wide, grant("DeskFunction", "s3:*", ARN), "DeskFunction"),
        (policy.wide, grant("DeskFunction", "dynamodb:Query", [EVERY_INDEX]), "DeskFunction"),
        (policy.wide, grant("DeskFunction", "s3:GetObject", {"Fn::Sub": "${UploadsBucket.Arn}/*"}), "DeskFunction"),
        (policy.unencrypted, set_to("CheckinTable", "Properties", "SSESpecification", to=None), "CheckinTable"),
        (policy.unencrypted, set_to("LakeBucket", "Properties", "BucketEncryption", to={}), "LakeBucket"),
        (policy.unencrypted, set_to("JobsDead", "Properties", "SqsManagedSseEnabled", to=False), "JobsDead"),
        (policy.unencrypted, set_to("DutyTopic", "Properties", to={}), "DutyTopic"),
        (policy.unencrypted, set_to("PidSecret", "Properties", to={}), "PidSecret"),
        (policy.silent_topics, set_to("DutyTopic", "Properties", "KmsMasterKeyId", to="alias/aws/sns"), "DutyTopic"),
        (policy.silent_topics, set_to("DutyTopic", "Properties", "KmsMasterKeyId", to=DATA_KEY), "DutyTopic"),
        (
            policy.open_buckets,
            set_to("UploadsBucket", "Properties", "PublicAccessBlockConfiguration", "BlockPublicPolicy", to=False),
            "UploadsBucket",
        ),
        (policy.clear_text_buckets, lambda resources: resources.pop("LakeBucketPolicy"), "LakeBucket"),
        (
            policy.opened_to_strangers,
            lambda resources: resources["PublicBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"].append(
                STRANGER
            ),
            "PublicBucketPolicy",
        ),
        (lambda broken: policy.kept_logs(broken, 30), set_to("Logs", "Properties", to={}), "Logs"),
        (
            lambda broken: policy.kept_logs(broken, 30),
            set_to("DeskFunction", "Properties", "LoggingConfig", to={"LogGroup": "/aws/lambda/x"}),
            "DeskFunction",
        ),
        (
            lambda broken: policy.without_return(broken, NO_COPY),
            lambda resources: resources["UnitTable"]["Properties"].pop("PointInTimeRecoverySpecification"),
            "UnitTable",
        ),
        (policy.deleted_with_the_stack, set_to("RootKey", "DeletionPolicy", to="Delete"), "RootKey"),
        (
            policy.deleted_with_the_stack,
            lambda resources: resources["AuditTable"].pop("UpdateReplacePolicy"),
            "AuditTable",
        ),
    ],
)
def test_a_law_names_whoever_breaks_it(law: Callable[[dict[str, Any]], set[str]], breaking: Break, named: str) -> None:
    """The template as it is breaks nothing; broken in one place, the law says where and nothing else."""
    broken = copy.deepcopy(template())
    assert law(broken) == set()
    breaking(broken["Resources"])
    assert law(broken) == {named}


@pytest.mark.parametrize(
    "line",
    [
        '- {Effect: Allow, Action: "dynamodb:GetItem", Resource: "*"}',
        '- {Effect: Allow, Action: "kms:*", Resource: x}',
        '- {Effect: Allow, Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Resource: x}',
        '- {Effect: Allow, Action: "s3:GetObject", Resource: !Sub "${UploadsBucket.Arn}/*"}',
        '- {Effect: Allow, Action: "sns:Publish", NotResource: !Sub "arn:aws:sns:*:*:*"}',
        "- {Effect: Deny, Principal: '*', Action: x}",
    ],
)
def test_a_star_without_a_reason_is_named_by_its_line(line: str) -> None:
    """On its line or above its statement a comment will do; with none the line is named."""
    grants = f"  Statement:\n    {line}\n"
    assert policy.unreasoned_stars(grants) == [f"2: {line}"]
    assert policy.unreasoned_stars(grants.replace("\n    -", "\n    # because\n    -")) == []
    assert policy.unreasoned_stars(f"  Statement:\n    {line}  # because\n") == []


def test_a_folder_s_star_needs_no_reason() -> None:
    """A path that begins with a fixed part, a comment's own stars, and what grants nothing."""
    fine = ['Resource: !Sub "${UploadsBucket.Arn}/jobs/*"', "# all of it: `*`", 'Event: "s3:ObjectCreated:*"']
    assert policy.unreasoned_stars("\n".join(fine)) == []
