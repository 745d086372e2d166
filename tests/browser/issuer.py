"""A specimen issuer for the pages: fresh keys, and any pass, list or statement a test asks for."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from credentials import (
    LocalSigner,
    PassClaims,
    issue_pass,
    pack,
    published_jwk,
    sign_proof,
    sign_statement,
    status_list,
)

ISSUER = "https://pass.example.gov"
LIST = "2026-11-24a-1"
INDEX = 4711
HOUR_S = 3_600
DAY_S = 86_400
NAME, UNIT, ZONE = "张*明", "第三人民医院", "A3"
NUMBER, AUTHORITY = "EPI-2026-0000001", "区疫情防控指挥部"
TAIL = "251X"
PHONE = "0571-0000 0000"


@dataclass
class Issuer:
    """Keys made for one test session; every instant is relative to the instant handed in."""

    root: LocalSigner = field(default_factory=LocalSigner.generate)
    day: LocalSigner = field(default_factory=LocalSigner.generate)
    status: LocalSigner = field(default_factory=LocalSigner.generate)
    holder: LocalSigner = field(default_factory=LocalSigner.generate)

    def config(self, *, specimen: bool = True) -> dict[str, Any]:
        """What is published as `/config.json`."""
        return {"issuer": ISSUER, "roots": [self.root.public_jwk()], "specimen": specimen, "phone": PHONE}

    def statement(self, at: int, *, by: LocalSigner | None = None, more_days: int = 0, **facts: Any) -> str:
        """The key statement as of `at`; `by` a foreign root; `more_days` lists keys of the days to come."""
        window = {"nbf": at - 40 * DAY_S, "exp": at + 40 * DAY_S}
        keys = [
            published_jwk(self.day.public_jwk(), use="pass", **window),
            published_jwk(self.status.public_jwk(), use="status", **window),
        ]
        keys += [
            published_jwk(
                LocalSigner.generate().public_jwk(), use=use, nbf=at + day * DAY_S, exp=at + day * DAY_S + DAY_S
            )
            for day in range(1, more_days + 1)
            for use in ("pass", "status")
        ]
        return sign_statement(issuer=ISSUER, at=at, keys=keys, signer=by or self.root, **facts)

    def list(self, at: int, *withdrawn: int, valid_for_s: int = DAY_S) -> str:
        """The status list made at `at` with these bits set."""
        bits = bytearray(16_384)
        for index in withdrawn:
            bits[index >> 3] |= 0x80 >> (index & 7)
        return status_list(
            list_id=LIST, bits=bytes(bits), issuer=ISSUER, signer=self.status, at=at, valid_for_s=valid_for_s
        )

    def token(self, at: int, *, printed: bool = False, by: LocalSigner | None = None, **facts: Any) -> str:
        """A pass issued an hour before `at` on a sample two hours before it."""
        sampled_at = (at - 2 * HOUR_S) // 60 * 60
        claims: dict[str, Any] = {
            "issuer": ISSUER,
            "subject": "AAECAwQFBgcICQoL",
            "issued_at": at - HOUR_S,
            "expires_at": sampled_at + 48 * HOUR_S,
            "name": NAME,
            "unit": UNIT,
            "zone": ZONE,
            "sampled_at": sampled_at,
            "reference": "mZ3v0xK9QwE1rT5y",
            "document_number": NUMBER,
            "document_issued_by": AUTHORITY,
            "status_list": LIST,
            "status_index": INDEX,
            "holder": None if printed else self.holder.public_jwk(),
            "document_tail": TAIL if printed else None,
        }
        return issue_pass(PassClaims(**(claims | facts)), by or self.day)

    def live(self, at: int, *, proof_at: int | None = None, **facts: Any) -> str:
        """The digits a holder's page shows at `at`."""
        token = self.token(at, **facts)
        proof = sign_proof(token, self.holder, issuer=ISSUER, at=at if proof_at is None else proof_at)
        return pack(token, proof)

    def printed(self, at: int, **facts: Any) -> str:
        """The digits on a printed pass."""
        return pack(self.token(at, printed=True, **facts))


def decoded(part: str) -> bytes:
    """Base64url without padding, decoded."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
