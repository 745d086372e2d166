"""Uploads at rest: an envelope each. AES-256-GCM under a data key that KMS wrapped for that job, bound to the place.

Layout: `EPU1`, the wrapped key's length (2 bytes, big-endian), the wrapped key, a 12-byte nonce, the ciphertext.
The object's name is the associated data, so that one job's file does not open in another's place.
"""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from functions.shared.aws import client
from functions.shared.objects import uploads

_MAGIC = b"EPU1"
_NONCE = 12
_HEAD = len(_MAGIC) + 2


class Unopenable(Exception):
    """A stored file does not open: moved, altered, or not ours."""


def keep(job: str, name: str, data: bytes) -> None:
    """Encrypt and store a file of a job, over whatever was there."""
    wrapped, key = _new_key(job)
    nonce, place = os.urandom(_NONCE), _place(job, name)
    sealed = AESGCM(key).encrypt(nonce, data, place.encode())
    uploads.put(place, b"".join((_MAGIC, len(wrapped).to_bytes(2, "big"), wrapped, nonce, sealed)))


def take(job: str, name: str) -> bytes | None:
    """Read and decrypt a file of a job; None when there is none (never written, or past its 7 days).

    Raises:
        Unopenable: it is not what was written under that name.
    """
    place = _place(job, name)
    stored = uploads.get(place)
    if stored is None:
        return None
    length = int.from_bytes(stored[len(_MAGIC) : _HEAD], "big")
    wrapped, rest = stored[_HEAD : _HEAD + length], memoryview(stored)[_HEAD + length :]  # a large file, not again
    if not stored.startswith(_MAGIC):
        raise Unopenable(place)
    try:
        return AESGCM(_open_key(job, wrapped)).decrypt(rest[:_NONCE], rest[_NONCE:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise Unopenable(place) from error


def forget(job: str, name: str) -> None:
    """Delete a file of a job before its 7 days are over."""
    uploads.delete(_place(job, name))


def _place(job: str, name: str) -> str:
    return f"jobs/{job}/{name}"


@lru_cache(maxsize=8)
def _new_key(job: str) -> tuple[bytes, bytes]:
    # One key a job and process: a file of a million rows has a thousand parts, and KMS is asked once.
    made = client("kms").generate_data_key(
        KeyId=os.environ["KEY_DATA"], KeySpec="AES_256", EncryptionContext=_context(job)
    )
    return bytes(made["CiphertextBlob"]), bytes(made["Plaintext"])


@lru_cache(maxsize=256)  # parts of forty laboratories' files, and more, come in turn
def _open_key(job: str, wrapped: bytes) -> bytes:
    answer = client("kms").decrypt(
        CiphertextBlob=wrapped, KeyId=os.environ["KEY_DATA"], EncryptionContext=_context(job)
    )
    return bytes(answer["Plaintext"])


def _context(job: str) -> dict[str, str]:
    return {"purpose": "upload", "job": job}
