"""Strict verify, issue and presentation beside their peers, in one run on one core: `make bench`.

Each round measures everybody once, in turn; a ratio is taken within its round, and the median over rounds is told.
So a machine that is busy for a while slows a round, not one peer; and what is counted is this process's own time. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc_jwt
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jwt as jwcrypto_jwt

from credentials import (
    UNCHECKED,
    KeySet,
    LocalSigner,
    PassClaims,
    StatusLists,
    Verifier,
    b64,
    curve,
    issue_pass,
    pack,
    published_jwk,
    sign_proof,
    status_list,
)

ISSUER = "https://pass.example.gov"
AT = 1_795_320_000
Call = Callable[[], object]


class Scene:
    """Keys, one pass, one proof, one status list: what all peers are given."""

    def __init__(self) -> None:
        self.secret = 0x1234_5678_9ABC
        self.signer, self.holder = LocalSigner.from_secret(self.secret), LocalSigner.from_secret(0xFEDC_BA98)
        self.private = ec.derive_private_key(self.secret, ec.SECP256R1())
        status_key = LocalSigner.from_secret(0x5555_5555)
        day = {"nbf": AT - 7_200, "exp": AT + 79_200}
        self.jwk = published_jwk(self.signer.public_jwk(), use="pass", **day)
        keys = KeySet.from_jwks({"keys": [self.jwk, published_jwk(status_key.public_jwk(), use="status", **day)]})
        self.claims = PassClaims(
            issuer=ISSUER,
            subject="AAECAwQFBgcICQoL",
            issued_at=AT - 7_200,
            expires_at=AT + 160_000,
            name="张*明",
            unit="第三人民医院",
            zone="A3",
            venues=("东门",),
            sampled_at=AT - 10_800,
            reference="mZ3v0xK9QwE1rT5y",
            document_number="EPI-2026-0000001",
            document_issued_by="区疫情防控指挥部",
            status_list="2026-11-24a-1",
            status_index=1234,
            holder=self.holder.public_jwk(),
        )
        self.token = issue_pass(self.claims, self.signer)
        self.digits = pack(self.token, sign_proof(self.token, self.holder, issuer=ISSUER, at=AT))
        self.verifier = Verifier(keys, issuer=ISSUER)
        self.lists = StatusLists(keys, ISSUER)
        listed = status_list(list_id="2026-11-24a-1", bits=bytes(16_384), issuer=ISSUER, signer=status_key, at=AT)
        self.lists.add(listed, AT)
        self.signed, _, signature = self.token.rpartition(".")
        self.der = curve.to_der(b64.decode(signature))
        self.payload: dict[str, Any] = json.loads(b64.decode(self.signed.split(".")[1]))
        self.header = {"alg": "ES256", "typ": "vc+jwt", "kid": self.signer.kid}


def verifying(scene: Scene) -> dict[str, Call]:
    """One token, its signature and times checked; ours holds it to every law besides."""
    public, message, algorithm = scene.private.public_key(), scene.signed.encode(), ec.ECDSA(hashes.SHA256())
    rfc_key = joserfc_jwk.ECKey.import_key({name: scene.jwk[name] for name in ("kty", "crv", "x", "y", "kid")})
    rfc_claims = joserfc_jwt.JWTClaimsRegistry(now=AT, leeway=60, iss={"essential": True, "value": ISSUER})
    crypto_key = jwcrypto_jwk.JWK(**{name: scene.jwk[name] for name in ("kty", "crv", "x", "y", "kid")})
    # Their clocks cannot be set; the checks of exp and nbf are left out for them, and cost little.
    no_clock = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}

    def by_joserfc() -> None:
        rfc_claims.validate(joserfc_jwt.decode(scene.token, rfc_key, algorithms=["ES256"]).claims)

    def by_jwcrypto() -> object:
        found = jwcrypto_jwt.JWT(
            algs=["ES256"], check_claims={"iss": ISSUER, "exp": None, "nbf": None}, expected_type="JWS"
        )
        found.leeway = 10**9
        found.deserialize(scene.token, crypto_key)
        return json.loads(found.claims)

    return {
        "raw cryptography": lambda: public.verify(scene.der, message, algorithm),
        "epipass verify": lambda: scene.verifier.verify(scene.token, at=AT, status=UNCHECKED),
        "epipass verify with status": lambda: scene.verifier.verify(scene.token, at=AT, status=scene.lists),
        "joserfc": by_joserfc,
        "PyJWT": lambda: jwt.decode(scene.token, public, algorithms=["ES256"], issuer=ISSUER, options=no_clock),
        "jwcrypto JWT": by_jwcrypto,
    }


def issuing(scene: Scene) -> dict[str, Call]:
    """One token signed from its facts; raw signs the finished bytes, deterministically as we do."""
    message, algorithm = scene.signed.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    rfc_key = joserfc_jwk.ECKey.import_key({**scene.signer.private_jwk()})
    crypto_key = jwcrypto_jwk.JWK(**scene.signer.private_jwk())

    def by_jwcrypto() -> object:
        made = jwcrypto_jwt.JWT(header=scene.header, claims=scene.payload)
        made.make_signed_token(crypto_key)
        return made.serialize()

    return {
        "raw cryptography": lambda: scene.private.sign(message, algorithm),
        "epipass issue_pass": lambda: issue_pass(scene.claims, scene.signer),
        "joserfc": lambda: joserfc_jwt.encode(scene.header, scene.payload, rfc_key),
        "PyJWT": lambda: jwt.encode(
            scene.payload, scene.private, "ES256", headers={"typ": "vc+jwt", "kid": scene.signer.kid}
        ),
        "jwcrypto JWT": by_jwcrypto,
    }


def presenting(scene: Scene) -> dict[str, Call]:
    """A live QR's digits; raw verifies two signatures whose keys are ready."""
    public, message, algorithm = scene.private.public_key(), scene.signed.encode(), ec.ECDSA(hashes.SHA256())

    def twice() -> None:
        public.verify(scene.der, message, algorithm)
        public.verify(scene.der, message, algorithm)

    return {
        "two raw verifications": twice,
        "epipass presentation": lambda: scene.verifier.verify_presentation(scene.digits, at=AT, status=UNCHECKED),
    }


def measure(calls: dict[str, Call], rounds: int, repeats: int) -> dict[str, tuple[float, float]]:
    """For each name the median of its microseconds and of its ratio to the first one's rate in the same round."""
    took: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.process_time()
            for _ in range(repeats):
                call()
            took[name].append((time.process_time() - began) / repeats * 1e6)
    base = took[next(iter(calls))]
    return {
        name: (statistics.median(times), statistics.median(raw / own for raw, own in zip(base, times, strict=True)))
        for name, times in took.items()
    }


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--repeats", type=int, default=100)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    scene = Scene()
    for title, calls in (("verify", verifying(scene)), ("issue", issuing(scene)), ("presentation", presenting(scene))):
        for call in calls.values():
            call()
        print(f"\n{title}: medians of {asked.rounds} rounds of {asked.repeats}")
        print(f"{'':28}{'µs':>9}{'ratio':>8}")
        for name, (microseconds, ratio) in measure(calls, asked.rounds, asked.repeats).items():
            print(f"{name:28}{microseconds:9.1f}{ratio:8.2f}")


if __name__ == "__main__":
    main()
