"""Drills of time: the service's clock moved by hours in the middle of a load, and a day key that ends while passes are signed."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from bench.town import DAY_S, Neighbour
from cli.deployment import deployment
from cli.doctor import examine
from credentials import UNCHECKED, KeySet, LocalSigner, Refused, Verifier
from drills import load
from drills.crew import HOUR_S, Crew, gathered, payload_of
from drills.load import Size
from drills.oracle import Found, Stores
from drills.played import Played, ended
from drills.stage import staged
from drills.wire import Passing, Reply, patiently

PASS_LIFE_S = 48 * HOUR_S
KEPT_S = 14 * DAY_S
SLOW_PHONE_S = 3.0  # for so long phones keep the old time before they learn the new from an answer
LEEWAY_S = 60
BEFORE_MIDNIGHT_S = 15
KEYS_END_DAYS = 42  # keys are made forty days ahead; by then all lists of before are gone
LEASE_S = 61  # in which a list belongs to whoever began to publish it


def clock(people: int, size: Size, seed: int) -> Played:
    """Move the clock of server and functions ahead and back under load; what each moment may not do is looked at."""
    with staged(clock=True) as stage:
        crew = gathered(stage, people)
        played = Played("clock", "the service's clock moved under load by +6 h, -6 h, +50 h, +15 d, and back", Found())
        # A sample of a wrong hour means nothing at the true one; who is refused by the hour waits in vain, so not long.
        well = replace(size, corrected=0, seconds=size.seconds / 2)
        load.run(crew, size, seed)
        held = next(one for one in crew.people if one.passes)
        for number, hours in enumerate((6, -6), 1):
            before = crew.ledger.refused_until_now()
            unanswered = _moved_under_load(crew, well, seed + number, hours * HOUR_S)
            refused = ", ".join(f"{kind} {n}" for kind, n in (crew.ledger.refused - before).most_common(3))
            played.notes.append(f"{hours:+d} h: {unanswered} acts unanswered; refused {refused or 'nothing'}")
            played.broken += list(_wrong_passes(crew))
        for hours in (50, 15 * 24):
            played.notes.append(_much_later(crew, played, held, hours))
        _together(crew, 0)
        played.notes.append(_lists_from_ahead(crew))
        return ended(crew, played)


def key(people: int, size: Size, seed: int) -> Played:
    """Let a day end while passes are signed, and its key with it; then the last key of all."""
    with staged(clock=True) as stage:
        crew = gathered(stage, people)
        now = int(time.time())
        _together(crew, DAY_S - now % DAY_S - BEFORE_MIDNIGHT_S)
        played = Played("key", "the day's key ended while passes were signed", Found())
        with ThreadPoolExecutor(1) as pool:
            acting = pool.submit(load.run, crew, replace(size, corrected=0), seed)
            until = time.monotonic() + 2 * BEFORE_MIDNIGHT_S
            while time.monotonic() < until:
                for one in crew.people:
                    patiently(partial(crew.fetch, one, LocalSigner.generate()), until)
                time.sleep(1)
            played.notes.append(f"{acting.result()} acts unanswered")
        crew.stage.call("PublisherFunction")
        played.notes.append(_keys_of_passes(crew, played))
        played.notes.append(_no_key_left(crew, played))
        _together(crew, 0)
        return ended(crew, played)


def _keys_of_passes(crew: Crew, played: Played) -> str:
    """Verify each signed pass by the published keys, right after it was signed and right before it ends."""
    stores = Stores(crew.stage.service)
    keys = json.loads(stores.object("BUCKET_PUBLIC", ".well-known/jwks.json") or b"{}")
    verifier = Verifier(KeySet.from_jwks(keys), issuer=crew.stage.service.environment["EPIPASS_ISSUER"])
    rows = stores.rows("PASS")
    for row in rows:
        for at in (row["signed_at"], row["expires_at"] - 1):
            try:
                verifier.verify(row["token"], at=at, status=UNCHECKED)
            except Refused as refused:
                played.broken.append(f"a pass signed by {row['kid']} does not verify: {refused.code}")
    used = Counter(row["kid"] for row in rows)
    played.broken += [] if len(used) > 1 else ["no pass was signed on both sides of midnight"]
    return f"{len(rows)} passes by {len(used)} keys ({', '.join(map(str, used.values()))}); each verifies to its end"


def _no_key_left(crew: Crew, played: Played) -> str:
    """Go to the first day without any key: nothing is signed, the function fails aloud, and doctor says why."""
    for seconds in (KEYS_END_DAYS * DAY_S, KEYS_END_DAYS * DAY_S + LEASE_S):
        crew.stage.move_clock(seconds)
        crew.skew_s = seconds
        # The first opens lists, which the queue's publisher takes in hand and cannot sign; the next finds them left.
        answered = crew.stage.call("PublisherFunction")
    failed = json.loads(answered["Payload"].read() or b"{}").get("errorType", "nothing")
    played.broken += [] if answered.get("FunctionError") else ["the publisher did not fail"]
    played.broken += ["a list was signed without a key"] if _list_dates(crew) else []
    told = next(one for one in examine(deployment(None), crew.now()) if one.what == "status keys")
    played.broken += ["doctor found the keys well"] if told.well else []
    return f"after the last key: the publisher fails with {failed}, which its alarm counts; doctor: {told.told}"


def _list_dates(crew: Crew) -> list[int]:
    stores = Stores(crew.stage.service)
    named = [stores.object("BUCKET_PUBLIC", f"status/{row['pk']}") for row in stores.rows("STATUS_LIST")]
    return [int(str(payload_of(token.decode())["iat"])) for token in named if token]


def _moved_under_load(crew: Crew, size: Size, seed: int, seconds: float) -> int:
    begun = crew.ledger.acknowledged()
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(load.run, crew, size, seed)
        while crew.ledger.acknowledged() - begun < load.BATCH and not acting.done():
            time.sleep(0.05)
        crew.stage.move_clock(seconds)
        time.sleep(SLOW_PHONE_S)
        crew.skew_s = seconds
        crew.on_duty()
        unanswered = acting.result()
    _together(crew, 0)
    return unanswered


def _together(crew: Crew, seconds: float) -> None:
    """Move the clock, and everybody with it."""
    crew.stage.move_clock(seconds)
    crew.skew_s = seconds
    crew.on_duty()


def _wrong_passes(crew: Crew) -> Iterator[str]:
    """Name each signed pass whose life is none, is longer than its test allows, or is not its row's."""
    for row in Stores(crew.stage.service).rows("PASS"):
        told: Any = payload_of(row["token"])
        life = told["exp"] - told["iat"]
        if not 0 < life <= PASS_LIFE_S or told["exp"] != row["expires_at"] or row["ttl"] <= row["expires_at"]:
            yield f"a pass of {life} s"
    for row in Stores(crew.stage.service).rows("CHECKIN"):
        if row["ttl"] != row["at"] + KEPT_S:
            yield f"a check-in kept for {row['ttl'] - row['at']} s"


def _much_later(crew: Crew, played: Played, held: Neighbour, hours: int) -> str:
    """Look at what was good once, so much later: passes have ended, and in the end nothing is shown any more."""
    _together(crew, hours * HOUR_S)
    verdict = patiently(partial(_verdict, crew, held), time.monotonic() + 30)
    said = f"{verdict.body['verdict']} {verdict.body['code']}" if verdict else "none"
    fetched = patiently(partial(crew.fetch, held, LocalSigner.generate()), time.monotonic() + 30)
    passes = len(fetched.body["passes"]) if fetched and fetched.ok else 0
    own = patiently(partial(crew.own_check_ins, held), time.monotonic() + 30)
    listed = len(own.body["checkins"]) if own and own.ok else -1
    played.broken += [f"a pass that ended was {said}"] if said != "refused expired" else []
    played.broken += [f"{passes} passes were signed"] if passes else []
    older = hours * HOUR_S > KEPT_S
    played.broken += ["check-ins older than a fortnight were shown"] if older and listed > 0 else []
    played.broken += ["own check-ins were not answered"] if listed < 0 else []
    return f"+{hours} h: an old pass is {said}, {passes} passes to fetch, {listed} own check-ins on the first page"


def _verdict(crew: Crew, held: Neighbour) -> Reply:
    """Ask for a verdict on a pass, until the server's clock has followed and knows the shift."""
    reply = crew.verify(crew.shown(held, crew.now()))
    if not reply.ok:
        raise Passing
    return reply


def _lists_from_ahead(crew: Crew) -> str:
    """Publish by the clock six hours ahead, and then by the true one: measure how long doors refuse the lists."""
    _together(crew, 6 * HOUR_S)
    crew.stage.call("PublisherFunction")
    _together(crew, 0)
    crew.stage.call("PublisherFunction")
    now, made = crew.now(), _list_dates(crew)
    ahead = max((at - now for at in made), default=0)
    return (
        f"lists published by a clock 6 h ahead: {sum(at > now + LEEWAY_S for at in made)} of {len(made)} are dated ahead, "
        f"by up to {ahead} s: doors keep the lists before them, and turn unsure, until that instant"
    )
