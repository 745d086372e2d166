"""One boto3 client a service and process: making one costs more than most calls."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from botocore.config import Config


@lru_cache(maxsize=16)
def client(service: str, *, once: bool = False) -> Any:
    """Return the process's client of a service; which engine answers is said by `AWS_ENDPOINT_URL` alone.

    `once` is for what must not be done twice: nothing is tried again by itself, not even what went unanswered.
    """
    import boto3  # noqa: PLC0415 - 200 ms that a function without it should not pay

    retries: Any = {"mode": "standard", "max_attempts": 0 if once else 4}
    config = Config(retries=retries, connect_timeout=3, read_timeout=10)
    if service == "s3":  # boto3 still presigns by version 2 in some regions, which signs no length and knows no KMS
        config = config.merge(Config(signature_version="s3v4"))
    return boto3.client(service, config=config)
