"""How many check-ins a second one process of the holder's function answers: `python -m bench.checkins [--people 2000]`.

Each is a request of its own, as the gateway hands it over: the device's token and its proof (RFC 9449) are verified, the
device and what was decided of the person are read, the venue's rules are asked, the row is written under its condition.
The embedded engine's tables answer in milliseconds of another process; what a request waits for them is measured at
the client's socket and taken out, since it says nothing of DynamoDB. Beside it in the same run, in turn: boto3 putting
the same rows under the same condition, which is the least that storing them costs; and each with the engine taken out.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import tempfile
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from botocore.httpsession import URLLib3Session

from bench.answer import demand
from bench.town import told
from credentials import LocalSigner, proofs
from infra.local import Service, embedded
from infra.local.gateway import Context, Incoming, event

AREA, ROUND = "990101001001", 250
HOUR, DAY = 3_600, 86_400


@dataclass
class Waited:
    """What the process waited at its clients' sockets: how long, how often, for which operation."""

    seconds: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Took:
    """A round: each thing's seconds, by the clock and on the processor, and how long it waited for the engine."""

    clock: float
    processor: float
    engine: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder), http=False) as service, waiting() as waited:
        os.environ.update(service.environment)
        handler, ours, puts = holder(), list[Took](), list[Took]()
        for some in range(0, asked.people, ROUND):
            count = min(ROUND, asked.people - some)
            events, rows = _scene(service, count)
            puts.append(_timed(_putting(rows), waited))
            waited.asked.clear()
            ours.append(_timed(partial(_answered, handler, events), waited))
    show(ours, puts, count, waited.asked)


@contextmanager
def waiting() -> Iterator[Waited]:
    """Count what is sent to the engine, and how long its answers take, at the socket that every client here uses."""
    waited, send = Waited(), URLLib3Session.send

    def counted(session: URLLib3Session, request: Any) -> Any:
        began = time.perf_counter()
        try:
            return send(session, request)
        finally:
            waited.seconds += time.perf_counter() - began
            target = request.headers.get("X-Amz-Target", b"")
            waited.asked[(target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]] += 1

    URLLib3Session.send = counted
    try:
        yield waited
    finally:
        URLLib3Session.send = send


def holder() -> Callable[[dict[str, Any], object], dict[str, Any]]:
    """Return the holder's function."""
    from functions.entry.holder import app  # noqa: PLC0415 - the environment names the tables

    return app


def _answered(handler: Callable[..., dict[str, Any]], events: list[dict[str, Any]]) -> None:
    for one in events:
        returned = handler(one, Context())
        demand(returned["statusCode"] == 201 and '"admitted"' in returned["body"], returned["body"])


def _timed(call: Callable[[], None], waited: Waited) -> Took:
    waited.seconds, clock, processor = 0.0, time.perf_counter(), time.process_time()
    call()
    return Took(time.perf_counter() - clock, time.process_time() - processor, waited.seconds)


def _scene(service: Service, count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Enrol people with a device and an entitlement, and make their requests and the rows that a peer puts."""
    from functions.checkins import rules  # noqa: PLC0415 - the environment names the tables
    from functions.keys import service as keys  # noqa: PLC0415 - the same
    from functions.venues import service as venues  # noqa: PLC0415 - the same

    at = int(time.time())
    venue = venues.register(f"V-{secrets.token_hex(6)}", venues.Facts("体育馆", AREA), at)[0].venue
    signer, events, rows = keys.signer("token", at), [], []
    for _ in range(count):
        pid, device = urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode(), LocalSigner.generate()
        key = proofs.thumbprint(device.public_jwk())
        _enrol(pid, key, at)
        token = proofs.issue_access_token(
            subject=pid, role="holder", scope=pid, device=key, issuer=_issuer(), signer=signer, at=at
        )
        events.append(_event(service.url, venue, token, device, at))
        act = rules.Act(pid, venue, "in", at)
        item = {"pk": f"peer-{pid}", "sk": rules.sort_key(act), "hour_shard": f"peer-{venue}", "at": at}
        item |= {"received_at": at, "venue": venue, "area": AREA, "direction": "in", "decision": "admitted"}
        rows.append(item | {"cause": "entitled", "rule": "pass", "how": "self", "ttl": at + 14 * DAY})
    return events, rows


def _issuer() -> str:
    from functions.shared.config import settings  # noqa: PLC0415 - the environment names the tables

    return settings().issuer


def _enrol(pid: str, key: str, at: int) -> None:
    from functions.matching.model import EntitlementRow  # noqa: PLC0415 - the environment names the tables
    from functions.people import service as people  # noqa: PLC0415 - the same
    from functions.people.model import Device  # noqa: PLC0415 - the same

    # As enrolling writes it: whose results they are is told by the name and the phone, which a check-in decrypts.
    people._new_person(pid, people.Identity("resident-id", "1", "张小明"), "13800138000", None, at).save()  # noqa: SLF001 - the row alone
    Device(pid, key, label="", added_at=at, used_at=at, ttl=at + DAY).save()
    row = EntitlementRow(pid, "U-1", unit="U-1", verdict="eligible", cause="eligible", ttl=at + 14 * DAY)
    row.decided_at, row.expires_at = at - HOUR, at + 20 * HOUR
    row.save()


def _event(url: str, venue: str, token: str, device: LocalSigner, at: int) -> dict[str, Any]:
    # A proof is good for a minute either way: dated a little ahead, it stands while its round is made and run.
    body = {"venue": venue, "direction": "in", "at": told(at)}
    return posted(url, "/checkins", body, token=token, device=device, at=at + 30)


def posted(url: str, path: str, body: Mapping[str, Any], *, token: str, device: LocalSigner, at: int) -> dict[str, Any]:
    """Return what the gateway makes of a phone's request, with its proof of that instant."""
    sent = proofs.sign_dpop(
        device, method="POST", url=f"{url}{path}", at=at, jti=secrets.token_hex(8), access_token=token
    )
    headers = {"authorization": f"DPoP {token}", "dpop": sent, "content-type": "application/json", "host": "127.0.0.1"}
    return event(Incoming("POST", path, "", headers, json.dumps(body).encode(), "127.0.0.1"), path, {})


def _putting(rows: list[dict[str, Any]]) -> Callable[[], None]:
    from boto3.dynamodb.types import TypeSerializer  # noqa: PLC0415 - the peer's

    from functions.checkins.model import CheckinRow  # noqa: PLC0415 - the environment names the tables
    from functions.shared.aws import client  # noqa: PLC0415 - the same

    table, dynamodb, written = str(CheckinRow.Meta.table_name), client("dynamodb"), TypeSerializer()
    items = [{name: written.serialize(value) for name, value in row.items()} for row in rows]

    def put() -> None:
        for item in items:
            dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")

    return put


def show(ours: list[Took], puts: list[Took], count: int, asked: Counter[str]) -> None:
    """Print medians of the rounds, and of the ratios taken within each."""
    print(f"check-ins through the holder's function, one process, one at a time: medians of {len(ours)} rounds")
    print(f"{'':34}{'whole/s':>9}{'engine %':>10}{'engine out/s':>14}{'processor/s':>13}")
    for name, took in (("epipass", ours), ("boto3, one conditional put each", puts)):
        whole = statistics.median(count / one.clock for one in took)
        share = statistics.median(one.engine / one.clock for one in took)
        without = statistics.median(count / (one.clock - one.engine) for one in took)
        busy = statistics.median(count / one.processor for one in took)
        print(f"{name:34}{whole:9.0f}{100 * share:10.0f}{without:14.0f}{busy:13.0f}")
    ratio = statistics.median(own.processor / raw.processor for own, raw in zip(ours, puts, strict=True))
    print(f"a check-in costs {ratio:.1f} times the processor of the put alone; what it asks of the engine:")
    print(", ".join(f"{name} {many / count:.2f}" for name, many in sorted(asked.items())))


if __name__ == "__main__":
    main()
