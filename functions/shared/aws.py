"""One boto3 client a service and process: making one costs more than most calls."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from botocore.config import Config


@lru_cache(maxsize=16)
def client(service: str) -> Any:
    """Return the process's client of a service; which engine answers is said by `AWS_ENDPOINT_URL` alone."""
    import boto3  # noqa: PLC0415 - 200 ms that a function without it should not pay

    config = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=3, read_timeout=10)
    if service == "s3":  # boto3 still presigns by version 2 in some regions, which signs no length and knows no KMS
        config = config.merge(Config(signature_version="s3v4"))
    return boto3.client(service, config=config)
