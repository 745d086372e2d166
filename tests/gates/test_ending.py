"""A guard ends the shift on their own device; another begins with the code, unless the manager revoked it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest

from credentials import LocalSigner
from credentials.proofs import sign_dpop
from functions.gates import service
from functions.gates.rules import MAX_SHIFTS, SHIFT_S, Shift
from functions.shared import clock
from functions.shared.callers import Caller
from functions.shared.config import settings
from functions.shared.problems import Forbidden, NotFound, TooMany
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.door.world import Door, device_of, fresh, open_door

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()


def ask(key: LocalSigner, method: str, path: str, body: Mapping[str, Any] | None = None, token: str = "") -> Reply:
    """Send a request of a bound device: the token, when it has one, and a proof of its key."""
    proof = sign_dpop(
        key,
        method=method,
        url=settings().api_url + path,
        at=clock.now(),
        jti=fresh("jti"),
        **({"access_token": token} if token else {}),
    )
    bound = {"Authorization": f"DPoP {token}"} if token else {}
    return call(method, path, body, headers={"DPoP": proof, **bound})


def begin(door: Door, key: LocalSigner) -> str:
    """Begin a shift with the gate's code; returns its token."""
    begun = ask(key, "POST", f"/gates/{door.gate}/shifts", {"code": door.code, "label": "旧手机"})
    assert begun.status == 201, begun.body
    return str(begun.json()["token"])


def test_a_shift_ended_is_over_and_another_begins_with_the_code() -> None:
    """It is not revoked: the device is welcome again, at once, and only with the code."""
    door = open_door()
    service.open_shift(door.gate, door.code, "device", "", AT)
    ended = service.end(door.gate, "device", AT + 10)
    assert (ended.ends_at, ended.revoked_at, ended.stands(AT + 10)) == (AT + 10, None, False)
    with pytest.raises(Forbidden):
        service.require_shift(Caller("guard", door.gate, "g", "device"), AT + 10)
    with pytest.raises(Forbidden):
        service.open_shift(door.gate, "", "device", "", AT + 10)
    again = service.open_shift(door.gate, door.code, "device", "", AT + 10)
    assert (again.started_at, again.ends_at) == (AT + 10, AT + 10 + SHIFT_S)


def test_ending_again_changes_nothing() -> None:
    """A lost answer is asked for again; the end stays where it was, also once the twelve hours are over."""
    door = open_door()
    service.open_shift(door.gate, door.code, "device", "", AT)
    ended = service.end(door.gate, "device", AT + 10)
    assert service.end(door.gate, "device", AT + 99) == ended
    service.open_shift(door.gate, door.code, "other", "", AT)
    assert service.end(door.gate, "other", AT + SHIFT_S + 5).ends_at == AT + SHIFT_S
    with pytest.raises(NotFound):
        service.end(door.gate, "nobody's", AT)


@pytest.mark.parametrize("acts", list(permutations(("end", "revoke"))), ids="-".join)
def test_a_revoked_device_stays_out_however_its_shift_ended(acts: tuple[str, ...]) -> None:
    """A guard who ends the shift before or after its revocation can't begin another within its twelve hours."""
    door = open_door()
    service.open_shift(door.gate, door.code, "device", "", AT)
    for second, act in enumerate(acts, start=10):
        {"end": service.end, "revoke": service.revoke}[act](door.gate, "device", AT + second)
    for at in (AT + 20, AT + SHIFT_S - 1):
        with pytest.raises(Forbidden) as refused:
            service.open_shift(door.gate, door.code, "device", "", at)
        assert refused.value.code == "revoked"
    assert service.open_shift(door.gate, door.code, "device", "", AT + SHIFT_S).stands(AT + SHIFT_S)


def test_an_ended_shift_makes_room_for_another_device() -> None:
    """Twenty standing shifts are the limit, and one that was ended does not stand."""
    door = open_door()
    for number in range(MAX_SHIFTS):
        service.open_shift(door.gate, door.code, f"device-{number}", "", AT)
    with pytest.raises(TooMany):
        service.open_shift(door.gate, door.code, "one-more", "", AT + 10)
    service.end(door.gate, "device-7", AT + 10)
    assert service.open_shift(door.gate, door.code, "one-more", "", AT + 10).stands(AT + 10)


def test_a_revocation_in_the_moment_of_a_new_shift_is_not_written_over() -> None:
    """Whoever began to open a shift before the manager's click finds it when writing, and stays out."""
    door = open_door()
    service.open_shift(door.gate, door.code, "device", "", AT)
    service.end(door.gate, "device", AT + 10)
    service.revoke(door.gate, "device", AT + 11)
    with pytest.raises(Forbidden) as refused:
        service._put(Shift(door.gate, "device", "", AT + 11, AT + 11 + SHIFT_S), AT + 11)
    assert refused.value.code == "revoked"
    assert [shift.revoked_at for shift in service.shifts(door.gate, AT + 11)] == [AT + 11]


def test_a_guard_ends_their_own_shift_by_http_and_the_manager_sees_it(engine: Service) -> None:
    """The same answer twice; the token is worth nothing after; the label stays for the manager to know the phone by."""
    door, key = open_door(), LocalSigner.generate()
    token, path = begin(door, key), f"/gates/{door.gate}/shifts/{device_of(key)}"
    ended = ask(key, "DELETE", path, token=token)
    assert (ended.status, ended.json()["stands"], "revoked_at" in ended.json()) == (200, False, False)
    again = ask(key, "DELETE", path, token=token)
    assert (again.status, again.json()) == (200, ended.json())
    scan = {"scans": [{"presentation": "x", "direction": "in", "at": clock.rfc3339(clock.now())}]}
    refused = ask(key, "POST", "/scans", scan, token)
    assert (refused.status, refused.json()["code"]) == (403, "shift")
    listed = call("GET", f"/gates/{door.gate}/shifts", token=engine.token("venue", door.venue)).json()["shifts"]
    assert [(one["device"], one["label"], one["stands"]) for one in listed] == [(device_of(key), "旧手机", False)]
    begin(door, key)


def test_nobody_ends_another_devices_shift_nor_at_another_gate() -> None:
    """Two guards at one gate do not end each other's shifts; that is for the manager, who revokes."""
    door, other, mine, theirs = open_door(), open_door(), LocalSigner.generate(), LocalSigner.generate()
    token = begin(door, mine)
    begin(door, theirs)
    colleague = ask(mine, "DELETE", f"/gates/{door.gate}/shifts/{device_of(theirs)}", token=token)
    assert (colleague.status, colleague.json()["code"]) == (403, "device")
    elsewhere = ask(mine, "DELETE", f"/gates/{other.gate}/shifts/{device_of(mine)}", token=token)
    assert (elsewhere.status, elsewhere.json()["code"]) == (403, "scope")
    assert all(shift.stands(clock.now()) for shift in service.shifts(door.gate, clock.now()))
