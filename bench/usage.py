"""What each act asks of the cloud's services: `python -m bench.usage [--write]`, some minutes.

Each act is done some hundred times on its real way: a request as the gateway hands it over, answered by the deployed
function under its own role in the embedded engine, and whatever queues and streams do because of it. The engine counts
(infra/inside/usage.py). `--write` puts the counts into cli/usage.json, which `epipass cost` multiplies with prices.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bench.answer import demand
from bench.meter import Act, Meter
from bench.town import AREA, Neighbour, Town, neighbours, told
from infra.local import Service, embedded
from infra.local.template import _Loader
from infra.paths import ROOT, TEMPLATE

FILE = ROOT / "cli" / "usage.json"
STAFF, ENROLLED, STRANGERS, VENUES, COUNTED = 196, 100, 1_000, 100, 1_000
SHEET, SCANS = 24, 25
STREAMS = ("CountersFunction", "LastSeenFunction")
HOW = (
    "Counted by the embedded engine while the deployed functions answered; seconds as measured on this machine, "
    "with others at work on it. Not measured in the cloud."
)


def main() -> None:
    """Count, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"put the counts into {FILE.relative_to(ROOT)}")
    parser.add_argument("--rows", type=int, default=STRANGERS, help="of the file of results")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder), http=False) as service:
        os.environ.update(service.environment)
        rows_one_by_one(service)
        for acts in Acts(service, Meter.of(service), Town(service), asked.rows).all():
            if asked.write:
                FILE.write_text(document(acts), encoding="utf-8")


def document(acts: Mapping[str, Act]) -> str:
    """Return the data file: when, of what and how it was counted, and the acts."""
    written = {
        "date": time.strftime("%Y-%m-%d"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} virtual cores, {os.uname().machine}",
        "how": HOW,
        "standing": standing(),
        "queues": queues(),
        "acts": {name: act.told() for name, act in acts.items()},
    }
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


def rows_one_by_one(service: Service) -> None:
    """Let functions write results as in the cloud: the template shares transactions only where requests are dear."""
    client = service.client("lambda")
    for one in client.list_functions()["Functions"]:
        variables = one.get("Environment", {}).get("Variables", {})
        if variables.get("RESULT_ROWS_PER_WRITE", "1") != "1":
            changed = {**variables, "RESULT_ROWS_PER_WRITE": "1"}
            client.update_function_configuration(FunctionName=one["FunctionName"], Environment={"Variables": changed})


@dataclass
class Acts:
    """Every act, in an order in which each finds what it needs."""

    service: Service
    meter: Meter
    town: Town
    rows: int

    def all(self) -> Iterator[dict[str, Act]]:
        """Do them all, and yield the counts so far after each part."""
        staff, strangers = neighbours(STAFF), neighbours(self.rows, 100_000)
        some = staff[:ENROLLED]
        parts: tuple[Callable[[], dict[str, Act]], ...] = (
            lambda: self._files(staff, strangers),
            lambda: self._people(some),
            lambda: self._door(some),
            lambda: {"check-in counted": self._counted()},
            lambda: {"printed pass": self._printed(staff[ENROLLED:])},
            lambda: self._status(some[:20]),
            lambda: {"run, a person": self._run()},
        )
        done: dict[str, Act] = {}
        for part in parts:
            counted = part()
            done |= counted
            for name, act in counted.items():
                print(_line(name, act), flush=True)
            yield done

    def _files(self, staff: list[Neighbour], strangers: list[Neighbour]) -> dict[str, Act]:
        town, warm = self.town, neighbours(20, 200_000)
        town.list_staff(warm)
        town.report(warm)
        with self.meter.act(len(staff)) as listed:
            town.list_staff([*warm, *staff])
        with self.meter.act(len(strangers)) as result:
            town.report(strangers)
        with self.meter.act(len(staff)) as of_staff:
            town.report(staff)
        return {"staff row": listed, "result": result, "result of staff": of_staff}

    def _people(self, some: list[Neighbour]) -> dict[str, Act]:
        town, (first, *_) = self.town, some
        town.ask_code(first)
        town.enrol(first, town.codes()[first.phone])
        for warm in (town.renew, town.look, town.fetch):
            warm(first)
        code = self._each(town.ask_code, some[1:])
        codes = town.codes()
        enrolled = self._each(lambda one: town.enrol(one, codes[one.phone]), some[1:])
        renewed = self._each(town.renew, some)
        looked = self._each(town.look, some)
        fetched = self._each(town.fetch, some[1:])
        return {"code": code, "enrolment": enrolled, "token": renewed, "own page": looked, "pass": fetched}

    def _door(self, some: list[Neighbour]) -> dict[str, Act]:
        town = self.town
        guard, device = town.guard()
        town.check_in(some[0])
        checked = self._each(town.check_in, some[1:], without=STREAMS)

        def verify(one: Neighbour) -> None:
            town.call("POST", "/passes/verify", {"presentation": town.shown(one)}, token=guard, device=device)

        verify(some[0])
        verified = self._each(verify, some[1:50], without=STREAMS)
        with self.meter.act(2 * SCANS, without=STREAMS) as scanned:
            for start in (50, 50 + SCANS):
                self._scan(some[start : start + SCANS])
        return {"check-in": checked, "verified by the server": verified, "scan": scanned}

    def _scan(self, people: list[Neighbour]) -> None:
        at = told(int(time.time()))
        guard, device = self.town.guard()
        scans = [{"presentation": self.town.shown(one), "direction": "in", "at": at} for one in people]
        said = self.town.call("POST", "/scans", {"scans": scans}, token=guard, device=device)
        demand(all(one["verdict"] == "accepted" for one in said["results"]), said)

    def _counted(self) -> Act:
        """Rows of check-ins at many venues at once, as a busy minute brings them: what streams do with them."""
        from functions.checkins.model import CheckinRow  # noqa: PLC0415 - the environment names the tables

        chance, at = Random(7), int(time.time())  # noqa: S311 - an invented town
        with self.meter.act(COUNTED, only=STREAMS) as counted, CheckinRow.batch_write() as rows:
            for number in range(COUNTED):
                rows.save(_row(number, chance.randrange(VENUES), at))
        counted.api = 0.0
        return counted

    def _printed(self, people: list[Neighbour]) -> Act:
        sheets = len(people) // SHEET
        self.town.print_passes(people[:SHEET])
        with self.meter.act((sheets - 1) * SHEET) as printed:
            for sheet in range(1, sheets):
                self.town.print_passes(people[sheet * SHEET : (sheet + 1) * SHEET])
        return printed

    def _status(self, ill: list[Neighbour]) -> dict[str, Act]:
        with self.meter.act(20) as published:
            for _ in range(20):
                self._invoke("PublisherFunction", {})
        published.api = 0.0
        with self.meter.act(len(ill)) as withdrawn:
            self.town.report(ill, said="阳性", hours=1)
        return {"publication": published, "withdrawal": withdrawn}

    def _run(self) -> Act:
        token = self.service.token("officer", AREA[:6])
        with self.meter.act(STAFF + 20) as measured:
            run = self.town.call("POST", "/matching/runs", {}, token=token)["run"]
            self._await(run)
        measured.api = 0.0
        return measured

    def _await(self, run: str) -> None:
        for _ in range(600):
            state = _state_of(run)
            if state in {"done", "held", "failed"}:
                demand(state != "failed", state)
                return
            time.sleep(0.5)

    def _invoke(self, function: str, event: Any) -> None:
        physical = next(name for name, logical in self.meter.names.items() if logical == function)
        answered = self.service.client("lambda").invoke(FunctionName=physical, Payload=json.dumps(event).encode())
        demand("FunctionError" not in answered, function)

    def _each(self, act: Callable[[Neighbour], object], people: list[Neighbour], without: Iterable[str] = ()) -> Act:
        with self.meter.act(len(people), without=without) as measured:
            for one in people:
                act(one)
        return measured


def _state_of(run: str) -> str:
    from functions.matching import runs  # noqa: PLC0415 - the environment names the tables

    row = runs.head(run, int(time.time()))
    return str(row.state) if row else "failed"


def _row(number: int, venue: int, at: int) -> Any:
    from functions.checkins.model import CheckinRow  # noqa: PLC0415 - the environment names the tables
    from functions.checkins.rules import Act, hour_shard, sort_key  # noqa: PLC0415 - the same

    act = Act(f"{number:022d}", f"V-busy-{venue}", "in", at)
    return CheckinRow(
        act.pid,
        sort_key(act),
        hour_shard=hour_shard(act.venue, at, act.pid, 1),
        at=at,
        received_at=at,
        venue=act.venue,
        area=f"9901{venue % 10 + 1:02d}00{venue % 7 + 1}001",
        direction="in",
        decision="admitted",
        cause="entitled",
        rule="pass",
        ttl=at + 14 * 86_400,
    )


def standing() -> dict[str, int]:
    """Return how many there are of what costs by the month, whoever uses it, from the templates."""
    wanted = {
        "AWS::KMS::Key": "kms_keys",
        "AWS::SecretsManager::Secret": "secrets",
        "AWS::CloudWatch::Alarm": "alarms",
        "AWS::CloudWatch::Dashboard": "dashboards",
        "AWS::WAFv2::WebACL": "web_acls",
    }
    found = dict.fromkeys(wanted.values(), 0) | {"web_acl_rules": 0}
    for path in (TEMPLATE, ROOT / "infra" / "edge.yaml"):
        for one in yaml.load(path.read_text(encoding="utf-8"), _Loader)["Resources"].values():  # noqa: S506 - our own file
            if one["Type"] in wanted:
                found[wanted[one["Type"]]] += 1
                found["web_acl_rules"] += len(one.get("Properties", {}).get("Rules", ()))
    return found


def queues() -> list[str]:
    """Return the functions that a queue wakes: for each call the cloud receives and deletes a message."""
    resources = yaml.load(TEMPLATE.read_text(encoding="utf-8"), _Loader)["Resources"]  # noqa: S506 - our own file
    return sorted(
        name
        for name, one in resources.items()
        if any(event["Type"] == "SQS" for event in one.get("Properties", {}).get("Events", {}).values())
    )


def _line(name: str, act: Act) -> str:
    write, read = (sum(t[k] for f in act.by.values() for t in f["tables"].values()) for k in ("write", "read"))
    asked = sum(sum(f["requests"].values()) for f in act.by.values())
    calls = sum(f["calls"] for f in act.by.values())
    busy = sum(f["processor_seconds"] for f in act.by.values()) * 1000
    return (
        f"{name:<24} api {act.api:6.3f}  calls {calls:6.3f}  requests {asked:7.3f}  "
        f"write {write:7.3f}  read {read:7.3f}  processor {busy:7.2f} ms"
    )


def _commit() -> str:
    return subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()  # noqa: S607 - git


if __name__ == "__main__":
    main()
