"""Secrets come from the secret store, once a process."""

from __future__ import annotations

import hmac
import os
from functools import lru_cache
from hashlib import sha256

from functions.shared.aws import client


@lru_cache(maxsize=16)
def secret(name: str) -> bytes:
    """Return a secret of Secrets Manager by its short name, `sub` for the one in `SECRET_SUB`.

    Raises:
        LookupError: the deployment has no such secret, or it was never filled (`epipass init` does).
    """
    arn = os.environ.get(f"SECRET_{name.upper()}")
    if not arn:
        raise LookupError(f"no secret named {name} is configured")
    value = client("secretsmanager").get_secret_value(SecretId=arn)
    if not value["SecretString"]:
        raise LookupError(f"the secret {name} is empty; run `epipass init`")
    return str(value["SecretString"]).encode()


def keyed_hash(name: str, *parts: str) -> bytes:
    """Return HMAC-SHA256 under a secret over length-prefixed parts, so that no two lists of parts collide."""
    message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))
    return hmac.digest(secret(name), message, sha256)
