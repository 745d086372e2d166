"""What the tests of tracing stand on: check-ins of any age, a follow-up team with its keys, a queue of their own."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from typing import Any

import msgspec
from jwcrypto import jwe, jwk

from credentials.auditlog import SHARDS, Entry
from functions.audit import service as audit
from functions.checkins import rules as checkin_rules
from functions.checkins.model import CheckinRow
from functions.people import service as people
from functions.shared import clock
from functions.shared.aws import client
from functions.tracing import handlers, keys, service
from functions.tracing.model import Head
from functions.tracing.rules import Ask
from functions.tracing.service import Approval
from functions.venues import service as venues
from functions.venues.service import Facts
from tests.door.world import fresh, new_pid

DISTRICT = "990101"
AREA = "990101001001"
DAY, HOUR = 86_400, 3_600
OFFICER, TRACER = "officer:asks", "tracer:approves"


def audited(act: str, case: str) -> list[Entry]:
    """The rows of the log about one trace."""
    every = (row for shard in range(SHARDS) for row in audit.entries(shard, at=clock.now()))
    return [row for row in every if (row.act, row.case) == (act, case)]


def open_shop(parent: str = "", area: str = AREA) -> str:
    """An approved venue, inside another if one is named."""
    made, _new = venues.register(fresh("V"), Facts("便利店", area, parent=parent), clock.now())
    return made.venue


def checkin(pid: str, venue: str, at: int, direction: str = "in", **more: Any) -> CheckinRow:
    """A check-in as it is stored, whenever it was."""
    act = checkin_rules.Act(pid, venue, direction, at)  # type: ignore[arg-type]  # in or out
    row = CheckinRow(
        pid,
        checkin_rules.sort_key(act),
        hour_shard=checkin_rules.hour_shard(venue, at, pid, more.pop("shards", 1)),
        at=at,
        received_at=at,
        venue=venue,
        area=more.pop("area", AREA),
        direction=direction,
        decision=more.pop("decision", "admitted"),
        cause="entitled",
        how=more.pop("how", "self"),
        entrance=more.pop("entrance", None),
        party=more.pop("party", None),
        ttl=more.pop("ttl", at + 14 * DAY),
    )
    assert not more
    return row


def store(*rows: CheckinRow) -> None:
    """Store check-ins."""
    with CheckinRow.batch_write() as batch:
        for row in rows:
            batch.save(row)


def enrol(pid: str, name: str, phone: str, number: str) -> None:
    """A person whose phone is known."""
    identity = people.Identity("resident-id", number, name)
    people._new_person(pid, identity, phone, None, clock.now() - 30 * DAY).save()


@dataclass
class Team:
    """A follow-up team: the private key that never comes near the service."""

    area: str = DISTRICT
    key: str = field(default_factory=lambda: fresh("K"))
    private: jwk.JWK = field(default_factory=lambda: jwk.JWK.generate(kty="EC", crv="P-256"))

    @property
    def public(self) -> dict[str, str]:
        """The members of its public key."""
        told = self.private.export_public(as_dict=True)
        return {name: told[name] for name in ("kty", "crv", "x", "y")}

    def registered(self) -> Team:
        """Register the key by one person and confirm it by another."""
        keys.register(self.key, self.public, name="流调一组", area=self.area, actor="officer:k1", at=clock.now())
        keys.confirm(self.key, "tracer:k2", clock.now())
        return self

    def open(self, contact: str) -> dict[str, str]:
        """Decrypt a contact with a library's own reader."""
        token = jwe.JWE()
        token.allowed_algs = ["ECDH-ES+A256KW", "A256GCM"]
        token.deserialize(contact, self.private)
        found: dict[str, str] = msgspec.json.decode(token.payload)
        return found


def asking(start: int, end: int, **more: Any) -> Ask:
    """An ask of this district about a case of its own."""
    case = more.pop("case", f"CASE-{secrets.token_hex(4)}")
    return Ask(case, "case-investigation", "流调字〔2026〕1号", start, end, more.pop("area", DISTRICT), **more)


def approved(asked: Ask, team: Team, at: int, embargo_until: int = 0) -> Head:
    """Ask and approve, each by their own person."""
    head, _new = service.ask(asked, OFFICER, at)
    return service.decide(head.trace, Approval("approve", "", embargo_until, team.key), TRACER, at)


def work_all(most: int = 20) -> int:
    """Hand every message of the module's queue to the worker, as Lambda would; tell how many there were."""
    sqs, url, done = client("sqs"), os.environ["QUEUE_TRACES"], 0
    while done < most:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        if not found:
            return done
        for message in found:
            event = {"Records": [{"messageId": message["MessageId"], "body": message["Body"]}]}
            assert handlers.work(event, None) == {"batchItemFailures": []}
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            done += 1
    return done


def everybody(head: Head, at: int) -> list[service.Shown]:
    """Every page of a trace, one after another."""
    shown, number = [], 0
    while True:
        page = service.read(head, number, OFFICER, at)
        shown += page.people
        if page.following is None:
            return shown
        number = page.following


def pids(count: int) -> list[str]:
    """People of nobody else's test."""
    return sorted(new_pid() for _ in range(count))
