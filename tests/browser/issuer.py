"""A specimen issuer for the pages: fresh keys, and any pass, list or statement a test asks for."""

from __future__ import annotations

import base64
import time
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
from credentials.statement import of_day

ISSUER = "https://pass.example.gov"
KEYS = "/.well-known/epipass-keys.jwt"
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
    others: list[tuple[LocalSigner, LocalSigner]] = field(
        default_factory=lambda: [(LocalSigner.generate(), LocalSigner.generate()) for _ in range(33)]
    )

    def config(self, *, specimen: bool = True) -> dict[str, Any]:
        """What is published as `/config.json`."""
        return {"issuer": ISSUER, "roots": [self.root.public_jwk()], "specimen": specimen, "phone": PHONE}

    def statement(self, at: int, *, by: LocalSigner | None = None, **facts: Any) -> str:
        """The month's key statement as of `at`; `by` a foreign root."""
        return sign_statement(
            issuer=ISSUER, at=at, keys=[*self._own(at), *self._others(at)], signer=by or self.root, **facts
        )

    def extract(self, at: int, on: int, *, by: LocalSigner | None = None, own: bool = True, **facts: Any) -> str:
        """The statement's extract for the UTC day of `on`: five keys, as a deployment publishes it; `own` ours among them."""
        keys = [*(self._own(at) if own else ()), *of_day(self._others(at), on // DAY_S * DAY_S)]
        return sign_statement(issuer=ISSUER, at=at, keys=keys, signer=by or self.root, **facts)

    def key_files(self, at: int, on: int | None = None, **facts: Any) -> dict[str, str]:
        """The statement as of `at` and its extract for the day of `on` (by default of `at`), by the paths they are at."""
        on = at if on is None else on
        return {KEYS: self.statement(at, **facts), day_path(on): self.extract(at, on, **facts)}

    def _own(self, at: int) -> list[dict[str, Any]]:
        window = {"nbf": at - 40 * DAY_S, "exp": at + 40 * DAY_S}
        signers = {"pass": self.day, "status": self.status}
        return [published_jwk(signer.public_jwk(), use=use, **window) for use, signer in signers.items()]

    def _others(self, at: int) -> list[dict[str, Any]]:
        """The keys of the two days before `at` and of the month after: the day of `at` is signed with our own."""
        today = at // DAY_S * DAY_S
        days = [day for day in range(-2, 32) if day != 0]
        return [
            published_jwk(key.public_jwk(), use=use, nbf=today + day * DAY_S, exp=today + (day + 1) * DAY_S)
            for day, pair in zip(days, self.others, strict=True)
            for use, key in zip(("pass", "status"), pair, strict=True)
        ]

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


def day_path(at: int) -> str:
    """Where the extract of the UTC day of an instant is published."""
    return f"/.well-known/epipass-keys/{time.strftime('%Y-%m-%d', time.gmtime(at))}.jwt"


def decoded(part: str) -> bytes:
    """Base64url without padding, decoded."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
