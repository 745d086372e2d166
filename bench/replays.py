"""Check-ins sent again and delivered again leave what was: `python -m bench.replays [--checkins 20000] [--seed N]`, some minutes.

People's phones send so many check-ins to the holder's function, one or up to ten at once, each request with its proof;
the deployed functions count them from the stream. Once all are counted, every row of check-ins, counters and last hours
is read from the tables, past the service. Then the same check-ins are sent again in another order and in other batches,
and the stream's records are handed to its functions twice more, in other batches and other orders; after each the rows
must be the same, byte for byte. At last the records are counted from nothing, as another shard's, and both shards must
say the same. Ends with status 1 when a row differs, and when it takes longer than an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from threading import Lock
from types import FrameType
from typing import Any, Final

from bench.answer import Clock, demand
from bench.checkins import holder, posted
from bench.crowd import enrol, renew, somebody
from bench.deliveries import Record, Stream, anyhow, in_turn
from bench.kept import DAY_S, SLOT_S, TABLES, Kept
from bench.town import Neighbour, told
from infra.local import Service, embedded
from infra.local.gateway import Context

EACH: Final = 10  # check-ins of a person, all in one request at most
SPREAD_S = DAY_S  # of all people's first check-ins: so that they are of two days at least
SENDERS = 4
COUNTING_S, QUIET_S = 900.0, 1.0
LONGEST_S: Final = 3_600
ANEW: Final = "anew"


@dataclass(frozen=True)
class Visit:
    """A check-in as its phone sends it, however often."""

    by: Neighbour
    at: int
    body: Mapping[str, Any]


@dataclass
class Crowd:
    """People with phones at the venues of a subdistrict of their own, and what they were told.

    Attributes:
        subdistrict: nine digits.
        venues: those where people are counted, each with a poster.
        visits: all check-ins; no two of them are one.
        answers: by person and instant, verdict and cause as the first answer had them.
        turns: by person, held while their phone asks.
    """

    service: Service
    chance: Random
    subdistrict: str
    venues: dict[str, str] = field(default_factory=dict)  # id and the poster's code
    visits: list[Visit] = field(default_factory=list)
    answers: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    turns: defaultdict[str, Lock] = field(default_factory=partial(defaultdict, Lock))

    def gather(self, checkins: int) -> None:
        """Open venues, enrol people and decide where each of them goes."""
        # So many that none is ever so busy that its rate is looked at: that guess depends on how batches are cut.
        at, mark = int(time.time()), secrets.token_hex(4)
        self.venues = dict(self._open(f"V-{mark}-{number}", at) for number in range(min(200, max(6, checkins // 20))))
        people = [somebody() for _ in range(-(-checkins // EACH))]
        enrol(people, "U-1", at)
        self.visits = [one for person in people for one in self._visits(person, at)][:checkins]

    def _open(self, venue: str, at: int) -> tuple[str, str]:
        from functions.venues import entrances  # noqa: PLC0415 - the environment names the tables
        from functions.venues import service as venues  # noqa: PLC0415 - the same
        from functions.venues.policy import Policy  # noqa: PLC0415 - the same

        area = f"{self.subdistrict}{self.chance.randint(1, 6):03}"
        venues.register(venue, venues.Facts("体育馆", area), at - 4 * DAY_S)
        venues.set_policy(venue, Policy(pass_required=False, occupancy=True), at)
        return venue, entrances.add_code(venue, "大门", at - 4 * DAY_S).code

    def _visits(self, by: Neighbour, at: int) -> Iterator[Visit]:
        newest = at - SLOT_S - self.chance.randrange(SPREAD_S)
        for made_at in range(newest, newest - EACH * SLOT_S, -SLOT_S):
            venue, code = self.chance.choice(list(self.venues.items()))
            direction, party = self.chance.choice(("in", "in", "out")), self.chance.choice((1,) * 9 + (3,))
            body = {"venue": venue, "direction": direction, "at": told(made_at), "code": code, "party": party}
            yield Visit(by, made_at, body)

    def as_made(self) -> list[list[Visit]]:
        """Return all in batches as phones had a network, in the order in which they were made."""
        return sorted(self._batches(sorted(self.visits, key=lambda one: one.at)), key=lambda batch: batch[0].at)

    def anyhow(self) -> list[list[Visit]]:
        """Return all in other batches and in no order."""
        batches = self._batches(self.chance.sample(self.visits, len(self.visits)))
        return self.chance.sample(batches, len(batches))

    def _batches(self, visits: Sequence[Visit]) -> list[list[Visit]]:
        own: dict[str, list[Visit]] = {}
        for one in visits:
            own.setdefault(one.by.pid, []).append(one)
        batches = []
        for waiting in own.values():
            while waiting:
                size = self.chance.randint(1, EACH)
                batches.append(waiting[:size])
                del waiting[:size]
        return batches

    def send(self, batches: Iterable[Sequence[Visit]], status: int) -> None:
        """Send all, several people at once; each check-in must be answered with this status, and as it was at first."""
        with ThreadPoolExecutor(SENDERS) as pool:
            deque(pool.map(partial(self._sent, status=status), batches), maxlen=0)

    def _sent(self, batch: Sequence[Visit], status: int) -> None:
        alone = len(batch) == 1
        path = "/checkins" if alone else "/checkins/batch"
        body = batch[0].body if alone else {"checkins": [one.body for one in batch]}
        by = batch[0].by
        with self.turns[by.pid]:  # a phone asks once at a time
            at = int(time.time())
            renew([by], at)
            sent = posted(self.service.url, path, body, token=by.token, device=by.device, at=at)
            answered = holder()(sent, Context())
        code, said = answered["statusCode"], json.loads(answered["body"])
        demand(code == (status if alone else 200), said)
        results = [{**said, "status": code}] if alone else said["results"]
        for one, result in zip(batch, results, strict=True):
            answer = result.get("decision", ""), result["cause"]
            first = self.answers.setdefault((one.by.pid, one.at), answer)
            demand(result["status"] == status and answer == first, (result, first))


def play(service: Service, checkins: int, seed: int, *, alone: bool = True) -> int:
    """Play all of it and print; return how many rows differ.

    Args:
        service: where.
        checkins: how many.
        seed: of who goes where, of orders and of batches.
        alone: whether nobody else uses the tables.
    """
    chance, clock = Random(seed), Clock()  # noqa: S311 - a bench's lot
    crowd, stream = Crowd(service, chance, f"99{chance.randrange(10**7):07}"), Stream(service)
    crowd.gather(checkins)
    read = partial(Kept.of, service, crowd.venues, "" if alone else crowd.subdistrict)
    with clock.of("sent"), stream.resting():
        crowd.send(crowd.as_made(), 201)
    with clock.of("counted"):
        first = settled(read, lambda kept: kept.is_counted(stream.shard))
    records = stream.inserted(crowd.venues)
    _show_first(crowd, first, clock)
    demand(first.count("CHECKIN") == len(records) == checkins, (first.count("CHECKIN"), len(records)))
    with clock.of("again"):
        crowd.send(crowd.anyhow(), 200)
    took = clock.stages["again"]
    told_of = f"sent again in another order: {took:,.1f} s, {checkins / took:,.0f}/s"
    differing = compared(told_of, first, settled(read, None))
    for name, cut in (("delivered again in turn", in_turn), ("delivered again in no order", anyhow)):
        batches = list(cut(chance, records))
        with clock.of(name):
            stream.deliver(batches)
        told_of = f"{name}, {len(batches)} other batches: {clock.stages[name]:,.1f} s"
        differing += compared(told_of, first, settled(read, None))
    return differing + counted_anew(stream, list(in_turn(chance, records)), read)


def settled(read: Callable[[], Kept], begun: Callable[[Kept], bool] | None) -> Kept:
    """Return what the tables hold once it stays the same for a while, and `begun` is true of it."""
    last, until = read(), time.monotonic() + COUNTING_S
    while True:
        time.sleep(QUIET_S)
        now = read()
        if now.rows == last.rows and (begun is None or begun(now)):
            return now
        demand(time.monotonic() < until, "the tables do not come to rest, or the counters not to what the rows are")
        last = now


def counted_anew(stream: Stream, batches: list[list[Record]], read: Callable[[], Kept]) -> int:
    """Have another shard count all from nothing; return how many of its counters say other than the first shard's."""
    stream.deliver(batches, ANEW)
    kept = read()
    first, anew = kept.sums(stream.shard), kept.sums(ANEW)
    wrong = [key for key in {*first, *anew} if first.get(key) != anew.get(key)]
    print(f"counted from nothing, {len(batches)} batches: {len(anew):,} counters, {len(wrong)} differ")
    return len(wrong)


def compared(name: str, first: Kept, now: Kept) -> int:
    """Print how many rows differ, and the first of them; return how many."""
    differing = first.differ(now)
    print(f"{name}; {len(now.rows):,} rows compared, {len(differing)} differ", flush=True)
    for table, pk, sk in differing[:3]:
        print(f"  {table} {pk} {sk}: {first.rows.get((table, pk, sk))} is now {now.rows.get((table, pk, sk))}")
    return len(differing)


def _show_first(crowd: Crowd, first: Kept, clock: Clock) -> None:
    count, took = len(crowd.visits), clock.stages["sent"]
    verdicts = Counter(decision for decision, _ in crowd.answers.values())
    print(
        f"{count:,} check-ins of {-(-count // EACH):,} people at {len(crowd.venues):,} venues sent: "
        f"{took:,.1f} s, {count / took:,.0f}/s; all counted {clock.stages['counted']:,.1f} s later; {dict(verdicts)}"
    )
    held = ", ".join(f"{first.count(table):,} of {table}" for table in TABLES)
    print(f"rows: {held}", flush=True)


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkins", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20221127)
    asked = parser.parse_args()
    for each in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(each, _stopped)
    signal.alarm(LONGEST_S)
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder), http=False) as service:
        # What the service logs is no part of what is told.
        os.environ.update({**service.environment, "POWERTOOLS_LOG_LEVEL": "ERROR"})
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores before; seed {asked.seed}", flush=True)
        differing = play(service, asked.checkins, asked.seed)
    print("the same" if not differing else f"NOT THE SAME: {differing} rows")
    sys.exit(1 if differing else 0)


def _stopped(number: int, _frame: FrameType | None) -> None:
    """End in order where a signal would end at once: the engine stops, and its folder goes."""
    raise SystemExit(f"ended by {signal.Signals(number).name} before it was over")


if __name__ == "__main__":
    main()
