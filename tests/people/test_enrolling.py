"""Over HTTP: a code, a device, a token, a status, a pass; and every refusal on the way."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from credentials import UNCHECKED, LocalSigner, Verifier, sign_proof
from credentials.proofs import thumbprint
from functions.keys import service as keys
from functions.people import codes, devices, rules
from functions.people.model import Code, Device, Person
from functions.shared import clock
from infra.local.messages import messages
from tests.conftest import Http, Reply
from tests.people.world import CODE, Someone, World, claims, proof, public

WORD = "https://pass.example.gov"


def enrol(http: Http, one: Someone, **changed: object) -> Reply:
    """Post what the person's page posts."""
    return http.post("/people", one.body(http.url, **changed))


def signed_in(http: Http, one: Someone) -> str:
    """Enrol and return the device's token."""
    one.receive_code()
    answer = enrol(http, one)
    assert answer.status == 201, answer.body
    assert answer.json()["pid"] == one.pid
    return str(answer.json()["token"])


def dpop(http: Http, one: Someone, token: str, method: str, path: str) -> dict[str, str]:
    """Return the headers of a device's request."""
    made = proof(one.device, http.url + path, method=method, token=token)
    return {"Authorization": f"DPoP {token}", "DPoP": made}


def get_me(http: Http, one: Someone, token: str) -> Reply:
    """Ask for the person's own status."""
    return http.get("/me", headers=dpop(http, one, token, "GET", "/me"))


def fetch(http: Http, one: Someone, token: str, fresh: LocalSigner, **changed: object) -> Reply:
    """Fetch passes for a fresh key."""
    body = {"key": public(fresh), "proof": proof(fresh, http.url + "/me/passes"), **changed}
    return http.post("/me/passes", body, headers=dpop(http, one, token, "POST", "/me/passes"))


def test_a_code_reaches_the_phone_and_enrols(http: Http) -> None:
    """The whole way, with the code as the phone shows it: 202, 201, and a pass a stranger's verifier accepts live."""
    world, one = World().approve(), Someone()
    world.list_people(one)
    assert world.result(one) == "eligible"
    asked = http.post("/codes", {"phone": one.phone})
    assert (asked.status, asked.json()) == (202, {"valid_s": 600})
    texts = [message.text for message in messages(http_engine(http)) if message.phone == "+86" + one.phone]
    code = next(word for word in texts[-1].replace(",", " ").split() if word.isdigit() and len(word) == 6)
    answer = enrol(http, one, code=code)
    assert answer.status == 201, answer.body
    token, key = answer.json()["token"], LocalSigner.generate()
    passes = fetch(http, one, token, key).json()["passes"]
    assert len(passes) == 1
    digits_key, at = keys.key_set(clock.now()), clock.now()
    presented = passes[0]["token"] + "~" + sign_proof(passes[0]["token"], key, issuer=WORD, at=at)
    verified = Verifier(digits_key, issuer=WORD).verify_presentation(presented, at=at, status=UNCHECKED)
    assert verified.live
    assert fetch(http, one, token, key).json()["passes"] == passes


def http_engine(http: Http) -> str:
    """Return the engine's address, as this process's environment names it."""
    assert http.url
    return os.environ["AWS_ENDPOINT_URL"]


def test_the_status_names_its_cause_and_what_to_do(http: Http) -> None:
    """Anybody may enrol; nobody's list means `not-listed`; a unit, a test, a positive follow one another."""
    world, one = World().approve(), Someone()
    token = signed_in(http, one)
    me = get_me(http, one, token).json()
    assert (me["name"], me["units"]) == ("张*明", [])
    assert "list" in me["what_to_do"]["en"]
    world.list_people(one)
    world.result(one)
    [unit] = get_me(http, one, token).json()["units"]
    assert (unit["state"], unit["cause"], unit["unit"]) == ("entitled", "", world.unit)
    key = LocalSigner.generate()
    assert len(fetch(http, one, token, key).json()["passes"]) == 1
    assert get_me(http, one, token).json()["units"][0]["state"] == "issued"
    world.result(one, "positive", hours=1)
    [unit] = get_me(http, one, token).json()["units"]
    assert (unit["state"], unit["cause"]) == ("withdrawn", "positive")
    assert unit["what_to_do"]["zh"]
    assert fetch(http, one, token, LocalSigner.generate()).json()["passes"] == []
    refused = fetch(http, one, token, LocalSigner.generate(), unit=world.unit)
    assert (refused.status, refused.json()["code"]) == (409, "positive")
    assert fetch(http, one, token, key, unit="U-elsewhere").json()["code"] == "not-listed"


def test_a_listed_person_waits_when_the_list_has_another_phone(http: Http) -> None:
    """Whoever knows an id number but holds another phone gets no device, no token, no status."""
    world, one = World().approve(), Someone()
    world.list_people(one, phone="13900000001")
    one.receive_code()
    answer = enrol(http, one)
    assert (answer.status, answer.json()["code"]) == (409, "phone-differs")
    assert Person.find(one.pid, at=clock.now()) is None


def test_a_list_that_comes_later_with_another_phone_tells_nothing(http: Http) -> None:
    """Somebody enrolled early under another's document sees that it waits, and neither cause nor pass."""
    world, intruder = World().approve(), Someone()
    token = signed_in(http, intruder)
    world.list_people(intruder, phone="13900000002")
    world.result(intruder, "positive", hours=3)
    [unit] = get_me(http, intruder, token).json()["units"]
    assert (unit["state"], unit["cause"], unit.get("sampled_at")) == ("not-eligible", "phone-differs", None)
    assert fetch(http, intruder, token, LocalSigner.generate(), unit=world.unit).json()["code"] == "phone-differs"


def test_who_a_list_vouches_for_takes_the_place_of_who_none_does(http: Http) -> None:
    """The intruder of above loses the place to the person whom the list means, devices and all."""
    world, intruder = World().approve(), Someone()
    signed_in(http, intruder)
    real = Someone(name=intruder.name, number=intruder.number)
    world.list_people(real)
    token = signed_in(http, real)
    assert len(get_me(http, real, token).json()["devices"]) == 1
    assert renew(http, intruder).json()["code"] == "device"
    again = Someone(name=real.name, number=real.number)
    again.receive_code()
    assert enrol(http, again).json()["code"] == "phone-differs"


def renew(http: Http, one: Someone, **changed: object) -> Reply:
    """Ask for a fresh token."""
    body = {"pid": one.pid, "device_key": public(one.device), "proof": proof(one.device, http.url + "/tokens")}
    return http.post("/tokens", {**body, **changed})


def test_three_devices_and_not_four(http: Http) -> None:
    """A fourth is refused, unless it asks to replace the one used longest ago; the refused code is still good."""
    owner = Someone()
    for n in range(rules.DEVICES):
        signed_in(http, Someone(owner.name, owner.number, owner.phone))
        forget_limits(owner, n)
    fourth = Someone(owner.name, owner.number, owner.phone)
    fourth.receive_code()
    refused = enrol(http, fourth)
    assert (refused.status, refused.json()["code"]) == (409, "devices")
    assert enrol(http, fourth, replace_oldest=True).status == 201
    thumbprints = {row.thumbprint for row in Device.query(owner.pid)}
    assert len(thumbprints) == rules.DEVICES
    assert thumbprint(public(fourth.device)) in thumbprints


def forget_limits(one: Someone, n: int) -> None:
    """Take away the count of codes, as ten minutes would."""
    for row in Code.query(codes.phone_hash(one.phone)):
        if row.purpose.startswith("limit"):
            row.delete()
    assert n < 9


def test_devices_enrolled_at_once_are_still_three(http: Http) -> None:
    """Six devices of one person in the same moment: three stand, whoever was first."""
    owner = Someone()
    signed_in(http, owner)
    person = Person.find(owner.pid, at=clock.now())
    assert person is not None

    def add(n: int) -> bool:
        fresh = Person.find(owner.pid, at=clock.now())
        assert fresh is not None
        held = devices.devices_of(owner.pid, clock.now())
        if len(held) >= rules.DEVICES:
            return False
        seen = int(fresh.turn)
        fresh.turn = seen + 1
        device = Device(owner.pid, f"key-{n}", label="d", added_at=1, used_at=1, ttl=clock.now() + 60)
        return devices.admit(fresh, device, [], seen_turn=seen)

    with ThreadPoolExecutor(6) as pool:
        for _ in range(4):
            list(pool.map(add, range(6)))
    assert len(devices.devices_of(owner.pid, clock.now())) == rules.DEVICES


def test_a_device_renews_its_token_and_only_its_own(http: Http) -> None:
    """A fresh token for the enrolled key; another key, another pid, a stale or foreign proof get none."""
    one, other = Someone(), Someone()
    signed_in(http, one)
    answer = renew(http, one)
    assert answer.status == 200
    assert claims(answer.json()["token"])["exp"] - claims(answer.json()["token"])["iat"] == 900
    assert get_me(http, one, answer.json()["token"]).status == 200
    stranger = LocalSigner.generate()
    late = proof(one.device, http.url + "/tokens", at=clock.now() - 120)
    elsewhere = proof(one.device, http.url + "/people")
    for changed, code in (
        ({"pid": other.pid}, "device"),
        ({"device_key": public(stranger), "proof": proof(stranger, http.url + "/tokens")}, "device"),
        ({"device_key": public(stranger)}, "proof"),
        ({"proof": late}, "proof"),
        ({"proof": elsewhere}, "proof"),
        ({"proof": "x.y.z"}, "proof"),
    ):
        refused = renew(http, one, **changed)
        assert (refused.status, refused.json()["code"]) == (401, code)


def test_an_unused_device_lapses(http: Http) -> None:
    """Thirty days after its last use a device is none, even while its row is still there."""
    one = Someone()
    signed_in(http, one)
    for row in Device.query(one.pid):
        row.update(actions=[Device.ttl.set(clock.now())])
    assert renew(http, one).json()["code"] == "device"


def test_a_token_is_of_no_use_without_its_key(http: Http) -> None:
    """A stolen token with a proof by another key, or none, or as a bearer token, is refused."""
    one, thief = Someone(), Someone()
    token = signed_in(http, one)
    for headers in (
        dpop(http, thief, token, "GET", "/me"),
        {"Authorization": f"DPoP {token}"},
        {"Authorization": f"Bearer {token}"},
    ):
        assert http.get("/me", headers=headers).status == 401


def test_a_pass_is_bound_only_to_a_key_that_is_proved(http: Http) -> None:
    """The fresh key's own proof is needed: by another key, or a stale one, nothing is signed."""
    one = Someone()
    token = signed_in(http, one)
    key, other = LocalSigner.generate(), LocalSigner.generate()
    for changed in (
        {"proof": proof(other, http.url + "/me/passes")},
        {"proof": proof(key, http.url + "/me/passes", at=clock.now() - 300)},
        {"key": {**public(key), "x": "A" * 43}},
        {"key": {**public(key), "kty": "RSA"}},
    ):
        assert fetch(http, one, token, key, **changed).json()["code"] == "proof"


REFUSED: list[tuple[Mapping[str, object], int, str]] = [
    ({"id_number": "990101198001010010"}, 422, "id-check-digit"),
    ({"id_type": "passport", "id_number": "?"}, 422, "id-form"),
    ({"phone": "12345"}, 422, "phone"),
    ({"name": "··"}, 422, "name"),
    ({"code": "000000"}, 422, "code-wrong"),
    ({"code": "12"}, 400, "malformed"),
    ({"surprise": 1}, 400, "malformed"),
    ({"proof": "x"}, 401, "proof"),
]


@pytest.mark.parametrize(("changed", "status", "code"), REFUSED)
def test_what_cannot_be_is_refused_by_its_law(
    http: Http, changed: Mapping[str, object], status: int, code: str
) -> None:
    """Each law that an enrolment may break has its own code, and no answer quotes what was typed."""
    one = Someone()
    one.receive_code()
    answer = enrol(http, one, **changed)
    assert (answer.status, answer.json()["code"]) == (status, code)
    for told in (one.number, one.phone, one.name, CODE):
        assert told not in answer.body.decode()


def test_codes_never_tell_whether_a_phone_is_known(http: Http) -> None:
    """The fourth code in ten minutes is answered like the first; only what is no phone is refused."""
    one = Someone()
    signed_in(http, one)
    stranger = Someone()
    answers = [http.post("/codes", {"phone": phone}) for phone in [one.phone] * 4 + [stranger.phone]]
    assert {(a.status, a.body) for a in answers} == {(202, b'{"valid_s":600}')}
    assert http.post("/codes", {"phone": "110"}).json()["code"] == "phone"


def test_what_is_stored_of_a_person_is_unreadable(http: Http) -> None:
    """Neither name, number nor phone stands in the person's row; the token names a pid only."""
    one = Someone()
    token = signed_in(http, one)
    row = Person.find(one.pid, at=clock.now())
    assert row is not None
    stored = str(row.to_dynamodb_dict())
    for told in (one.name, one.number, one.phone):
        assert told not in stored
        assert told not in str(claims(token))
    assert time.time() < claims(token)["exp"] <= time.time() + 900
