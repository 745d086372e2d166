"""Gates and shifts on the embedded engine: one device a shift, twelve hours, ended by its manager at once."""

from __future__ import annotations

from typing import Any

import pytest

from credentials import LocalSigner
from credentials.proofs import sign_dpop
from functions.gates import service
from functions.gates.rules import MAX_SHIFTS, SHIFT_S
from functions.shared import clock
from functions.shared.callers import Caller
from functions.shared.config import settings
from functions.shared.problems import Conflict, Forbidden, NotFound, TooMany
from functions.venues import service as venues
from functions.venues.policy import Policy
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.door.world import Door, device_of, fresh, open_door, open_venue

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()


def begin(door: Door, key: LocalSigner, body: dict[str, Any], **changed: Any) -> Reply:
    """Ask for a shift with a proof by the device's key."""
    path = f"/gates/{door.gate}/shifts"
    facts = {"method": "POST", "url": settings().api_url + path, "at": clock.now(), "jti": fresh("jti"), **changed}
    return call("POST", path, body, headers={"DPoP": sign_dpop(key, **facts)})


def test_the_code_opens_a_shift_of_twelve_hours_for_one_device() -> None:
    """The same device asking again is in the same shift; another device needs the code too."""
    door = open_door()
    shift = service.open_shift(door.gate, door.code, "device-1", "旧手机", AT)
    assert (shift.started_at, shift.ends_at) == (AT, AT + SHIFT_S)
    assert service.open_shift(door.gate, door.code.upper(), "device-1", "", AT + 60) == shift
    assert service.open_shift(door.gate, "", "device-1", "", AT + 60) == shift
    with pytest.raises(Forbidden):
        service.open_shift(door.gate, "", "device-2", "", AT + 60)
    with pytest.raises(Forbidden):
        service.open_shift(door.gate, "wrong", "device-1", "", AT + 60)


def test_a_shift_begins_with_what_is_asked_here_and_around() -> None:
    """The venue's own rules first, then those of what it lies in: what a page needs to decide as the service does."""
    door, tower = open_door(), open_venue(policy=Policy(oldest_test_s=3600))
    venues.register(door.venue, venues.Facts("店", door.area, parent=tower), AT)
    begun = begin(door, LocalSigner.generate(), {"code": door.code})
    assert begun.status == 201, begun.body
    told = begun.json()["policy"]
    assert [(one["venue"], one["open"]) for one in told] == [(door.venue, True), (tower, True)]
    assert told[1]["policy"]["oldest_test_s"] == 3600


def test_a_gate_that_is_not_there_answers_as_a_wrong_code() -> None:
    """Whoever tries codes learns nothing from how they are refused."""
    door = open_door()
    told = []
    for gate in (door.gate, fresh("G")):
        with pytest.raises(Forbidden) as refused:
            service.open_shift(gate, "aaaa-aaaa-aaaa-aaaa", "device", "", AT)
        told.append((refused.value.code, refused.value.detail))
    assert told[0] == told[1]


def test_a_shift_ends_and_another_begins() -> None:
    """After twelve hours the code is asked for again, and a new shift of the same device stands."""
    door = open_door()
    service.open_shift(door.gate, door.code, "device", "", AT)
    with pytest.raises(Forbidden):
        service.open_shift(door.gate, "", "device", "", AT + SHIFT_S)
    again = service.open_shift(door.gate, door.code, "device", "", AT + SHIFT_S)
    assert again.started_at == AT + SHIFT_S


def test_a_new_code_ends_the_old_one_and_no_shift() -> None:
    """Whoever guards goes on; who only heard the old code does not begin."""
    door = open_door()
    shift = service.open_shift(door.gate, door.code, "device", "", AT)
    code = service.new_code(door.gate)
    assert service.open_shift(door.gate, "", "device", "", AT) == shift
    with pytest.raises(Forbidden):
        service.open_shift(door.gate, door.code, "other", "", AT)
    service.open_shift(door.gate, code, "other", "", AT)


def test_a_revoked_device_guards_no_more_and_stays_out() -> None:
    """Its next request is refused, whatever token it holds; the code does not help it until the shift would end."""
    door = open_door()
    service.open_shift(door.gate, door.code, "device", "", AT)
    guard = Caller("guard", door.gate, "g", "device")
    assert service.require_shift(guard, AT).gate == door.gate
    assert service.revoke(door.gate, "device", AT + 10).revoked_at == AT + 10
    assert service.revoke(door.gate, "device", AT + 20).revoked_at == AT + 10
    with pytest.raises(Forbidden):
        service.require_shift(guard, AT + 10)
    with pytest.raises(Forbidden):
        service.open_shift(door.gate, door.code, "device", "", AT + 20)
    assert service.open_shift(door.gate, door.code, "device", "", AT + SHIFT_S).stands(AT + SHIFT_S)
    with pytest.raises(NotFound):
        service.revoke(door.gate, "nobody's", AT)


def test_a_guard_has_one_gate() -> None:
    """A shift at one gate is none at another, nor is a device that never began one."""
    door, other = open_door(), open_door()
    service.open_shift(door.gate, door.code, "device", "", AT)
    for caller in (Caller("guard", other.gate, "g", "device"), Caller("guard", door.gate, "g", "other")):
        with pytest.raises(Forbidden):
            service.require_shift(caller, AT)


def test_a_gate_has_room_for_twenty_devices_and_none_in_a_closed_venue() -> None:
    """A flood of devices is no shift change; a closed venue needs no guard."""
    door = open_door()
    for number in range(MAX_SHIFTS):
        service.open_shift(door.gate, door.code, f"device-{number}", "", AT)
    with pytest.raises(TooMany):
        service.open_shift(door.gate, door.code, "one-more", "", AT)
    closed = open_door()
    venues.decide(closed.venue, "close", "停业", AT)
    with pytest.raises(Conflict):
        service.open_shift(closed.gate, closed.code, "device", "", AT)


def test_a_gates_id_is_one_venues() -> None:
    """Another venue can't take a gate over; its own may rename it."""
    door, other = open_door(), open_venue()
    renamed, new = service.put_gate(door.gate, door.venue, "西门", "out")
    assert (renamed.name, renamed.direction, new) == ("西门", "out", False)
    assert service.gate(door.gate, AT) == renamed
    with pytest.raises(Conflict):
        service.put_gate(door.gate, other, "西门", "in")
    assert [gate.gate for gate in service.of_venue(door.venue)] == [door.gate]


def test_a_shift_by_http_gives_a_token_that_only_its_device_can_use(engine: Service) -> None:
    """RFC 9449: without a proof by the shift's own key the token is worth nothing."""
    door, key, thief = open_door(), LocalSigner.generate(), LocalSigner.generate()
    begun = begin(door, key, {"code": door.code, "label": "旧手机"})
    assert begun.status == 201, begun.body
    token = begun.json()["token"]
    path, url = "/scans", settings().gate_url + "/scans"
    body = {"scans": [{"presentation": "x", "direction": "in", "at": clock.rfc3339(clock.now())}]}
    for signer, status in ((key, 200), (thief, 401)):
        proof = sign_dpop(signer, method="POST", url=url, at=clock.now(), jti=fresh("jti"), access_token=token)
        sent = call("POST", path, body, headers={"Authorization": f"DPoP {token}", "DPoP": proof})
        assert sent.status == status, sent.body
    manager = engine.token("venue", door.venue)
    listed = call("GET", f"/gates/{door.gate}/shifts", token=manager).json()["shifts"]
    assert [(one["device"], one["label"], one["stands"]) for one in listed] == [(device_of(key), "旧手机", True)]
    ended = call("POST", f"/gates/{door.gate}/shifts/{device_of(key)}/revocation", token=manager)
    assert ended.json()["stands"] is False
    proof = sign_dpop(key, method="POST", url=url, at=clock.now(), jti=fresh("jti"), access_token=token)
    sent = call("POST", path, body, headers={"Authorization": f"DPoP {token}", "DPoP": proof})
    assert (sent.status, sent.json()["code"]) == (403, "shift")


def test_a_standing_shift_renews_its_token_by_the_key_alone() -> None:
    """Every fifteen minutes the page proves its key; nobody types the code again."""
    door, key = open_door(), LocalSigner.generate()
    first = begin(door, key, {"code": door.code}).json()
    again = begin(door, key, {})
    assert again.status == 201
    assert again.json()["ends_at"] == first["ends_at"]
    assert begin(door, LocalSigner.generate(), {}).status == 403


@pytest.mark.parametrize(
    "changed",
    [{"at": AT - 600}, {"method": "GET"}, {"url": "https://elsewhere.example/gates/x/shifts"}],
    ids=["stale", "method", "address"],
)
def test_a_proof_for_something_else_begins_no_shift(changed: dict[str, Any]) -> None:
    """A proof is for one method and address, and for a minute."""
    door = open_door()
    assert begin(door, LocalSigner.generate(), {"code": door.code}, **changed).status == 401


def test_a_manager_makes_gates_and_codes_of_their_venue_only(engine: Service) -> None:
    """The code is shown once; the gate's record says only that there is one."""
    venue, other = open_venue(), open_venue()
    manager, gate = engine.token("venue", venue), fresh("G")
    assert call("PUT", f"/gates/{gate}", {"venue": venue, "name": "东门"}, token=manager).status == 201
    assert call("PUT", f"/gates/{gate}", {"venue": venue, "name": "东门"}, token=manager).status == 200
    assert call("PUT", f"/gates/{gate}", {"venue": other, "name": "东门"}, token=manager).status == 403
    listed = call("GET", f"/venues/{venue}/gates", token=manager).json()["gates"]
    assert [one["has_code"] for one in listed] == [False]
    code = call("POST", f"/gates/{gate}/code", token=manager).json()["code"]
    listed = call("GET", f"/venues/{venue}/gates", token=manager).json()["gates"]
    assert listed[0]["has_code"]
    assert code not in str(listed)
    service.open_shift(gate, code, "device", "", AT)
    assert call("POST", f"/gates/{gate}/code", token=engine.token("venue", other)).status == 403
    assert call("POST", f"/gates/{fresh('G')}/code", token=manager).status == 403  # as another's
