"""Who somebody is, without saying so: the pid.

A pid is 22 characters: base64url of a 128-bit HMAC over `len‖type‖len‖number` of the identity document, both NFKC
and upper case. Its key is KMS ciphertext in the secret store, so reading the store is not enough to try numbers.
"""

from __future__ import annotations

import base64
import hmac
import os
import unicodedata
from functools import lru_cache
from hashlib import sha256

from functions.shared.aws import client
from functions.shared.secrets import secret

CONTEXT = {"purpose": "pid"}


@lru_cache(maxsize=1)
def _key() -> bytes:
    blob = base64.b64decode(secret("pid"))
    answer = client("kms").decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT, KeyId=os.environ["KEY_DATA"])
    return bytes(answer["Plaintext"])


def pid_of(id_type: str, id_number: str) -> str:
    """Return the 22-character pid of an identity document."""
    return derive(_key(), id_type, id_number)


def derive(key: bytes, id_type: str, id_number: str) -> str:
    """Return the pid under a given 32-byte key; pure, so that its form can be tested without a secret store."""
    message = b"".join(len(raw).to_bytes(2, "big") + raw for raw in map(_folded, (id_type, id_number)))
    digest = hmac.digest(key, message, sha256)[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _folded(text: str) -> bytes:
    return unicodedata.normalize("NFKC", text).strip().upper().encode()
