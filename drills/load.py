"""The load: everything that clients write, at once, each patient until its answer comes or time is over."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from random import Random

from bench.town import AREA, Neighbour, neighbours
from credentials import LocalSigner
from drills.crew import HOUR_S, Crew
from drills.ledger import SLOT_S, Visit
from drills.wire import Passing, Reply, patiently

BATCH, THREADS = 25, 6
UNFINISHED = frozenset({"received", "running"})
Act = Callable[[], object]


@dataclass(frozen=True)
class Size:
    """How much one load is: batches of 25 check-ins a person, files of results, their rows, units with a list each."""

    batches: int = 2
    files: int = 3
    rows: int = 20
    units: int = 2
    corrected: int = 3
    seconds: float = 120.0


def run(crew: Crew, size: Size, seed: int) -> int:
    """Have everybody act at once; return how many acts never got their answer."""
    until = time.monotonic() + size.seconds
    acts = acts_of(crew, size, until)
    Random(seed).shuffle(acts)  # noqa: S311 - a drill's lot
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(lambda act: act(), acts))
    return sum(one is None for one in done)


def acts_of(crew: Crew, size: Size, until: float) -> list[Act]:
    """Return the acts of one load: they touch what no other act touches, so any order of them is right."""
    serial, made = secrets.token_hex(2), list[Act]()
    # Half of a few people at most: somebody's pass must stand.
    standing = len(crew.people) - min(size.corrected, len(crew.people) // 2)
    well, ill = crew.people[:standing], crew.people[standing:]
    for one in crew.people:
        made += [partial(patiently, partial(crew.check_in, one, some), until) for some in visits_of(crew, one, size)]
    made += [partial(_fetched_and_shown, crew, one, until) for one in well]
    for number in range(size.files):
        strangers = neighbours(size.rows, 100_000 + int(serial, 16) * 100 + number * size.rows)
        upload = partial(crew.report, strangers, f"F{serial}{number}", "negative", crew.now() - 2 * HOUR_S)
        made.append(partial(patiently, upload, until))
    made += [partial(_listed, crew, crew.units.pop(), until, int(serial, 16)) for _ in range(size.units)]
    if ill:
        made.append(partial(_corrected, crew, ill, f"C{serial}", until))
    return made


def visits_of(crew: Crew, one: Neighbour, size: Size) -> list[list[Visit]]:
    """Return a person's check-ins that waited, 25 a batch, each in a slot of its own; a batch begins as the last ended."""
    chance, newest = Random(f"{one.pid}{crew.skew_s}"), crew.now() - 60  # noqa: S311 - a drill's lot
    shift = 0 if not crew.ledger.visits_sent else chance.randrange(SLOT_S // 2)
    visits = [
        Visit(one.pid, chance.choice(crew.venues), chance.choice(("in", "out")), newest - shift - number * SLOT_S)
        for number in range(size.batches * (BATCH - 1) + 1)
    ]
    return [visits[start : start + BATCH] for start in range(0, len(visits) - 1, BATCH - 1)]


def settle_jobs(crew: Crew, until: float) -> dict[str, str]:
    """Wait until every acknowledged upload came to its end; return those that did not end well, with their states."""
    unsettled = dict.fromkeys(crew.ledger.jobs, "unknown")
    while time.monotonic() < until:
        for job in list(unsettled):
            state = _state_of(crew, job)
            unsettled[job] = state
            if state == "done":
                del unsettled[job]
        if not any(state in UNFINISHED | {"unknown"} for state in unsettled.values()):
            break
        time.sleep(0.5)
    return unsettled


def send_again(crew: Crew) -> str:
    """Send all acknowledged check-ins and files again, as if nothing had been answered; return what was sent."""
    until, people = time.monotonic() + 120, {one.pid: one for one in crew.people}
    by_person: dict[str, list[Visit]] = {}
    for visit in sorted(crew.ledger.visits_acked, key=lambda one: one.at):
        by_person.setdefault(visit.pid, []).append(visit)
    for pid, visits in by_person.items():
        for start in range(0, len(visits), BATCH):
            patiently(partial(crew.check_in, people[pid], visits[start : start + BATCH]), until)
    files = list(crew.uploads)
    for upload in files:
        patiently(upload, until)
    return f"{sum(map(len, by_person.values()))} check-ins, {len(files)} files"


def match(crew: Crew) -> list[str]:
    """Have a matching run decide about everybody, as each night; return what went wrong."""
    until, headers = (
        time.monotonic() + 120,
        {"Authorization": f"Bearer {crew.stage.service.token('officer', AREA[:6])}"},
    )
    begun = patiently(partial(crew.wire.ask, "POST", "/matching/runs", {}, headers), until)
    if begun is None or not begun.ok:
        return ["no matching run could be begun"]
    while time.monotonic() < until:
        seen = patiently(partial(crew.wire.ask, "GET", f"/matching/runs/{begun.body['run']}", b"", headers), until)
        if seen and seen.ok and seen.body["state"] in {"done", "held", "failed"}:
            return [] if seen.body["state"] == "done" else [f"the matching run is {seen.body['state']}"]
        time.sleep(1)
    return ["the matching run did not end"]


def _state_of(crew: Crew, job: str) -> str:
    try:
        headers = {"Authorization": f"Bearer {crew.ledger.jobs[job]}"}
        reply = crew.wire.ask("GET", f"/jobs/{job}", b"", headers)
    except Passing:
        return "unknown"
    return str(reply.body["state"]) if reply.ok else f"{reply.status}"


def _fetched_and_shown(crew: Crew, one: Neighbour, until: float) -> Reply | None:
    """Fetch a pass for a fresh key, and have it scanned: its guard's page sends the scan until it is recorded."""
    fetched = patiently(partial(crew.fetch, one, LocalSigner.generate()), until)
    if fetched is None or not fetched.ok or not fetched.body["passes"]:
        return fetched
    return patiently(partial(crew.scan, [crew.shown(one, crew.now())]), until)


def _listed(crew: Crew, unit: str, until: float, first: int) -> Reply | None:
    """Upload a unit's list, and a longer one after it."""
    people = neighbours(15, 20_000_000 + first * 100)
    if patiently(partial(crew.list_staff, unit, people[:10]), until) is None:
        return None
    return patiently(partial(crew.list_staff, unit, people), until)


def _corrected(crew: Crew, ill: Sequence[Neighbour], tube: str, until: float) -> Reply | None:
    """Have people fetch a pass, and their laboratory say first that they are well, and then that they are not."""
    for one in ill:
        if patiently(partial(crew.fetch, one, LocalSigner.generate()), until) is None:
            return None
    sampled_at = crew.now() - HOUR_S
    if patiently(partial(crew.report, ill, tube, "negative", sampled_at), until) is None:
        return None
    return patiently(partial(crew.report, ill, tube, "positive", sampled_at, 1), until)
