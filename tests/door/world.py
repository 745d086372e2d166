"""What the tests of the door stand on: an approved venue with a gate, entitled people, passes and live proofs."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from credentials import LocalSigner, PassClaims, issue_pass, pack, sign_proof
from credentials.proofs import thumbprint
from functions.gates import service as gates
from functions.keys import service as keys
from functions.scans import service as scans
from functions.scans.service import Place
from functions.shared import clock
from functions.shared.config import settings
from functions.status import service as status
from functions.status.service import Slot
from functions.venues import service as venues
from functions.venues.policy import Policy
from functions.venues.service import Facts

AREA = "990101001001"
_number: Iterator[int] = count(1)
_districts: Iterator[int] = count()


def fresh(prefix: str) -> str:
    """An id that no other test of this engine has."""
    return f"{prefix}-{secrets.token_hex(5)}-{next(_number)}"


def new_pid() -> str:
    """A pid of nobody."""
    return urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()


def new_area() -> str:
    """A community in a district of its own, so that the counters of both are this test's."""
    return f"99{300 + next(_districts) % 1_700:04d}{secrets.randbelow(10**6):06d}"


def open_venue(area: str = AREA, policy: Policy | None = None, at: int | None = None) -> str:
    """Register an approved venue and return its id."""
    now = clock.now() if at is None else at
    venue, _new = venues.register(fresh("V"), Facts("市民中心", area), now)
    if policy:
        venues.set_policy(venue.venue, policy, now)
    return venue.venue


@dataclass(frozen=True)
class Door:
    """A gate of a venue, with its manager's code."""

    venue: str
    gate: str
    code: str
    area: str = AREA

    def place(self, device: str = "") -> Place:
        """Where its guard scans."""
        return Place(self.gate, self.venue, self.area, device)


def open_door(direction: str = "in", area: str = AREA) -> Door:
    """Register a venue with one gate that has a code."""
    venue = open_venue(area)
    gate, _new = gates.put_gate(fresh("G"), venue, "东门", direction)
    return Door(venue, gate.gate, gates.new_code(gate.gate), area)


@dataclass(frozen=True)
class Held:
    """A pass in somebody's hands: the token, the holder's key (None when printed), its place in the status list."""

    token: str
    holder: LocalSigner | None
    slot: Slot
    sub: str

    def shown(self, at: int, nonce: str | None = None) -> str:
        """What a guard reads at this instant, as a QR symbol's digits behind the page's URL."""
        proof = None
        if self.holder:
            proof = sign_proof(self.token, self.holder, issuer=settings().issuer, at=at, nonce=nonce)
        return f"{settings().gate_url}/v#{pack(self.token, proof)}"


def give_pass(at: int, *, printed: bool = False, life_s: int = 40 * 3600) -> Held:
    """Sign a pass with the day's key, valid from `at` on."""
    if keys.make_ahead(at):
        # A verifier is kept for an hour; in a deployment keys are made long before, here within it.
        scans._verifier.cache_clear()
    slot = status.allocate(at + life_s, at)
    holder = None if printed else LocalSigner.generate()
    subject = secrets.token_urlsafe(12)
    claims = PassClaims(
        issuer=settings().issuer,
        subject=subject,
        issued_at=at,
        expires_at=at + life_s,
        name="张*明",
        unit="第三人民医院",
        zone="A3",
        sampled_at=at - 3600,
        reference=secrets.token_urlsafe(12),
        document_number="EPI-2026-0000001",
        document_issued_by="区疫情防控指挥部(样本)",
        status_list=slot.list,
        status_index=slot.index,
        holder=holder.public_jwk() if holder else None,
        document_tail="123X" if printed else None,
    )
    token = issue_pass(claims, keys.signer("pass", at))
    return Held(token, holder, slot, f"urn:epipass:{subject}")


def device_of(key: LocalSigner) -> str:
    """The thumbprint of a device's key."""
    return thumbprint(key.public_jwk())
