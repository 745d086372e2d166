"""The embedded OpenID Connect issuer of staff tokens: a key in the state folder, its public half in the bucket.

It stands where a city's own login stands in the cloud. Cloud code refuses its loopback issuer.
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwcrypto.jwk import JWK

from infra.local.problems import LaunchError
from infra.local.state import readable_by_owner

CLIENT = "epipass"
BUCKET = "epipass-login"
JWKS = "jwks.json"
LIFE_S = 8 * 3600


@dataclass(frozen=True)
class Issuer:
    """Who signs staff tokens on this machine."""

    issuer: str
    key: JWK

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public half, as the functions fetch it."""
        public: dict[str, str] = self.key.export_public(as_dict=True)
        return {"keys": [{**public, "use": "sig", "alg": "ES256"}]}


def ensure(root: Path, issuer: str) -> Issuer:
    """The issuer of the state folder `root`, its key made at the first call and kept."""
    path = root / "oidc.json"
    key = JWK(**json.loads(path.read_text())["key"]) if path.exists() else JWK.generate(kty="EC", crv="P-256")
    if not key.get("kid"):
        key["kid"] = key.thumbprint()
    readable_by_owner(path, json.dumps({"issuer": issuer, "key": key.export_private(as_dict=True)}))
    return Issuer(issuer, key)


def load(root: Path) -> Issuer:
    """The issuer of the state folder `root`; LaunchError when no service has been started on it."""
    try:
        held = json.loads((root / "oidc.json").read_text())
    except FileNotFoundError as missing:
        raise LaunchError(f"There is no embedded service in {root} yet: start it with `epipass run`.") from missing
    return Issuer(held["issuer"], JWK(**held["key"]))


def publish(s3: Any, issuer: Issuer, region: str) -> None:
    """Put the key where anybody may read it: a login's keys are not ours, and our own bucket lets nobody in unsigned."""
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": region})
    # A bucket is born closed to policies that let everybody in.
    s3.delete_public_access_block(Bucket=BUCKET)
    readers = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [readers]}))
    s3.put_object(Bucket=BUCKET, Key=JWKS, Body=json.dumps(issuer.jwks()).encode(), ContentType="application/json")


def mint(
    issuer: Issuer,
    role: str,
    scope: str,
    subject: str,
    *,
    life_s: int = LIFE_S,
    at: int | None = None,
    nonce: str = "",
) -> str:
    """A staff token (compact JWS, `typ` JWT) that says who may what.

    Arguments: `at` in epoch seconds, now by default; `nonce` what a page asked to find in it (OpenID Connect Core 1.0).
    """
    now = int(time.time()) if at is None else at
    claims = {"iss": issuer.issuer, "sub": subject, "aud": CLIENT, "iat": now, "exp": now + life_s}
    claims |= {"nonce": nonce} if nonce else {}
    header = {"alg": "ES256", "typ": "JWT", "kid": issuer.key["kid"]}
    signed = f"{_part(header)}.{_part({**claims, 'epi_role': role, 'epi_scope': scope})}"
    return f"{signed}.{_encode(_sign(issuer.key, signed.encode()))}"


def _sign(key: JWK, message: bytes) -> bytes:
    """ES256: r and s of 32 bytes each (RFC 7518, section 3.4)."""
    r, s = decode_dss_signature(key.get_op_key("sign").sign(message, ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _part(value: dict[str, object]) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
