"""Venues on the embedded engine: apply, decide, codes, policy; each act twice is the same as once."""

from __future__ import annotations

import pytest

from functions.shared import clock
from functions.shared.problems import Conflict, NotFound, Rejected
from functions.venues import entrances, nesting, service
from functions.venues.policy import Policy
from functions.venues.service import Facts
from infra.local import Service
from tests.door.inprocess import call
from tests.door.world import AREA, fresh, new_area, open_venue

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()


def test_the_same_application_twice_is_one_venue() -> None:
    """An answer that was lost is asked for again, and the clerk's list does not grow."""
    facts = Facts(fresh("书店"), AREA, "shop", "一路1号")
    first, new = service.apply(facts, AT)
    again, new_again = service.apply(facts, AT + 60)
    assert (new, new_again) == (True, False)
    assert first == again
    assert first.state == "applied"
    assert not first.open


def test_registering_twice_is_harmless_and_keeps_what_was_made_since() -> None:
    """A correction of the facts touches neither codes, policy nor the day of approval."""
    venue_id = open_venue(at=AT)
    code = entrances.add_code(venue_id, "东门", AT)
    service.set_policy(venue_id, Policy(pass_required=False, max_list_age_s=600, shards=4), AT)
    changed, new = service.register(venue_id, Facts("市民服务中心", AREA), AT + 60)
    assert not new
    assert changed.name == "市民服务中心"
    assert changed.current_codes == (code,)
    assert changed.policy == Policy(pass_required=False, max_list_age_s=600, shards=4)
    assert (changed.applied_at, changed.decided_at) == (AT, AT)


def test_a_venue_lies_in_a_district_or_below_and_not_in_itself() -> None:
    """A province is no place to check in at."""
    for area in ("99", "9901", "99010", "9901010", "abcdef"):
        with pytest.raises(Rejected):
            service.apply(Facts("书店", area), AT)
    with pytest.raises(Rejected):
        service.register("V-1", Facts("书店", AREA, parent="V-1"), AT)


def test_decisions_are_taken_once_and_closing_ends_check_ins() -> None:
    """A decision sent again changes nothing; one that the state forbids is a conflict."""
    venue, _new = service.apply(Facts(fresh("书店"), AREA), AT)
    approved = service.decide(venue.venue, "approve", "在场核查", AT + 10)
    assert (approved.state, approved.decided_at, approved.reason) == ("approved", AT + 10, "在场核查")
    assert service.decide(venue.venue, "approve", "again", AT + 20) == approved
    with pytest.raises(Conflict):
        service.decide(venue.venue, "refuse", "too late", AT + 30)
    assert not service.decide(venue.venue, "close", "停业", AT + 40).open
    with pytest.raises(NotFound):
        service.decide(fresh("V"), "approve", "nobody's", AT)


def test_shards_are_only_raised() -> None:
    """With fewer shards than before, a reader would miss the rows of the others (data model, heat)."""
    venue = open_venue(policy=Policy(shards=8))
    assert service.set_policy(venue, Policy(shards=2), AT).policy.shards == 8
    assert service.set_policy(venue, Policy(shards=16), AT).policy.shards == 16


def test_a_code_is_made_once_a_label_and_retired_alone() -> None:
    """A poster printed twice has one code; a copied one dies without the others."""
    venue = open_venue()
    east, west = entrances.add_code(venue, "东门", AT), entrances.add_code(venue, "西门", AT)
    assert entrances.add_code(venue, "东门", AT + 5) == east
    assert entrances.venue_of_code(east.code, AT)[0].venue == venue
    entrances.retire_code(venue, east.code, AT + 10)
    assert entrances.retire_code(venue, east.code, AT + 20).codes[0].retired_at == AT + 10
    with pytest.raises(NotFound):
        entrances.venue_of_code(east.code, AT)
    assert entrances.venue_of_code(west.code, AT)[0].venue == venue
    assert entrances.add_code(venue, "东门", AT + 30).code != east.code
    with pytest.raises(NotFound):
        entrances.retire_code(venue, "0000000000", AT)


def test_a_closed_venues_poster_says_that_it_is_closed() -> None:
    """Its code leads to the venue as it stands: whoever scans it must not take the poster for a false one."""
    venue = open_venue()
    code = entrances.add_code(venue, "东门", AT).code
    service.decide(venue, "close", "停业", AT + 10)
    assert entrances.venue_of_code(code, AT + 20)[0].state == "closed"


def test_a_venue_has_at_most_twenty_codes() -> None:
    """More would not fit the row, and nobody has more entrances to watch."""
    venue = open_venue()
    for number in range(20):
        entrances.add_code(venue, f"门{number}", AT)
    with pytest.raises(Conflict):
        entrances.add_code(venue, "门20", AT)


def test_an_old_poster_stays_good_however_often_another_is_replaced() -> None:
    """What is forgotten is what was retired longest ago; the newest replacement can be asked for again."""
    venue = open_venue()
    east, west = entrances.add_code(venue, "东门", AT), entrances.add_code(venue, "西门", AT)
    first, number = west, 0
    for number in range(1, 45):
        west = entrances.replace_code(venue, west.code, AT + number)
    assert entrances.venue_of_code(east.code, AT)[1] == east
    last = entrances.replace_code(venue, east.code, AT + number + 1)
    assert entrances.replace_code(venue, east.code, AT + number + 2) == last
    with pytest.raises(NotFound):
        entrances.find(service.must(venue, AT), first.code)


def test_an_areas_venues_come_by_pages_and_no_other_areas() -> None:
    """Containment is prefix: a district sees its communities', a community not its neighbour's."""
    area = new_area()
    mine = {service.register(fresh("V"), Facts("书店", area), AT)[0].venue for _ in range(3)}
    beside = service.register(fresh("V"), Facts("书店", area[:6] + "999999"), AT)[0].venue
    found, position, pages = set(), None, 0
    while pages == 0 or position:
        page = service.in_area(area, position, 2, clock.now())
        found |= {venue.venue for venue in page.items}
        position, pages = page.position, pages + 1
    assert found == mine
    assert pages >= 2
    assert {venue.venue for venue in service.in_area(area[:6], None, 10, clock.now()).items} == {*mine, beside}
    assert mine <= {venue.venue for venue in service.every(area[:4], clock.now())}  # others' are there too


def test_the_public_sees_name_and_rules_of_an_open_venue_only(engine: Service) -> None:
    """An application is nobody's business until it is approved; a code leads to its venue."""
    officer = engine.token("officer", AREA[:6])
    applied = call("POST", "/venues", {"name": fresh("书店"), "area": AREA}, token=officer)
    assert applied.status == 201
    venue = applied.json()["venue"]
    assert call("GET", f"/venues/{venue}").status == 404
    decided = call("POST", f"/venues/{venue}/decision", {"decision": "approve", "reason": "ok"}, token=officer)
    assert decided.json()["state"] == "approved"
    public = call("GET", f"/venues/{venue}").json()
    assert public["rules"] == {"pass_required": True, "max_list_age_s": 14_400}
    assert set(public) == {"venue", "name", "category", "state", "rules", "moves", "ends_at"}
    manager = engine.token("venue", venue)
    code = call("POST", f"/venues/{venue}/codes", {"label": "东门"}, token=manager).json()
    assert f"/c/{venue}-{code['code']}-" in code["url"]
    assert call("GET", f"/venue-codes/{code['code']}").json() == public
    drawn = call("GET", f"/venues/{venue}/poster?label=%E4%B8%9C%E9%97%A8", token=manager)
    assert (drawn.status, drawn.headers["content-type"]) == (200, "application/pdf")
    assert drawn.body.startswith(b"%PDF")
    drawn = call("GET", f"/venues/{venue}/poster?format=svg", token=manager)
    assert (drawn.status, drawn.headers["content-type"]) == (200, "image/svg+xml")
    for wrong, told in (("format=png", "format"), ("label=" + "x" * 33, "label"), ("label=%00", "label")):
        refused = call("GET", f"/venues/{venue}/poster?{wrong}", token=manager)
        assert (refused.status, refused.json()["code"]) == (400, told)
    record = call("GET", f"/venues/{venue}/record", token=manager).json()
    assert [one["label"] for one in record["codes"]] == ["东门", ""]
    retired = call("POST", f"/venues/{venue}/codes/{code['code']}/retirement", token=manager)
    assert "retired_at" in retired.json()["codes"][0]


def test_an_officers_list_has_cursors_of_its_own(engine: Service) -> None:
    """The cursor of one officer's list does not open another's (law 9)."""
    area = new_area()
    for _ in range(51):
        service.register(fresh("V"), Facts("书店", area), AT)
    officer = engine.token("officer", area[:6], "officer-1")
    first = call("GET", f"/venues?area={area}", token=officer).json()
    assert len(first["venues"]) == 50
    second = call("GET", f"/venues?area={area}&next={first['next']}", token=officer).json()
    assert len(second["venues"]) == 1
    assert "next" not in second
    other = engine.token("officer", area[:6], "officer-2")
    assert call("GET", f"/venues?area={area}&next={first['next']}", token=other).json()["code"] == "cursor"


def test_a_manager_raises_the_peak(engine: Service) -> None:
    """Peak × 1.5 / 300, the next power of two: a stadium's 700 a second need 4 shards."""
    venue = open_venue()
    body = {"max_list_age_s": 600, "peak_per_s": 700}
    answered = call("PUT", f"/venues/{venue}/policy", body, token=engine.token("venue", venue)).json()
    assert (answered["shards"], answered["max_list_age_s"]) == (4, 600)


def test_a_code_that_was_replaced_says_so_and_one_we_never_made_is_unknown() -> None:
    """Who scans last month's poster is sent to the one that hangs there now, whether they scan or type."""
    venue_id = open_venue(at=AT)
    old = entrances.add_code(venue_id, "东门", AT)
    new = entrances.replace_code(venue_id, old.code, AT + 60)
    assert entrances.replace_code(venue_id, old.code, AT + 90) == new
    assert new.label == "东门"
    for text in (old.code, entrances.address(venue_id, old.code)):
        with pytest.raises(NotFound) as refused:
            entrances.venue_of_code(text, AT + 90)
        assert refused.value.code == "code-replaced"
    found, code = entrances.venue_of_code(new.code.lower(), AT + 90)
    assert (found.venue, code) == (venue_id, new)
    forged = entrances.address(venue_id, new.code)[:-8] + "aaaaaaaa"
    for text, said in ((forged, "no-code"), ("0000000000", "no-code"), ("0000000001", "code-mistyped")):
        with pytest.raises(NotFound) as refused:
            entrances.venue_of_code(text, AT)
        assert refused.value.code == said


def test_a_shop_lies_on_a_floor_of_a_tower_and_nothing_lies_in_itself() -> None:
    """Both ways the line is found; rings, other districts and a fifth level are refused and change nothing."""
    tower, area = open_venue(at=AT), AREA
    line = [tower]
    for name in ("三层", "书店", "柜台"):
        below, _new = service.register(fresh("V-N"), Facts(fresh(name), area, parent=line[-1]), AT)
        line.append(below.venue)
    assert [one.venue for one in nesting.lineage(line[-1], AT)] == line[::-1]
    assert nesting.ancestors(line[2], AT) == (line[1], tower)
    assert set(nesting.descendants(tower)) == set(line[1:])
    before = service.must(tower, AT)
    for venue_id, facts, law in (
        (tower, Facts("塔", area, parent=tower), "inside-itself"),
        (tower, Facts("塔", area, parent=line[-1]), "inside-itself"),
        (tower, Facts("塔", area, parent="V-none"), "no-venue"),
        (fresh("V-N"), Facts("店", "990199", parent=line[1]), "district"),
        (fresh("V-N"), Facts("抽屉", area, parent=line[-1]), "depth"),
    ):
        with pytest.raises(Rejected) as refused:
            service.register(venue_id, facts, AT)
        assert [error.law for error in refused.value.errors] == [law]
    assert service.must(tower, AT) == before


def test_a_venue_moves_with_all_that_lies_in_it() -> None:
    """A floor with shops finds no place where its shops would lie too deep, nor in another district without them."""
    mall, floor, shop, town = (fresh("V-N") for _ in range(4))
    service.register(mall, Facts("商场", AREA), AT)
    service.register(floor, Facts("一层", AREA), AT)
    service.register(shop, Facts("店", AREA, parent=floor), AT)
    service.register(town, Facts("园区", AREA), AT)
    service.register(mall, Facts("商场", AREA, parent=town), AT)
    service.register(floor, Facts("一层", AREA, parent=mall), AT)
    assert nesting.ancestors(shop, AT) == (floor, mall, town)
    higher = fresh("V-N")
    service.register(higher, Facts("新区", AREA), AT)
    for venue_id, facts, law in (
        (town, Facts("园区", AREA, parent=higher), "depth"),
        (mall, Facts("商场", "990199"), "district"),
    ):
        before = service.must(venue_id, AT)
        with pytest.raises(Rejected) as refused:
            service.register(venue_id, facts, AT)
        assert [error.law for error in refused.value.errors] == [law]
        assert service.must(venue_id, AT) == before
    # Without a change of place nothing below is looked at, and a venue without others moves as it likes.
    service.register(town, Facts("科技园区", AREA), AT)
    service.register(higher, Facts("新区", "990199"), AT)
    applied, _new = service.apply(Facts(fresh("楼"), AREA), AT)
    service.register(fresh("V-N"), Facts("店", AREA, parent=applied.venue), AT)
    service.decide(applied.venue, "return", "which tower", AT)
    with pytest.raises(Rejected) as refused:
        service.correct(applied.venue, Facts(applied.name, AREA, parent=shop), AT)
    assert [error.law for error in refused.value.errors] == ["depth"]


def test_what_waits_is_found_by_state_and_leaves_the_queue_when_decided() -> None:
    """Checked, sent back, corrected, checked again, approved: at each step it waits in one place, then in none."""
    area = new_area()
    venue, _new = service.apply(Facts(fresh("书店"), area, contact=service.Contact("张明", "13800000000")), AT)

    def places() -> list[str]:
        states = ("applied", "checked", "returned")
        return [s for s in states if venue.venue in {one.venue for one in service.waiting(area, s, None, 50, AT).items}]

    assert places() == ["applied"]
    for decision, place in (("check", "checked"), ("return", "returned")):
        service.decide(venue.venue, decision, "门牌号缺失", AT + 10)
        assert places() == [place]
    again, new = service.apply(Facts(venue.name, area, "shop"), AT + 20)
    assert (again.venue, again.state, again.category, new) == (venue.venue, "applied", "shop", False)
    assert places() == ["applied"]
    assert service.contact(again) == service.Contact("张明", "13800000000")
    service.decide(venue.venue, "approve", "在场核查", AT + 30)
    assert places() == []
