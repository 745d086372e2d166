"""Drills of the engine itself: killed, stopped in the middle of a load, and out of disk."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial

from drills import load, oracle
from drills.crew import Crew, gathered
from drills.ledger import Visit
from drills.load import Size
from drills.oracle import Found
from drills.played import Played, ended
from drills.stage import Stage, staged
from drills.wire import Passing, patiently

KILL = "docs/engine.md: what the engine was told since its last orderly stop dies with it"
DOWN_S = 3.0


def stop(people: int, size: Size, seed: int) -> Played:
    """Stop the engine in order while everybody writes, and start it again on what it saved."""
    with staged() as stage:
        crew = gathered(stage, people)
        told: list[str] = []

        def restart() -> None:
            status = stage.stop_engine()
            time.sleep(DOWN_S)
            told.append(f"exit status {status}, answers again {stage.start_engine():.1f} s after its start")

        unanswered = _interrupted(crew, size, seed, restart)
        played = Played("stop", f"the engine stopped in order under load: {'; '.join(told)}", Found())
        played.notes.append(f"{unanswered} acts never got an answer")
        ended(crew, played, counters=False)
        have, rows = oracle.counted(crew, time.monotonic() + 30)
        played.notes.append(f"counters say {have} check-ins, rows are {rows}: stream records unread at a stop are gone")
        played.broken += ["counters say more than there are"] if have > rows else []
        return played


def kill(people: int, size: Size, seed: int) -> Played:
    """Kill -9 under load: what is lost is measured, nothing is invented, and sending everything again restores it."""
    with staged() as stage:
        crew = gathered(stage, people)
        stage.stop_engine()
        stage.start_engine()
        saved = crew.ledger.acknowledged()
        told: list[str] = []

        def restart() -> None:
            stage.kill_engine()
            told.append(_while_down(crew))
            told.append(f"answers again {stage.start_engine():.1f} s after its start")

        unanswered = _interrupted(crew, size, seed, restart)
        return _after_kill(crew, saved, told, unanswered)


def _after_kill(crew: Crew, saved: int, told: list[str], unanswered: int) -> Played:
    found = oracle.judged(crew)
    played = Played("kill", f"the engine killed under load: {'; '.join(told)}", found, allowed_losses=KILL)
    played.refusals = crew.ledger.told_refusals()
    kinds = Counter(one.partition(" ")[0] for one in found.lost)
    played.notes.append(
        f"{saved} writes saved by the stop before, {crew.ledger.acknowledged() - saved} acknowledged since; "
        f"lost by kind {dict(kinds)}; {unanswered} acts never got an answer"
    )
    again = send_again(crew)
    after = oracle.judged(crew)
    left = [one for one in after.lost if not one.startswith(UNREPEATABLE)]
    played.notes.append(f"all phones and offices send their {again} again: {after.told()}")
    played.broken += [f"not restored: {one}" for one in left] + [f"invented after: {one}" for one in after.invented]
    return played


# A pass that was lost is fetched anew, by another key and in another place; its scan was of that very pass.
UNREPEATABLE = ("passes", "scans", "withdrawals", "published", "results", "listed", "lake")


def send_again(crew: Crew) -> str:
    """Send all acknowledged check-ins again, as their phones would if nothing had been answered; return what was sent."""
    until = time.monotonic() + 120
    by_person: dict[str, list[Visit]] = {}
    for visit in sorted(crew.ledger.visits_acked, key=lambda one: one.at):
        by_person.setdefault(visit.pid, []).append(visit)
    people = {one.pid: one for one in crew.people}
    for pid, visits in by_person.items():
        for start in range(0, len(visits), load.BATCH):
            patiently(partial(crew.check_in, people[pid], visits[start : start + load.BATCH]), until)
    return f"{sum(map(len, by_person.values()))} check-ins"


def _while_down(crew: Crew) -> str:
    """Ask for something that needs the engine: an orderly refusal, and how long it took."""
    began, before = time.monotonic(), crew.ledger.refused.copy()
    with suppress(Passing):
        crew.ask_as(crew.people[0], "/checkins/batch", {"checkins": []})
        crew.fetch(crew.people[0], crew.people[0].holder)
    new = crew.ledger.refused - before
    return f"while it is down a request gets {', '.join(new) or 'an answer'} after {time.monotonic() - began:.1f} s"


def _interrupted(crew: Crew, size: Size, seed: int, event: Callable[[], None]) -> int:
    """Have everybody act, and something happen once a third of it is acknowledged; return how many acts got no answer."""
    begun, aim = crew.ledger.acknowledged(), len(crew.people) * size.batches * load.BATCH // 3
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(load.run, crew, size, seed)
        while crew.ledger.acknowledged() - begun < aim and not acting.done():
            time.sleep(0.05)
        # In this thread, not in one of its own: an engine ends with the thread that started it.
        event()
        return acting.result()


def disk(people: int, size: Size, seed: int) -> Played:
    """Let the engine write no more file, as on a full disk, under load; then give it room again, stop it and start it."""
    with staged() as stage:
        crew = gathered(stage, people)
        stage.limit_files(0)
        unanswered = load.run(crew, replace(size, seconds=size.seconds / 4), seed)
        told = f"no file could be written: {unanswered} acts got no answer until there was room again"
        refused = crew.ledger.told_refusals()
        stage.limit_files(None)
        played = Played("disk", told, Found())
        played.notes.append(f"refused while there was no room: {refused}")
        load.run(crew, replace(size, units=0, corrected=0), seed + 1)
        ended(crew, played)
        played.notes.append(_stopped_without_room(stage))
        return played


def _stopped_without_room(stage: Stage) -> str:
    """Measure what an orderly stop without room costs: the tables go back to what was saved before."""
    stage.stop_engine()
    stage.start_engine()
    saved = len(oracle.Stores(stage.service).rows("CHECKIN"))
    client = stage.service.client("dynamodb")
    item = {"pk": {"S": "drill"}, "sk": {"S": "drill"}, "at": {"N": "0"}}
    client.put_item(TableName=stage.service.environment["TABLE_CHECKIN"], Item=item)
    stage.limit_files(0)
    status = stage.stop_engine()
    stage.start_engine()
    there = len(oracle.Stores(stage.service).rows("CHECKIN"))
    return (
        f"a stop without room: exit status {status}, {saved + 1 - there} of 1 write since the stop before is gone, "
        f"{there} rows of before are there"
    )
