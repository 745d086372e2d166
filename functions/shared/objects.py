"""Objects in the two buckets: `public`, which anybody reads, and `uploads`, which holds encrypted files for 7 days."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from functions.shared.aws import client

_ABSENT = {"NoSuchKey", "404", "NotFound"}
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "412"}


@dataclass(frozen=True)
class Bucket:
    """A bucket, named by the environment so that a restore can point at another."""

    variable: str

    @property
    def name(self) -> str:
        """The bucket's name."""
        return os.environ[self.variable]

    def put(
        self,
        key: str,
        data: bytes,
        *,
        content_type: str = "application/octet-stream",
        cache_control: str = "no-store",
    ) -> None:
        """Write an object whole, over whatever was there."""
        client("s3").put_object(
            Bucket=self.name, Key=key, Body=data, ContentType=content_type, CacheControl=cache_control
        )

    def put_if_absent(self, key: str, data: bytes, *, content_type: str = "application/octet-stream") -> bool:
        """Write an object unless one has the key; tell whether this call wrote it."""
        try:
            client("s3").put_object(Bucket=self.name, Key=key, Body=data, ContentType=content_type, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in _TAKEN:
                return False
            raise
        return True

    def get(self, key: str) -> bytes | None:
        """Read an object whole; None when there is none."""
        try:
            return bytes(client("s3").get_object(Bucket=self.name, Key=key)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is removed already."""
        client("s3").delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Name the objects under a prefix, in order."""
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", ()):
                yield entry["Key"]


public = Bucket("BUCKET_PUBLIC")
uploads = Bucket("BUCKET_UPLOADS")
