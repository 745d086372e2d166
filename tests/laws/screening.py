"""A screening day in small: what laboratories send, as real files, and what must be known of it, by brute force.

The oracle is written here from `docs/data-model.md`; what is stored is read from the engine with boto3 and from the
lake's files with DuckDB. Nothing of the code under test is asked, but for the pid of a person.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from functions.jobs import handlers
from functions.lake import files, sql
from functions.shared.clock import china_time
from functions.shared.pids import pid_of
from infra.local import Service
from tests.jobs.driving import person_id
from tests.sheets.workbooks import xlsx

Format = Literal["csv", "jsonl", "xlsx"]
COLUMNS = ("tube", "revision", "pool_size", "id_number", "sampled_at", "reported_at", "result", "site")
SEVERITY = ("pending", "negative", "void", "inconclusive", "positive")


@dataclass(frozen=True)
class Line:
    """One row as a laboratory writes it; `fault` is the column and law that it was made to break."""

    person: int
    tube: str
    result: str = "negative"
    revision: int = 0
    sampled_at: int = 0
    reported_at: int | None = None
    pool_size: int = 1
    site: str = "东门"
    fault: tuple[str, str] | None = None

    @property
    def cells(self) -> dict[str, str]:
        """The row's cells by column; what breaks a law is written into its column here."""
        written = {
            "tube": self.tube,
            "revision": str(self.revision),
            "pool_size": str(self.pool_size),
            "id_number": person_id(self.person),
            "sampled_at": china_time(self.sampled_at),
            "reported_at": china_time(self.reported_at) if self.reported_at else "",
            "result": self.result,
            "site": self.site,
        }
        return {**written, **({self.fault[0]: BREAKING[self.fault]} if self.fault else {})}


# What to write into which column to break which law of a row.
BREAKING = {
    ("id_number", "id-check-digit"): "990101199001010011",
    ("result", "result"): "-",
    ("revision", "revision"): "1000",
    ("sampled_at", "date"): "昨天",
    ("tube", "tube"): "T 1#2",
}
Stored = tuple[int, int, int, int | None, str, str]  # revision, pool, sampled, reported, result, site


def written(lines: Sequence[Line], file_format: Format) -> bytes:
    """Return the lines as a file; its first row of data is row 2, or line 1 of JSON Lines."""
    rows = [line.cells for line in lines]
    if file_format == "jsonl":
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    grid = [list(COLUMNS), *([row[name] for name in COLUMNS] for row in rows)]
    if file_format == "xlsx":
        return xlsx(grid)
    return "\n".join(",".join(row) for row in grid).encode()


def order_of(lab: str, line: Line) -> tuple[int, int, str]:
    """Return the place of a row among those of its person and tube: revision, caution, then a hash of all of it."""
    told = [pid(line), lab, line.tube, line.revision, line.pool_size, line.sampled_at, line.reported_at]
    text = json.dumps([*told, line.result, line.site], ensure_ascii=False, separators=(",", ":"))
    return line.revision, SEVERITY.index(line.result), hashlib.sha256(text.encode()).hexdigest()[:32]


def pid(line: Line) -> str:
    """Return the pid of a row's person."""
    return pid_of("resident-id", person_id(line.person))


def facts(line: Line) -> Stored:
    """Return what is stored of a row beside its identity."""
    return (line.revision, line.pool_size, line.sampled_at, line.reported_at, line.result, line.site)


def standing(lab: str, lines: Iterable[Line]) -> dict[tuple[str, str], Stored]:
    """Return what must stand for each person and tube when all these rows arrived, in whatever order."""
    best: dict[tuple[str, str], Line] = {}
    for line in lines:
        key = pid(line), line.tube
        if not line.fault and (key not in best or order_of(lab, line) > order_of(lab, best[key])):
            best[key] = line
    return {key: facts(line) for key, line in best.items()}


def in_table(engine: Service, labs: Iterable[str]) -> dict[str, dict[tuple[str, str], Stored]]:
    """Read what stands of each laboratory out of the table."""
    pages = (
        engine.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=engine.environment["TABLE_RESULT"],
            ConsistentRead=True,
        )
    )
    found: dict[str, dict[tuple[str, str], Stored]] = {lab: {} for lab in labs}
    for item in (item for page in pages for item in page["Items"]):
        lab, _, tube = item["sk"]["S"].partition("#")
        if lab in found:
            found[lab][item["pk"]["S"], tube] = _stored(item)
    return found


def _stored(item: dict[str, Any]) -> Stored:
    reported = item.get("reported_at", {}).get("N")
    return (
        int(item["revision"]["N"]),
        int(item["pool_size"]["N"]),
        int(item["sampled_at"]["N"]),
        int(reported) if reported else None,
        item["result"]["S"],
        item.get("site", {}).get("S", ""),
    )


def in_lake(engine: Service, folder: Path, labs: Iterable[str]) -> dict[str, Counter[tuple[str, str, Stored]]]:
    """Read all rows of each laboratory, as often as they are there, out of the files that the lake's manifest names."""
    bucket, s3 = os.environ["BUCKET_LAKE"], engine.client("s3")
    manifest = json.loads(s3.get_object(Bucket=bucket, Key="manifest.json")["Body"].read())
    keys = [one["key"] for one in manifest["new"] if one["kind"] == "results"]
    keys += [one["results"] for one in manifest["state"]]
    assert len(set(keys)) == len(keys)
    paths = [folder / key.replace("/", "-") for key in keys]
    for key, path in zip(keys, paths, strict=True):
        if not path.exists():  # a file of the lake is never written again
            s3.download_file(bucket, key, str(path))
            assert_a_lake_file(path)
    columns = "lab, pid, tube, revision, pool_size, sampled_at, reported_at, result, site"
    query = f"SELECT {columns} FROM read_parquet({[str(path) for path in paths]})"  # noqa: S608 - ours
    found: dict[str, Counter[tuple[str, str, Stored]]] = {lab: Counter() for lab in labs}
    with sql.engine(256) as (connection, _):
        for lab, person, tube, *stored in connection.execute(query).fetchall() if paths else []:
            if lab in found:
                found[lab][person, tube, tuple(stored)] += 1
    return found


def assert_a_lake_file(path: Path) -> None:
    """It holds pids, no name, phone or document, and its rows stand by part and person."""
    with sql.engine(256) as (connection, _):
        asked = connection.execute(f"SELECT * FROM read_parquet('{path}')")  # noqa: S608 - ours
        assert [column[0] for column in asked.description] == list(files.RESULTS)
        places = connection.execute(f"SELECT part, pid FROM read_parquet('{path}')").fetchall()  # noqa: S608 - ours
    assert places == sorted(places)
    assert all(part == files.part_of(person) for part, person in places)


def stands_in_lake(lab: str, rows: Iterable[tuple[str, str, Stored]], lines: Iterable[Line]) -> dict[Any, Stored]:
    """Fold what the lake has by the oracle's own order: what a run would find standing."""
    known = {(pid(line), line.tube, facts(line)): line for line in lines if not line.fault}
    return standing(lab, (known[row] for row in rows))


def rejected(errors: bytes | str) -> list[tuple[int, str, str]]:
    """Read `errors.csv` as a laboratory's program would: row, column, law."""
    assert isinstance(errors, bytes)
    lines = errors.decode().splitlines()[1:]
    return [
        (int(row), column, told.strip('"').split(":")[0]) for row, column, told in (one.split(",", 2) for one in lines)
    ]


def worked(engine: Service, url: str, workers: int) -> None:
    """Take a queue's messages by several workers at once, until none is left: as the cloud does, in any order."""
    client = engine.client("sqs")

    def take(number: int) -> int:
        done, idle = 0, 0
        while idle < 3:
            found = client.receive_message(
                QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=1, VisibilityTimeout=10
            ).get("Messages", [])
            idle = 0 if found else idle + 1
            for message in found:
                record = {"messageId": str(number), "body": message["Body"]}
                if not handlers.work({"Records": [record]}, None)["batchItemFailures"]:
                    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    done += 1
        return done

    with ThreadPoolExecutor(workers) as pool:
        assert sum(pool.map(take, range(workers)))


def shuffled(lines: Sequence[Line], seed: int) -> list[Line]:
    """Return the lines in another order."""
    return random.Random(seed).sample(list(lines), len(lines))  # noqa: S311 - not a secret
