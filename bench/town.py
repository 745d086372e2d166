"""A small town whose acts are counted: its requests are answered by the deployed functions, as the gateway hands them over."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.answer import demand
from bench.bench_uploads import HEADER, person_id
from credentials import LocalSigner, pack, proofs, sign_proof
from infra.local import Service
from infra.local.dispatch import ByFunction
from infra.local.engine import Engine
from infra.local.gateway import Context, Incoming, Router, event
from infra.local.messages import messages

AREA = "990101001001"
DAY_S = 86_400


@dataclass
class Neighbour:
    """Somebody with a document, a phone and a device."""

    number: str
    phone: str
    device: LocalSigner = field(default_factory=LocalSigner.generate)
    holder: LocalSigner = field(default_factory=LocalSigner.generate)
    pid: str = ""
    token: str = ""
    passes: list[str] = field(default_factory=list)


class Town:
    """A running engine, an approved unit, a laboratory, a venue and its gate."""

    def __init__(self, service: Service) -> None:
        from app import app  # noqa: PLC0415 - the environment names the tables
        from functions.gates import service as gates  # noqa: PLC0415 - the same
        from functions.labs import service as labs  # noqa: PLC0415 - the same
        from functions.units import service as units  # noqa: PLC0415 - the same
        from functions.venues import service as venues  # noqa: PLC0415 - the same

        self.service, at = service, int(time.time())
        self._router, self._answer = Router(app.routes), ByFunction(Engine(service.engine_url))
        self.unit, self.lab, self.gate = (f"{kind}-{secrets.token_hex(5)}" for kind in ("U", "L", "G"))
        facts = units.Facts(
            "第三人民医院", AREA, "hospital", "A3", "EPI-2026-0000001", "区指挥部", 10**5, at + 90 * DAY_S
        )
        units.register(self.unit, facts, at)
        labs.register(self.lab, name="检测", area="990101", at=at)
        self.venue = venues.register(f"V-{secrets.token_hex(5)}", venues.Facts("体育馆", AREA, "gym"), at)[0].venue
        gates.put_gate(self.gate, self.venue, "东门", "in")

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes = b"",
        *,
        token: str = "",
        device: LocalSigner | None = None,
    ) -> Any:
        """Send one request, from an address of its own, and return what came back; end when it was refused."""
        headers = {"host": "127.0.0.1", "content-type": "application/octet-stream"}
        if token:
            headers["authorization"] = f"{'DPoP' if device else 'Bearer'} {token}"
        if device:
            headers["dpop"] = self.proof(device, path, method=method, token=token)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        if not isinstance(body, bytes):
            headers["content-type"] = "application/json"
        where, _, query = path.partition("?")
        address = ".".join(str(part) for part in (10, *secrets.token_bytes(3)))
        route, captures = self._router.match(where) or (None, {})
        sent = event(Incoming(method, where, query, headers, raw, address), route, captures)
        answered = self._answer(sent, Context())
        demand(answered["statusCode"] < 300, (path, answered))
        text = answered.get("body") or ""
        return text if answered.get("isBase64Encoded") or not text.startswith("{") else json.loads(text)

    def proof(self, key: LocalSigner, path: str, *, method: str = "POST", token: str | None = None) -> str:
        """Return a DPoP proof for one of the API's addresses."""
        url, jti = self.service.url + path.partition("?")[0], secrets.token_hex(8)
        return proofs.sign_dpop(key, method=method, url=url, at=int(time.time()), jti=jti, access_token=token or None)

    def upload(self, path: str, data: bytes, token: str) -> None:
        """Send a file and wait until its job is done."""
        job = self.call("POST", path, data, token=token)["job"]
        from functions.jobs import service as jobs  # noqa: PLC0415 - the environment names the tables

        for _ in range(3_000):
            state = jobs.find(job, int(time.time())).state
            if state not in {"received", "running"}:
                demand(state == "done", state)
                return
            time.sleep(0.5)
        demand(False, "the job did not end")

    def list_staff(self, people: Sequence[Neighbour]) -> None:
        """Upload a staff list as its unit does."""
        lines = (f"张小明,{one.number},{one.phone}\n" for one in people)
        data = "".join(("姓名,身份证号,手机\n", *lines)).encode()
        self.upload(f"/units/{self.unit}/staff-list?format=csv", data, self.service.token("unit", self.unit))

    def report(self, people: Sequence[Neighbour], *, said: str = "阴性", hours: float = 2) -> None:
        """Upload results of these people as their laboratory does, ten to a tube."""
        taken = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + (8 - hours) * 3600))
        serial = secrets.token_hex(4)
        lines = (
            f"T{serial}{number // 10:06d},居民身份证,{one.number},{taken},,{said},10,一号采样点\n"
            for number, one in enumerate(people)
        )
        data = "".join((HEADER, *lines)).encode()
        self.upload(f"/labs/{self.lab}/results?format=csv", data, self.service.token("lab", self.lab))

    def ask_code(self, one: Neighbour) -> None:
        """Ask for a one-time code."""
        self.call("POST", "/codes", {"phone": one.phone})

    def enrol(self, one: Neighbour, code: str) -> None:
        """Enrol somebody's device with the code that was sent."""
        body = {
            "id_number": one.number,
            "name": "张小明",
            "phone": one.phone,
            "code": code,
            "device_key": public(one.device),
            "proof": self.proof(one.device, "/people"),
        }
        said = self.call("POST", "/people", body)
        one.pid, one.token = said["pid"], said["token"]

    def codes(self) -> dict[str, str]:
        """Return the codes that were sent, by phone."""
        return {
            sent.phone.removeprefix("+86"): "".join(c for c in sent.text if c.isdigit())[:6]
            for sent in messages(self.service.engine_url)
        }

    def renew(self, one: Neighbour) -> None:
        """Renew a device's token."""
        body = {"pid": one.pid, "device_key": public(one.device), "proof": self.proof(one.device, "/tokens")}
        one.token = self.call("POST", "/tokens", body)["token"]

    def look(self, one: Neighbour) -> None:
        """Open one's own page."""
        self.call("GET", "/me", token=one.token, device=one.device)

    def fetch(self, one: Neighbour) -> None:
        """Fetch passes for a fresh key."""
        body = {"key": public(one.holder), "proof": self.proof(one.holder, "/me/passes")}
        got = self.call("POST", "/me/passes", body, token=one.token, device=one.device)
        one.passes = [each["token"] for each in got["passes"]]
        demand(bool(one.passes), got)

    def check_in(self, one: Neighbour) -> None:
        """Check in at the venue."""
        act = {"venue": self.venue, "direction": "in", "at": told(int(time.time()))}
        said = self.call("POST", "/checkins", act, token=one.token, device=one.device)
        demand(said["decision"] == "admitted", said)

    def shown(self, one: Neighbour) -> str:
        """Return what a guard reads of somebody's pass."""
        pass_ = one.passes[0]
        return pack(pass_, sign_proof(pass_, one.holder, issuer=self._issuer(), at=int(time.time())))

    def guard(self, at: int | None = None) -> tuple[str, LocalSigner]:
        """Open a shift at the gate, now or at an instant; return its token and device."""
        from functions.gates import service as gates  # noqa: PLC0415 - the environment names the tables
        from functions.keys import service as keys  # noqa: PLC0415 - the same

        device, at = LocalSigner.generate(), int(time.time()) if at is None else at
        thumbprint = proofs.thumbprint(device.public_jwk())
        gates.open_shift(self.gate, gates.new_code(self.gate), thumbprint, "d", at)
        token = proofs.issue_access_token(
            subject=thumbprint,
            role="guard",
            scope=self.gate,
            device=thumbprint,
            issuer=self._issuer(),
            signer=keys.signer("token", at),
            at=at,
        )
        return token, device

    def print_passes(self, people: Sequence[Neighbour]) -> None:
        """Print passes for people without a phone, on one PDF."""
        from functions.passes.refs import ref_of  # noqa: PLC0415 - the environment names the tables
        from functions.shared.pids import pid_of  # noqa: PLC0415 - the same

        refs = [ref_of(self.unit, pid_of("resident-id", one.number)) for one in people]
        said = self.call(
            "POST",
            f"/units/{self.unit}/printed",
            {"refs": refs, "reason": "没有手机"},
            token=self.service.token("unit", self.unit),
        )
        demand(said["printed"] == len(people), said["refused"])

    def _issuer(self) -> str:
        return self.service.environment["EPIPASS_ISSUER"]


def neighbours(count: int, first: int = 0) -> list[Neighbour]:
    """Invent people: documents of an area that is not assigned."""
    return [Neighbour(person_id(first + n), f"13{(first + n) % 10**9:09d}") for n in range(count)]


def public(key: LocalSigner) -> dict[str, str]:
    """Return a key's public members as a phone sends them."""
    return {name: key.public_jwk()[name] for name in ("kty", "crv", "x", "y")}


def told(at: int) -> str:
    """Return an instant as a phone tells it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
