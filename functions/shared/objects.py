"""Objects in the buckets: `public`, which anybody reads; `uploads`, encrypted files for 7 days; `lake`, files of pids."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path

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
        found = self.get_tagged(key)
        return found[0] if found else None

    def get_tagged(self, key: str) -> tuple[bytes, str] | None:
        """Read an object whole with its entity tag, which names this very content; None when there is none."""
        try:
            found = client("s3").get_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        return bytes(found["Body"].read()), str(found["ETag"])

    def put_if_tag(self, key: str, data: bytes, tag: str) -> bool:
        """Write an object if the stored one still has an entity tag; tell whether this call wrote it."""
        try:
            client("s3").put_object(Bucket=self.name, Key=key, Body=data, IfMatch=tag)
        except ClientError as error:
            if error.response["Error"]["Code"] in _TAKEN | _ABSENT:
                return False
            raise
        return True

    def send(self, path: Path, key: str, *, content_type: str = "application/octet-stream") -> None:
        """Write a file as an object, in pieces if it is large."""
        client("s3").upload_file(str(path), self.name, key, ExtraArgs={"ContentType": content_type})

    def size(self, key: str) -> int | None:
        """Tell how many bytes an object has; None when there is none."""
        try:
            return int(client("s3").head_object(Bucket=self.name, Key=key)["ContentLength"])
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise

    def fetch(self, key: str, path: Path) -> Path:
        """Read an object into a file.

        Raises:
            LookupError: there is none.
        """
        try:
            client("s3").download_file(self.name, key, str(path))
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                raise LookupError(f"{key} is gone") from error
            raise
        return path

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is removed already."""
        client("s3").delete_object(Bucket=self.name, Key=key)

    def has(self, key: str) -> bool:
        """Tell whether there is an object, for a function that may list the bucket and not read this part of it."""
        # In the order of their keys the first that begins with the key is the key itself, if there is one.
        found = client("s3").list_objects_v2(Bucket=self.name, Prefix=key, MaxKeys=1).get("Contents", ())
        return any(entry["Key"] == key for entry in found)

    def keys(self, prefix: str, *, before: float = inf) -> Iterator[str]:
        """Name the objects under a prefix, in order; or only those last written before an instant."""
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", ()):
                if entry["LastModified"].timestamp() < before:
                    yield entry["Key"]


public = Bucket("BUCKET_PUBLIC")
uploads = Bucket("BUCKET_UPLOADS")
lake = Bucket("BUCKET_LAKE")
