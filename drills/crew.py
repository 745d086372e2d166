"""Who acts in a drill: people with phones, a laboratory, units, a guard. Each notes what it sent and what was answered."""

from __future__ import annotations

import json
import secrets
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bench.answer import demand
from bench.town import AREA, DAY_S, Neighbour, Town, neighbours, public, told
from credentials import LocalSigner, pack, proofs, sign_proof
from drills.ledger import Issued, Ledger, Line, Scan, Visit
from drills.stage import Stage
from drills.wire import Passing, Reply, Wire, patiently

HEADER = "管码,修订号,证件类型,身份证号,采样时间,报告时间,结果,混采人数,采样点\n"
WORDS = {"negative": "阴性", "positive": "阳性"}
UNAUTHENTICATED = 401
SETUP_S = 300.0
UNITS = 8
HOUR_S = 3_600
CHINA_S = 8 * HOUR_S


@dataclass
class Crew:
    """Those who act, and the clock that they believe in: the true one, `skew_s` later."""

    stage: Stage
    town: Town
    wire: Wire
    people: list[Neighbour]
    skew_s: float = 0.0
    venues: list[str] = field(default_factory=list)
    guard: tuple[str, LocalSigner] | None = None
    units: list[str] = field(default_factory=list)  # registered and without a list yet
    uploads: list[Callable[[], Reply]] = field(
        default_factory=list
    )  # acknowledged ones, to be sent again in their order

    @property
    def ledger(self) -> Ledger:
        """Everybody's lists."""
        return self.wire.ledger

    def now(self) -> int:
        """The crew's present instant, epoch seconds."""
        return int(time.time() + self.skew_s)

    def pid_of(self, number: str) -> str:
        """A document's pid; the oracle takes it from here, since only the service's secret makes it."""
        from functions.shared.pids import pid_of  # noqa: PLC0415 - the environment names the secret

        return pid_of("resident-id", number)

    # ── phones ───────────────────────────────────────────────────────────────────────────────────────────────────
    def ask_as(self, one: Neighbour, path: str, body: dict[str, object], method: str = "POST") -> Reply:
        """Send a request as somebody's device; an old token is renewed, and then it is for the caller to try again."""
        proof = self._proof(one.device, path, token=one.token, method=method)
        reply = self.wire.ask(method, path, body, {"Authorization": f"DPoP {one.token}", "DPoP": proof})
        if reply.status == UNAUTHENTICATED:
            self._renew(one)
            raise Passing
        return reply

    def enrol(self, one: Neighbour, code: str) -> Reply:
        """Enrol somebody's phone with the code that was sent to it."""
        body = {"id_number": one.number, "name": "张小明", "phone": one.phone, "code": code}
        key = {"device_key": public(one.device), "proof": self._proof(one.device, "/people")}
        reply = self.wire.ask("POST", "/people", {**body, **key}, {})
        one.pid, one.token = reply.body["pid"], reply.body["token"]
        return reply

    def _renew(self, one: Neighbour) -> None:
        body = {"pid": one.pid, "device_key": public(one.device), "proof": self._proof(one.device, "/tokens")}
        reply = self.wire.ask("POST", "/tokens", body, {})
        if reply.ok:
            one.token = reply.body["token"]

    def _proof(self, key: LocalSigner, path: str, token: str | None = None, method: str = "POST") -> str:
        url, jti = self.stage.service.url + path, secrets.token_hex(8)
        return proofs.sign_dpop(key, method=method, url=url, at=self.now(), jti=jti, access_token=token)

    def own_check_ins(self, one: Neighbour) -> Reply:
        """Ask for somebody's own check-ins, as their page does."""
        return self.ask_as(one, "/me/checkins", {}, "GET")

    def check_in(self, one: Neighbour, visits: Sequence[Visit]) -> Reply:
        """Send up to 25 check-ins at once, as a phone does with what waited for a network."""
        acts = [{"venue": v.venue, "direction": v.direction, "at": told(v.at)} for v in visits]
        self.ledger.visits_sent.update(visits)
        reply = self.ask_as(one, "/checkins/batch", {"checkins": acts})
        for visit, result in zip(visits, reply.body.get("results", ()) if reply.ok else (), strict=False):
            if result["status"] in {200, 201}:
                self.ledger.visits_acked.add(visit)
            else:
                self.ledger.note_part(f"{result['status']} {result['cause']} (one of a batch)")
        return reply

    def fetch(self, one: Neighbour, holder: LocalSigner) -> Reply:
        """Fetch passes for a fresh key."""
        issued = Issued(one.pid, proofs.thumbprint(holder.public_jwk()))
        self.ledger.passes_sent.add(issued)
        body: dict[str, object] = {"key": public(holder), "proof": self._proof(holder, "/me/passes")}
        reply = self.ask_as(one, "/me/passes", body)
        if reply.ok:
            tokens = [each["token"] for each in reply.body["passes"]]
            self.ledger.passes_acked.update(dict.fromkeys(tokens, issued))
            if tokens:
                one.holder, one.passes = holder, tokens
        return reply

    # ── the laboratory, the units ────────────────────────────────────────────────────────────────────────────────
    def report(self, people: Sequence[Neighbour], tube: str, said: str, sampled_at: int, revision: int = 0) -> Reply:
        """Upload results of these people; the same tube with a greater revision corrects them.

        Sent again it is the same file, as a laboratory's is: when the samples were taken is told, and not taken from a clock.
        """
        taken = time.strftime("%Y-%m-%d %H:%M", time.gmtime(sampled_at + CHINA_S))
        rows = [
            f"{tube}{n:04d},{revision},居民身份证,{p.number},{taken},,{WORDS[said]},1,一号\n"
            for n, p in enumerate(people)
        ]
        lines = {
            Line(self.pid_of(p.number), self.town.lab, f"{tube}{n:04d}", revision, said) for n, p in enumerate(people)
        }
        self.ledger.lines_sent |= lines
        reply = self._upload("lab", self.town.lab, f"/labs/{self.town.lab}/results", "".join((HEADER, *rows)))
        if reply.ok:
            self.ledger.lines_acked |= lines
            self.uploads.append(partial(self.report, people, tube, said, sampled_at, revision))
        return reply

    def list_staff(self, unit: str, people: Sequence[Neighbour]) -> Reply:
        """Upload a unit's list whole."""
        rows = [f"张小明,{one.number},{one.phone}\n" for one in people]
        listed, sent = frozenset(self.pid_of(one.number) for one in people), self.ledger.lists_sent.setdefault(unit, [])
        if not sent or sent[-1] != listed:
            sent.append(listed)
        reply = self._upload("unit", unit, f"/units/{unit}/staff-list", "".join(("姓名,身份证号,手机\n", *rows)))
        if reply.ok:
            self.ledger.lists_acked[unit] = len(sent)
            self.uploads.append(partial(self.list_staff, unit, people))
        return reply

    def _upload(self, role: str, scope: str, path: str, text: str) -> Reply:
        token = self.stage.service.token(role, scope)
        reply = self.wire.ask("POST", f"{path}?format=csv", text.encode(), {"Authorization": f"Bearer {token}"})
        if reply.ok:
            self.ledger.jobs[reply.body["job"]] = token
        return reply

    # ── the guard ────────────────────────────────────────────────────────────────────────────────────────────────
    def on_duty(self) -> None:
        """Begin a shift by the crew's own clock: a token of another hour is none."""
        self.guard = self.town.guard(self.now())

    def shown(self, one: Neighbour, at: int) -> tuple[str, Scan]:
        """Return what a guard reads of somebody's newest pass at an instant, and what their device notes."""
        token = one.passes[0]
        proof = sign_proof(token, one.holder, issuer=self.stage.service.environment["EPIPASS_ISSUER"], at=at)
        return pack(token, proof), Scan(subject_of(token), at, "in")

    def verify(self, shown: tuple[str, Scan]) -> Reply:
        """Have the turnstile's guard ask for a verdict; a genuine pass makes a row too, of the server's own second."""
        token, device = self.guard or self.town.guard()
        headers = {"Authorization": f"DPoP {token}", "DPoP": self._proof(device, "/passes/verify", token=token)}
        try:
            reply = self.wire.ask("POST", "/passes/verify", {"presentation": shown[0]}, headers)
        finally:  # on a busy machine it is not the second in which the pass was shown
            seconds = range(shown[1].at, self.now() + 1)
            self.ledger.scans_sent.update(replace(shown[1], at=at) for at in seconds)
        if reply.ok and "scan" in reply.body:
            self.ledger.scans_acked[reply.body["scan"]] = shown[1]
        return reply

    def scan(self, shown: Sequence[tuple[str, Scan]]) -> Reply:
        """Send the guard's scans."""
        token, device = self.guard or self.town.guard()
        scans = [{"presentation": text, "direction": "in", "at": told(one.at)} for text, one in shown]
        self.ledger.scans_sent.update(one for _, one in shown)
        headers = {"Authorization": f"DPoP {token}", "DPoP": self._proof(device, "/scans", token=token)}
        reply = self.wire.ask("POST", "/scans", {"scans": scans}, headers)
        for (_, one), result in zip(shown, reply.body["results"] if reply.ok else (), strict=False):
            if "scan" in result:
                self.ledger.scans_acked[result["scan"]] = one
            else:
                self.ledger.note_part(f"scan {result['code']}")
        return reply


def gathered(stage: Stage, count: int) -> Crew:
    """Register a town, and enrol people who are entitled: in calm weather, over HTTP; at most 60, as an address may."""
    from drills.load import settle_jobs  # noqa: PLC0415 - which is built on this
    from functions.venues import service as venues  # noqa: PLC0415 - the environment names the tables

    town = Town(stage.service)
    crew = Crew(stage, town, Wire(stage.service.url, Ledger()), neighbours(count))
    crew.venues = [town.venue]
    for number in range(2):
        facts = venues.Facts(f"便利店{number}", AREA, "shop")
        crew.venues.append(venues.register(f"V-{secrets.token_hex(5)}", facts, crew.now())[0].venue)
    crew.units = [_unit(crew, number) for number in range(UNITS)]
    until = time.monotonic() + SETUP_S
    patiently(partial(crew.list_staff, town.unit, crew.people), until)
    settle_jobs(crew, until)
    sampled_at = crew.now() - 2 * HOUR_S
    patiently(partial(crew.report, crew.people, f"A{secrets.token_hex(3)}", "negative", sampled_at), until)
    settle_jobs(crew, until)
    for one in crew.people:
        patiently(partial(crew.wire.ask, "POST", "/codes", {"phone": one.phone}, {}), until)
    codes = town.codes()
    for one in crew.people:
        patiently(partial(crew.enrol, one, codes[one.phone]), until)
    demand(all(one.token for one in crew.people), "not everybody was enrolled: the drill would show nothing")
    crew.guard = town.guard()
    return crew


def _unit(crew: Crew, number: int) -> str:
    from functions.units import service as units  # noqa: PLC0415 - the environment names the tables

    unit = f"U-{secrets.token_hex(5)}"
    facts = units.Facts(
        f"第{number}食品厂", AREA, "food", "A3", "EPI-2026-0000001", "区指挥部", 1000, crew.now() + 90 * DAY_S
    )
    units.register(unit, facts, crew.now())
    return unit


def payload_of(token: str) -> dict[str, object]:
    """Return what a signed token says, unverified."""
    text = token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def place_of(token: str) -> tuple[str, str]:
    """Return the status list and the index that a pass names."""
    entry: Any = payload_of(token)["credentialStatus"]
    return str(entry["statusListCredential"]), str(entry["statusListIndex"])


def subject_of(token: str) -> str:
    """Return a pass's subject."""
    return str(payload_of(token)["sub"])
