"""How long a trace takes against the number of visits, in the embedded engine: `python -m bench.traces`.

One case with a visit to each of some venues on each of 14 days; visitors spread over the same venues and days. One person
asks for it and another approves it, to a key that two registered; its message stays in a queue of the run's own, for the
measurement is the search, not how soon a worker takes it. Beside it, in the same run: a plain Python dictionary of the
same check-ins in memory, scanned for the same question as one would write it in an afternoon (by venue, every visitor
against every visit of the case). It reads no table and decrypts nothing, so it is what the answer costs at least; both
must name the same people for the same seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from credentials import LocalSigner
from infra.local import Service, embedded

DAY, HOUR, STAY_S = 86_400, 3_600, 2 * 3_600
AREA = "990101001001"
ASKS, APPROVES = "officer:bench-asks", "tracer:bench-approves"
Row = tuple[str, str, int]  # pid, venue, instant of an `in`


def main() -> None:
    """Measure a few sizes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, nargs="+", default=[100, 1_000, 5_000])
    parser.add_argument("--venues", type=int, default=20)
    parser.add_argument("--days", type=int, default=14, choices=range(1, 15), metavar="DAYS", help="1 to 14: all kept")
    asked = parser.parse_args()
    print(f"a case at {asked.venues} venues on {asked.days} days; a ratio is the trace's time by the dictionary's")
    print(f"{'visitors':>9}{'check-ins':>11}{'found':>8}{'hours':>8}{'trace s':>9}{'dict s':>9}{'ratio':>8}  same")
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder), http=False) as service:
        os.environ.update(service.environment, QUEUE_TRACES=_own_queue(service))
        key = _follow_up_key()
        for visitors in asked.visitors:
            _measure(visitors, asked.venues, asked.days, key)


def _own_queue(service: Service) -> str:
    return str(service.client("sqs").create_queue(QueueName="bench-traces")["QueueUrl"])


def _follow_up_key() -> str:
    from functions.tracing import keys  # noqa: PLC0415 - the environment names the tables

    name, now = "K-bench", int(time.time())
    keys.register(name, LocalSigner.generate().public_jwk(), name="流调组", area=AREA[:6], actor=ASKS, at=now)
    return keys.confirm(name, APPROVES, now).key


def _measure(visitors: int, venues: int, days: int, key: str) -> None:
    from functions.tracing import service  # noqa: PLC0415 - the environment names the tables

    # Of 14 days the first check-in is hours from its end of life, and the last stay of the last day is over.
    start = int(time.time()) // HOUR * HOUR - days * DAY + 3 * HOUR
    places = [_venue(number) for number in range(venues)]
    case = _pid()
    rows = [*_of_case(case, places, start, days), *_of_visitors(visitors, places, start, days)]
    _store(rows)
    trace = _approved(case, start, key)
    began = time.monotonic()
    head = _searched(trace)
    took = time.monotonic() - began
    began = time.monotonic()
    truth = by_dictionary(rows, case)
    peer = time.monotonic() - began
    now = int(time.time())
    found = {
        one.pid: one.seconds for number in range(int(head.pages)) for one in service.page_of_people(head, number, now)
    }
    same = "yes" if found == truth else "NO"
    print(
        f"{visitors:>9,}{len(rows):>11,}{len(found):>8,}{int(head.hours_total):>8,}"
        f"{took:>9.2f}{peer:>9.3f}{took / peer:>8.0f}  {same}"
    )
    if found != truth:
        raise SystemExit("the two do not name the same people")


def by_dictionary(rows: list[Row], case: str) -> dict[str, int]:
    """Return for how many seconds each person was with the case: visits as a plain dictionary would hold them."""
    by_person: dict[str, list[tuple[int, str]]] = {}
    for pid, venue, at in rows:
        by_person.setdefault(pid, []).append((at, venue))
    visits: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for pid, acts in by_person.items():
        acts.sort()
        for (at, venue), following in zip(acts, [*acts[1:], None], strict=True):
            end = min(at + STAY_S, following[0] if following else at + STAY_S)
            visits.setdefault(venue, {}).setdefault(pid, []).append((at, end))
    together: dict[str, int] = {}
    for here in visits.values():
        for start, end in here.get(case, ()):
            for pid, theirs in here.items():
                if pid != case:
                    seconds = sum(max(min(end, until) - max(start, since), 0) for since, until in theirs)
                    together[pid] = together.get(pid, 0) + seconds
    return {pid: seconds for pid, seconds in together.items() if seconds}


def _approved(case: str, start: int, key: str) -> str:
    from functions.tracing import service  # noqa: PLC0415 - the environment names the tables
    from functions.tracing.rules import Ask  # noqa: PLC0415 - the same

    now = int(time.time())
    ask = Ask(f"CASE-{secrets.token_hex(4)}", "case-investigation", "bench", start - HOUR, now, AREA[:6], pid=case)
    head, _new = service.ask(ask, ASKS, now)
    service.decide(head.trace, service.Approval("approve", "bench", follow_up_key=key), APPROVES, now)
    return str(head.trace)


def _searched(trace: str) -> Any:
    from functions.tracing import searching, service  # noqa: PLC0415 - the environment names the tables

    searching.search(trace)
    return service.must(trace, int(time.time()))


def _of_case(case: str, places: list[str], start: int, days: int) -> Iterator[Row]:
    # A day has room for as many stays as venues when each is left for the next one.
    step = max(16 * HOUR // len(places), 600)
    for day in range(days):
        for number, place in enumerate(places):
            yield case, place, start + day * DAY + number * step


def _of_visitors(visitors: int, places: list[str], start: int, days: int) -> Iterator[Row]:
    draw = random.Random(20261127)  # noqa: S311 - the same district in each run
    for _ in range(visitors):
        pid = _pid()
        for day in sorted(draw.sample(range(days), min(days, 4))):
            yield pid, draw.choice(places), start + day * DAY + draw.randrange(18 * HOUR)


def _store(rows: list[Row]) -> None:
    from functions.checkins import rules  # noqa: PLC0415 - the environment names the tables
    from functions.checkins.model import CheckinRow  # noqa: PLC0415 - the same

    with CheckinRow.batch_write() as batch:
        for pid, venue, at in rows:
            act = rules.Act(pid, venue, "in", at)
            row = CheckinRow(pid, rules.sort_key(act), hour_shard=rules.hour_shard(venue, at, pid, 1), at=at)
            row.received_at, row.venue, row.area, row.direction = at, venue, AREA, "in"
            row.decision, row.cause, row.how, row.ttl = "admitted", "bench", "self", at + 14 * DAY
            batch.save(row)


def _venue(number: int) -> str:
    from functions.venues import service as venues  # noqa: PLC0415 - the environment names the tables

    made, _new = venues.register(
        f"V-bench-{secrets.token_hex(4)}-{number}", venues.Facts("场所", AREA), int(time.time())
    )
    return made.venue


def _pid() -> str:
    return urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()


if __name__ == "__main__":
    main()
