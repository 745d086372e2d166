"""A unit, a laboratory and people of a test's own, made by the services themselves: an engine is shared by all tests."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from credentials import LocalSigner
from credentials.proofs import sign_dpop, thumbprint
from functions.matching import service as matching
from functions.passes import issuing
from functions.people import codes
from functions.results import service as results
from functions.results.rules import Outcome, Result
from functions.shared import clock
from functions.shared.pids import pid_of
from functions.shared.transactions import transaction
from functions.staff import service as staff
from functions.units import service as units
from tests.main_job.district import id_number, new_serial

AREA = "990101"
CODE = "482913"


@dataclass
class Someone:
    """A person with a phone, a document and the key of a device."""

    name: str = "张小明"
    number: str = field(default_factory=lambda: id_number(new_serial()))
    phone: str = field(default_factory=lambda: f"138{uuid.uuid4().int % 10**8:08d}")
    device: LocalSigner = field(default_factory=LocalSigner.generate)

    @property
    def pid(self) -> str:
        """The pid that the service gives this document."""
        return pid_of("resident-id", self.number)

    def body(self, origin: str, **changed: Any) -> dict[str, Any]:
        """Return what the person's page posts to `/people`."""
        said = {
            "id_type": "resident-id",
            "id_number": self.number,
            "name": self.name,
            "phone": self.phone,
            "code": CODE,
            "device_key": public(self.device),
            "proof": proof(self.device, origin + "/people"),
        }
        return {**said, **changed}

    def receive_code(self, code: str = CODE) -> None:
        """Have a known code sent to the person's phone."""
        assert codes.send_code(self.phone, uuid.uuid4().hex, clock.now(), send=lambda *_: None, draw=lambda: code)


def public(key: LocalSigner) -> dict[str, str]:
    """Return a key's public JWK with the four members a page sends."""
    return {name: key.public_jwk()[name] for name in ("kty", "crv", "x", "y")}


def proof(key: LocalSigner, url: str, *, at: int | None = None, method: str = "POST", token: str | None = None) -> str:
    """Return a DPoP proof made now."""
    return sign_dpop(key, method=method, url=url, at=at or clock.now(), jti=uuid.uuid4().hex, access_token=token)


@dataclass
class World:
    """An approved unit with its staff list, and a laboratory."""

    unit: str = field(default_factory=lambda: f"U-{uuid.uuid4().hex[:10]}")
    lab: str = field(default_factory=lambda: f"L-{uuid.uuid4().hex[:10]}")
    at: int = field(default_factory=clock.now)

    def approve(self, *, ends_in_s: int = 30 * clock.DAY_S) -> World:
        """Register the unit."""
        facts = units.Facts(
            name="第三人民医院",
            area=AREA + "003",
            category="hospital",
            zone="A3",
            document_number="EPI-2026-0000001",
            document_issued_by="区疫情防控指挥部",
            quota=100,
            ends_at=self.at + ends_in_s,
        )
        units.register(self.unit, facts, self.at)
        return self

    def list_people(self, *people: Someone, phone: str | None = None) -> World:
        """Put a new staff list of exactly these people in force; `phone` stands there instead of theirs."""
        generation, job = uuid.uuid4().hex, uuid.uuid4().hex
        rows = []
        for one in people:
            told = staff.Person(one.name, one.phone if phone is None else phone, one.number[-4:])
            sealed = staff.seal(self.unit, one.pid, told, job=job)
            rows.append(staff.Entry(one.pid, "护士", ("急诊",), 0, sealed, self.at, "1", self.at + 30 * clock.DAY_S))
        staff.write(self.unit, generation, rows)
        base = units.must(self.unit).current
        with transaction() as together:
            units.move_to_generation(together, self.unit, base=base, generation=generation, replaced=None, at=self.at)
        return self

    def result(self, one: Someone, outcome: Outcome = "negative", *, hours: float = 5, revision: int = 0) -> str:
        """Record a result of a sample taken some hours ago, settle the person, and return the verdict."""
        sampled_at = self.at - int(hours * 3600)
        tube = f"T{int(hours * 3600)}-{one.pid[:6]}"
        row = Result(one.pid, self.lab, tube, revision, 1, sampled_at, sampled_at + 1800, outcome, "一号采样点")
        results.record([row], self.at)
        matching.settle(one.pid, self.at)
        standing = matching.entitlement(one.pid, self.unit, self.at)
        assert standing is not None
        return standing.verdict

    def issue(self, one: Someone, key: LocalSigner) -> str:
        """Sign a pass for a fresh key."""
        return issuing.issue(one.pid, self.unit, public(key), thumbprint(public(key)), self.at)


def claims(token: str) -> dict[str, Any]:
    """Read a token's payload without any check."""
    part = token.split(".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read
