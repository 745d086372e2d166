"""Dead letters of streams: a letter names records, not their content. They are read again and handed to who failed.

A stream keeps its records for 24 hours. What a result meant is repaired by its consumer, called with the same records,
or by the daily run. A counter may have counted later ones meanwhile; then only a recount of its day is exact, and that
is possible once the day is over for 73 hours: the letter waits with the days in it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import Any, Literal

from botocore.exceptions import ClientError

from cli.deployment import Deployment

RESULTS, COUNTERS, RECOUNT = "MatchEventFunction", "CountersFunction", "RecountFunction"
SEEN = "LastSeenFunction"  # keeps the newest hour alone, so that handing over again is all there is to do
RECOUNTED = ("CheckinTable", "ScanTable")  # what can be counted again; applications and approvals cannot
GONE = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException"})
EVENTS = frozenset({"INSERT", "MODIFY"})  # what the mappings let through: a row's end says nothing
BATCH = 100
MOST_EMPTY_PAGES = 100
HELD_S = 300  # how long a letter is ours while we repair what it means
SETTLED = timedelta(hours=73)
OLDEST = timedelta(days=13)
CHINA = timezone(timedelta(hours=8))
DISTRICT = 6

Outcome = Literal["repaired", "waits", "gone", "failed", "forgotten"]
Record = dict[str, Any]


class RecordsGone(Exception):
    """The stream does not hold a letter's records any more."""


class StillFails(Exception):
    """The consumer failed again; its message names types only."""


@dataclass(frozen=True)
class Letter:
    """One message of the queue: which records of which stream whom failed, or which days wait to be recounted."""

    handle: str
    body: Mapping[str, Any]
    function: str  # logical id of the consumer
    table: str  # logical id of the stream's table

    @property
    def batch(self) -> Mapping[str, Any]:
        """Where the records are."""
        batch: Mapping[str, Any] = self.body.get("DDBStreamBatchInfo", {})
        return batch

    @property
    def recounts(self) -> Sequence[tuple[str, str]]:
        """Areas and days that wait to be recounted; empty in a letter as it came."""
        return [(str(area), str(day)) for area, day in self.body.get("recount", ())]


@dataclass(frozen=True)
class Told:
    """What became of a letter."""

    table: str
    first: str
    last: str
    outcome: Outcome
    told: str


class Letters:
    """The stream letters of a deployment, and what repairs them."""

    def __init__(self, target: Deployment, at: datetime, *, forget_gone: bool = False) -> None:
        self._names = target.names()
        self._queue: str = self._names["StreamDead"]
        self._sqs, self._functions = target.client("sqs"), target.client("lambda")
        self._streams = target.client("dynamodbstreams")
        self._at, self._forget_gone = at, forget_gone

    def redrive(self) -> Iterator[Told]:
        """Repair what each letter means, and delete it once that is done; the others stay and say why."""
        kept: list[str] = []
        try:
            for letter in self._received():
                outcome, told = self._repaired(letter)
                if outcome in {"repaired", "forgotten"}:
                    self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=letter.handle)
                else:
                    kept.append(letter.handle)
                first, last = (str(letter.batch.get(f"{end}SequenceNumber", "")) for end in ("start", "end"))
                yield Told(letter.table, first, last, outcome, told)
        finally:
            # Visible again at once: the alarm must not go out because somebody looked.
            for handle in kept:
                self._sqs.change_message_visibility(QueueUrl=self._queue, ReceiptHandle=handle, VisibilityTimeout=0)

    def _received(self) -> Iterator[Letter]:
        logical = {physical.rsplit("/", 1)[-1]: name for name, physical in self._names.items() if physical}
        asked = {"QueueUrl": self._queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1, "VisibilityTimeout": HELD_S}
        # What is kept stays invisible until the end, so each letter comes once.
        while messages := self._sqs.receive_message(**asked).get("Messages", []):
            for message in messages:
                body = json.loads(message["Body"])
                function = str(body.get("requestContext", {}).get("functionArn", ""))
                table = str(body.get("DDBStreamBatchInfo", {}).get("streamArn", ""))
                yield Letter(
                    message["ReceiptHandle"],
                    body,
                    logical.get(_part(function, ":", 6), ""),
                    logical.get(_part(table, "/", 1), ""),
                )

    def _repaired(self, letter: Letter) -> tuple[Outcome, str]:
        try:
            if letter.recounts:
                return self._recounted(letter)
            if letter.function not in {RESULTS, COUNTERS, SEEN}:
                return "failed", "this stack has no such consumer: the letter is another stack's, or older than it"
            records = self._records(letter)
            self._hand_over(letter, records)
        except RecordsGone:
            return self._gone(letter)
        except StillFails as failure:
            return "failed", f"{letter.function} fails again ({failure}): read the log group for level ERROR"
        if letter.function == COUNTERS:
            return self._to_recount(letter, records)
        return (
            "repaired",
            f"{len(records)} {'results settled' if letter.function == RESULTS else 'check-ins read again'}",
        )

    def _gone(self, letter: Letter) -> tuple[Outcome, str]:
        if self._forget_gone:
            return "forgotten", "its records are gone and you said that what they meant is repaired"
        if letter.function == RESULTS:
            remedy = "the next daily run finds what they meant, `epipass match` does it now"
        elif letter.function == SEEN:
            remedy = "the next check-in at each venue says what they said"
        else:
            remedy = f"recount the days before {letter.batch.get('approximateArrivalOfLastRecord', 'it')} by {RECOUNT}"
        return "gone", f"its records are gone (a stream keeps 24 hours): {remedy}; then --forget-gone"

    def _to_recount(self, letter: Letter, records: Iterable[Record]) -> tuple[Outcome, str]:
        """Handed over again; where a later change was counted before, only a recount of the day is exact."""
        if letter.table not in RECOUNTED:
            return "repaired", "handed over again; of venues what waits and is live can be recounted by area, no more"
        days = sorted(_days(records))
        if not days:
            return "repaired", "nothing of it is counted"
        waiting = {**letter.body, "recount": days}
        self._sqs.send_message(QueueUrl=self._queue, MessageBody=json.dumps(waiting))
        return "repaired", f"handed over again; {len(days)} recounts wait in a letter of their own"

    def _recounted(self, letter: Letter) -> tuple[Outcome, str]:
        over = [datetime.fromisoformat(day).replace(tzinfo=CHINA) + timedelta(days=1) for _, day in letter.recounts]
        ready = max(over) + SETTLED
        if self._at < ready:
            return "waits", f"its days can be recounted from {ready.astimezone(CHINA):%Y-%m-%d %H:%M} (China) on"
        if self._at > min(over) + OLDEST - timedelta(days=1):
            if self._forget_gone:
                return "forgotten", "its days are too old to be recounted"
            return "gone", "its days are over 13 days old and cannot be recounted any more; --forget-gone deletes it"
        for area, day in letter.recounts:
            self._call(RECOUNT, {"area": area, "day": day})
        return "repaired", f"{len(letter.recounts)} recounts of an area's day done"

    def _records(self, letter: Letter) -> list[Record]:
        """The letter's records, as the consumer is handed them.

        Raises:
            RecordsGone: the stream does not hold them all any more.
        """
        batch = letter.batch
        first, last = int(batch["startSequenceNumber"]), int(batch["endSequenceNumber"])
        found = []
        for record in self._read_from(batch):
            sequence = int(record["dynamodb"]["SequenceNumber"])
            if first <= sequence <= last and record["eventName"] in EVENTS:
                found.append({**plain(record), "eventSourceARN": batch["streamArn"]})
            if sequence >= last:
                return found
        raise RecordsGone

    def _read_from(self, batch: Mapping[str, Any]) -> Iterator[Record]:
        place = {"StreamArn": batch["streamArn"], "ShardId": batch["shardId"]}
        asked = {**place, "ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": batch["startSequenceNumber"]}
        try:
            iterator = self._streams.get_shard_iterator(**asked)["ShardIterator"]
            empty = 0
            while iterator and empty < MOST_EMPTY_PAGES:  # a page may be empty although more follow
                page = self._streams.get_records(ShardIterator=iterator)
                empty = 0 if page["Records"] else empty + 1
                yield from page["Records"]
                iterator = page.get("NextShardIterator")
        except ClientError as refused:
            if refused.response["Error"]["Code"] in GONE:
                raise RecordsGone from None
            raise

    def _hand_over(self, letter: Letter, records: Iterable[Record]) -> None:
        rest = iter(records)
        while some := list(islice(rest, BATCH)):
            # The counters ask for the shard, as a tumbling window names it.
            answer = self._call(letter.function, {"Records": some, "shardId": letter.batch["shardId"]})
            if answer.get("batchItemFailures"):
                raise StillFails("one of its records")

    def _call(self, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
        answered = self._functions.invoke(FunctionName=self._names[function], Payload=json.dumps(event).encode())
        body = json.loads(answered["Payload"].read() or b"null")
        if answered.get("FunctionError"):
            raise StillFails(str(body.get("errorType")))
        return body if isinstance(body, dict) else {}


def plain(value: Any) -> Any:
    """A record as the event has it: bytes in base64, instants in epoch seconds."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.timestamp() if isinstance(value, datetime) else value


def _days(records: Iterable[Record]) -> set[tuple[str, str]]:
    """The districts and days (China Standard Time) that check-ins or scans belong to."""
    images = (record["dynamodb"].get("NewImage", {}) for record in records)
    return {
        (
            image["area"]["S"][:DISTRICT],
            f"{datetime.fromtimestamp(int(image['at']['N']), UTC).astimezone(CHINA):%Y-%m-%d}",
        )
        for image in images
        if image.get("area", {}).get("S")
    }


def _part(text: str, separator: str, place: int) -> str:
    return (text.split(separator) + [""] * (place + 1))[place]
