"""Strict verify, issue and presentation from digits, beside raw cryptography and the JWT libraries people use."""

from __future__ import annotations

import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc_jwt
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jwt as jwcrypto_jwt
from jwt.types import Options

from bench.rounds import Call
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
PASSES = 64
SECRET = 0x1234_5678_9ABC


class Scene:
    """Keys, passes of different people, their proofs, one status list: what all peers are given."""

    def __init__(self) -> None:
        self.signer = LocalSigner.from_secret(SECRET)
        self.private = ec.derive_private_key(SECRET, ec.SECP256R1())
        self.public = self.private.public_key()
        status_key = LocalSigner.from_secret(0x5555_5555)
        day = {"nbf": AT - 7_200, "exp": AT + 79_200}
        self.jwk = published_jwk(self.signer.public_jwk(), use="pass", **day)
        self.header = {"alg": "ES256", "typ": "vc+jwt", "kid": self.signer.kid}
        keys = KeySet.from_jwks({"keys": [self.jwk, published_jwk(status_key.public_jwk(), use="status", **day)]})
        self.verifier = Verifier(keys, issuer=ISSUER)
        self.lists = StatusLists(keys, ISSUER)
        listed = status_list(list_id="2026-11-24a-1", bits=bytes(16_384), issuer=ISSUER, signer=status_key, at=AT)
        self.lists.add(listed, AT)
        holders = [LocalSigner.from_secret(0xFEDC_BA98 + number) for number in range(PASSES)]
        self.claims = [facts(number, holder) for number, holder in enumerate(holders)]
        self.tokens = [issue_pass(claims, self.signer) for claims in self.claims]
        self.digits = [
            pack(token, sign_proof(token, holder, issuer=ISSUER, at=AT))
            for token, holder in zip(self.tokens, holders, strict=True)
        ]
        parts = [token.rpartition(".") for token in self.tokens]
        self.messages = [signed.encode() for signed, _, _ in parts]
        self.ders = [curve.to_der(b64.decode(signature)) for _, _, signature in parts]
        self.payloads: list[dict[str, Any]] = [json.loads(b64.decode(signed.split(".")[1])) for signed, _, _ in parts]


def facts(number: int, holder: LocalSigner) -> PassClaims:
    """The pass of one person: each has another key, subject, index and instant."""
    issued_at = AT - 7_200 + number * 17
    return PassClaims(
        issuer=ISSUER,
        subject=f"AAECAwQFBgcI{number:04d}",
        issued_at=issued_at,
        expires_at=issued_at + 160_000,
        name="张*明",
        unit="第三人民医院",
        zone="A3",
        venues=("东门",),
        sampled_at=issued_at - 3_600 - number * 61,
        reference=f"mZ3v0xK9QwE1{number:04d}",
        document_number="EPI-2026-0000001",
        document_issued_by="区疫情防控指挥部",
        status_list="2026-11-24a-1",
        status_index=1_000 + number * 977,
        holder=holder.public_jwk(),
    )


def verifying(scene: Scene) -> dict[str, Call]:
    """One token, its signature and claims checked; ours holds it to every law besides."""
    algorithm, tokens = ec.ECDSA(hashes.SHA256()), scene.tokens
    rfc_key = joserfc_jwk.ECKey.import_key({name: scene.jwk[name] for name in ("kty", "crv", "x", "y", "kid")})
    rfc_claims = joserfc_jwt.JWTClaimsRegistry(now=AT, leeway=60, iss={"essential": True, "value": ISSUER})
    crypto_key = jwcrypto_jwk.JWK(**{name: scene.jwk[name] for name in ("kty", "crv", "x", "y", "kid")})
    # Its clock cannot be set: its checks of time are left out, which makes it a little quicker.
    no_clock: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}

    def by_joserfc(number: int) -> None:
        rfc_claims.validate(joserfc_jwt.decode(tokens[number], rfc_key, algorithms=["ES256"]).claims)

    def by_jwcrypto(number: int) -> object:
        wanted = {"iss": ISSUER, "exp": None, "nbf": None}
        found = jwcrypto_jwt.JWT(algs=["ES256"], check_claims=wanted, expected_type="JWS")
        found.leeway = 10**9
        found.deserialize(tokens[number], crypto_key)
        return json.loads(found.claims)

    return {
        "raw cryptography": lambda n: scene.public.verify(scene.ders[n], scene.messages[n], algorithm),
        "epipass verify": lambda n: scene.verifier.verify(tokens[n], at=AT, status=UNCHECKED),
        "epipass verify with status": lambda n: scene.verifier.verify(tokens[n], at=AT, status=scene.lists),
        "joserfc": by_joserfc,
        "PyJWT": lambda n: jwt.decode(tokens[n], scene.public, algorithms=["ES256"], issuer=ISSUER, options=no_clock),
        "jwcrypto JWT": by_jwcrypto,
    }


def issuing(scene: Scene) -> dict[str, Call]:
    """One token signed from its facts; raw signs the finished bytes, deterministically as we do."""
    algorithm, header = ec.ECDSA(hashes.SHA256(), deterministic_signing=True), scene.header
    rfc_key = joserfc_jwk.ECKey.import_key({**scene.signer.private_jwk()})
    crypto_key = jwcrypto_jwk.JWK(**scene.signer.private_jwk())

    def by_jwcrypto(number: int) -> object:
        made = jwcrypto_jwt.JWT(header=header, claims=scene.payloads[number])
        made.make_signed_token(crypto_key)
        return made.serialize()

    return {
        "raw cryptography": lambda n: scene.private.sign(scene.messages[n], algorithm),
        "epipass issue_pass": lambda n: issue_pass(scene.claims[n], scene.signer),
        "joserfc": lambda n: joserfc_jwt.encode(header, scene.payloads[n], rfc_key),
        "PyJWT": lambda n: jwt.encode(scene.payloads[n], scene.private, "ES256", headers=header),
        "jwcrypto JWT": by_jwcrypto,
    }


def presenting(scene: Scene) -> dict[str, Call]:
    """A live QR's digits; raw verifies two signatures whose keys are ready."""
    algorithm = ec.ECDSA(hashes.SHA256())

    def twice(number: int) -> None:
        scene.public.verify(scene.ders[number], scene.messages[number], algorithm)
        scene.public.verify(scene.ders[number], scene.messages[number], algorithm)

    return {
        "two raw verifications": twice,
        "epipass presentation": lambda n: scene.verifier.verify_presentation(scene.digits[n], at=AT, status=UNCHECKED),
    }


def tables() -> dict[str, dict[str, Call]]:
    """What is measured: a title, and the calls by name, the first of them raw."""
    scene = Scene()
    return {"verify": verifying(scene), "issue": issuing(scene), "presentation": presenting(scene)}
