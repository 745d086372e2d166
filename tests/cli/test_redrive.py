"""`epipass redrive` for what streams gave up: the records are read again and handed to who failed, or the letter says why not."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from cli.letters import CHINA, plain
from cli.main import epipass
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act, hour_shard, sort_key
from functions.counters import rules
from functions.counters.model import CounterRow
from functions.matching import service as matching
from functions.matching.model import EntitlementRow
from functions.results import service as results
from functions.shared import clock
from infra.local import Service
from infra.local.deploy import physical_names
from tests.matching.world import DAY, HOUR, World, drain, eventually

NEVER = f"{1:021d}"  # no record has this number


@pytest.fixture
def names(engine: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The stack's resources, the environment of somebody at this machine, and a queue that is empty before and after."""
    told = engine.state.service_file
    found = physical_names(engine.client("cloudformation"))
    monkeypatch.setenv("EPIPASS_STATE", str(told.parent))
    engine.client("sqs").purge_queue(QueueUrl=found["StreamDead"])
    yield found
    engine.client("sqs").purge_queue(QueueUrl=found["StreamDead"])


def redriven(*options: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit status, and what became of each letter."""
    ran = CliRunner().invoke(epipass, ["redrive", "--queue", "stream", "--json", *options])
    assert isinstance(ran.exception, SystemExit | None), ran.exception
    assert ran.exit_code in {0, 1}, ran.output
    return ran.exit_code, json.loads(ran.stdout)["stream"]


def waiting(engine: Service, names: dict[str, str]) -> int:
    """How many letters wait, hidden ones too."""
    asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    held = engine.client("sqs").get_queue_attributes(QueueUrl=names["StreamDead"], AttributeNames=asked)
    return sum(int(n) for n in held["Attributes"].values())


def letter(engine: Service, names: dict[str, str], table: str, function: str, sequence: str, **also: Any) -> None:
    """Put a letter as Lambda writes it."""
    stream = engine.client("dynamodb").describe_table(TableName=names[table])["Table"]["LatestStreamArn"]
    functions = engine.client("lambda")
    arn = functions.get_function(FunctionName=names[function])["Configuration"]["FunctionArn"]
    body = {
        "requestContext": {"functionArn": arn, "condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000000000000000000-00000000",
            "startSequenceNumber": sequence,
            "endSequenceNumber": sequence,
            "approximateArrivalOfLastRecord": "2026-11-22T00:00:00Z",
            "batchSize": 1,
            "streamArn": stream,
        },
        **also,
    }
    engine.client("sqs").send_message(QueueUrl=names["StreamDead"], MessageBody=json.dumps(body))


def newest(engine: Service, names: dict[str, str], table: str, pk: str) -> str:
    """The sequence number of the newest stream record of a row's partition."""
    streams = engine.client("dynamodbstreams")
    stream = engine.client("dynamodb").describe_table(TableName=names[table])["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    place = {"StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator, found = streams.get_shard_iterator(**place)["ShardIterator"], ""
    while records := (page := streams.get_records(ShardIterator=iterator))["Records"]:
        mine = [one["dynamodb"]["SequenceNumber"] for one in records if one["dynamodb"]["Keys"]["pk"]["S"] == pk]
        found, iterator = (mine or [found])[-1], page["NextShardIterator"]
    assert found
    return found


def test_a_result_that_was_given_up_is_settled(engine: Service, names: dict[str, str]) -> None:
    """A row that cannot be read fails its person until the stream gives up; put right, the letter's records settle them."""
    world = World(clock.now())
    drain()
    world.register("u")
    world.enlist("u", ["ann", "bob"])
    matching.make_known([world.pid("ann"), world.pid("bob")], world.at)
    tables = engine.client("dynamodb")
    key = {"pk": {"S": world.pid("ann")}, "sk": {"S": world.unit("u")}}
    tables.put_item(TableName=names["EntitlementTable"], Item=key)  # a row without a verdict: nobody can read it
    results.record([world.result(name, "negative", HOUR) for name in ("ann", "bob")], world.at)
    assert eventually(lambda: waiting(engine, names) > 0), "the stream did not give up"
    assert world.said("bob", "u")[0] == "eligible"

    status, told = redriven()
    assert status == 1
    assert {one["outcome"] for one in told} == {"failed"}
    assert waiting(engine, names) == len(told)

    tables.delete_item(TableName=names["EntitlementTable"], Key=key)
    status, told = redriven()
    assert (status, {(one["table"], one["outcome"]) for one in told}) == (0, {("ResultTable", "repaired")})
    assert EntitlementRow.get(world.pid("ann"), world.unit("u")).verdict == "eligible"
    assert waiting(engine, names) == 0


def test_records_that_are_gone_are_said_to_be(engine: Service, names: dict[str, str]) -> None:
    """The letter stays, and visible, until a person says that a run has repaired what it meant."""
    letter(engine, names, "ResultTable", "MatchEventFunction", NEVER)
    for _ in range(2):
        status, (told,) = redriven()
        assert (status, told["outcome"]) == (1, "gone")
        assert "epipass match" in told["told"]
    status, (told,) = redriven("--forget-gone")
    assert (status, told["outcome"], waiting(engine, names)) == (0, "forgotten", 0)


def test_another_stacks_letter_is_left_alone(engine: Service, names: dict[str, str]) -> None:
    """Nobody here can repair it, and nobody deletes it."""
    letter(engine, names, "ResultTable", "PublisherFunction", NEVER)
    status, (told,) = redriven("--forget-gone")
    assert (status, told["outcome"], waiting(engine, names)) == (1, "failed", 1)


def test_check_ins_are_counted_once_and_their_day_waits(engine: Service, names: dict[str, str]) -> None:
    """Handed over again nothing counts twice; the recount waits in a letter of its own until its day can be recounted."""
    pid, area, at = uuid.uuid4().hex[:22], f"{uuid.uuid4().int % 10**5 + 900000:06d}003001", clock.now()
    act = Act(pid, f"V-{pid}", "in", at)
    CheckinRow(
        pid,
        sort_key(act),
        hour_shard=hour_shard(act.venue, at, pid, 1),
        at=at,
        received_at=at,
        venue=act.venue,
        area=area,
        direction="in",
        decision="admitted",
        cause="entitled",
    ).save()
    assert CheckinRow.count(pid) == 1
    day = clock.china_day(at)

    def counted() -> int:
        key = rules.area_key(area, day, "checkins", "")
        return sum(int(row.n) for row in CounterRow.query(key.partition, CounterRow.sort.startswith(key.sort)))

    assert eventually(lambda: counted() == 1)
    letter(engine, names, "CheckinTable", "CountersFunction", newest(engine, names, "CheckinTable", pid))
    status, told = redriven()
    assert (status, [one["outcome"] for one in told]) == (1, ["repaired", "waits"])
    assert counted() == 1
    assert waiting(engine, names) == 1
    assert redriven()[1][0]["outcome"] == "waits"


def test_a_day_that_waited_is_recounted(engine: Service, names: dict[str, str]) -> None:
    """Once it is over for 73 hours the recount is done and the letter goes; over 13 days old it cannot be."""
    area = f"{uuid.uuid4().int % 10**5 + 900000:06d}"

    def day(ago: int) -> str:
        return f"{datetime.now(UTC).astimezone(CHINA) - timedelta(days=ago):%Y-%m-%d}"

    key = rules.area_key(area, day(6), "checkins", "shard")
    CounterRow(key.partition, key.sort, n=5, last="5", ttl=clock.now() + DAY).save()
    letter(engine, names, "CheckinTable", "CountersFunction", NEVER, recount=[[area, day(6)]])
    status, (told,) = redriven()
    assert (status, told["outcome"], waiting(engine, names)) == (0, "repaired", 0)
    rows = CounterRow.query(key.partition, CounterRow.sort.startswith(f"{area}#checkins#"))
    assert sum(int(row.n) for row in rows) == 0  # there is no venue there
    letter(engine, names, "CheckinTable", "CountersFunction", NEVER, recount=[[area, day(15)]])
    assert redriven()[1][0]["outcome"] == "gone"
    assert redriven("--forget-gone")[1][0]["outcome"] == "forgotten"


def test_a_record_is_handed_over_as_the_event_has_it() -> None:
    """Bytes go in base64 at any depth, instants as epoch seconds, and all else as it is."""
    at = datetime(2026, 11, 22, tzinfo=UTC)
    record = {"dynamodb": {"NewImage": {"b": {"B": b"\x00\xff"}, "s": {"L": [{"S": "x"}, {"BS": [b"a"]}]}}}, "at": at}
    found = json.loads(json.dumps(plain(record)))
    assert found["dynamodb"]["NewImage"] == {"b": {"B": "AP8="}, "s": {"L": [{"S": "x"}, {"BS": ["YQ=="]}]}}
    assert found["at"] == at.timestamp()
