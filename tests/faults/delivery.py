"""The stream of results delivered by hand as Lambda delivers it at its worst: replayed, reordered, halved, given up.

The deployed mapping sleeps meanwhile: it would deliver the same records in order, and hide what these deliveries miss.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from functions.matching import handlers
from functions.matching.model import EntitlementRow, KnownRow
from functions.passes.model import PassRow
from functions.results.model import ResultRow
from functions.shared import aws
from functions.shared.tables import Table
from functions.staff.model import StaffRow
from functions.status.model import WithdrawalRow
from functions.units.model import UnitRow
from infra.local import Service

Record = dict[str, Any]
RETRIES = 5
THROTTLED = "ProvisionedThroughputExceededException"
TABLES: tuple[type[Table], ...] = (EntitlementRow, KnownRow, ResultRow, StaffRow, UnitRow, PassRow, WithdrawalRow)


@dataclass
class Stream:
    """The table's own stream, read from now on."""

    service: Service
    iterator: str = ""

    def __post_init__(self) -> None:
        """Begin after what is there."""
        stream = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"][0]
        place = {"StreamArn": self._arn, "ShardId": stream["ShardId"], "ShardIteratorType": "LATEST"}
        self.iterator = self._client.get_shard_iterator(**place)["ShardIterator"]

    @property
    def _client(self) -> Any:
        return self.service.client("dynamodbstreams")

    @property
    def _arn(self) -> str:
        table = self.service.environment["TABLE_RESULT"]
        return str(self.service.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"])

    def newer(self) -> list[Record]:
        """The records written since the last look, in order."""
        found: list[Record] = []
        while (page := self._client.get_records(ShardIterator=self.iterator))["Records"]:
            found += page["Records"]
            self.iterator = page["NextShardIterator"]
        return found

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """The deployed function is not called for this stream meanwhile."""
        functions = self.service.client("lambda")
        held = functions.list_event_source_mappings(EventSourceArn=self._arn)["EventSourceMappings"]
        for mapping in held:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            for mapping in held:
                functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


@dataclass
class Consumer:
    """The mapping: what fails comes again from where it failed, what raises is halved, what never succeeds is given up."""

    dead: list[Record] = field(default_factory=list)

    def deliver(self, records: Sequence[Record]) -> None:
        """Hand a batch over until every record of it is done with, or dead."""
        work = [(list(records), 0)]
        while work:
            batch, tries = work.pop(0)
            failed, raised = self._called(batch)
            left = batch[failed:]
            if not left:
                continue
            if raised and len(left) > 1:
                half = len(left) // 2
                work[:0] = [(left[:half], tries), (left[half:], tries)]
            elif tries >= RETRIES:
                self.dead += left
            else:
                work.insert(0, (left, tries + 1))

    @staticmethod
    def _called(batch: list[Record]) -> tuple[int, bool]:
        try:
            answer = handlers.on_results({"Records": batch}, None)
        # Whatever a function raises, Lambda calls its batch failed; so does this stand-in for Lambda.
        except Exception:  # noqa: BLE001
            return 0, True
        failed = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
        at = (n for n, record in enumerate(batch) if record["dynamodb"]["SequenceNumber"] in failed)
        return next(at, len(batch)), False


@dataclass(frozen=True)
class _Refusal:
    status_code: int = 400
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def throttled(rng: random.Random, share: float) -> Iterator[list[str]]:
    """Refuse a share of all calls to the tables and the queue, as after the last retry; yields which were refused."""
    refused: list[str] = []
    lock = threading.Lock()

    def on_call(model: Any, **_call: Any) -> tuple[_Refusal, dict[str, Any]] | None:
        with lock:
            if rng.random() >= share:
                return None
            refused.append(model.name)
        return _Refusal(), {"Error": {"Code": THROTTLED, "Message": "throttled by a test"}, "ResponseMetadata": {}}

    clients = [*(model._get_connection().connection.client for model in TABLES), aws.client("sqs")]
    events = [(client.meta.events, f"before-call.{client.meta.service_model.service_name}") for client in clients]
    for emitter, name in events:
        emitter.register(name, on_call, unique_id=f"throttle-{name}")
    try:
        yield refused
    finally:
        for emitter, name in events:
            emitter.unregister(name, on_call, unique_id=f"throttle-{name}")
