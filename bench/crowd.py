"""The crowd of a morning rush: people with a device and a pass, and what their pages and the turnstiles ask."""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from bench.arrivals import Planned, raw
from bench.town import AREA, DAY_S, Neighbour, Town, public, told
from credentials import LocalSigner, pack, proofs, sign_proof
from infra.local import Service

HOUR_S: Final = 3_600
CHECKIN, LOOK, TOKEN, VERIFY = "check-in", "venue looked up", "token renewed", "pass verified"
# Of ten requests. A page that was open before asks for its check-in alone.
SHARES: Final = {CHECKIN: 6, LOOK: 2, TOKEN: 1, VERIFY: 1}
SHOWING: Final = 20  # people whose passes a turnstile sees


class Crowd:
    """A town in the morning; each check-in of it is somebody else's.

    Attributes:
        town: its unit, its venue, its gate.
        host: the HTTP server's `host:port`.
        people: everybody who was enrolled, by pid.
    """

    def __init__(self, service: Service, seed: int) -> None:
        from functions.venues import entrances  # noqa: PLC0415 - the environment names the tables

        self.town, self._service = Town(service), service
        self.people: dict[str, Neighbour] = {}
        self._acts: dict[str, str] = {}  # when each checked in, by pid
        self.host, self._chance = service.url.partition("//")[2], Random(seed)  # noqa: S311 - a drill's lot
        code = entrances.add_code(self.town.venue, "大门", int(time.time())).code
        self._code, (self._guard, self._turnstile) = code, self.town.guard()
        self._issuer = service.environment["EPIPASS_ISSUER"]
        self._showing = self._with_passes(SHOWING)

    def enrol(self, count: int) -> list[Neighbour]:
        """Write people as enrolling and a run leave them, and give each a token as a renewal does."""
        made = [somebody() for _ in range(count)]
        enrol(made, self.town.unit, int(time.time()))
        self.people |= {one.pid: one for one in made}
        return made

    def _with_passes(self, count: int) -> list[Neighbour]:
        """Enrol people, put them on their unit's list, and sign each a pass as fetching it does."""
        from functions.passes import issuing  # noqa: PLC0415 - the environment names the tables

        some, at = self.enrol(count), int(time.time())
        _list(self.town.unit, some, at)
        for one in some:
            key = public(one.holder)
            one.passes = [issuing.issue(one.pid, self.town.unit, key, proofs.thumbprint(key), at)]
        return some

    def plan(self, people: Sequence[Neighbour], due: Sequence[float], *, only: str = "") -> list[Planned]:
        """Return what arrives: a request at each instant of `due`, with everything that is signed made now.

        Args:
            people: one for each instant; who checks in is somebody else each time.
            due: seconds after the step's beginning.
            only: a kind of request, when everything is to be of it.
        """
        makers: dict[str, Callable[[Neighbour, float], bytes]] = {
            CHECKIN: self._check_in,
            LOOK: self._look,
            TOKEN: self._renew,
            VERIFY: self._verify,
        }
        kinds = self._chance.choices(tuple(SHARES), tuple(SHARES.values()), k=len(due))
        if only:
            kinds = [only] * len(due)
        arriving = zip(kinds, people, due, strict=True)
        return [Planned(at, makers[kind](one, at), kind, one.pid) for kind, one, at in arriving]

    def _check_in(self, one: Neighbour, due: float) -> bytes:
        # Sent again it is the same act, as a page's is: of another ten minutes it would be a second one.
        at = self._acts.setdefault(one.pid, told(int(time.time())))
        body = {"venue": self.town.venue, "direction": "in", "at": at, "code": self._code}
        return raw("POST", "/checkins", self.host, self._proved("/checkins", one.token, one.device, due), body)

    def _look(self, _one: Neighbour, _due: float) -> bytes:
        return raw("GET", f"/venue-codes/{self._code}", self.host, {})

    def _renew(self, one: Neighbour, due: float) -> bytes:
        body = {"pid": one.pid, "device_key": public(one.device), "proof": self._proof("/tokens", "", one.device, due)}
        return raw("POST", "/tokens", self.host, {}, body)

    def _verify(self, _one: Neighbour, due: float) -> bytes:
        shower = self._chance.choice(self._showing)
        pass_ = shower.passes[0]
        proof = sign_proof(pass_, shower.holder, issuer=self._issuer, at=int(time.time() + due))
        headers = self._proved("/passes/verify", self._guard, self._turnstile, due)
        return raw("POST", "/passes/verify", self.host, headers, {"presentation": pack(pass_, proof)})

    def _proved(self, path: str, token: str, key: LocalSigner, due: float) -> dict[str, str]:
        return {"Authorization": f"DPoP {token}", "DPoP": self._proof(path, token, key, due)}

    def _proof(self, path: str, token: str, key: LocalSigner, due: float) -> str:
        url, at = self._service.url + path, int(time.time() + due)
        return proofs.sign_dpop(
            key, method="POST", url=url, at=at, jti=secrets.token_hex(8), access_token=token or None
        )


def enrol(people: Sequence[Neighbour], unit: str, at: int) -> None:
    """Write people as enrolling and a run leave them, and give each a token."""
    from functions.matching.model import EntitlementRow  # noqa: PLC0415 - the environment names the tables
    from functions.people import service  # noqa: PLC0415 - the same
    from functions.people.model import Device, Person  # noqa: PLC0415 - the same

    with Person.batch_write() as persons, Device.batch_write() as devices, EntitlementRow.batch_write() as rights:
        for one in people:
            thumbprint = proofs.thumbprint(one.device.public_jwk())
            identity = service.Identity("resident-id", one.number, "张小明")
            persons.save(service._new_person(one.pid, identity, one.phone, None, at))  # noqa: SLF001 - the row alone
            devices.save(Device(one.pid, thumbprint, label="", added_at=at, used_at=at, ttl=at + DAY_S))
            row = EntitlementRow(one.pid, unit, unit=unit, ttl=at + 14 * DAY_S)
            row.verdict, row.cause = "eligible", "eligible"
            row.decided_at, row.sampled_at, row.expires_at = at - HOUR_S, at - 2 * HOUR_S, at + 20 * HOUR_S
            rights.save(row)
    renew(people, at)


def renew(people: Sequence[Neighbour], at: int) -> None:
    """Give each a token, good for a quarter of an hour."""
    from functions.keys import service as keys  # noqa: PLC0415 - the environment names the tables
    from functions.shared.config import settings  # noqa: PLC0415 - the same

    signer, issuer = keys.signer("token", at), settings().issuer
    for one in people:
        thumbprint = proofs.thumbprint(one.device.public_jwk())
        named = {"subject": one.pid, "role": "holder", "scope": one.pid, "device": thumbprint}
        one.token = proofs.issue_access_token(**named, issuer=issuer, signer=signer, at=at)


def _list(unit: str, people: Sequence[Neighbour], at: int) -> None:
    """Put a list of these people in force, as applying an upload does."""
    from functions.shared.transactions import transaction  # noqa: PLC0415 - the environment names the tables
    from functions.staff import service as staff  # noqa: PLC0415 - the same
    from functions.units import service as units  # noqa: PLC0415 - the same

    generation, ends_at = secrets.token_hex(16), at + 30 * DAY_S
    sealed = {one.pid: staff.seal(unit, one.pid, staff.Person("张小明", one.phone, "0000"), job="") for one in people}
    staff.write(unit, generation, [staff.Entry(pid, "", (), 0, text, at, "", ends_at) for pid, text in sealed.items()])
    with transaction() as together:
        units.move_to_generation(together, unit, base=None, generation=generation, replaced=None, at=at)


def somebody() -> Neighbour:
    """Invent somebody under a pid of nobody's."""
    one = Neighbour("1", "13800138000")
    one.pid = urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
    return one


def rows(service: Service) -> dict[tuple[str, str], str]:
    """Return every check-in that is stored, by its key, with its decision: read past the service, from the table."""
    from functions.checkins.model import CheckinRow  # noqa: PLC0415 - the environment names the tables

    pages = service.client("dynamodb").get_paginator("scan")
    asked = pages.paginate(TableName=str(CheckinRow.Meta.table_name), ConsistentRead=True)
    return {(row["pk"]["S"], row["sk"]["S"]): row["decision"]["S"] for page in asked for row in page["Items"]}


def counted(at: int) -> int:
    """Return how many check-ins the area's report tells in all, for a rush may go past midnight."""
    from functions.counters import reports  # noqa: PLC0415 - the environment names the tables
    from functions.shared.clock import china_day  # noqa: PLC0415 - the same

    return reports.report(AREA, china_day(at), at).own.cumulative.get("checkins", 0)
