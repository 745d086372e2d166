"""Sending a file and following its job, as `upload` and `seed` do."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.api import Api

DIRECT_BYTES = 4 * 1024 * 1024
EACH_S = 0.4
GOING = frozenset({"received", "running"})
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xls": "xlsx",
    ".et": "xlsx",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


@dataclass(frozen=True)
class File:
    """A file to upload: of which kind, whose, in which format and mode."""

    kind: str
    subject: str
    data: bytes
    file_format: str
    mode: str = "update"

    @property
    def path(self) -> str:
        """The route that takes it in its body."""
        if self.kind == "results":
            return f"/labs/{self.subject}/results?format={self.file_format}"
        return f"/units/{self.subject}/staff-list?format={self.file_format}&mode={self.mode}"


def format_of(path: Path, given: str) -> str:
    """Return the format that was named, or the one a file's name says.

    Raises:
        UsageError: neither says.
    """
    found = given or FORMATS.get(path.suffix.lower(), "")
    if not found:
        raise click.UsageError(f"{path.name} does not tell its format: say --format csv, xlsx or jsonl")
    return found


def send(api: Api, file: File) -> dict[str, Any]:
    """Upload a file, in the body or by a presigned PUT, and return its job."""
    if len(file.data) <= DIRECT_BYTES:
        return api.file(file.path, file.data)
    asked: dict[str, Any] = {
        "kind": file.kind,
        "format": file.file_format,
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "size": len(file.data),
        ("lab" if file.kind == "results" else "unit"): file.subject,
    }
    if file.kind == "staff-list":
        asked["mode"] = file.mode
    job = api.json("POST", "/uploads", asked)
    if "url" in job:
        api.put_elsewhere(job["url"], file.data, job["headers"])
    return job


def follow(api: Api, job: dict[str, Any], *, timeout_s: float, quiet: bool) -> dict[str, Any]:
    """Return a job once it is done, held or over, with a bar meanwhile.

    Raises:
        ClickException: it takes longer than `timeout_s`; it goes on without us.
    """
    deadline = time.monotonic() + timeout_s
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True, quiet=quiet), transient=True) as progress:
        bar = progress.add_task(job["kind"], total=None)
        while job["state"] in GOING:
            if time.monotonic() > deadline:
                raise click.ClickException(f"job {job['job']} is still {job['state']}; it goes on. Ask again later.")
            time.sleep(EACH_S)
            job = api.json("GET", f"/jobs/{job['job']}")
            progress.update(bar, total=job["rows_accepted"] or None, completed=job["rows_applied"])
    return job
