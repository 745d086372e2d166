"""Guessing ids: what exists, what does not, and what is another's answer alike, wherever one without rights may ask."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from app import app
from credentials import LocalSigner, pack
from functions.gates import service as gates
from functions.passes.refs import ref_of
from functions.shared import clock, openapi
from functions.shared.callers import ROLES
from functions.venues import service as venues
from functions.venues.service import Facts
from infra.local import Service
from tests.authorisation.test_matrix import traced
from tests.door.inprocess import Reply, call
from tests.door.world import AREA, device_of, fresh, give_pass, new_pid, open_door
from tests.matching.world import World as Units
from tests.people.world import CODE, Someone, proof, public
from tests.venues.test_applications import Shop, origin

_FIRST = re.compile(r"\{\w+\}")
UNIT_LIST = "姓名,证件号码,手机号\n张小明,990101199003071119,13800138000\n".encode()


@dataclass(frozen=True)
class Things:
    """What is there, and is the asker's or somebody else's."""

    unit: str
    other_unit: str
    job: str
    lab: str
    other_lab: str
    venue: str
    other_venue: str
    applied: str
    gate: str
    other_gate: str
    hidden_gate: str
    trace: str
    printing: str
    pid: str


@pytest.fixture(scope="module")
def there(engine: Service, http: object) -> Things:
    """Two units with a job of one, two laboratories, two open doors, and a venue that was only applied for."""
    assert http
    world, officer = Units(clock.now(), area="990101"), engine.token("officer", "99")
    mine, other, door, foreign = world.register("m"), world.register("o"), open_door(), open_door()
    sent = call("POST", f"/units/{other}/staff-list?format=csv", UNIT_LIST, token=engine.token("unit", other))
    assert sent.status == 202, sent.body
    labs = fresh("L"), fresh("L")
    for lab in labs:
        assert call("PUT", f"/labs/{lab}", {"name": "检验所", "area": AREA}, token=officer).status == 201
    applied = venues.apply(Facts(fresh("店"), AREA), clock.now())[0].venue
    hidden, _new = gates.put_gate(fresh("G"), applied, "东门", "in")
    gates.new_code(hidden.gate)
    _key, trace = traced(engine, door.venue)
    asked = call("POST", f"/areas/{AREA}/posters", {"venues": [door.venue]}, token=engine.token("officer", AREA))
    assert asked.status == 202, asked.body
    pid = new_pid()
    return Things(
        mine,
        other,
        sent.json()["job"],
        *labs,
        door.venue,
        foreign.venue,
        applied,
        door.gate,
        foreign.gate,
        hidden.gate,
        trace,
        asked.json()["print"],
        pid,
    )


def told(reply: Reply) -> tuple[int, str, tuple[str, ...], str]:
    """All that an answer says but the words it was asked with: status, code, members, and the sentence."""
    body: dict[str, Any] = reply.json()
    return reply.status, body.get("code", ""), tuple(sorted(body)), body.get("detail", "")


def alike(*replies: Reply) -> tuple[int, str]:
    """Hold that all these answers are one, and return its status and code."""
    assert len({told(reply) for reply in replies}) == 1, [told(reply) for reply in replies]
    return told(replies[0])[:2]


def test_venues_and_gates_nobody_approved_are_like_none(there: Things) -> None:
    """Anybody may ask what a code leads to; who applied, and what stands at a door that is not open, is told to nobody."""
    assert alike(*(call("GET", f"/venues/{one}") for one in (there.applied, fresh("V")))) == (404, "no-venue")
    assert alike(*(call("GET", f"/gates/{one}") for one in (there.hidden_gate, fresh("G")))) == (404, "no-gate")


def test_a_wrong_gate_code_is_like_no_gate(there: Things) -> None:
    """80 bits that nobody guesses, and no answer that tells where guessing would be worth it."""

    def begin(gate: str) -> Reply:
        path = f"/gates/{gate}/shifts"
        made = proof(LocalSigner.generate(), origin() + path)
        return call("POST", path, {"code": "aaaa-aaaa-aaaa-aaaa"}, headers={"dpop": made})

    assert alike(*map(begin, (there.gate, there.hidden_gate, fresh("G")))) == (403, "gate-code")


def test_a_phone_is_answered_the_same_however_often_it_asks() -> None:
    """Whether a phone is known, had its share of codes, or was never seen: 202 and the same words."""
    known, never = Someone(), Someone()
    known.receive_code()
    asked = [call("POST", "/codes", {"phone": one.phone}) for one in (known, never, *[known] * 4)]
    assert {(one.status, one.body) for one in asked} == {(202, b'{"valid_s":600}')}


def test_a_code_that_is_wrong_is_like_one_that_was_never_sent() -> None:
    """And like one that is tried out: five tries, then the right one is no better."""
    one, never = Someone(), Someone()
    one.receive_code()
    wrong = "000000" if CODE != "000000" else "111111"
    tried = [call("POST", "/people", one.body(origin(), code=wrong)) for _ in range(5)]
    out = call("POST", "/people", one.body(origin()))
    assert alike(*tried, out, call("POST", "/people", never.body(origin()))) == (422, "code-wrong")


def test_a_device_that_is_not_enrolled_is_like_a_person_who_is_not(there: Things) -> None:
    """Somebody's pid and a pid of nobody: the same refusal, to a device that proved its key."""
    one, thief = Someone(), LocalSigner.generate()
    one.receive_code()
    assert call("POST", "/people", one.body(origin())).status == 201

    def renew(pid: str) -> Reply:
        body = {"pid": pid, "device_key": public(thief), "proof": proof(thief, origin() + "/tokens")}
        return call("POST", "/tokens", body)

    assert alike(renew(one.pid), renew(there.pid)) == (401, "device")


def test_somebody_elses_venue_is_like_none_to_whoever_claims_it() -> None:
    """A token for a venue, and joining it with a phone that is not its contact's."""
    shop, stranger = Shop(), Shop()
    venue, none = shop.apply().json()["venue"], fresh("V")
    asked = [stranger.send("/venue-tokens", {"venue": one}) for one in (venue, none)]
    assert alike(*asked) == (401, "device")
    joined = []
    for one in (venue, none):
        stranger.keeper.receive_code()
        joined.append(stranger.send("/venue-managers", {"venue": one, "phone": stranger.keeper.phone, "code": CODE}))
    assert alike(*joined) == (409, "not-contact")


def test_a_persons_device_is_like_none_to_another(there: Things, engine: Service) -> None:
    """Signing out another's device: there is none."""
    one = Someone()
    one.receive_code()
    assert call("POST", "/people", one.body(origin())).status == 201
    token = engine.token("holder", there.pid)
    asked = [call("DELETE", f"/me/devices/{device}", token=token) for device in (device_of(one.device), "A" * 43)]
    assert alike(*asked) == (404, "no-device")


@pytest.mark.parametrize(
    ("role", "method", "path", "theirs"),
    [
        ("unit", "GET", "/units/{}", "other_unit"),
        ("unit", "GET", "/units/{}/people", "other_unit"),
        ("unit", "GET", "/units/{}/jobs", "other_unit"),
        ("unit", "GET", "/jobs/{}", "job"),
        ("unit", "GET", "/jobs/{}/errors.csv", "job"),
        ("unit", "GET", "/jobs/{}/to-correct.xlsx", "job"),
        ("unit", "POST", "/jobs/{}/decision", "job"),
        ("lab", "GET", "/labs/{}/jobs", "other_lab"),
        ("lab", "GET", "/labs/{}/overdue", "other_lab"),
        ("lab", "GET", "/jobs/{}", "job"),
        ("venue", "GET", "/venues/{}/record", "other_venue"),
        ("venue", "GET", "/venues/{}/gates", "other_venue"),
        ("venue", "GET", "/gates/{}/poster", "other_gate"),
        ("venue", "GET", "/gates/{}/shifts", "other_gate"),
        ("venue", "GET", "/gates/{}/reports", "other_gate"),
        ("venue", "POST", "/gates/{}/code", "other_gate"),
        ("guard", "DELETE", "/gates/{}/shifts/" + "A" * 43, "other_gate"),
    ],
)
def test_what_is_anothers_is_like_none(
    there: Things,
    engine: Service,
    *,
    role: str,
    method: str,
    path: str,
    theirs: str,
) -> None:
    """An account is for one unit, laboratory, venue or gate: of any other id it learns that it is not that."""
    token = engine.token(role, getattr(there, {"guard": "gate"}.get(role, role)))
    body = {"decision": "cancel", "reason": "x"} if path.endswith("/decision") else None
    asked = [call(method, path.format(one), body, token=token) for one in (getattr(there, theirs), fresh("X"))]
    assert alike(*asked) == (403, "scope")


@pytest.mark.parametrize(
    ("method", "path", "thing"),
    [
        ("GET", "/traces/{}", "trace"),
        ("GET", "/traces/{}/people", "trace"),
        ("POST", "/traces/{}/approval", "trace"),
        ("POST", "/traces/{}/notice", "trace"),
        ("POST", "/traces/{}/notice/confirmation", "trace"),
        ("POST", "/traces/{}/notice/stop", "trace"),
        ("GET", "/prints/{}", "printing"),
        ("GET", "/prints/{}/file", "printing"),
    ],
)
def test_a_trace_or_print_job_is_like_none_to_whoever_has_no_part_in_it(
    there: Things, engine: Service, *, method: str, path: str, thing: str
) -> None:
    """Every role but those of the route, and nobody at all: refused before anything is looked for."""
    ids = (getattr(there, thing), getattr(there, thing)[:-1], fresh("T"), fresh("P"))
    (route,) = [one for one in app.declared if (one.method, _FIRST.sub("{}", one.path)) == (method, path)]
    for role in sorted(ROLES - route.roles):
        token = engine.token(role, AREA)
        assert alike(*(call(method, path.format(one), token=token) for one in ids)) == (403, "role")
    assert alike(*(call(method, path.format(one)) for one in ids)) == (401, "unauthenticated")


def test_an_officer_of_another_area_is_told_the_same_of_each_thing_there(there: Things, engine: Service) -> None:
    """That there is one: not whose, what or how far."""
    token = engine.token("officer", "980202")
    paths = (f"/traces/{there.trace}", f"/prints/{there.printing}", f"/prints/{there.printing}/file")
    assert alike(*(call("GET", path, token=token) for path in (*paths, f"/jobs/{there.job}"))) == (403, "scope")


def members(shape: Any) -> Iterator[str]:
    """Every member's name in a JSON schema, however deep."""
    if isinstance(shape, dict):
        yield from shape.get("properties", ())
        for below in shape.values():
            yield from members(below)
    elif isinstance(shape, list):
        for below in shape:
            yield from members(below)


def test_no_route_takes_the_subject_of_a_pass() -> None:
    """Nothing is looked up by it: no part of a path, no query and no member of a body is one, and no path could hold one."""
    bodies = [route.body for route in app.declared if openapi._is_struct(route.body)]
    _shapes, components = msgspec.json.schema_components(bodies)
    names = {*members(components)}
    for route in app.declared:
        names |= {*route.captures, *route.query}
    assert {"presentation", "venue", "next"} <= names, "bodies, paths and queries were read"
    assert [name for name in names if re.search(r"(^|_)(sub|subs|subject|subjects)(_|$)", name)] == []
    assert call("GET", f"/gates/{give_pass(clock.now()).sub}").status == 400


def test_a_pass_of_ones_own_making_tells_nothing_of_the_subject_it_names(there: Things, engine: Service) -> None:
    """A subject comes in within a signed pass alone; with a wrong signature somebody's is like one of nobody."""
    held, token = give_pass(clock.now(), printed=True), engine.token("guard", there.gate)
    head, body, signed = held.token.split(".")
    payload = base64.urlsafe_b64decode(body + "==")
    invented = payload.replace(held.sub.encode(), b"urn:epipass:" + b"A" * 16)
    assert invented != payload
    forged = [
        ".".join((head, base64.urlsafe_b64encode(one).rstrip(b"=").decode(), "A" * len(signed)))
        for one in (payload, invented)
    ]
    asked = [call("POST", "/passes/verify", {"presentation": pack(one)}, token=token) for one in forged]
    assert alike(*asked) == (200, "untrusted")
    genuine = call("POST", "/passes/verify", {"presentation": pack(held.token)}, token=token)
    assert genuine.json()["credential"]["printed"] is True


def test_an_upload_for_another_unit_is_like_one_for_none(there: Things, engine: Service) -> None:
    """Announcing a file tells nothing about whom it is for."""
    token = engine.token("unit", there.unit)
    facts = {"kind": "staff-list", "format": "csv", "sha256": "0" * 64, "size": 10, "mode": "update"}
    asked = [call("POST", "/uploads", {**facts, "unit": one}, token=token) for one in (there.other_unit, fresh("U"))]
    assert alike(*asked) == (403, "scope")


def test_a_ref_of_another_unit_is_like_an_invented_one(there: Things, engine: Service) -> None:
    """A person's ref opens in its own unit only, and is nothing that could be guessed."""
    token, pid = engine.token("unit", there.unit), new_pid()
    refs = (ref_of(there.other_unit, pid), "A" * 43)
    body = {"reason": "no-phone"}
    asked = [call("POST", f"/units/{there.unit}/people/{ref}/printed", body, token=token) for ref in refs]
    assert alike(*asked) == (404, "person")
