"""What is still there of a stack that is to end: rows, objects, messages, keys, secrets, lines, and copies of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from credentials.instants import rfc3339

Client = Callable[[str], Any]
# What is kept, and why. The log says what was done in the scheme's name, and of nobody to whom.
KEPT: Final = {
    "AuditTable": "the audit log, for three years: no person; venues by a hash, or as who acted",
    "PublicBucket": "published files: pages, key statements, heads of the audit log, status lists",
}
_MISSING: Final = frozenset(
    {"ResourceNotFoundException", "NotFoundException", "NoSuchBucket", "404", "QueueDoesNotExist"}
)
_MISSING_QUEUE: Final = "AWS.SimpleQueueService.NonExistentQueue"


@dataclass(frozen=True)
class Thing:
    """A resource that may hold data: its logical id, its CloudFormation type, its physical name."""

    logical: str
    type: str
    name: str


@dataclass(frozen=True)
class Found:
    """What a look at a thing showed: `gone`, `empty`, `kept` or `remains`, and the figures."""

    logical: str
    state: str
    told: str = ""


def look(client: Client, things: list[Thing], stack: str, at: int, *, quick: bool) -> Iterator[Found]:
    """Look at each thing, then for copies of it that the stack does not know.

    Args:
        client: a boto3 client of a service.
        things: the inventory.
        stack: its name, with which its tables' and buckets' names begin.
        at: now, epoch seconds.
        quick: take DynamoDB's own count of rows, up to six hours old, instead of reading each table.
    """
    for thing in sorted(things, key=lambda one: (one.type, one.logical)):
        try:
            found = LOOKS[thing.type](client, thing, at, quick=quick)
        except ClientError as refused:
            if not _is_missing(refused):
                raise
            found = Found(thing.logical, "gone")
        if thing.logical in KEPT and found.state == "remains":
            found = Found(thing.logical, "kept", f"{KEPT[thing.logical]}: {found.told}")
        yield found
    for copy in copies(client, things, stack):
        yield Found(copy.logical, "remains", "the inventory does not know it: a restored copy?")
    for backup in backups(client, things, stack):
        yield Found(backup["BackupName"], "remains", _backup(backup))


def _is_missing(refused: ClientError) -> bool:
    code = refused.response["Error"]["Code"]
    return code in _MISSING or code.endswith((".QueueDoesNotExist", _MISSING_QUEUE))


def _table(client: Client, thing: Thing, at: int, *, quick: bool) -> Found:
    tables = client("dynamodb")
    held = tables.describe_table(TableName=thing.name)["Table"]
    told = f"about {held['ItemCount']} rows" if quick else _rows(tables, thing.name, at)
    recovery = tables.describe_continuous_backups(TableName=thing.name)["ContinuousBackupsDescription"]
    if recovery.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED":
        told += "; point-in-time recovery is on"
    return Found(thing.logical, "remains", told)


def _rows(tables: Any, name: str, at: int) -> str:
    living, past, endless, latest = 0, 0, 0, 0
    asked = {"ProjectionExpression": "#ttl", "ExpressionAttributeNames": {"#ttl": "ttl"}}
    for page in tables.get_paginator("scan").paginate(TableName=name, **asked):
        for row in page["Items"]:
            ends = int(row["ttl"]["N"]) if "ttl" in row else None
            living += ends is None or ends > at
            past += ends is not None and ends <= at
            endless += ends is None
            latest = max(latest, ends or 0)
    told = f"{living} living rows, {past} past their end"
    if endless:
        told += f", {endless} without an end"
    return f"{told}, the last ends {rfc3339(latest)}" if latest > at else told


def _bucket(client: Client, thing: Thing, at: int, *, quick: bool) -> Found:  # noqa: ARG001 - one shape for all looks
    count, size = 0, 0
    for page in client("s3").get_paginator("list_object_versions").paginate(Bucket=thing.name):
        versions = page.get("Versions", [])
        count += len(versions) + len(page.get("DeleteMarkers", []))
        size += sum(version["Size"] for version in versions)
    if not count:
        return Found(thing.logical, "remains", "no object, but parts of broken uploads may be there: delete the bucket")
    return Found(thing.logical, "remains", f"{count} objects and older versions, {size} bytes")


def _queue(client: Client, thing: Thing, at: int, *, quick: bool) -> Found:  # noqa: ARG001
    asked = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
    held = client("sqs").get_queue_attributes(QueueUrl=thing.name, AttributeNames=asked)["Attributes"]
    count = sum(int(n) for n in held.values())
    return (
        Found(thing.logical, "remains", f"{count} messages, 14 days at most")
        if count
        else Found(thing.logical, "empty")
    )


def _key(client: Client, thing: Thing, at: int, *, quick: bool) -> Found:  # noqa: ARG001
    held = client("kms").describe_key(KeyId=thing.name)["KeyMetadata"]
    state = held["KeyState"]
    if state != "PendingDeletion":
        return Found(thing.logical, "remains", f"key {state}")
    ends = rfc3339(int(held["DeletionDate"].timestamp()))
    return Found(thing.logical, "remains", f"opens nothing any more; destroyed {ends}, and can be saved until then")


def _secret(client: Client, thing: Thing, at: int, *, quick: bool) -> Found:  # noqa: ARG001
    deleted = client("secretsmanager").describe_secret(SecretId=thing.name).get("DeletedDate")
    if deleted is None:
        return Found(thing.logical, "remains", "secret in use")
    return Found(
        thing.logical, "remains", f"deleted; can be saved until {rfc3339(int(deleted.timestamp()))} and some days"
    )


def _lines(client: Client, thing: Thing, at: int, *, quick: bool) -> Found:  # noqa: ARG001
    held = client("logs").describe_log_groups(logGroupNamePrefix=thing.name)["logGroups"]
    mine = [group for group in held if group["logGroupName"] == thing.name]
    if not mine:
        return Found(thing.logical, "gone")
    kept = f"{mine[0]['retentionInDays']} days" if "retentionInDays" in mine[0] else "for ever"
    return Found(thing.logical, "remains", f"log lines (types and ids), each kept {kept}")


LOOKS: Final[Mapping[str, Callable[..., Found]]] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::S3::Bucket": _bucket,
    "AWS::SQS::Queue": _queue,
    "AWS::KMS::Key": _key,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::Logs::LogGroup": _lines,
}


def copies(client: Client, things: list[Thing], stack: str) -> Iterator[Thing]:
    """Restored tables and copied buckets: whatever is called as the stack's own are, and no inventory has."""
    known = {thing.name for thing in things}
    pages = client("dynamodb").get_paginator("list_tables").paginate()
    tables = [name for page in pages for name in page["TableNames"]]
    buckets = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
    for kind, names in (("AWS::DynamoDB::Table", tables), ("AWS::S3::Bucket", buckets)):
        for name in sorted(names):
            if name.startswith(f"{stack}-") and name not in known:
                yield Thing(name, kind, name)


def backups(client: Client, things: list[Thing], stack: str) -> Iterator[Mapping[str, Any]]:
    """Backups of tables, their own or the stack's, that are to go; as DynamoDB tells of them."""
    tables = {thing.name for thing in things}
    kept = {thing.name for thing in things if thing.logical in KEPT}
    asked: dict[str, Any] = {"BackupType": "ALL"}
    while True:
        page = client("dynamodb").list_backups(**asked)
        for backup in page["BackupSummaries"]:
            table = backup["TableName"]
            if table not in kept and (table in tables or table.startswith(f"{stack}-")):
                yield backup
        if "LastEvaluatedBackupArn" not in page:
            return
        asked["ExclusiveStartBackupArn"] = page["LastEvaluatedBackupArn"]


def _backup(backup: Mapping[str, Any]) -> str:
    told = f"a backup ({backup.get('BackupType', 'USER').lower()}) of {backup['TableName']}"
    with suppress(KeyError):
        told += f", until {rfc3339(int(backup['BackupExpiryDateTime'].timestamp()))}"
    return told
