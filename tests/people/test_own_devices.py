"""A person sees their devices by key and signs one out: at once, that one, and no other."""

from __future__ import annotations

from credentials import LocalSigner
from credentials.proofs import thumbprint
from functions.people import devices
from functions.people.model import Device
from functions.shared import clock
from functions.status import service as status
from functions.status.service import Slot
from tests.conftest import Http, Reply
from tests.people.test_enrolling import dpop, enrol, fetch, forget_limits, get_me, renew, signed_in
from tests.people.world import Someone, World, claims, public


def key_of(one: Someone) -> str:
    """The thumbprint of somebody's device."""
    return thumbprint(public(one.device))


def sign_out(http: Http, one: Someone, token: str, device: str) -> Reply:
    """Ask to sign a device out."""
    path = f"/me/devices/{device}"
    return http.request("DELETE", path, headers=dpop(http, one, token, "DELETE", path))


def two_phones(http: Http) -> tuple[Someone, str, Someone, str]:
    """A person with two devices, and a token of each."""
    one = Someone()
    first = signed_in(http, one)
    forget_limits(one, 0)
    other = Someone(one.name, one.number, one.phone)
    return one, first, other, signed_in(http, other)


def test_a_device_is_named_by_its_key(http: Http) -> None:
    """What a page shows of a device and what it asks to sign out are the same name."""
    one, token, other, _other_token = two_phones(http)
    shown = get_me(http, one, token).json()["devices"]
    assert {(device["device"], device["this"]) for device in shown} == {(key_of(one), True), (key_of(other), False)}


def test_a_signed_out_device_is_refused_at_once_and_the_other_stays(http: Http) -> None:
    """Its token would be good for minutes: neither it nor a renewal helps, on any of its routes."""
    one, token, other, other_token = two_phones(http)
    answer = sign_out(http, one, token, key_of(other))
    assert answer.status == 200, answer.body
    assert [device["device"] for device in answer.json()["devices"]] == [key_of(one)]
    for path in ("/me", "/me/checkins", "/me/lookups"):
        refused = http.get(path, headers=dpop(http, other, other_token, "GET", path))
        assert (refused.status, refused.json()["code"]) == (401, "device"), path
    assert (sign_out(http, other, other_token, key_of(one)).status, renew(http, other).json()["code"]) == (
        401,
        "device",
    )
    assert get_me(http, one, token).status == 200
    assert renew(http, one).status == 200


def test_the_same_again_is_answered_the_same(http: Http) -> None:
    """An answer that was lost is asked for again; what never was a device of theirs is not found."""
    one, token, other, _other_token = two_phones(http)
    first, again = (sign_out(http, one, token, key_of(other)) for _ in range(2))
    assert (again.status, again.json()) == (200, first.json())
    stranger = Someone()
    stranger_token = signed_in(http, stranger)
    for device in (key_of(stranger), "A" * 43):
        refused = sign_out(http, one, token, device)
        assert (refused.status, refused.json()["code"]) == (404, "no-device")
    assert get_me(http, stranger, stranger_token).status == 200


def test_a_phone_signs_itself_out_and_may_come_back(http: Http) -> None:
    """Before a phone is given away; enrolled again with a code it is a device like any other."""
    one = Someone()
    token = signed_in(http, one)
    assert sign_out(http, one, token, key_of(one)).json() == {"devices": []}
    assert get_me(http, one, token).status == 401
    forget_limits(one, 0)
    one.receive_code()
    assert get_me(http, one, enrol(http, one).json()["token"]).status == 200


def test_no_clock_brings_a_signed_out_device_back(http: Http) -> None:
    """A renewal that began elsewhere, by a clock some minutes slow, ends after the sign-out: it must not undo it."""
    one = Someone()
    signed_in(http, one)
    at = clock.now()
    assert devices.sign_out(one.pid, key_of(one), at)
    assert not devices.touch(one.pid, key_of(one), at - 600)
    assert devices.devices_of(one.pid, at - 600) == []
    assert Device.count(one.pid) == 1


def test_passes_stay_good(http: Http) -> None:
    """A lost phone's owner is not kept from work by it: what was fetched stands until it ends or is withdrawn."""
    world = World().approve()
    one, token, other, other_token = two_phones(http)
    world.list_people(one)
    assert world.result(one) == "eligible"
    [held] = fetch(http, other, other_token, LocalSigner.generate()).json()["passes"]
    assert sign_out(http, one, token, key_of(other)).status == 200
    entry = claims(held["token"])["credentialStatus"]
    slot = Slot(entry["statusListCredential"].rpartition("/")[2], int(entry["statusListIndex"]))
    assert not status.is_withdrawn(slot)
    assert len(fetch(http, one, token, LocalSigner.generate()).json()["passes"]) == 1
