"""The engine as our programs reach it: an address, and clients that can go nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

REGION = "ap-southeast-1"
ACCOUNT = "000000000000"  # the engine's only one
# The engine takes any; these are not secrets and open nothing else.
AWS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class Engine:
    """A running engine."""

    url: str

    def client(self, service: str) -> Any:
        """A boto3 client of one of the engine's services; its address is explicit, so it never reaches the cloud."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=AWS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=AWS["AWS_SECRET_ACCESS_KEY"],
            # Making the stack is one call; on a machine that has much else to do it takes minutes.
            config=Config(retries={"mode": "standard"}, s3={"addressing_style": "path"}, read_timeout=300),
        )
