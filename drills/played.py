"""What a drill tells, and the steps that end each: calm, everything settled, the oracle asked."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from click.testing import CliRunner

from bench.town import AREA
from cli.redrive import redrive
from drills import oracle
from drills.crew import Crew
from drills.load import settle_jobs
from drills.oracle import Found
from functions.counters.recounting import recount
from functions.counters.rules import SETTLED_S
from functions.shared.clock import DAY_S, china_day, parse_instant
from functions.shared.labels import district_of

SETTLE_S = 180.0


@dataclass
class Played:
    """A drill played: what was done, what the oracle says, what else is to be known; `broken` laws fail it as losses do."""

    name: str
    done: str
    found: Found
    refusals: str = "none"
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    allowed_losses: str = ""  # why some may be lost: what the embedded engine cannot promise

    @property
    def well(self) -> bool:
        """Whether nothing was lost that may not be, nothing invented, no law broken."""
        return not self.broken and not self.found.invented and (not self.found.lost or bool(self.allowed_losses))

    def told(self) -> str:
        """Say it: one line, and below it what else is to be known."""
        line = (
            f"{'ok  ' if self.well else 'FAIL'} {self.name}: {self.done}; {self.found.told()}; refused: {self.refusals}"
        )
        below = [*self.notes, *(f"LOST {one}" for one in self.found.lost[:5] if not self.allowed_losses)]
        below += [f"allowed: {self.allowed_losses}"] if self.allowed_losses and self.found.lost else []
        below += [f"INVENTED {one}" for one in self.found.invented[:5]] + [f"BROKEN {one}" for one in self.broken]
        return "\n".join([line, *(f"       {one}" for one in below)])


def struck(faults: Mapping[str, int], asked: int) -> str:
    """Say how many requests to the engine were struck."""
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(faults.items()))
    return f"{sum(faults.values())} of {asked} requests to the engine struck ({kinds})"


def ended(crew: Crew, played: Played, *, counters: bool = True) -> Played:
    """Let everything settle in calm weather, publish, and ask the oracle."""
    played.refusals = crew.ledger.told_refusals()
    settle_jobs(crew, time.monotonic() + SETTLE_S)
    waiting = _redriven(crew, played)
    stuck = settle_jobs(crew, time.monotonic() + SETTLE_S)
    played.broken += [f"job {job} stayed {state}" for job, state in stuck.items()]
    # Letters that were just sent again have as long as the first had.
    played.found = steady(crew, time.monotonic() + SETTLE_S)
    if counters:
        have, rows = oracle.counted(crew, time.monotonic() + 60)
        if have != rows and waiting:
            played.notes.append(f"counters said {have} of {rows} check-ins; counted again, as is done 73 hours later")
            _recount(crew)
            have, rows = oracle.counted(crew, time.monotonic())
        played.notes.append(f"counters say {have} check-ins, rows are {rows}")
        played.broken += [] if have == rows else ["the counters do not say what the rows are"]
    return played


def _redriven(crew: Crew, played: Played) -> int:
    """Send dead letters again, which is an operator's to do; return how many now wait for their days to be recounted."""
    waiting = 0
    for _ in range(3):
        letters = _letters(crew)
        if letters in ({}, {"StreamDead": waiting}):
            break
        told = json.loads(CliRunner().invoke(redrive, ["--json"], catch_exceptions=False).stdout)["stream"]
        waiting = sum(letter["outcome"] == "waits" for letter in told)
        failed = sum(letter["outcome"] in {"failed", "gone"} for letter in told)
        played.notes.append(
            f"dead letters {letters}, sent again by `epipass redrive`: {failed} failed again, {waiting} wait for a recount"
        )
        settle_jobs(crew, time.monotonic() + SETTLE_S)
    return waiting


def _recount(crew: Crew) -> None:
    """Count again the days in which check-ins were made, at the first instant at which a letter's days are recounted."""
    for day in {china_day(int(row["at"])) for row in oracle.Stores(crew.stage.service).rows("CHECKIN")}:
        recount(district_of(AREA), day, parse_instant(f"{day}T00:00:00") + DAY_S + SETTLED_S)


def steady(crew: Crew, until: float, but: tuple[str, ...] = ()) -> Found:
    """Publish and ask until withdrawals, which events bring, have arrived; the last word stands.

    Kinds in `but` are lost for good: nobody waits for them.
    """
    while True:
        crew.stage.call("PublisherFunction")
        found = oracle.judged(crew)
        if not (found.invented or found.missed(but)) or time.monotonic() > until:
            return found
        time.sleep(2)


def _letters(crew: Crew) -> dict[str, int]:
    client, outputs = crew.stage.service.client("sqs"), crew.stage.service.outputs
    counts = {
        name: int(
            client.get_queue_attributes(QueueUrl=outputs[name], AttributeNames=["ApproximateNumberOfMessages"])[
                "Attributes"
            ]["ApproximateNumberOfMessages"]
        )
        for name in ("JobsDead", "UrgentJobsDead", "PublishDead", "StreamDead")
    }
    return {name: count for name, count in counts.items() if count}
