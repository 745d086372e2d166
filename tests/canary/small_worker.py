"""A stream's function that writes down what it was given, and fails as its records say."""

import os
import sys
from pathlib import Path
from typing import Any


def work(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Note each record's key and the interpreter; `raise…` fails the batch, `report…` only itself."""
    keys = [record["dynamodb"]["NewImage"]["pk"]["S"] for record in event["Records"]]
    with Path(os.environ["LOG"]).open("a") as log:
        log.writelines(f"{key} {event.get('shardId', '-')} {sys.executable}\n" for key in keys)
    for key in keys:
        if key.startswith("raise"):
            raise ArithmeticError(key)
    failed = [
        r["dynamodb"]["SequenceNumber"] for r in event["Records"] if "report" in r["dynamodb"]["NewImage"]["pk"]["S"]
    ]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
