"""A slice of `make drills`: connections between service and engine break, and every answered check-in is there once."""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from bench.checkins import _enrol
from bench.town import Neighbour, Town
from credentials import proofs
from drills.crew import Crew
from drills.ledger import SLOT_S, Ledger, Visit, keys_of
from drills.oracle import Stores
from drills.proxy import Proxy, proxied
from drills.stage import Stage
from drills.weather import DONE_UNTOLD, Weather, refusal
from drills.wire import Wire, patiently
from functions.keys import service as keys
from functions.shared.config import settings
from infra.local import Service
from infra.local.processes import start_http
from infra.local.state import HOST, free_port

RESETS = Weather({"answer-lost": 0.1, "unheard": 0.05, "truncated": 0.05}, seed=7)
PATIENCE_S = 60


@pytest.fixture(scope="module")
def behind(engine: Service) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the engine, and where an HTTP server answers that knows no other way to it."""
    with proxied(free_port(), int(engine.engine_url.rsplit(":", 1)[1])) as proxy:
        # A port of its own: other rooms' server may run on the engine's.
        port = free_port()
        server = start_http(engine.state, port, {**engine.environment, "AWS_ENDPOINT_URL": proxy.url})
        try:
            yield proxy, f"http://{HOST}:{port}"
        finally:
            server.stop()


def enrolled(at: int) -> Neighbour:
    """Enrol somebody whose token is good, without the way there."""
    one = Neighbour(number="", phone="")
    one.pid = urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
    key = proofs.thumbprint(one.device.public_jwk())
    _enrol(one.pid, key, at)
    one.token = proofs.issue_access_token(
        subject=one.pid,
        role="holder",
        scope=one.pid,
        device=key,
        issuer=settings().issuer,
        signer=keys.signer("token", at),
        at=at,
    )
    return one


def test_what_is_answered_is_there_once_and_nothing_else(engine: Service, behind: tuple[Proxy, str]) -> None:
    """A fifth of all requests to the engine lose their connection, most of them after they took effect."""
    at, (proxy, url) = int(time.time()), behind
    stage = Stage(engine, proxy, engine.state.root / "no-clock", engine.children[0])
    crew = Crew(stage, Town(engine), Wire(url, Ledger()), [enrolled(at), enrolled(at)])
    proxy.weather = RESETS
    for one in crew.people:
        visits = [Visit(one.pid, crew.town.venue, "in", at - number * SLOT_S) for number in range(12)]
        assert patiently(partial(crew.check_in, one, visits), time.monotonic() + PATIENCE_S)
    acked, pids = keys_of(crew.ledger.visits_acked), {one.pid for one in crew.people}
    rows = [(row["pk"], row["sk"]) for row in Stores(engine).rows("CHECKIN") if row["pk"] in pids]
    assert len(acked) == 24
    assert Counter(rows) == Counter(list(acked))
    assert sum(RESETS.struck[kind] for kind in DONE_UNTOLD), "no answer was lost: the test shows nothing"


def test_a_seed_draws_the_same_weather_again() -> None:
    """The same requests are struck, and a spell strikes all of its own."""
    first = Weather({"throttle": 0.1, "latency": 0.1}, 3, 50, 10)
    drawn = [first.strike() for _ in range(200)]
    again = Weather({"throttle": 0.1, "latency": 0.1}, 3, 50, 10)
    assert drawn == [again.strike() for _ in range(200)]
    assert all(fault == "throttle" for number, (fault, _) in enumerate(drawn) if number % 50 >= 40)
    assert {fault for fault, _ in drawn} == {None, "throttle", "latency"}


@pytest.mark.parametrize(
    ("head", "status", "said"),
    [
        (b"X-Amz-Target: DynamoDB_20120810.PutItem", b" 400 ", b"ProvisionedThroughputExceededException"),
        (b"Authorization: AWS4-HMAC-SHA256 Credential=t/1/r/s3/aws4_request", b" 503 ", b"<Code>SlowDown<"),
        (b"X-Amz-Target: AmazonSQS.SendMessage", b" 400 ", b"ThrottlingException"),
    ],
)
def test_each_service_throttles_in_its_own_words(head: bytes, status: bytes, said: bytes) -> None:
    """DynamoDB, S3 and queues are told apart by the request alone."""
    answer = refusal("throttle", b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\n")
    assert status in answer
    assert said in answer
