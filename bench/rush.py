"""A morning rush until this machine can do no more: `python -m bench.rush [--seconds 8] [--svg FILE]`, some minutes.

Over HTTP, against the embedded service as `make run` serves it. Requests arrive at instants that were drawn before, step
after step more of them a second, until more than half is refused or the steps are over; each counts from the instant it
was due. Then everything that was refused or never answered is sent again in quiet, as the pages do, and the table and
the counters are read: every check-in that was acknowledged is stored once, and none that was refused had been.
Ends with status 1 when a refusal was not orderly (429 or 503 with `Retry-After`) or a check-in is missing or invented.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench import latencies
from bench.arrivals import PATIENCE_S, Landed, instants, send
from bench.crowd import CHECKIN, Crowd, counted, rows
from bench.town import Neighbour
from infra.local import Service, embedded

FIRST, FACTOR, STEPS, SECONDS = 5.0, 1.5, 11, 8.0
MOST_REFUSED = 0.5
PAUSE_S, COUNTING_S = 1.0, 180.0
CALM, PIECE_S, WARM = 15.0, 30, 40


@dataclass(frozen=True)
class Step:
    """What became of the requests of one rate."""

    rate: float
    seconds: float
    landed: Sequence[Landed]

    @property
    def offered(self) -> float:
        """Requests a second that came."""
        return len(self.landed) / self.seconds

    @property
    def served(self) -> float:
        """Requests a second that were done."""
        return sum(one.served for one in self.landed) / self.seconds

    @property
    def refused(self) -> float:
        """The share that was not done."""
        return 1 - sum(one.served for one in self.landed) / max(1, len(self.landed))

    def latency(self, share: float) -> float:
        """Return a percentile of those that were not refused, seconds; whoever gave up waited that long at least."""
        return percentile([one.took_s for one in self.landed if one.served or one.status == 0], share)

    @property
    def refusal(self) -> float:
        """The median of how long a refusal took, seconds."""
        return percentile([one.took_s for one in self.landed if one.orderly], 0.5)

    @property
    def orderly(self) -> float:
        """Requests a second that were refused in order."""
        return sum(one.orderly for one in self.landed) / self.seconds

    @property
    def disorderly(self) -> list[Landed]:
        """What was neither done nor refused in order."""
        return [one for one in self.landed if not one.served and not one.orderly]

    @property
    def behind_s(self) -> float:
        """How late this program itself sent, 99th percentile."""
        return percentile([one.begun_s for one in self.landed], 0.99)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that more than `share` of all do not exceed; 0 of none."""
    held = sorted(values)
    return held[min(len(held) - 1, int(share * len(held)))] if held else 0.0


def rush(crowd: Crowd, steps: int, seconds: float, seed: int) -> list[Step]:
    """Play step after step, each with people who were not there before, until most are refused."""
    played: list[Step] = []
    for number in range(steps):
        rate = FIRST * FACTOR**number
        due = instants(rate, seconds, Random(seed + number))  # noqa: S311 - a drill's lot
        people = crowd.enrol(len(due))
        time.sleep(PAUSE_S)
        played.append(Step(rate, seconds, _sent(crowd, people, due)))
        print(line(played[-1]), flush=True)
        if played[-1].refused > MOST_REFUSED:
            break
    return played


def _sent(crowd: Crowd, people: Sequence[Neighbour], due: Sequence[float], *, only: str = "") -> list[Landed]:
    host, _, port = crowd.host.partition(":")
    return send(crowd.plan(people, due, only=only), host, int(port))


HEAD = (
    f"\n{'offered/s':>10}{'served/s':>10}{'p50 ms':>8}{'p90 ms':>8}{'p99 ms':>8}{'refused %':>11}{'refusal ms':>12}"
    f"{'sent late ms':>14}  refusals"
)


def line(step: Step) -> str:
    """Return a step's row of the table."""
    times = "".join(f"{step.latency(share) * 1000:8.0f}" for share in (0.5, 0.9, 0.99))
    why = Counter(
        f"{one.status or one.why} {'' if one.orderly else 'DISORDERLY'}" for one in step.landed if not one.served
    )
    told = ", ".join(f"{name.strip()} x {many}" for name, many in sorted(why.items()))
    return (
        f"{step.offered:10.1f}{step.served:10.1f}{times}{100 * step.refused:11.1f}{step.refusal * 1000:12.1f}"
        f"{step.behind_s * 1000:14.1f}  {told}"
    )


@dataclass(frozen=True)
class Found:
    """What the table held when the rush was over, and after everything was sent again."""

    acknowledged: int
    missing: int
    invented: int  # refused in order, and stored all the same
    unanswered: int  # of which nobody knew
    stored_unanswered: int
    again: int
    still_missing: int
    doubled: int
    stored: int
    counted: int

    @property
    def right(self) -> bool:
        """Whether everything is as was said."""
        return not (self.missing or self.invented or self.still_missing or self.doubled) and self.stored == self.counted


def checked(service: Service, crowd: Crowd, steps: Sequence[Step]) -> Found:
    """Compare what was answered with what is stored, send again what was not done, and compare again."""
    landed = {one.planned.who: one for step in steps for one in step.landed if one.planned.kind == CHECKIN}
    before = Counter(pid for pid, _ in rows(service))
    done = {who for who, one in landed.items() if one.served}
    refused = {who for who, one in landed.items() if one.status} - done
    unknown = set(landed) - done - refused
    waiting = [crowd.people[who] for who in sorted(refused | unknown)]
    _again(crowd, waiting)
    after = Counter(pid for pid, _ in rows(service))
    return Found(
        len(done),
        sum(before[who] == 0 for who in done),
        sum(before[who] > 0 for who in refused),
        len(unknown),
        sum(before[who] > 0 for who in unknown),
        len(waiting),
        sum(after[who] == 0 for who in landed),
        sum(many > 1 for many in after.values()),
        after.total(),
        _counted(after.total()),
    )


def _again(crowd: Crowd, waiting: list[Neighbour]) -> None:
    """Send again what is not done, evenly and slowly, as phones do over minutes; three times at most."""
    for _ in range(3):
        due = [number / CALM for number in range(len(waiting))]
        # A proof is good for a minute: no longer piece than that at once.
        pieces = range(0, len(waiting), int(CALM * PIECE_S))
        landed: list[Landed] = []
        for start in pieces:
            some = waiting[start : start + int(CALM * PIECE_S)]
            landed += _sent(crowd, some, due[: len(some)], only=CHECKIN)
        done = {one.planned.who for one in landed if one.served}
        waiting = [one for one in waiting if one.pid not in done]


def _counted(expected: int) -> int:
    """Return what the counters say once they say it all, or after three minutes."""
    until = time.monotonic() + COUNTING_S
    while (told := counted(int(time.time()))) != expected and time.monotonic() < until:
        time.sleep(1)
    return told


def show(found: Found, disorderly: int) -> None:
    """Print what the table holds."""
    print(
        f"\n{found.acknowledged:,} check-ins acknowledged: {found.missing} of them missing; "
        f"refused and stored all the same: {found.invented}; "
        f"never answered: {found.unanswered}, of which stored: {found.stored_unanswered}; "
        f"refused otherwise than in order: {disorderly}"
    )
    print(
        f"{found.again:,} sent again in quiet: {found.still_missing} still missing, {found.doubled} people twice; "
        f"stored {found.stored:,}, counted {found.counted:,}: {'all right' if found.right else 'NOT RIGHT'}"
    )


def main() -> None:
    """Play, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each step")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=20221127)
    parser.add_argument("--svg", type=Path, help="draw the picture there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as service:
        # What the scene's making logs is no part of the table.
        os.environ.update({**service.environment, "POWERTOOLS_LOG_LEVEL": "ERROR"})
        print(
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores before; a page gives up after {PATIENCE_S:.0f} s"
        )
        crowd = Crowd(service, asked.seed)
        print(HEAD)
        # A server that has just begun makes its clients of tables first: told, and no part of the picture.
        cold = _sent(crowd, crowd.enrol(WARM), [number / FIRST for number in range(WARM)])
        print(line(Step(FIRST, WARM / FIRST, cold)), "  (just begun)", flush=True)
        steps = rush(crowd, asked.steps, asked.seconds, asked.seed)
        found = checked(service, crowd, steps)
    disorderly = sum(len(step.disorderly) for step in steps)
    show(found, disorderly)
    if asked.svg:
        asked.svg.write_text(latencies.picture(steps), encoding="utf-8")
        print(f"drawn: {asked.svg}")
    if disorderly or not found.right:
        sys.exit(1)


if __name__ == "__main__":
    main()
