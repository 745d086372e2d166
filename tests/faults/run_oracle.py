"""What a matching run must lead to, found by brute force, and what it did lead to, read without the code under test.

The policy is read word by word for one person at a time. Tables are read by boto3, the lake's files by DuckDB, the
published lists as any verifier opens them: base64, gzip, bits.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from functions.results.rules import Result
from infra.local import Service

HOUR = 3600
DAY = 24 * HOUR
SEVERITY = ("pending", "negative", "void", "inconclusive", "positive")
SPOKEN = {"negative", "inconclusive", "positive"}
CAUSES = (
    *("approval-ended", "unit-not-approved", "not-listed", "inconclusive", "pool-recheck", "positive-not-cleared"),
    *("positive", "result-pending", "test-too-old", "no-test"),
)


def order(row: Result) -> tuple[int, int, str]:
    """Law 1: revision, severity, hash of the row."""
    text = json.dumps(astuple(row), ensure_ascii=False, separators=(",", ":"))
    return row.revision, SEVERITY.index(row.result), sha256(text.encode()).hexdigest()[:32]


def standing(rows: Iterable[Result]) -> dict[tuple[str, str, str], Result]:
    """The greatest row of each person and tube, whatever arrived how often and when."""
    found: dict[tuple[str, str, str], Result] = {}
    for row in rows:
        place = (row.pid, row.lab, row.tube)
        if place not in found or order(row) > order(found[place]):
            found[place] = row
    return found


def verdict(pid: str, rows: Iterable[Result], until: int | None, ends_at: int, cutoff: int) -> tuple[str, int]:
    """The cause and the end (0 for a refusal) of somebody in an approved unit; `until` is None for who is not listed."""
    stand = list(standing(rows).values())
    said = [(row, _outcome(row, stand)) for row in stand if row.pid == pid]
    seen = [(row, outcome) for row, outcome in said if cutoff - 14 * DAY < row.sampled_at <= cutoff]
    spoken = sorted(((r.sampled_at, SEVERITY.index(o), r.lab, r.tube) for r, o in seen if o in SPOKEN), reverse=True)
    newest = spoken[0] if spoken else None
    causes = {*_newest(newest, seen, cutoff), *_positives(newest, seen, cutoff)}
    if ends_at <= cutoff:
        causes.add("approval-ended")
    if until is None or until <= cutoff:
        causes.add("not-listed")
    cause = next((one for one in CAUSES if one in causes), "eligible")
    return cause, 0 if causes or newest is None else min(newest[0] + 48 * HOUR, until or ends_at, ends_at)


def _outcome(row: Result, stand: list[Result]) -> str:
    taken = any(
        (other.lab, other.tube) == (row.lab, row.tube) and other.pid != row.pid and other.revision > row.revision
        for other in stand
    )
    return "void" if taken and row.pool_size == 1 else row.result


def _newest(newest: tuple[int, int, str, str] | None, seen: list[tuple[Result, str]], cutoff: int) -> set[str]:
    causes = set()
    if newest is None or newest[0] < cutoff - 48 * HOUR:
        causes.add("test-too-old" if newest else "no-test")
        after = max(cutoff - 48 * HOUR, newest[0] + 1 if newest else 0)
        if any(outcome == "pending" and row.sampled_at >= after for row, outcome in seen):
            causes.add("result-pending")
    if newest and SEVERITY[newest[1]] == "inconclusive":
        causes.add("inconclusive")
    return causes


def _positives(newest: tuple[int, int, str, str] | None, seen: list[tuple[Result, str]], cutoff: int) -> set[str]:
    causes = set()
    for bad in (row for row, outcome in seen if outcome == "positive"):
        later = [(row, outcome) for row, outcome in seen if row.sampled_at > bad.sampled_at and outcome in SPOKEN]
        if bad.pool_size > 1 and not any(row.pool_size == 1 for row, _ in later):
            causes.add("pool-recheck")
        if bad.pool_size > 1:
            continue
        if newest == (bad.sampled_at, SEVERITY.index("positive"), bad.lab, bad.tube):
            causes.add("positive")
        elif bad.sampled_at >= cutoff - 7 * DAY:
            negatives = [row.sampled_at for row, outcome in later if outcome == "negative"]
            if not any(one - other >= 24 * HOUR for one in negatives for other in negatives):
                causes.add("positive-not-cleared")
    return causes


@dataclass(frozen=True)
class Stores:
    """The engine's tables and buckets as somebody else's program reads them."""

    service: Service

    def rows(self, logical: str, key: str) -> list[dict[str, Any]]:
        """The rows of one partition, plain values."""
        client, table = self.service.client("dynamodb"), self.service.environment[f"TABLE_{logical}"]
        query: dict[str, Any] = {
            "TableName": table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": key}},
            "ConsistentRead": True,
        }
        items: list[dict[str, Any]] = []
        while True:
            found = client.query(**query)
            items += found["Items"]
            if "LastEvaluatedKey" not in found:
                return [{name: _plain(value) for name, value in item.items()} for item in items]
            query["ExclusiveStartKey"] = found["LastEvaluatedKey"]

    def entitlements(self, pids: Iterable[str]) -> dict[tuple[str, str], tuple[str, int, int]]:
        """Cause, end and instant of each person and unit."""
        return {
            (pid, row["sk"]): (row["cause"], row["expires_at"], row["decided_at"])
            for pid in pids
            for row in self.rows("ENTITLEMENT", pid)
            if row["sk"] != "~"
        }

    def withdrawn(self, name: str, index: int) -> bool:
        """Whether the table says that the pass of a place was withdrawn."""
        return any(row["sk"] == str(index) for row in self.rows("WITHDRAWAL", name))

    def published(self, name: str, index: int) -> bool:
        """Whether the bit of a place is set in the published list."""
        try:
            token = self._get("BUCKET_PUBLIC", f"status/{name}").decode()
        except self.service.client("s3").exceptions.NoSuchKey:
            return False  # a list that nobody has published yet
        body = json.loads(_unpadded(token.split(".")[1]))
        bits = gzip.decompress(_unpadded(body["credentialSubject"]["encodedList"][1:]))
        return bool(bits[index // 8] >> (7 - index % 8) & 1)

    def manifest(self) -> dict[str, Any]:
        """The lake's manifest; an empty lake's when there is none."""
        try:
            return dict(json.loads(self._get("BUCKET_LAKE", "manifest.json")))
        except self.service.client("s3").exceptions.NoSuchKey:
            return {"state": [], "new": [], "dropped": {}}

    def keys(self, prefix: str = "") -> set[str]:
        """Every object of the lake under a prefix."""
        bucket = os.environ["BUCKET_LAKE"]
        pages = self.service.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return {entry["Key"] for page in pages for entry in page.get("Contents", ())}

    def parquet(self, folder: Path, keys: Iterable[str], columns: str) -> list[tuple[Any, ...]]:
        """The rows of files of the lake, as often as they are in them."""
        found: list[tuple[Any, ...]] = []
        for number, key in enumerate(keys):
            path = folder / f"{number}.parquet"
            path.write_bytes(self._get("BUCKET_LAKE", key))
            found += duckdb.execute(f"SELECT {columns} FROM read_parquet('{path}')").fetchall()  # noqa: S608 - a path of ours
            path.unlink()
        return found

    def counts(self, run: str) -> dict[str, Counter[str]]:
        """What a run counted by unit: people, what changes for them, the causes they are refused for."""
        found: dict[str, Counter[str]] = {}
        for row in self.rows("RUN", run):
            if row["sk"].startswith("part#"):
                group = int(row["sk"].removeprefix("part#"))
                packed = self._get("BUCKET_LAKE", f"runs/{run}/{group:04d}-{row['label']}/tallies")
                for unit, tally in json.loads(zlib.decompress(packed)).items():
                    said = found.setdefault(unit, Counter())
                    said.update({"people": tally.get("people", 0), "missed": tally.get("missed", 0)})
                    said.update(tally.get("changes", {}))
                    said.update(tally.get("refused", {}))
        return found

    def _get(self, bucket: str, key: str) -> bytes:
        found = self.service.client("s3").get_object(Bucket=os.environ[bucket], Key=key)
        return bytes(found["Body"].read())


def named_by(manifest: Mapping[str, Any]) -> list[str]:
    """The files that readers of a manifest read."""
    state = [one[kind] for one in manifest["state"] for kind in ("results", "revised", "listings")]
    return [*state, *(one["key"] for one in manifest["new"])]


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, plain),) = value.items()
    return int(plain) if kind == "N" else plain


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
