"""`epipass audit`: many passes, all cores, one report that a stranger can recompute."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli import auditing, offline, told

SPAN_BYTES = 1 << 20
PIPED_LINES = 1_000


@dataclass
class Report:
    """Counts by code, by key and by file, and where the first refusals are."""

    codes: Counter[str] = field(default_factory=Counter)
    kids: Counter[str] = field(default_factory=Counter)
    subjects: Counter[str] = field(default_factory=Counter)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    duration_s: float = 0.0

    def add(self, file: str, first_line: int, found: auditing.Found) -> None:
        """Take in what some lines held."""
        self.codes += found.codes
        self.kids += found.kids
        for number, code, cause in found.refusals[: auditing.SHOWN - len(self.refusals)]:
            self.refusals.append({"file": file, "line": first_line + number, "code": code, "cause": cause})

    @property
    def total(self) -> int:
        """Passes judged."""
        return self.codes.total()

    def document(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "passes": self.total,
            "accepted": self.codes["ok"],
            "codes": dict(sorted(self.codes.items())),
            "keys": dict(sorted(self.kids.items())),
            "refusals": self.refusals,
            "duration_s": round(self.duration_s, 3),
        }


@click.command(short_help="Verify many passes and report on them.")
@click.argument("files", nargs=-1, required=True, metavar="FILE.jsonl …", type=click.Path(exists=True, dir_okay=False))
@offline.trust_options
@click.option(
    "--any-time", is_flag=True, help="Judge each pass in its own time: one that is over is not refused for that."
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes. Default: one for each core.")
@offline.json_option
@click.pass_context
def audit(
    ctx: click.Context,
    files: tuple[str, ...],
    *,
    keys_at: str,
    roots_at: tuple[str, ...],
    issuer: str,
    status_at: str | None,
    at_text: str | None,
    max_age_s: int | None,
    any_time: bool,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Verify every line of FILEs: a token or presentation as bare text or JSON text, or an object with `token` or `presentation`, and maybe `at`.

    Exit status 0: every one is genuine. 1: some are not. 2: misused.
    """
    if status_at is not None and offline.is_url(status_at):
        raise click.BadParameter("an audit reads lists from a folder: what was published then", param_hint="--status")
    at = offline.instant_of(at_text)
    offline.verifier_of(offline.keys_from(keys_at, roots_at, at), issuer)
    bench = auditing.Bench(
        keys_at=keys_at,
        roots_at=roots_at,
        issuer=issuer,
        status_at=status_at,
        at=at,
        max_age_s=max_age_s,
        any_time=any_time,
    )
    report = _run(files, bench, jobs or os.cpu_count() or 1, quiet=as_json)
    if as_json:
        told.print_json({**report.document(), "status_checked": status_at is not None})
    else:
        _print(report, asked=status_at is not None)
    ctx.exit(0 if report.total and report.codes["ok"] == report.total else 1)


def _run(files: tuple[str, ...], bench: auditing.Bench, jobs: int, *, quiet: bool) -> Report:
    report, began = Report(), time.monotonic()
    size = sum(Path(file).stat().st_size for file in files)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), disable=quiet)
    waiting: deque[tuple[int, int, Future[auditing.Found]]] = deque()
    read = [0] * len(files)
    with bar, ProcessPoolExecutor(jobs, initializer=auditing.begin, initargs=(bench,)) as pool:
        task = bar.add_task("KiB read", total=size // 1024)

        def finish_one() -> None:
            place, length, future = waiting.popleft()
            found = future.result()
            report.add(files[place], read[place] + 1, found)
            read[place] += found.lines
            bar.advance(task, length / 1024)

        for place, file in enumerate(files):
            for length, future in _submitted(pool, file):
                waiting.append((place, length, future))
                # Bounded: a file larger than memory is read no faster than it is judged.
                if len(waiting) > jobs * 4:
                    finish_one()
        while waiting:
            finish_one()
    report.duration_s = time.monotonic() - began
    return report


def _submitted(pool: ProcessPoolExecutor, file: str) -> Iterator[tuple[int, Future[auditing.Found]]]:
    """Hand a file out in pieces: bytes, and what will be found in them.

    Whoever judges reads: lines sent to another process cost a tenth of judging them. A pipe has only one reader.
    """
    path = Path(file)
    if path.is_file():
        size = path.stat().st_size
        for start in range(0, size, SPAN_BYTES):
            end = min(start + SPAN_BYTES, size)
            yield end - start, pool.submit(auditing.judge_span, file, start, end)
        return
    with path.open("rb") as source:
        rest = auditing.lines_of(source)
        while lines := list(islice(rest, PIPED_LINES)):
            yield 0, pool.submit(auditing.judge_lines, lines)


def _print(report: Report, *, asked: bool) -> None:
    console = Console(highlight=False)
    console.print(f"{report.total:,} passes in {report.duration_s:.1f} s")
    table = Table("verdict", "passes")
    for code, count in report.codes.most_common():
        table.add_row(f"[{'green' if code == 'ok' else 'red'}]{code}[/]", f"{count:,}")
    console.print(table)
    for kid, count in report.kids.most_common():
        console.print(f"  key {kid}: {count:,}")
    for refusal in report.refusals:
        console.print(f"  {refusal['file']}:{refusal['line']}: {refusal['code']} ({refusal['cause']})", markup=False)
    hidden = report.total - report.codes["ok"] - len(report.refusals)
    if hidden:
        console.print(f"  … and {hidden:,} more")
    if not asked:
        offline.say("The status was NOT checked: passes may have been withdrawn. Ask with --status.")
