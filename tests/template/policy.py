"""The laws of the template, each a function of a parsed template that names whoever breaks it.

They take the template as an argument, so that a test can break a copy and see the law name what was broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from tests.template.reading import listed

Template = dict[str, Any]
READS = ("GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect", "ExportTableToPointInTime")
RETAINED = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret")
BLOCKED = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_ROLED = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")


def of_type(template: Template, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the properties of each resource of a type, by logical id."""
    for name, found in template["Resources"].items():
        if found["Type"] == kind:
            yield name, found.get("Properties", {})


def grants(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every statement that allows a function or machine something, with its logical id."""
    for kind in _ROLED:
        for name, properties in of_type(template, kind):
            for policy in properties.get("Policies", []):
                for statement in policy["Statement"]:
                    if statement["Effect"] == "Allow":
                        yield name, statement


def place(resource: Any) -> str:
    """Return a resource as text: `CheckinTable`, `CheckinTable/index/by_venue`, `*`; `?` what only the cloud knows."""
    if isinstance(resource, str):
        return resource
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    if "Fn::Sub" in resource:
        return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", str(resource["Fn::Sub"]))
    return "?"


def allows(statement: dict[str, Any], action: str, target: str) -> bool:
    """Tell whether a statement, its condition aside, allows an action on a place."""
    actions = [one.lower() for one in listed(statement["Action"])]
    if not any(fnmatchcase(action.lower(), one) for one in actions):
        return False
    if "NotResource" in statement:
        return not any(fnmatchcase(target, place(one)) for one in listed(statement["NotResource"]))
    return any(fnmatchcase(target, place(one)) for one in listed(statement["Resource"]))


def who_may(template: Template, action: str, target: str) -> set[str]:
    """Name the functions and machines that are granted an action on a place."""
    return {name for name, statement in grants(template) if allows(statement, action, target)}


def readers(template: Template, target: str) -> set[str]:
    """Name who may read a table or an index, by asking it or by its stream."""
    asking = {name for action in READS for name in who_may(template, f"dynamodb:{action}", target)}
    streamed = {"Fn::GetAtt": [target, "StreamArn"]}
    for name, properties in of_type(template, "AWS::Serverless::Function"):
        if any(event["Properties"].get("Stream") == streamed for event in properties.get("Events", {}).values()):
            asking.add(name)
    return asking


def signers_with(template: Template, key: str) -> set[str]:
    """Name who could sign with a key, or make somebody able to: a role's grant, or a principal of the key's policy."""
    found = {
        name for action in ("Sign", "CreateGrant", "PutKeyPolicy") for name in who_may(template, f"kms:{action}", key)
    }
    for statement in template["Resources"][key]["Properties"]["KeyPolicy"]["Statement"]:
        owner = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
        if statement["Effect"] == "Allow" and statement["Principal"] != {"AWS": owner}:
            found.add(f"{key}'s own policy")
    return found


def opened_for_anything(template: Template, key: str) -> set[str]:
    """Name who may open what a key encrypts without naming a purpose, a use, or the service in between."""
    named = {"kms:EncryptionContext:purpose", "kms:EncryptionContext:use", "kms:ViaService"}
    return {
        name
        for name, statement in grants(template)
        if allows(statement, "kms:Decrypt", key)
        and not named & set(statement.get("Condition", {}).get("StringEquals", {}))
    }


def wide(template: Template) -> set[str]:
    """Name who is granted a whole service, every resource, all of a bucket, or every index of a table."""
    found = set()
    for name, statement in grants(template):
        whole = any("*" in action for action in listed(statement["Action"]))
        for resource in listed(statement.get("Resource", [])):
            said = place(resource)
            whole |= said == "*" or bool(re.fullmatch(r"\w+/(index/)?\*", said))
        if whole:
            found.add(name)
    return found


def unreasoned_stars(text: str) -> list[str]:
    """Name the lines of a template's text that grant `*` with no comment on that line or just above its statement.

    A star at the end of a path that begins with a fixed part (`…/jobs/*`) is a folder, and needs none.
    """
    lines, found = text.splitlines(), []
    for number, line in enumerate(lines):
        code = line.split("  #")[0]
        if not _GRANTING.search(code) or not _STAR.search(code):
            continue
        if "  #" not in line and not _told_above(lines, number):
            found.append(f"{number + 1}: {line.strip()}")
    return found


_GRANTING = re.compile(r"\b(Action|NotAction|Resource|NotResource|Principal|AWS):")
# Alone, after a service's colon, a whole bucket or index, part of an action, or for an ARN's every account.
_STAR = re.compile(r"""["'\[ ]\*["'\]]|\.Arn\}/(index/)?\*|:\*|:\w+\*["'\],]""")


def _told_above(lines: list[str], number: int) -> bool:
    """Tell whether the statement that a line belongs to is headed by a comment."""
    first = number
    while not lines[first].lstrip().startswith("- ") and first:
        first -= 1
    return lines[first - 1].lstrip().startswith("#") or "  #" in lines[first]


def unencrypted(template: Template) -> set[str]:
    """Name the tables, buckets, queues, topics, secrets and machines' logs that are not encrypted as decided."""
    found = set()
    for name, held in of_type(template, "AWS::DynamoDB::Table"):
        if held.get("SSESpecification") != {"SSEEnabled": True, "SSEType": "KMS"}:
            found.add(name)
    for name, held in of_type(template, "AWS::S3::Bucket"):
        rules = held.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
        used = [rule["ServerSideEncryptionByDefault"] for rule in rules]
        # What is published needs no secret; everything else is encrypted with our own key.
        ours = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["DataKey", "Arn"]}}
        if used != [{"SSEAlgorithm": "AES256"} if name == "PublicBucket" else ours]:
            found.add(name)
    for name, held in of_type(template, "AWS::SQS::Queue"):
        if held.get("SqsManagedSseEnabled") is not True and "KmsMasterKeyId" not in held:
            found.add(name)
    for kind, key in (("AWS::SNS::Topic", "KmsMasterKeyId"), ("AWS::SecretsManager::Secret", "KmsKeyId")):
        found |= {name for name, held in of_type(template, kind) if "Fn::GetAtt" not in held.get(key, {})}
    return found


def silent_topics(template: Template) -> set[str]:
    """Name the topics that alarms publish to and whose key CloudWatch may not use: they would call nobody."""
    called = {
        action["Ref"] for _, alarm in of_type(template, "AWS::CloudWatch::Alarm") for action in alarm["AlarmActions"]
    }
    found = set()
    for name, held in of_type(template, "AWS::SNS::Topic"):
        key = held.get("KmsMasterKeyId")
        if name not in called or key is None:
            continue
        stated = (
            template["Resources"][place(key)]["Properties"]["KeyPolicy"]["Statement"] if isinstance(key, dict) else []
        )
        allowed = [one["Action"] for one in stated if one.get("Principal") == {"Service": "cloudwatch.amazonaws.com"}]
        if ["kms:Decrypt", "kms:GenerateDataKey*"] not in allowed:
            found.add(name)
    return found


def open_buckets(template: Template) -> set[str]:
    """Name the buckets that a policy or an access list could make public."""
    whole = dict.fromkeys(BLOCKED, True)
    return {
        name
        for name, held in of_type(template, "AWS::S3::Bucket")
        if held.get("PublicAccessBlockConfiguration") != whole
    }


def clear_text_buckets(template: Template) -> set[str]:
    """Name the buckets that would answer over plain HTTP."""
    refusing = {
        policy["Bucket"]["Ref"]
        for _, policy in of_type(template, "AWS::S3::BucketPolicy")
        for one in policy["PolicyDocument"]["Statement"]
        if (one["Effect"], one["Principal"], one["Action"]) == ("Deny", "*", "s3:*")
        and one.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        and [place(each) for each in one["Resource"]] == [policy["Bucket"]["Ref"], policy["Bucket"]["Ref"] + "/*"]
    }
    return {name for name, _ in of_type(template, "AWS::S3::Bucket")} - refusing


def opened_to_strangers(template: Template) -> set[str]:
    """Name the bucket and queue policies that allow anything to a principal that is not a service of this account."""
    found = set()
    for kind in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
        for name, policy in of_type(template, kind):
            for one in policy["PolicyDocument"]["Statement"]:
                ours = one.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount")
                by_service = isinstance(one["Principal"], dict) and set(one["Principal"]) == {"Service"}
                if one["Effect"] == "Allow" and not (by_service and ours == {"Ref": "AWS::AccountId"}):
                    found.add(name)
    return found


def kept_logs(template: Template, days: int) -> set[str]:
    """Name the log groups that keep for ever, or longer than a number of days; and functions that log elsewhere."""
    found = {
        name
        for name, held in of_type(template, "AWS::Logs::LogGroup")
        if not 0 < held.get("RetentionInDays", 0) <= days
    }
    groups = [{"Ref": name} for name, _ in of_type(template, "AWS::Logs::LogGroup")]
    usual = template["Globals"]["Function"].get("LoggingConfig", {})
    for name, held in of_type(template, "AWS::Serverless::Function"):
        if held.get("LoggingConfig", usual).get("LogGroup") not in groups:
            found.add(name)
    return found


def without_return(template: Template, copied_nowhere: set[str]) -> set[str]:
    """Name the tables that cannot be put back to an instant of the last week, and those that wrongly could."""
    week = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    return {
        name
        for name, held in of_type(template, "AWS::DynamoDB::Table")
        if held.get("PointInTimeRecoverySpecification") != (None if name in copied_nowhere else week)
    }


def deleted_with_the_stack(template: Template) -> set[str]:
    """Name the tables, buckets, keys and secrets that would go with the stack, or when they are replaced."""
    return {
        name
        for name, found in template["Resources"].items()
        if found["Type"] in RETAINED
        and (found.get("DeletionPolicy"), found.get("UpdateReplacePolicy")) != ("Retain", "Retain")
    }
