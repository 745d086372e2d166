"""Who may what: every route refuses every other role, a foreign scope, and no token.

The routes are those the application declares, so a new one is held to this at once: one whose captures or body this
module can't fill in fails, and so does one whose caller's scope is not accounted for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from jwcrypto import jwk

from app import app
from functions.coverage.rules import business_id
from functions.shared import clock, openapi
from functions.shared.callers import AREA_ROLES, PUBLIC, ROLES
from functions.shared.http import OCTETS, Route
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.door.world import fresh, open_door
from tests.main_job.district import id_number

DISTRICT, AREA, FOREIGN = "990101", "990101001001", "980202"
ROUTES = {f"{route.method} {route.path}": route for route in app.declared}
CLOSED = [name for name, route in ROUTES.items() if PUBLIC not in route.roles]
CASES = [(name, role) for name in CLOSED for role in sorted(ROLES - ROUTES[name].roles)]
# What these read or write belongs to whoever calls: there is no other's to ask for.
OWN = {"holder"}
# The auditor's account has no scope: it is for everything that names nobody.
UNSCOPED = {"auditor"}
# A list without a filter shows what the caller's own area holds, and nothing else; its rooms' tests prove that.
OWN_AREA = {"GET /venues", "GET /units", "GET /labs", "GET /jobs", "GET /traces", "GET /follow-up-keys"}
# Runs are told apart by the area they decided about; tests/matching proves that.
OWN_RUNS = {"GET /matching/runs"}
# Without a run there is nothing to be foreign to: its own tests start one.
NEEDS_A_RUN = {
    "GET /matching/runs/{run}",
    "GET /matching/runs/{run}/report.xlsx",
    "POST /matching/runs/{run}/units/{unit}/decision",
}


@dataclass(frozen=True)
class World:
    """Things that exist, so that what refuses is the scope and not their absence."""

    engine: Service
    ids: dict[str, str]

    def path(self, route: Route) -> str:
        """The route's path with its captures filled in."""
        return route.path.format(**{name: self.ids[name] for name in route.captures})

    def body(self, route: Route, role: str) -> Any:
        """A body of the declared shape that names those things."""
        if route.body is None:
            return None
        if not openapi._is_struct(route.body):
            return b"x"
        text = json.dumps(openapi.sample(route.body))
        for name, example in (("unit", "U-100"), ("lab", "L-1"), ("venue", "V-100"), ("gate", "G-100")):
            text = text.replace(f'"{example}"', f'"{self.ids[name]}"')
        body = json.loads(text)
        if route.path == "/uploads":
            # A staff list names its unit alone, results their laboratory.
            body["kind"] = "results" if role == "lab" else "staff-list"
            del body["unit" if role == "lab" else "lab"]
        if route.path == "/cards/revocation":
            body = {"client": body["client"], "card": self.ids["card"]}
        return body

    def send(self, route: Route, token: str = "", role: str = "") -> Reply:
        """Send the route a request that is right in everything but, perhaps, who sends it."""
        query = {"format": "csv", "mode": "update", "kind": "staff-list"}
        asked = "&".join(f"{name}={query[name]}" for name in route.query if name in query)
        kind = {"content-type": OCTETS} if route.body is bytes else {}
        return call(route.method, f"{self.path(route)}?{asked}", self.body(route, role), token=token, headers=kind)

    def scope(self, role: str, *, foreign: bool) -> str:
        """A scope for a role: of these things, or of somebody else's."""
        if role in AREA_ROLES:
            return FOREIGN if foreign else DISTRICT
        own = {"unit": "unit", "lab": "lab", "guard": "gate", "venue": "venue", "holder": "pid"}.get(role)
        return "X-foreign" if foreign or own is None else self.ids[own]


@pytest.fixture(scope="module")
def world(engine: Service, http: object) -> World:
    """A unit with a job, a laboratory, a venue and a gate, all in one district."""
    assert http
    door, unit, lab = open_door(area=AREA), fresh("U"), fresh("L")
    officer = engine.token("officer", DISTRICT)
    registered = {**openapi.sample(ROUTES["PUT /units/{unit}"].body), "area": AREA}
    assert call("PUT", f"/units/{unit}", registered, token=officer).status == 201
    assert call("PUT", f"/labs/{lab}", {"name": "中心实验室", "area": AREA}, token=officer).status == 201
    sheet = "姓名,证件号码,手机号\n张小明,990101199003071119,13800138000\n".encode()
    sent = call("POST", f"/units/{unit}/staff-list?format=csv", sheet, token=engine.token("unit", unit))
    assert sent.status == 202, sent.body
    key, trace = traced(engine, door.venue)
    patrol, business = walked(officer)
    carrier = {"id_number": id_number(71), "name": "张小明", "client": fresh("card"), "name_confirmed": True}
    carried = call("POST", "/cards", carrier, token=engine.token("worker", AREA))
    assert carried.status == 201, carried.body
    printed = call("POST", f"/areas/{AREA}/posters", {"venues": [door.venue]}, token=officer)
    assert printed.status == 202, printed.body
    ids = {
        "printing": printed.json()["print"],
        "card": carried.json()["number"],
        "key": key,
        "trace": trace,
        "unit": unit,
        "lab": lab,
        "venue": door.venue,
        "gate": door.gate,
        "job": sent.json()["job"],
        "code": AREA,
        "area": DISTRICT,
        "business": business,
        "patrol": patrol,
        "item": business,
        "device": "A" * 43,
        "ref": "A" * 22,
        "run": "run-of-nobody",
        "pid": "AAECAwQFBgcICQoLDA0ODw",
    }
    return World(engine, ids)


def walked(officer: str) -> tuple[str, str]:
    """A patrol and the business of this district that it walks to."""
    sheet = f"名称,地址,区划\n示范小吃,一路1号,{AREA}\n".encode()
    kind = {"content-type": OCTETS}
    loaded = call("POST", f"/areas/{DISTRICT}/register?format=csv", sheet, token=officer, headers=kind)
    assert (loaded.status, loaded.json()["errors"]) == (200, []), loaded.body
    business = business_id(AREA, "示范小吃", "一路1号", "")
    asked = {"kind": "without-code", "label": "三网格", "items": [business]}
    made = call("POST", f"/areas/{AREA}/patrols", asked, token=officer)
    assert made.status in {200, 201}, made.body
    return made.json()["patrol"], business


def traced(engine: Service, venue: str) -> tuple[str, str]:
    """A follow-up key and a trace that were asked for, confirmed and approved by this district's usual callers."""
    officer, tracer = engine.token("officer", DISTRICT), engine.token("tracer", DISTRICT)
    key, private = fresh("K"), jwk.JWK.generate(kty="EC", crv="P-256")
    told = {name: private.export_public(as_dict=True)[name] for name in ("kty", "crv", "x", "y")}
    registered = {"name": "流调一组", "area": DISTRICT, "jwk": told}
    assert call("PUT", f"/follow-up-keys/{key}", registered, token=officer).status == 201
    assert call("POST", f"/follow-up-keys/{key}/confirmation", token=tracer).status == 200
    window = {"start": clock.rfc3339(clock.now() - 86_400), "end": clock.rfc3339(clock.now() - 60)}
    ask = {"case": "CASE-1", "ground": "case-investigation", "document": "EPI-1", "venue": venue, **window}
    asked = call("POST", "/traces", ask, token=officer)
    assert asked.status == 201, asked.body
    trace = asked.json()["trace"]
    approval = {"decision": "approve", "follow_up_key": key}
    assert call("POST", f"/traces/{trace}/approval", approval, token=tracer).status == 200
    return key, trace


@pytest.mark.parametrize("name", CLOSED)
def test_nobody_enters_without_a_token(world: World, name: str) -> None:
    """401, and a challenge that says how to sign in."""
    refused = world.send(ROUTES[name])
    assert (refused.status, "www-authenticate" in refused.headers) == (401, True), refused.body


@pytest.mark.parametrize("name", CLOSED)
def test_no_other_role_enters(world: World, name: str) -> None:
    """403 for each of the roles that the route does not name, with a scope that would be right."""
    route = ROUTES[name]
    for role in sorted(ROLES - route.roles):
        refused = world.send(route, world.engine.token(role, world.scope(role, foreign=False)))
        assert (refused.status, refused.json()["code"]) == (403, "role"), (role, refused.body)


@pytest.mark.parametrize("name", [name for name in CLOSED if name not in NEEDS_A_RUN | OWN_AREA | OWN_RUNS])
def test_no_foreign_scope_enters(world: World, name: str) -> None:
    """403 for the right role of another unit, laboratory, gate, venue or area."""
    route = ROUTES[name]
    for role in sorted(route.roles - OWN - UNSCOPED):
        refused = world.send(route, world.engine.token(role, world.scope(role, foreign=True)), role)
        assert refused.status == 403, (role, refused.status, refused.body)


@pytest.mark.parametrize("name", sorted(OWN_AREA))
def test_a_list_asked_for_by_a_foreign_area_is_refused(world: World, name: str) -> None:
    """Naming an area beside one's own is no way into it."""
    route = ROUTES[name]
    for role in sorted(route.roles):
        token = world.engine.token(role, FOREIGN)
        assert call("GET", f"{route.path}?area={AREA}", token=token).status == 403


@pytest.mark.parametrize("name", sorted(NEEDS_A_RUN))
def test_a_run_of_nobody_is_nobodys(world: World, name: str) -> None:
    """A foreign officer learns nothing of a run, not even whether there is one."""
    refused = world.send(ROUTES[name], world.engine.token("officer", FOREIGN))
    assert refused.status in {403, 404}, refused.body


@pytest.mark.parametrize("name", CLOSED)
def test_the_right_role_and_scope_passes_the_door(world: World, name: str) -> None:
    """Else the refusals above would prove nothing: whatever is wrong with a sample request, it is not who sends it."""
    route = ROUTES[name]
    role = max(route.roles)
    answered = world.send(route, world.engine.token(role, world.scope(role, foreign=False)), role)
    told = answered.json().get("code") if answered.status in {401, 403} else ""
    # A sample's proof of a key is none, and its device not the caller's own; that is found only behind the door.
    assert answered.status != 500, answered.body
    assert told in {"", "proof", "shift", "device"}, answered.body


def test_every_route_and_role_is_accounted_for() -> None:
    """A typing slip in a list above must not leave a route unproved."""
    assert set(ROUTES) >= NEEDS_A_RUN | OWN_AREA | OWN_RUNS
    assert OWN | UNSCOPED <= ROLES
    assert all(route.roles <= ROLES | {PUBLIC} for route in app.declared)
    assert len(CASES) == sum(len(ROLES - ROUTES[name].roles) for name in CLOSED) > len(CLOSED)
