"""How long 100,000 rows take through the embedded engine: a staff list and a laboratory's results.

Prints rows a second; a job that does not end `done` is a failure.
`make bench-uploads`, or `python -m bench.bench_uploads ROWS`
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

from infra.local import embedded

LINES = "姓名,身份证号,手机\n"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def person_id(number: int) -> str:
    """Return the resident id of the n-th person of an area code that is not assigned."""
    first = f"9901011{900 + number // 335664:03d}{1 + number // 27972 % 12:02d}{1 + number // 999 % 28:02d}{1 + number % 999:03d}"
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


def main(rows: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder), http=False) as service:
        os.environ.update(service.environment)
        from functions.jobs import service as jobs  # noqa: PLC0415 - the environment names the tables
        from functions.shared.clock import now  # noqa: PLC0415 - the same
        from functions.units import service as units  # noqa: PLC0415 - the same

        units.register("U-1", units.Facts("bench", "990101", "", "", "1", "bench", rows, now() + 10**6), now())
        staff = LINES + "".join(f"张小明,{person_id(n)},13800138000\n" for n in range(rows))
        when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 7 * 3600))
        tested = "管码,身份证号,采样时间,结果\n" + "".join(f"T{n},{person_id(n)},{when},阴性\n" for n in range(rows))
        for kind, subject, text in (("staff-list", "U-1", staff), ("results", "L-1", tested)):
            upload = jobs.Upload(kind, subject, "990101", "csv", "update", uuid.uuid4().hex * 2, len(text))  # type: ignore[arg-type]
            _measure(jobs, jobs.receive(upload, text.encode(), now())[0].job, kind, rows)


def _measure(jobs: object, job: str, kind: str, rows: int) -> None:
    began, checked = time.monotonic(), 0.0
    while True:
        head = jobs.find(job, int(time.time()))  # type: ignore[attr-defined]
        if head.state != "received" and not checked:
            checked = time.monotonic() - began
        if head.state not in {"received", "running"}:
            break
        time.sleep(0.5)
    took = time.monotonic() - began
    print(f"{kind}: {rows} rows {head.state} in {took:.0f} s, checked in {checked:.0f} s, {rows / took:.0f} rows/s")
    if head.state != "done":
        raise SystemExit(f"{kind}: the job ended {head.state}: {head.cause}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
