"""Where a root key is: in a file that its keeper guards, or in KMS, which never lets it out."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Protocol

import click

from cli import offline
from credentials import LocalSigner, Signer, b64, curve


class RootSigner(Signer, Protocol):
    """A signer that can tell its public half."""

    def public_jwk(self) -> dict[str, str]:
        """`crv`, `kty`, `x`, `y`."""


class KmsSigner:
    """A root key in KMS: `ECC_NIST_P256`, `SIGN_VERIFY`. Not deterministic, as KMS is not."""

    def __init__(self, client: Any, key_id: str) -> None:
        self._client, self._key_id = client, key_id
        # The last 64 bytes of a P-256 SubjectPublicKeyInfo are x and y.
        coordinates = client.get_public_key(KeyId=key_id)["PublicKey"][-curve.SIGNATURE_BYTES :]
        if not curve.is_point(coordinates):
            raise click.UsageError(f"{key_id} is no P-256 key")
        self._x, self._y = b64.encode(coordinates[:32]), b64.encode(coordinates[32:])
        self.kid = curve.kid_of(self._x, self._y)

    def sign(self, message: bytes) -> bytes:
        """ES256 by KMS, which is asked with the digest."""
        answer = self._client.sign(
            KeyId=self._key_id, Message=sha256(message).digest(), MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
        )
        return curve.from_der(answer["Signature"])

    def public_jwk(self) -> dict[str, str]:
        """The public half."""
        return {"crv": "P-256", "kty": "EC", "x": self._x, "y": self._y}


def root_signer(place: str) -> RootSigner:
    """The root key at `kms:<key ARN>` or in a private JWK or PEM file."""
    if place.startswith("kms:"):
        return _in_kms(place.removeprefix("kms:"))
    content = offline.read_bytes(place)
    try:
        if content.lstrip().startswith(b"{"):
            return LocalSigner.from_jwk(offline.read_json(place))
        return LocalSigner.from_pem(content)
    except (ValueError, TypeError):
        raise click.UsageError(f"{place} holds no private P-256 key (JWK or PEM)") from None


def _in_kms(key_id: str) -> KmsSigner:
    try:
        # Only a ceremony in the cloud needs it, and an auditor's installation has none.
        import boto3  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError:
        raise click.UsageError("a root key in KMS needs boto3: pip install 'epipass[lambda]'") from None
    try:
        return KmsSigner(boto3.client("kms"), key_id)
    except (BotoCoreError, ClientError) as problem:
        raise click.UsageError(f"KMS: {problem}") from None
