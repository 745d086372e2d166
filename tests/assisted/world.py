"""People without a phone, and who acts for them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.shared import clock
from functions.shared.callers import Caller
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.door.world import Door
from tests.main_job.district import id_number, new_serial

COMMUNITY = "990101001001"


@dataclass(frozen=True)
class Elder:
    """Somebody with a document and no phone."""

    name: str = "王秀英"
    number: str = field(default_factory=lambda: id_number(new_serial()))

    @property
    def tail(self) -> str:
        """The last four characters of the document."""
        return self.number[-4:]


def guard_of(door: Door, device: str = "") -> Caller:
    """A guard at a door, on a device."""
    return Caller("guard", door.gate, f"{door.gate}.{device[:12]}", device)


def client() -> str:
    """An id of a request, as a page makes one."""
    return uuid.uuid4().hex


def make_card(engine: Service, person: Elder, *, form: str = "", scope: str = COMMUNITY, **said: Any) -> Reply:
    """Ask for a card as the community's officer does."""
    body = {"id_number": person.number, "name": person.name, "client": client(), **said}
    return call("POST", f"/cards{form}", body, token=engine.token("officer", scope))


def end_card(engine: Service, *, scope: str = COMMUNITY, **said: Any) -> Reply:
    """Ask that a card be ended."""
    return call("POST", "/cards/revocation", {"client": client(), **said}, token=engine.token("officer", scope))


def assist(engine: Service, door: Door, said: Mapping[str, Any], *, role: str = "guard", subject: str = "") -> Reply:
    """Send an assisted check-in of now, as somebody at a door does."""
    scope = {"guard": door.gate, "venue": door.venue, "officer": door.area}[role]
    body = {"direction": "in", "at": clock.rfc3339(clock.now()), **said}
    token = engine.token(role, scope, subject=subject) if subject else engine.token(role, scope)
    return call("POST", f"/venues/{door.venue}/assisted-checkins", body, token=token)


def known(engine: Service, door: Door, tail: str, *, subject: str = "") -> Reply:
    """Ask who is known at a door."""
    token = engine.token("guard", door.gate, subject=subject) if subject else engine.token("guard", door.gate)
    return call("POST", f"/venues/{door.venue}/known-people", {"tail": tail}, token=token)
