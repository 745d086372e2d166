"""Stream mappings as the cloud runs them: partial failures, bisection, retries, the failure destination, windows.

The engine by itself ignores the first four and drops the fifth: a failed record would be lost without a word.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

Record = dict[str, Any]
MAPPING_TYPE = "AWS::Lambda::EventSourceMapping"
WINDOW = "TumblingWindowInSeconds"
RETRY_PAUSE_S = 0.2
SHARD = "shardId-00000000000000000000-00000000"


def install() -> None:
    """Replace how a batch of stream records is handed to its function, and where reading begins after a restart."""
    _start_anew_after_restart()
    _keep_windows()
    execute = lambda_svc._execute_function

    def execute_batch(function: dict[str, Any], event: Any) -> dict[str, Any]:
        mapping = _mapping_of(function, event)
        if mapping is None:
            return dict(execute(function, event))
        return Batch(mapping, function, execute).run(event["Records"])

    lambda_svc._execute_function = execute_batch


def _start_anew_after_restart() -> None:
    # Positions are saved but records are not: a restored position would skip as many new records as it counts.
    restore = lambda_svc._restore_esm_positions

    def restore_others(store: Any, positions: Any) -> None:
        if store is not lambda_svc._dynamodb_stream_positions:
            restore(store, positions)

    lambda_svc._restore_esm_positions = restore_others


def _keep_windows() -> None:
    # The engine's CloudFormation forgets a mapping's tumbling window; the mapping itself can carry it.
    handlers = provisioners._RESOURCE_HANDLERS[MAPPING_TYPE]
    create = handlers["create"]

    def create_with_window(logical: str, properties: dict[str, Any], stack: str) -> Any:
        identifier, attributes = create(logical, properties, stack)
        if WINDOW in properties:
            lambda_svc._esms[identifier][WINDOW] = int(properties[WINDOW])
        return identifier, attributes

    handlers["create"] = create_with_window


def _mapping_of(function: dict[str, Any], event: Any) -> dict[str, Any] | None:
    records = event.get("Records") if isinstance(event, dict) else None
    if not (isinstance(records, list) and records and records[0].get("eventSource") == "aws:dynamodb"):
        return None
    if set(event) != {"Records"}:
        return None  # a person's call (`epipass redrive`): its failures are that person's to see
    name = (function.get("config") or function)["FunctionName"]
    source = records[0].get("eventSourceARN")
    for mapping in lambda_svc._esms.values():
        if mapping["FunctionName"] == name and mapping["EventSourceArn"] == source:
            return dict(mapping)
    return None


class Batch:
    """One batch of records on its way through one mapping."""

    def __init__(self, mapping: dict[str, Any], function: dict[str, Any], execute: Callable[..., Any]) -> None:
        self._mapping = mapping
        self._function = function
        self._execute = execute
        self._retries = int(mapping.get("MaximumRetryAttempts", -1))

    def run(self, records: list[Record]) -> dict[str, Any]:
        """Hand over every record, in order, until it is done with or given to the failure destination."""
        work = [(records, 0)]
        while work:
            batch, tries = work.pop(0)
            result = self._execute(self._function, self._event(batch))
            failed = self._first_failed(batch, result)
            if failed is None:
                continue
            if self._retries < 0 and result.get("error"):
                return dict(result)  # retried for ever: the engine's own back-off does it
            left = batch[failed:]
            if 0 <= self._retries <= tries:
                self._give_up(left, result)
            elif result.get("error") and self._mapping.get("BisectBatchOnFunctionError") and len(left) > 1:
                half = len(left) // 2
                work[:0] = [(left[:half], tries), (left[half:], tries)]
            else:
                time.sleep(RETRY_PAUSE_S)
                work.insert(0, (left, tries + 1))
        return {"body": None}

    def _event(self, batch: list[Record]) -> dict[str, Any]:
        if WINDOW not in self._mapping:
            return {"Records": batch}
        width = self._mapping[WINDOW]
        start = int(time.time()) // width * width
        stamp = "%Y-%m-%dT%H:%M:%SZ"
        return {
            "Records": batch,
            "window": {
                "start": time.strftime(stamp, time.gmtime(start)),
                "end": time.strftime(stamp, time.gmtime(start + width)),
            },
            "state": {},
            "shardId": SHARD,
            "eventSourceARN": self._mapping["EventSourceArn"],
            "isFinalInvokeForWindow": False,
            "isWindowTerminatedEarly": False,
        }

    def _first_failed(self, batch: list[Record], result: dict[str, Any]) -> int | None:
        if result.get("error"):
            return 0
        body = result.get("body")
        if "ReportBatchItemFailures" not in self._mapping.get("FunctionResponseTypes", []) or not isinstance(
            body, dict
        ):
            return None
        failed = {entry.get("itemIdentifier") for entry in body.get("batchItemFailures") or []}
        return next((i for i, record in enumerate(batch) if record["dynamodb"]["SequenceNumber"] in failed), None)

    def _give_up(self, batch: list[Record], result: dict[str, Any]) -> None:
        lambda_svc._send_ddb_stream_failure_record(
            self._mapping, self._function, batch, self._mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
        )
