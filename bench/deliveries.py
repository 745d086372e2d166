"""The check-ins' stream read beside its readers, and handed to them again as Lambda may: cut elsewhere, in another order, twice."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from bench.answer import demand
from infra.local import Service
from infra.local.deploy import physical_names

READERS: Final = ("CountersFunction", "LastSeenFunction")
LARGEST: Final = 500  # as the template has it for the counters
Record = dict[str, Any]


@dataclass
class Stream:
    """The check-ins' stream and the deployed functions that read it.

    Attributes:
        shard: the only shard that the engine makes, by which counters name their rows.
    """

    service: Service
    shard: str = field(init=False)

    def __post_init__(self) -> None:
        """Find them."""
        self._client, table = self.service.client("dynamodbstreams"), self.service.environment["TABLE_CHECKIN"]
        self._arn = self.service.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
        shards = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]
        demand(len(shards) == 1, f"the engine's stream has {len(shards)} shards")
        self.shard = shards[0]["ShardId"]
        self._functions = self.service.client("lambda")
        names = physical_names(self.service.client("cloudformation"))
        self._readers = [names[reader] for reader in READERS]

    def inserted(self, venues: Container[str]) -> list[Record]:
        """Return what was written of these venues, in order, as a function gets it: its filter lets new rows through."""
        # From the beginning, for an iterator is good for a quarter of an hour.
        place = {"StreamArn": self._arn, "ShardId": self.shard, "ShardIteratorType": "TRIM_HORIZON"}
        iterator, found = self._client.get_shard_iterator(**place)["ShardIterator"], list[Record]()
        while (page := self._client.get_records(ShardIterator=iterator))["Records"]:
            found += page["Records"]
            iterator = page["NextShardIterator"]
        new = (one for one in found if one["eventName"] == "INSERT")
        return [self._as_delivered(one) for one in new if one["dynamodb"]["NewImage"]["venue"]["S"] in venues]

    def _as_delivered(self, record: Record) -> Record:
        change = {name: value for name, value in record["dynamodb"].items() if name != "ApproximateCreationDateTime"}
        return {"eventName": record["eventName"], "eventSourceARN": self._arn, "dynamodb": change}

    @contextmanager
    def resting(self) -> Iterator[None]:
        """No function reads the stream meanwhile.

        Here it would be called for every check-in, in the cloud it waits five seconds for more: twelve times as many
        writes of counters, beside which nothing else would be measured.
        """
        held = self._functions.list_event_source_mappings(EventSourceArn=self._arn)["EventSourceMappings"]
        for mapping in held:
            self._functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            for mapping in held:
                self._functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def deliver(self, batches: Iterable[Sequence[Record]], shard: str = "") -> None:
        """Hand batches to each of the functions, under its own role; as another shard's when one is named."""
        for batch in batches:
            event = {"shardId": shard or self.shard, "state": {}, "Records": batch}
            for reader in self._readers:
                answered = self._functions.invoke(FunctionName=reader, Payload=json.dumps(event).encode())
                body = json.loads(answered["Payload"].read())
                demand(not answered.get("FunctionError") and body["batchItemFailures"] == [], (reader, body))


def in_turn(chance: Random, records: Sequence[Record]) -> Iterator[list[Record]]:
    """Yield all in the stream's order, cut at random; within a batch in any order, and some of them twice."""
    for batch in _cut(chance, records):
        doubled = [*batch, *chance.sample(batch, len(batch) // 10)]
        yield chance.sample(doubled, len(doubled))


def anyhow(chance: Random, records: Sequence[Record]) -> Iterator[list[Record]]:
    """Yield all in no order, cut at random."""
    return _cut(chance, chance.sample(records, len(records)))


def _cut(chance: Random, records: Sequence[Record]) -> Iterator[list[Record]]:
    # The tenth that `in_turn` doubles must fit as well; of a few there are several batches too.
    start, most = 0, max(1, min(LARGEST * 9 // 10, len(records) // 2))
    while start < len(records):
        batch = list(records[start : start + chance.randint(1, most)])
        start += len(batch)
        yield batch
