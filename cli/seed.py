"""`epipass seed`: load the example district over HTTP. Doing it twice is doing it once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from cli.api import Api, api_for
from cli.deployment import state_folder
from cli.generated import check, generate, size_of, size_options
from cli.match import match
from cli.uploading import File, follow, send
from infra.paths import ROOT

EXAMPLES = ROOT / "examples"
DAY_S = 86_400
APPROVED_DAYS = 90
PRINTED, PRINTED_URL = "printed-pass.pdf", "printed-pass.txt"


@click.command(short_help="Load the example district.")
@click.option("--url", default="", metavar="URL", help="Where the API answers: EPIPASS_API_URL, or the service here.")
@click.option("--timeout", "timeout_s", default=300.0, show_default=True, help="Seconds to wait for each job.")
@size_options
def seed(*, url: str, timeout_s: float, **asked: Any) -> None:
    """Load the example district over HTTP, or generate a large one in the embedded engine.

    Without --people and --venues: registers the example's units, laboratories and venues, and uploads its lists and
    results. The files are written once for each state folder, with times relative to that moment, and kept there.

    With them: venues of all kinds, some inside others, most open and some that still wait, with codes; people with
    households, workplaces and markets; and their check-ins of the last days, at the hours when people go out. Nobody
    has a pass or a device there, and no guard scans. The same numbers, seed and days write the same rows, also a second
    time. Venues go through the service's own use cases; people and check-ins are written straight into the engine's
    tables, about 1,500 a second on two cores: 50,000 people, 3,000 venues and 14 days are 320,000 check-ins and take
    about six minutes and 2.5 GB of the engine's memory. The counters of reports follow at some 500 check-ins a second:
    of so many they are whole after a quarter of an hour.
    """
    if asked["people"] is not None or asked["venues"] is not None:
        check(asked, url)
        generate(size_of(asked))
        return
    district = json.loads((EXAMPLES / "district.json").read_text(encoding="utf-8"))
    folder = _files(state_folder() / "examples")
    officer = api_for("officer", district["area"], url)
    _register(officer, district)
    click.echo(
        f"{len(district['units'])} units, {len(district['labs'])} laboratories, {len(district['venues'])} venues"
    )
    jobs = [(one, _send(one, folder, url)) for one in district["uploads"]]
    ended = [(one, follow(api, job, timeout_s=timeout_s, quiet=True)) for one, (api, job) in jobs]
    Console().print(_table(ended))
    click.echo("The matching run joins lists and results:")
    match.main(args=["--wait", *(["--url", url] if url else [])], standalone_mode=False)
    _print_a_pass(api_for("unit", district["units"][0]["unit"], url), district["units"][0]["unit"], folder)


def _files(folder: Path) -> Path:
    """Write the example's files, unless this state folder has them: the same bytes are the same jobs."""
    if not (folder / "complete").exists():
        subprocess.run(
            [sys.executable, "-m", "examples.make", str(folder)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        (folder / "complete").touch()
    return folder


def _register(officer: Api, district: dict[str, Any]) -> None:
    ends_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + APPROVED_DAYS * DAY_S))
    for unit in district["units"]:
        registration = {name: unit[name] for name in ("name", "area", "category", "zone", "quota")}
        document = {"number": unit["number"], "issued_by": district["issued_by"]}
        officer.json("PUT", f"/units/{unit['unit']}", {**registration, "document": document, "ends_at": ends_at})
    for lab in district["labs"]:
        officer.json("PUT", f"/labs/{lab['lab']}", {"name": lab["name"], "area": lab["area"]})
    for venue in district["venues"]:
        facts = {name: venue[name] for name in ("name", "area", "category", "address", "parent")}
        officer.json("PUT", f"/venues/{venue['venue']}", facts)
        officer.json("PUT", f"/venues/{venue['venue']}/policy", venue["policy"])
        for gate in venue["gates"]:
            place = {"venue": venue["venue"], "name": gate["name"], "direction": gate["direction"]}
            officer.json("PUT", f"/gates/{gate['gate']}", place)


def _send(one: dict[str, str], folder: Path, url: str) -> tuple[Api, dict[str, Any]]:
    api = api_for("lab" if one["kind"] == "results" else "unit", one["subject"], url)
    data = (folder / one["file"]).read_bytes()
    return api, send(api, File(one["kind"], one["subject"], data, one["format"]))


def _print_a_pass(unit: Api, name: str, folder: Path) -> None:
    """Print a pass of the first entitled person, as a unit does for somebody without a phone: a PDF and its address."""
    people = unit.json("GET", f"/units/{name}/people")["people"]
    entitled = [person for person in people if person["state"] in {"entitled", "issued"}]
    if not entitled:
        click.echo("Nobody is entitled, so no pass was printed: the examples' samples are older than two days.")
        return
    path = f"/units/{name}/people/{entitled[0]['ref']}/printed"
    for form, file in (("pdf", PRINTED), ("url", PRINTED_URL)):
        (folder / file).write_bytes(unit.drawn(f"{path}?format={form}", {"reason": "example: has no phone"}))
    click.echo(f"A pass was printed for {entitled[0]['name']}: {folder / PRINTED}")


def _table(jobs: list[tuple[dict[str, str], dict[str, Any]]]) -> Table:
    causes = any("cause" in job for _, job in jobs)
    table = Table(title="Jobs", box=box.SIMPLE)
    for name in ("file", "job", "state", "rows", "rejected", *(["cause"] if causes else [])):
        table.add_column(name, no_wrap=name == "job", overflow="fold")
    for one, job in jobs:
        counts = (str(job["rows_total"]), str(job["rows_rejected"]))
        cause = (job.get("cause", ""),) if causes else ()
        table.add_row(one["file"], job["job"], job["state"], *counts, *cause)
    return table
