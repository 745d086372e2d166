"""Drills of what a door is told: the key statement rolled back, a status list that nobody publishes any more."""

from __future__ import annotations

import json
import subprocess
import time
from functools import partial
from typing import Any

from cli.ceremony import STATEMENT, STATEMENTS, Public
from cli.deployment import deployment
from cli.doctor import examine
from cli.roots import KmsSigner
from credentials import sign_statement
from credentials.statement import VALID_FOR_S, needed
from drills import load
from drills.crew import HOUR_S, Crew, gathered, payload_of
from drills.load import Size
from drills.oracle import Found, Stores
from drills.played import Played, ended
from drills.stage import Stage, staged
from drills.wire import patiently
from infra.paths import ROOT

JWKS = ".well-known/jwks.json"
GATE_AGE_S = 3_600  # of the gate's policy: the oldest withdrawal data its guard admits by
DOCTOR_S = 301


def statement(people: int, size: Size, seed: int) -> Played:
    """Withdraw all passes by a newer key statement, and put the older one back in its place."""
    with staged() as stage:
        public, root, older = _first_statement(stage)
        crew = gathered(stage, people)
        unanswered = load.run(crew, size, seed)
        newer = _signed(public, root, stage, older, crew.now() + 1)
        public.put(f"{STATEMENTS}/2.jwt", newer.encode(), "application/jwt")
        public.put(STATEMENT, newer.encode(), "application/jwt")
        played = Played(
            "statement",
            f"a key statement withdrew all passes, and the older one was put back; {unanswered} acts unanswered",
            Found(),
        )
        time.sleep(2)
        stage.call("PublisherFunction")
        _look(played, crew, root, (older, newer))
        return ended(crew, played)


def _look(played: Played, crew: Crew, root: KmsSigner, tokens: tuple[str, str]) -> None:
    older, newer = tokens
    one = next((one for one in crew.people if one.passes), None)
    if one is None:
        played.broken.append("nobody had a pass to look at")
        return
    asked = {"roots": [root.public_jwk()], "issuer": _issuer(crew), "lists": _lists_of(crew, one.passes[0])}
    shown = crew.shown(one, crew.now())[0]
    questions = [
        {**asked, "statement": text, "newest_seq": seq, "at": crew.now(), "shown": shown}
        for text, seq in ((older, 0), (newer, 1), (older, 2))
    ]
    first, second, back = ask_page(questions)
    played.notes.append(f"guard's page: by the older {first}, by the newer {second}, the older again {back}")
    played.broken += [] if first.get("pass") == "ok" else ["the page did not know the pass by the older statement"]
    played.broken += [] if second.get("pass") == "withdrawn" else ["the newer statement did not withdraw"]
    played.broken += [] if back.get("refused") == "untrusted" else ["the page took an older statement"]
    crew.stage.start_http()  # what a turnstile's server remembers for five minutes is forgotten
    verdicts = [_turnstile(crew, one)]
    _public(crew.stage).put(STATEMENT, older.encode(), "application/jwt")
    crew.stage.start_http()
    verdicts.append(_turnstile(crew, one))
    played.notes.append(
        f"turnstile, whose server starts anew each time: by the newer {verdicts[0]}, rolled back {verdicts[1]}"
    )
    played.broken += [f"the turnstile said {one}" for one in verdicts if one != "refused withdrawn"]


def frozen(people: int, _size: Size, seed: int) -> Played:
    """Stop the publisher, call somebody positive, and look what doors, doctor and queue say; then let it go on."""
    with staged() as stage:
        _, root, made = _first_statement(stage)
        crew = gathered(stage, people)
        load.run(crew, load.Size(1, 1, 5, 0, 0), seed)
        stage.call("PublisherFunction")
        ill = next(one for one in crew.people if one.passes)
        lists, held_at = _lists_of(crew, ill.passes[0]), crew.now()
        mapping = _publishers_mapping(stage)
        stage.service.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
        positive = partial(crew.report, [ill], "FROZEN", "positive", crew.now() - HOUR_S, 1)
        patiently(positive, time.monotonic() + 60)
        played = Played("list", "the publisher stood still while somebody was called positive", Found())
        _await_withdrawal(crew, played)
        _doors(played, crew, root, made, ill, lists, held_at)
        _watchers(played, stage)
        stage.service.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
        ended(crew, played)
        fresh = _ask(crew, root, made, ill, _lists_of(crew, ill.passes[0]), crew.now())
        played.notes.append(f"once it goes on, the guard's page says {fresh}")
        played.broken += [] if fresh == "withdrawn" else ["a published withdrawal was not seen"]
        return played


def _doors(played: Played, crew: Crew, root: KmsSigner, made: str, ill: Any, lists: list[str], held_at: int) -> None:
    now = _ask(crew, root, made, ill, lists, crew.now())
    late = _ask(crew, root, made, ill, lists, held_at + GATE_AGE_S + 1)
    turnstile = _turnstile(crew, ill)
    played.notes.append(
        f"guard's page by the frozen list: {now} while it is young, {late} once older than the gate's {GATE_AGE_S} s; "
        f"turnstile (asks the table) {turnstile}"
    )
    played.broken += [] if late == "status-unknown" else ["an old list was believed"]
    played.broken += [] if turnstile == "refused withdrawn" else ["the turnstile did not know"]


def _watchers(played: Played, stage: Stage) -> None:
    lists = next(one for one in examine(deployment(None), int(time.time()) + DOCTOR_S) if one.what == "status lists")
    client, names = stage.service.client("sqs"), stage.queue("PublishQueue")
    waiting = client.get_queue_attributes(QueueUrl=names, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    played.notes.append(
        f"doctor {DOCTOR_S} s later: {lists.told}; messages that PublishQueueAgeAlarm sees waiting: "
        f"{waiting['ApproximateNumberOfMessages']}"
    )
    played.broken += ["doctor found the lists well"] if lists.well else []
    played.broken += [] if int(waiting["ApproximateNumberOfMessages"]) else ["nothing waits that the alarm could see"]


def _await_withdrawal(crew: Crew, played: Played) -> None:
    """Wait until the event has brought the positive to the table."""
    until, stores = time.monotonic() + 90, Stores(crew.stage.service)
    while not stores.rows("WITHDRAWAL"):
        if time.monotonic() > until:
            played.broken.append("the positive did not withdraw within 90 s")
            return
        time.sleep(1)


def _ask(crew: Crew, root: KmsSigner, made: str, one: Any, lists: list[str], at: int) -> str:
    asked = {"roots": [root.public_jwk()], "issuer": _issuer(crew), "lists": lists, "max_age_s": GATE_AGE_S}
    question = {**asked, "statement": made, "newest_seq": 0, "at": at, "shown": crew.shown(one, at)[0]}
    return str(ask_page([question])[0].get("pass"))


def ask_page(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ask the guard page's own core, in node."""
    text = "\n".join(json.dumps(one) for one in questions)
    command = ["node", "drills/page.mjs", "web"]
    answered = subprocess.run(command, cwd=ROOT, input=text, text=True, capture_output=True, check=True, timeout=120)
    return [json.loads(line) for line in answered.stdout.splitlines()]


def _turnstile(crew: Crew, one: Any) -> str:
    reply = patiently(partial(crew.verify, crew.shown(one, crew.now())), time.monotonic() + 30)
    return f"{reply.body['verdict']} {reply.body['code']}" if reply and reply.ok else "no verdict"


def _public(stage: Stage) -> Public:
    return Public(stage.service.client("s3"), stage.service.outputs["PublicBucket"])


def _first_statement(stage: Stage) -> tuple[Public, KmsSigner, str]:
    """Publish the first key statement; return where, whose signature is under it, and what it says."""
    public, root = _public(stage), KmsSigner(stage.service.client("kms"), stage.service.outputs["RootKey"])
    made = _signed(public, root, stage, None, None)
    public.put(STATEMENT, made.encode(), "application/jwt")
    return public, root, made


def _signed(public: Public, root: KmsSigner, stage: Stage, previous: str | None, not_before: int | None) -> str:
    at = int(time.time())
    keys = needed(json.loads(public.get(JWKS) or b'{"keys": []}')["keys"], at, at + VALID_FOR_S)
    issuer = stage.service.environment["EPIPASS_ISSUER"]
    return sign_statement(issuer=issuer, at=at, keys=keys, signer=root, previous=previous, not_before=not_before)


def _issuer(crew: Crew) -> str:
    return crew.stage.service.environment["EPIPASS_ISSUER"]


def _lists_of(crew: Crew, token: str) -> list[str]:
    entry: Any = payload_of(token)["credentialStatus"]
    name = str(entry["statusListCredential"]).rpartition("/")[2]
    held = Stores(crew.stage.service).object("BUCKET_PUBLIC", f"status/{name}")
    return [held.decode()] if held else []


def _publishers_mapping(stage: Stage) -> str:
    pages = stage.service.client("lambda").get_paginator("list_event_source_mappings").paginate()
    queue = stage.queue("PublishQueue").rsplit("/", 1)[1]
    return next(
        str(one["UUID"])
        for page in pages
        for one in page["EventSourceMappings"]
        if one["EventSourceArn"].endswith(f":{queue}")
    )
