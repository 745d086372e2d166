"""A laboratory's results in one presigned upload, through the embedded engine: the check of all, the apply of some.

`make bench-uploads`, or `python -m bench.bench_uploads [--rows N] [--apply N] [--staff N]`. Beside them, in the same
run: Python's own `csv.reader` over the same bytes, which reading them costs at least, and boto3 putting the same rows
into the same table under the same condition, which storing them costs at least. A job that fails fails the run.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import tempfile
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local import Service, embedded

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HEADER = "管码,证件类型,身份证号,采样时间,报告时间,结果,混采人数,采样点\n"
PEER_ROWS, THREADS, TOGETHER = 5_000, 8, 100
MIB = 1 << 20


def person_id(number: int) -> str:
    """Return the resident id of the n-th person of an area code that is not assigned."""
    first = f"9901011{900 + number // 335664:03d}{1 + number // 27972 % 12:02d}{1 + number // 999 % 28:02d}{1 + number % 999:03d}"
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the results file (default: a million)")
    parser.add_argument("--apply", type=int, default=50_000, help="stop when so many are applied; 0: all")
    parser.add_argument("--staff", type=int, default=0, help="also a staff list of so many people")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder), http=False) as service:
        os.environ.update(service.environment)
        if asked.staff:
            staff_list(service, asked.staff)
        results(service, asked.rows, asked.apply or asked.rows)


def staff_list(service: Service, people: int) -> None:
    """Measure a staff list from its upload to its being in force."""
    from functions.shared.clock import now  # noqa: PLC0415 - the environment names the tables
    from functions.units import service as units  # noqa: PLC0415 - the same

    units.register("U-1", units.Facts("bench", "990101", "", "", "1", "bench", people, now() + 10**6), now())
    lines = (f"张小明,{person_id(n)},13800138000\n" for n in range(people))
    data = "".join(("姓名,身份证号,手机\n", *lines)).encode()
    Run(service, "staff-list", "U-1", data, people).tell(people)


def results(service: Service, rows: int, most: int) -> None:
    """Measure a results file, and its peers."""
    data = "".join((HEADER, *_lines(rows))).encode()
    began = time.monotonic()
    deque(csv.reader(io.StringIO(data.decode(), newline="")), maxlen=0)
    _print("csv.reader over the same bytes", rows, time.monotonic() - began)
    Run(service, "results", "L-1", data, rows).tell(most)
    peers(min(PEER_ROWS, rows))


def _lines(rows: int) -> Iterator[str]:
    for number in range(rows):
        sampled = time.gmtime(time.time() + 8 * 3600 - 7200 - number % 400 * 60)
        taken, told = time.strftime("%Y-%m-%d %H:%M", sampled), "阳性" if number % 5000 == 0 else "阴性"
        yield f"T{number // 10:09d},居民身份证,{person_id(number)},{taken},,{told},10,第{number % 200}采样点\n"


@dataclass
class Run:
    """One upload on its real way: announced, put to its presigned address, checked and applied by the queue's worker."""

    service: Service
    kind: Any
    subject: str
    data: bytes
    rows: int

    def tell(self, most: int) -> None:
        """Print how long the check took, and how fast the parts are applied until so many rows are."""
        from functions.jobs import service as jobs  # noqa: PLC0415 - the environment names the tables
        from functions.shared.clock import now  # noqa: PLC0415 - the same

        digest, mode = hashlib.sha256(self.data).hexdigest(), "update" if self.kind == "staff-list" else ""
        upload = jobs.Upload(self.kind, self.subject, "990101", "csv", mode, digest, len(self.data))
        head, _ = jobs.announce(upload, now())
        url, headers = jobs.presigned(head)
        began = time.monotonic()
        with urllib.request.urlopen(urllib.request.Request(url, self.data, headers, method="PUT")) as answered:  # noqa: S310 - the engine's
            assert answered.status == 200  # noqa: S101 - a measurement
        print(
            f"{self.kind}: {self.rows:,} rows, {len(self.data) / MIB:.0f} MiB put in {time.monotonic() - began:.1f} s"
        )
        arrived = self._until(lambda: not jobs.find(head.job, now()).awaited)
        checked = self._until(lambda: jobs.find(head.job, now()).state != "received")
        head = jobs.find(head.job, now())
        if head.state not in {"running", "done"}:
            raise SystemExit(f"{self.kind}: the job is {head.state}: {head.cause}")
        _print(f"{self.kind}: check (taken in after {arrived - began:.1f} s)", self.rows, checked - arrived)
        print(f"  largest worker so far: {peak_mib(self.service)} MiB")
        done = self._until(lambda: jobs.totals(jobs.find(head.job, now())).applied >= most)
        _print(f"{self.kind}: apply", jobs.totals(jobs.find(head.job, now())).applied, done - checked)
        print(f"  largest worker: {peak_mib(self.service)} MiB")

    def _until(self, reached: Callable[[], bool]) -> float:
        while not reached():
            self.service.check()
            time.sleep(0.5)
        return time.monotonic()


def peers(rows: int) -> None:
    """Put rows into the result table by boto3 alone: one a request as in the cloud, and in transactions as here."""
    from functions.results.model import ResultRow, row_of  # noqa: PLC0415 - the same
    from functions.results.rules import Result  # noqa: PLC0415 - the same
    from functions.shared.aws import client  # noqa: PLC0415 - the same
    from functions.shared.batches import batches  # noqa: PLC0415 - the environment names the tables
    from functions.shared.clock import now  # noqa: PLC0415 - the same
    from functions.shared.pids import pid_of  # noqa: PLC0415 - the same

    table, at = ResultRow.Meta.table_name, now()
    people = [pid_of("resident-id", person_id(n)) for n in range(rows)]
    for name, together in (("one a request", 1), (f"{TOGETHER} a transaction", TOGETHER)):
        made = (Result(pid, f"L-{together}", "T1", 0, 1, at, None, "negative", "x") for pid in people)
        items = [row_of(one, one.order, at).to_dynamodb_dict() for one in made]
        puts = [
            {
                "TableName": str(table),
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk) OR ord < :o",
                "ExpressionAttributeValues": {":o": item["ord"]},
            }
            for item in items
        ]
        client("dynamodb").describe_table(TableName=table)
        began = time.monotonic()
        with ThreadPoolExecutor(THREADS) as pool:
            deque(pool.map(lambda some: _put(client("dynamodb"), some), batches(puts, together)), maxlen=0)
        _print(f"boto3's conditional puts, {name}, {THREADS} threads", rows, time.monotonic() - began)


def _put(dynamodb: Any, puts: list[dict[str, Any]]) -> None:
    if len(puts) == 1:
        dynamodb.put_item(**puts[0])
    else:
        dynamodb.transact_write_items(TransactItems=[{"Put": one} for one in puts])


def peak_mib(service: Service) -> int:
    """Return the most memory that any worker of the engine's has had (Linux)."""
    parents = {int(path.name): _status(path) for path in Path("/proc").glob("[0-9]*")}
    below, workers = {service.children[0].process.pid}, set[int]()
    while found := {pid for pid, status in parents.items() if int(status.get("PPid", "0")) in below} - workers:
        workers |= found
        below = found
    return max((int(parents[pid].get("VmHWM", "0 kB").split()[0]) for pid in workers), default=0) >> 10


def _status(process: Path) -> dict[str, str]:
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _print(what: str, rows: int, took_s: float) -> None:
    print(f"{what}: {rows:,} rows in {took_s:.1f} s, {rows / took_s:,.0f} rows/s", flush=True)


if __name__ == "__main__":
    main()
