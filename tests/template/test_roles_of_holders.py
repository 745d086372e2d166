"""The roles grant what the holder's and the guard's pages ask for: requests go through the deployed functions."""

from __future__ import annotations

import pytest

from credentials import LocalSigner
from credentials.proofs import sign_dpop
from functions.people.model import Device
from functions.shared import clock
from functions.shared.config import settings
from functions.venues import entrances
from functions.venues import service as venues
from functions.venues.policy import Policy
from infra.local import Service
from tests.conftest import Http
from tests.door.world import fresh, give_pass, new_pid, open_door
from tests.lookups.test_lookups import give
from tests.people.world import Someone, World
from tests.template.test_roles import through_functions

__all__ = ["through_functions"]  # the fixture
pytestmark = pytest.mark.usefixtures("engine")


def test_a_check_in_its_receipt_and_who_looked_go_through_under_the_roles(through_functions: Http) -> None:
    """Checked in, scanned, assisted, read back, a device signed out: each by the function that may."""
    http, door, pid, at = through_functions, open_door(), new_pid(), clock.now()
    venues.set_policy(door.venue, Policy(pass_required=False, temperature=True), at)
    poster = entrances.address(door.venue, entrances.add_code(door.venue, "东门", at).code)
    holder, guard = http.token("holder", pid), http.token("guard", door.gate)
    body = {"venue": door.venue, "direction": "in", "at": clock.rfc3339(at), "code": poster, "party": 2}
    made = http.post("/checkins", body, token=holder)
    assert (made.status, made.json()["entrance"]) == (201, "东门"), made.body
    assert len(made.json()["receipt"]["marks"]) == 10
    own = http.get("/me/checkins", token=holder)
    assert (own.status, len(own.json()["checkins"])) == (200, 1), own.body
    held = give_pass(at - 600)
    give(pid, held)
    scanned = {"presentation": held.shown(at), "direction": "in", "at": clock.rfc3339(at), "temperature_c": 36.6}
    assert http.post("/scans", {"scans": [scanned]}, token=guard).json()["results"][0]["scan"]
    number = fresh("SPECIMEN").upper().replace("-", "")
    assisted = {"id_number": number, "id_type": "sailor", "direction": "in", "at": clock.rfc3339(at)}
    assert http.post(f"/venues/{door.venue}/assisted-checkins", assisted, token=guard).status == 201
    looked = http.get("/me/lookups", token=holder)
    # A write that is not granted is swallowed at the door, so the look itself must be there.
    assert [one["kind"] for one in looked.json()["lookups"]] == ["scan"], looked.body
    Device(pid, "k" * 43, label="d", added_at=at, used_at=at, ttl=at + 3600).save()
    out = http.request("DELETE", f"/me/devices/{'k' * 43}", token=holder)
    assert (out.status, out.json()) == (200, {"devices": []}), out.body


def test_a_shift_gets_its_seeds_under_the_public_role(through_functions: Http) -> None:
    """The function that begins shifts may open the receipts' secret."""
    door, key = open_door(), LocalSigner.generate()
    path = f"/gates/{door.gate}/shifts"
    proof = sign_dpop(key, method="POST", url=settings().gate_url + path, at=clock.now(), jti=fresh("jti"))
    begun = through_functions.post(path, {"code": door.code}, headers={"DPoP": proof})
    assert begun.status == 201, begun.body
    assert begun.json()["receipts"]["blocks"]


def test_a_print_is_noted_under_the_desks_role(through_functions: Http, engine: Service) -> None:
    """No paper leaves without its lookup, so the desk must be able to write one."""
    from functions.passes.refs import ref_of  # noqa: PLC0415 - only once the engine's secrets are known

    world, one = World().approve(), Someone()
    world.list_people(one, phone="")
    assert world.result(one) == "eligible"
    path = f"/units/{world.unit}/people/{ref_of(world.unit, one.pid)}/printed?format=url"
    printed = through_functions.post(path, {"reason": "没有手机"}, token=engine.token("unit", world.unit))
    assert printed.status == 201, printed.body
