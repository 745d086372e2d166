"""Drills of the engine itself: killed, stopped in the middle of a load, and out of disk."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

from drills import load, oracle
from drills.crew import Crew, gathered, place_of
from drills.ledger import Visit
from drills.load import Size
from drills.oracle import Found
from drills.played import Played, ended, steady
from drills.stage import Stage, staged
from drills.wire import Passing

KILL = "docs/engine.md: what the engine was told since its last orderly stop dies with it"
DOWN_S = 3.0
GONE = "403"
# A pass that was lost is fetched anew, by another key; its scan was of that very pass.
UNREPEATABLE = ("passes", "scans")


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
        played.broken += load.match(crew)  # what stream records meant that were unread at the stop
        ended(crew, played, counters=False)
        have, rows = oracle.counted(crew, time.monotonic() + 30)
        gone = "; stream records that were unread at the stop are gone" if have < rows else ""
        played.notes.append(f"counters say {have} check-ins, rows are {rows}{gone}")
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
        load.settle_jobs(crew, time.monotonic() + 60)  # what is still under way is not lost
        found = oracle.judged(crew)
        played = Played("kill", f"the engine killed under load: {'; '.join(told)}", found, allowed_losses=KILL)
        played.refusals = crew.ledger.told_refusals()
        played.notes.append(
            f"{saved} writes saved by the stop before, {crew.ledger.acknowledged() - saved} acknowledged since; "
            f"{unanswered} acts never got an answer"
        )
        return _restored(crew, played)


def _restored(crew: Crew, played: Played) -> Played:
    """Send everything again; what cannot be sent again is fetched anew."""
    again = load.send_again(crew)
    stuck = load.settle_jobs(crew, time.monotonic() + 120)
    # A job that died with the engine may stay nobody's: how often its file was sent before died with it.
    played.broken += [f"job {job} stayed {state}" for job, state in stuck.items() if state != GONE] + load.match(crew)
    after = steady(crew, time.monotonic() + 60, UNREPEATABLE)
    played.notes.append(f"after everybody sent theirs again ({again}) and a matching run: {after.told()}")
    places = Counter(place_of(token) for token in crew.ledger.passes_acked)
    shared = sum(n > 1 for n in places.values())
    played.notes.append(
        f"{shared} places in status lists were given twice: to a pass that died with the engine, and anew"
    )
    played.broken += [f"not restored: {one}" for one in after.missed(UNREPEATABLE)[:5]]
    played.broken += [f"invented after: {one}" for one in after.invented]
    return played


def _while_down(crew: Crew) -> str:
    """Check in while there is no engine: an orderly refusal, and how long it took."""
    began, before = time.monotonic(), crew.ledger.refused_until_now()
    one = crew.people[0]
    with suppress(Passing):
        crew.check_in(one, [Visit(one.pid, crew.venues[0], "out", crew.now())])
    new = crew.ledger.refused_until_now() - before
    return f"while it is down requests get {', '.join(new) or 'an answer'}, one after {time.monotonic() - began:.1f} s"


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
    if sys.platform != "linux":
        return Played("disk", "not played: a running process is limited by prlimit, which only Linux has", Found())
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
