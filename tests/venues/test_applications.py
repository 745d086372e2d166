"""Applications over HTTP: by the public with a phone's code, by a worker, by spreadsheet; and the queue that decides."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest

from credentials.auditlog import SHARDS
from functions.audit import service as audit
from functions.shared import clock
from functions.shared.callers import Caller
from functions.shared.config import settings
from functions.shared.sheets import read
from functions.venues import bulk, managers, service
from functions.venues.model import VenueRow
from functions.venues.service import Facts
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.door.world import fresh, new_area
from tests.people.world import CODE, Someone, proof, public

POSITION = {"latitude": 31.2304, "longitude": 121.4737, "system": "wgs84"}
HOURS = [{"days": [1, 2, 3, 4, 5], "opens": "08:00", "closes": "22:00"}]


@pytest.fixture(autouse=True)
def _engine(engine: Service, http: object) -> Service:
    """The application of this process, on the tests' engine."""
    assert http
    return engine


@dataclass
class Shop:
    """A shopkeeper with a phone, and the venue they apply for."""

    keeper: Someone = field(default_factory=Someone)
    area: str = field(default_factory=new_area)
    name: str = field(default_factory=lambda: fresh("红光超市"))

    def facts(self, **changed: Any) -> dict[str, Any]:
        """What every application says."""
        said = {"name": self.name, "area": self.area, "address": "人民路1号", "position": POSITION, "hours": HOURS}
        return {**said, "peak_per_hour": 300, **changed}

    def send(self, path: str, body: dict[str, Any]) -> Reply:
        """Post something with the device's proof."""
        key = {"device_key": public(self.keeper.device), "proof": proof(self.keeper.device, origin() + path)}
        return call("POST", path, {**key, **body})

    def apply(self, **changed: Any) -> Reply:
        """Ask for a code and apply with it."""
        self.keeper.receive_code()
        told = {"contact_name": "王店长", "phone": self.keeper.phone, "code": CODE}
        return self.send("/venue-applications", {**self.facts(), **told, **changed})

    def as_venue(self, method: str, path: str, token: str, body: dict[str, Any] | None = None) -> Reply:
        """Send a request under the venue's token, with the device's proof."""
        made = proof(self.keeper.device, origin() + path, method=method, token=token)
        return call(method, path, body, headers={"authorization": f"DPoP {token}", "dpop": made})


def origin() -> str:
    """An address that this deployment's proofs may name."""
    return min(settings().origins)


def officer(engine: Service, area: str) -> str:
    """The token of a subdistrict's officer."""
    return engine.token("officer", area)


def rows_of(act: str, venue: str) -> list[tuple[str, int, str]]:
    """Who did an act to this one venue, as the audit log has it: the actor, the count, the hash of what was asked."""
    every = (entry for shard in range(SHARDS) for entry in audit.entries(shard, at=clock.now()))
    own = audit.hash_of(venue)
    return [(one.actor, one.count, one.query_hash) for one in every if (one.act, one.result_hash) == (act, own)]


def logged(act: str) -> int:
    """How many rows the audit log holds of an act."""
    return sum(entry.act == act for shard in range(SHARDS) for entry in audit.entries(shard, at=clock.now()))


def test_from_application_to_approval_with_a_correction_between(engine: Service) -> None:
    """A shopkeeper applies, is asked again, corrects from the same phone, is checked, approved, and sees each step."""
    shop = Shop()
    applied = shop.apply()
    assert applied.status == 201, applied.body
    venue, token = applied.json()["venue"], applied.json()["token"]
    assert shop.apply().status == 200
    community, subdistrict = officer(engine, shop.area), officer(engine, shop.area[:9])
    asked = {"decision": "return", "reason": "请补充门牌号"}
    level = call("POST", f"/venues/{venue}/decision", {**asked, "decision": "approve"}, token=community)
    assert (level.status, level.json()["code"]) == (403, "level")
    assert call("POST", f"/venues/{venue}/decision", asked, token=community).status == 200
    told = (f"officer:officer-{shop.area}", 1, audit.hash_of("return", "请补充门牌号", venue))
    assert (rows_of("venue.returned", venue), rows_of("venue.approved", venue)) == ([told], [])
    seen = shop.as_venue("GET", f"/venues/{venue}/record", token).json()
    assert (seen["state"], seen["reason"], seen["contact"]["phone"]) == ("returned", "请补充门牌号", shop.keeper.phone)
    corrected = shop.as_venue("PUT", f"/venues/{venue}/application", token, shop.facts(address="人民路1号甲"))
    assert (corrected.status, corrected.json()["state"]) == (200, "applied"), corrected.body
    again = shop.as_venue("PUT", f"/venues/{venue}/application", token, shop.facts(address="人民路1号甲"))
    assert again.status == 200
    foreign = shop.facts(address="别处")
    assert shop.as_venue("PUT", f"/venues/{venue}/application", token, foreign).status == 409
    for token_of, decision in ((community, "check"), (subdistrict, "approve")):
        body = {"decision": decision, "reason": "现场核实", "venues": [venue]}
        done = call("POST", f"/areas/{shop.area}/venue-decisions", body, token=token_of)
        assert done.json() == {"results": [{"venue": venue, "result": "done"}]}, done.body
    assert [len(rows_of(f"venue.{state}", venue)) for state in ("checked", "approved")] == [1, 1]
    renewed = shop.send("/venue-tokens", {"venue": venue}).json()
    assert renewed["state"] == "approved"
    record = shop.as_venue("GET", f"/venues/{venue}/record", renewed["token"]).json()
    assert (record["address"], record["position"], record["hours"]) == ("人民路1号甲", POSITION, HOURS)
    east = call("POST", f"/venues/{venue}/codes", {"label": "东门"}, token=subdistrict).json()["code"]
    for act in ("replacement", "retirement"):
        assert call("POST", f"/venues/{venue}/codes/{east}/{act}", token=subdistrict).status == 200, act
    acts = ("corrected", "code-made", "code-replaced", "code-retired")
    assert [len(rows_of(f"venue.{act}", venue)) for act in acts] == [2, 1, 1, 1]  # the correction was sent twice


def test_an_applicant_may_do_nothing_for_another_venue() -> None:
    """The token is for one venue and bound to one key; a stranger's device renews nothing."""
    shop, other = Shop(), Shop()
    venue = shop.apply().json()["venue"]
    token = other.apply().json()["token"]
    assert other.as_venue("GET", f"/venues/{venue}/record", token).status == 403
    assert call("GET", f"/venues/{venue}/record", token=token).status == 401
    assert other.send("/venue-tokens", {"venue": venue}).json()["code"] == "device"


def test_nobody_takes_over_a_venue_that_was_applied_for(engine: Service) -> None:
    """Another phone is told to ask the community, and nothing of who applied; the first contact stands."""
    shop, stranger = Shop(), Shop()
    venue = shop.apply().json()["venue"]
    stranger.area, stranger.name = shop.area, shop.name
    refused = stranger.apply()
    assert (refused.status, refused.json()["code"]) == (409, "applied-already")
    assert shop.keeper.phone not in refused.body.decode()
    joined = stranger.send("/venue-managers", {"venue": venue, "phone": stranger.keeper.phone, "code": CODE})
    assert joined.json()["code"] == "not-contact"
    # The code was spent on this venue: for another it is no code any more.
    stranger.name = fresh("别家")
    spent = {**stranger.facts(), "contact_name": "某人", "phone": stranger.keeper.phone, "code": CODE}
    assert stranger.send("/venue-applications", spent).json()["code"] == "code-wrong"
    record = call("GET", f"/venues/{venue}/record", token=officer(engine, shop.area)).json()
    assert record["contact"] == {"name": "王店长", "phone": shop.keeper.phone}


def test_a_shopkeeper_comes_back_with_a_venue_that_a_worker_applied_for(engine: Service) -> None:
    """On the spot the worker names the shopkeeper's phone; with it the shopkeeper's own phone may act later."""
    shop = Shop()
    body = shop.facts(contact={"name": "王店长", "phone": f"+86 {shop.keeper.phone}"})
    made = call("POST", "/venues", body, token=engine.token("worker", shop.area))
    assert made.status == 201, made.body
    assert "contact" not in made.json()
    shop.keeper.receive_code()
    venue = made.json()["venue"]
    joined = shop.send("/venue-managers", {"venue": venue, "phone": shop.keeper.phone, "code": CODE})
    assert joined.status == 201, joined.body
    assert shop.as_venue("GET", f"/venues/{venue}/record", joined.json()["token"]).status == 200


def test_whoever_no_longer_answers_for_a_venue_no_longer_acts_for_it(engine: Service) -> None:
    """The community names another phone: the old device is turned away, and never reads the new contact."""
    shop, heir = Shop(), Shop()
    venue = shop.apply().json()["venue"]
    named = shop.facts(contact={"name": "李店长", "phone": heir.keeper.phone})
    assert call("PUT", f"/venues/{venue}", named, token=officer(engine, shop.area[:9])).status == 200
    assert shop.send("/venue-tokens", {"venue": venue}).json()["code"] == "device"
    heir.keeper.receive_code()
    joined = heir.send("/venue-managers", {"venue": venue, "phone": heir.keeper.phone, "code": CODE})
    assert joined.status == 201, joined.body
    assert heir.send("/venue-tokens", {"venue": venue}).status == 200


def test_a_community_approves_nothing_by_registering_it(engine: Service) -> None:
    """Neither what was applied for nor anything new; what a subdistrict approved it may correct."""
    shop = Shop()
    venue = shop.apply().json()["venue"]
    community, subdistrict = officer(engine, shop.area), officer(engine, shop.area[:9])
    for wanted in (venue, fresh("V")):
        refused = call("PUT", f"/venues/{wanted}", shop.facts(), token=community)
        assert (refused.status, refused.json().get("code")) == (403, "level")
    assert service.must(venue, clock.now()).state == "applied"
    assert call("PUT", f"/venues/{venue}", shop.facts(), token=subdistrict).status == 200
    corrected = call("PUT", f"/venues/{venue}", shop.facts(address="人民路1号甲"), token=community)
    assert (corrected.status, corrected.json()["address"]) == (200, "人民路1号甲")


def test_of_six_devices_the_one_unused_longest_leaves() -> None:
    """Five people run a shop; a sixth phone signs out the one that nobody used."""
    shop = Shop()
    venue = shop.apply().json()["venue"]
    for number in range(1, managers.DEVICES + 1):
        managers._admit(venue, managers.Claimant(shop.keeper.phone, CODE, f"{number:043}", ""), clock.now() + number)
    assert shop.send("/venue-tokens", {"venue": venue}).json()["code"] == "device"


@pytest.mark.parametrize(
    ("changed", "law"),
    [
        ({"position": {**POSITION, "latitude": 121.4, "longitude": 31.2}}, "position"),
        ({"address": " "}, "address-missing"),
        ({"name": "  "}, "label"),
        ({"name": "红光\u202e超市"}, "label"),
        ({"address": "人民路\u00001号"}, "label"),
        ({"contact_name": "王\n店长"}, "label"),
        ({"phone": "12345"}, "phone"),
        ({"area": "99"}, "malformed"),
        ({"area": "9901010"}, "area"),
        ({"code": "000000"}, "code-wrong"),
        ({"parent": "V-nobody"}, "rejected"),
    ],
)
def test_what_is_wrong_with_an_application_is_named(changed: dict[str, Any], law: str) -> None:
    """Before a code is spent, so that it can be used for the corrected form."""
    shop = Shop()
    refused = shop.apply(**changed)
    assert refused.json()["code"] == law, refused.body
    told = {"contact_name": "王店长", "phone": shop.keeper.phone, "code": CODE}
    assert shop.send("/venue-applications", {**shop.facts(), **told}).status == 201
    assert shop.keeper.phone not in refused.body.decode()


def test_a_bus_needs_no_address() -> None:
    """It moves; its area is its operator's."""
    applied = Shop(name=fresh("101路 沪A12345D")).apply(moves=True, address="", position=None)
    assert applied.status == 201, applied.body


def test_the_contact_is_stored_encrypted_and_in_no_list(engine: Service) -> None:
    """Not in the row, not in the area's list, not for the public."""
    shop = Shop()
    venue = shop.apply().json()["venue"]
    row = VenueRow.get(venue)
    assert "王店长" not in json.dumps(row.attribute_values, default=str)
    assert shop.keeper.phone not in json.dumps(row.attribute_values, default=str)
    listed = call("GET", f"/venues?area={shop.area}", token=officer(engine, shop.area))
    assert listed.json()["venues"][0]["venue"] == venue
    assert "contact" not in listed.json()["venues"][0]
    service.decide(venue, "approve", "核实", clock.now())
    told = {"venue", "name", "category", "state", "rules", "moves", "ends_at"}
    assert set(call("GET", f"/venues/{venue}").json()) == told


def test_the_queue_is_oldest_first_by_pages_with_duplicates(engine: Service) -> None:
    """Whoever waits longest is seen first; what may be the same stands beside it; another area sees none of it."""
    area, at = new_area(), clock.now()
    names = [fresh("店") for _ in range(60)]
    for number, name in enumerate(names):
        service.apply(Facts(name, area, address=f"二路{number}号"), at - 600 + number)
    twin = service.apply(Facts(names[0] + "有限公司", area, address="三路1号"), at)[0]
    token, seen, cursor = engine.token("worker", area), list[Any](), ""
    while not seen or cursor:
        page = call(
            "GET", f"/areas/{area}/venue-queue?state=applied" + (f"&next={cursor}" if cursor else ""), token=token
        )
        seen += page.json()["waiting"]
        cursor = page.json().get("next", "")
    assert [one["venue"]["name"] for one in seen] == [*names, twin.name]
    assert 590 <= seen[0]["waits_s"] <= 660
    assert [(one["name"], one["why"]) for one in seen[-1]["duplicates"]] == [(names[0], ["name"])]
    assert call("GET", f"/areas/{area}/venue-queue?state=approved", token=token).status == 400
    assert call("GET", f"/areas/{area[:4]}/venue-queue", token=engine.token("officer", area[:4])).status == 400


def test_many_are_decided_at_once_each_by_itself_and_in_the_log(engine: Service) -> None:
    """A hundred in one call; what can't be decided is told alone, and a call that is sent again changes nothing."""
    area, at = new_area(), clock.now()
    made = [service.apply(Facts(fresh("店"), area), at)[0].venue for _ in range(97)]
    foreign = service.apply(Facts(fresh("店"), new_area()), at)[0].venue
    refused = service.apply(Facts(fresh("店"), area), at)[0].venue
    service.decide(refused, "approve", "", at)
    service.decide(refused, "close", "", at)
    body = {"decision": "refuse", "reason": "重复申请", "venues": [*made, foreign, refused, "V-nobody"]}
    before = logged("venue.refused")
    first = call("POST", f"/areas/{area[:9]}/venue-decisions", body, token=officer(engine, area[:9]))
    results = [one["result"] for one in first.json()["results"]]
    assert results == [*["done"] * 97, "forbidden", "conflict", "not-found"]
    again = call("POST", f"/areas/{area[:9]}/venue-decisions", body, token=officer(engine, area[:9]))
    assert again.json() == first.json()
    assert logged("venue.refused") == before + 2
    assert {service.must(one, at).reason for one in made} == {"重复申请"}
    level = call("POST", f"/areas/{area}/venue-decisions", body, token=officer(engine, area))
    assert (level.status, level.json()["code"]) == (403, "level")


SHEET = """申请表,,,,,,,,
场所名称,社区代码,地址,联系人,联系电话,纬度,经度,坐标系,移动场所
{name}一店,,一路1号,王店长,13800138000,31.2,121.4,高德,否
{name}公交101,,,李师傅,13800138001,,,,是
{name}二店,,,,,,,,
{name}三店,,三路3号,赵店长,123,,,,
{name}四店,980202001001,四路4号,,,,,,
{name}五店,,五路5号,,,121.4,31.2,gcj02,
{name}六店,,六路6号,,,31.2,121.4,,
"""


def test_a_spreadsheet_applies_for_its_good_rows_and_names_the_bad(engine: Service) -> None:
    """Row, column, law and what to do, never a cell; the same file twice makes nothing twice."""
    area, name = new_area(), fresh("华联")
    token, sheet = engine.token("worker", area), SHEET.format(name=name).encode("gb18030")
    first = call("POST", f"/areas/{area}/venue-applications?format=csv", sheet, token=token)
    told = first.json()
    assert (first.status, told["rows"], told["applied"], told["known"]) == (200, 7, 2, 0), first.body
    assert [(one["row"], one["column"], one["law"]) for one in told["errors"]] == [
        (5, "address", "address-missing"),
        (6, "phone", "phone"),
        (7, "area", "area"),
        (8, "latitude", "position"),
        (9, "system", "system"),
    ]
    assert name not in first.body.decode()
    again = call("POST", f"/areas/{area}/venue-applications?format=csv", sheet, token=token).json()
    assert (again["applied"], again["known"]) == (0, 2)
    later = call("POST", f"/areas/{area}/venue-applications?format=csv&from_row=4", sheet, token=token).json()
    assert later["known"] == 1
    bad = call("POST", f"/areas/{area}/venue-applications?format=csv", b"a,b\n1,2\n", token=token)
    assert (bad.status, bad.json()["code"]) == (422, "header-missing")
    many = ("名称,地址\n" + "".join(f"店{row},路{row}号\n" for row in range(bulk.ROWS + 1))).encode()
    assert (
        call("POST", f"/areas/{area}/venue-applications?format=csv", many, token=token).json()["code"]
        == "too-many-rows"
    )


def test_a_long_spreadsheet_goes_on_where_its_time_was_over(engine: Service) -> None:
    """No request works longer than five seconds: it says from which row to send again, and no row is lost."""
    assert engine
    area, name = new_area(), secrets.token_hex(4)
    text = "名称,地址\n" + "".join(f"{name}店{row},路{row}号\n" for row in range(150))
    rows, caller = read(text.encode(), "csv", bulk.COLUMNS).rows, Caller("worker", area, "w")
    ticks = iter([0.0, 1.0, 5.0])
    cut = bulk.apply_all(rows, caller, area, clock.now(), lambda: next(ticks))
    assert (cut.applied, cut.next_row) == (64, 66)
    rest = bulk.apply_all([row for row in rows if row.row >= 66], caller, area, clock.now())
    assert (rest.applied, rest.known, rest.next_row) == (86, 0, None)
