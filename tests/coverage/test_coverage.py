"""Coverage on the embedded engine, over HTTP: load a register, see who is missing, decide by hand, walk."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from functions.checkins import service as checkins
from functions.checkins.rules import Act
from functions.checkins.service import Details
from functions.coverage import loading, patrols, seen, service
from functions.coverage.rules import HOUR_S, STOPPED_S
from functions.shared import clock
from functions.shared.problems import Conflict, NotFound
from functions.venues import entrances
from functions.venues import service as venues
from functions.venues.service import Facts
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.door.world import fresh, new_area, new_pid
from tests.matching.world import eventually

pytestmark = pytest.mark.usefixtures("http")
NUMBER = "91350100M000100Y43"
HEADER = "统一社会信用代码,企业名称,经营场所,行政区划代码,类型,网格\n"


class Office:
    """A district of its own, with an officer and a worker of one of its communities."""

    def __init__(self, engine: Service) -> None:
        self.area = new_area()
        self.district = self.area[:6]
        self.officer = engine.token("officer", self.district, fresh("officer"))
        self.worker = engine.token("worker", self.area, fresh("worker"))
        self.other = engine.token("officer", "980202")

    def load(self, rows: str, query: str = "format=csv", *, data: bytes | None = None, code: str = "") -> Reply:
        """Upload a register's rows below the usual header."""
        sheet = data if data is not None else (HEADER + rows).encode("gb18030")
        path = f"/areas/{code or self.district}/register?{query}"
        return call("POST", path, sheet, token=self.officer, headers={"content-type": "application/octet-stream"})

    def names(self, kind: str, more: str = "") -> list[str]:
        """The names on the first page of a list, as it stands now."""
        service._coded.cache_clear()
        told = call("GET", f"/areas/{self.area}/coverage?kind={kind}{more}", token=self.worker).json()
        return sorted(one["name"] for one in (*told.get("businesses", ()), *told.get("venues", ())))

    def one(self, kind: str, name: str) -> dict[str, Any]:
        """A business of a list by its name."""
        service._coded.cache_clear()
        told = call("GET", f"/areas/{self.area}/coverage?kind={kind}", token=self.officer).json()
        found: dict[str, Any] = next(one for one in told["businesses"] if one["name"] == name)
        return found

    def venue(self, name: str, address: str = "", *, code: bool = True) -> str:
        """An approved venue, with a code unless nobody made one."""
        made, _new = venues.register(fresh("V"), Facts(name, self.area, address=address), clock.now())
        if code:
            entrances.add_code(made.venue, "", clock.now())
        return made.venue

    def decide(self, business: str, decision: str, venue: str = "") -> Reply:
        """Decide about a business by hand."""
        body = {"decision": decision, "reason": "现场核实", "venue": venue}
        return call("PUT", f"/register/{business}/venue", body, token=self.officer)

    def patrol(self, kind: str, *items: str, token: str = "") -> Reply:
        """Make a patrol."""
        body = {"kind": kind, "label": "三网格", "items": list(items)}
        return call("POST", f"/areas/{self.area}/patrols", body, token=token or self.worker)


@pytest.fixture
def office(engine: Service) -> Office:
    """A district of this test's own."""
    return Office(engine)


def test_good_rows_are_kept_bad_rows_named_and_the_same_file_changes_nothing(office: Office) -> None:
    """A clerk's GB 18030 file with a title above its header; no cell comes back, and nothing is kept twice."""
    rows = (
        f"{NUMBER},东门书店,一路1号,{office.area},零售,三网格\n"
        f",西门茶馆,二路2号,{office.area},餐饮,\n"
        f",无址铺,,{office.area},,\n"
        f"{NUMBER[:-1]}4,错码铺,三路3号,{office.area},,\n"
        ",外区铺,四路4号,980202001001,,\n"
        f",西门茶馆,二路 2号,{office.area},茶座,\n"
    )
    sheet = ("某区经营主体名录,,,,,\n" + HEADER + rows).encode("gb18030")
    told = office.load("", data=sheet).json()
    assert [(told[name]) for name in ("new", "changed", "unchanged", "repeated")] == [2, 0, 0, 1]
    found = [(one["row"], one["column"], one["law"]) for one in told["errors"]]
    assert found == [(5, "address", "address-missing"), (6, "number", "number"), (7, "area", "area")]
    assert not any(name in str(told) for name in ("无址铺", "错码铺", NUMBER))
    again = office.load("", data=sheet).json()
    assert [(again[name]) for name in ("new", "changed", "unchanged")] == [0, 0, 2]
    assert office.one("without-code", "西门茶馆")["kind"] == "茶座"
    assert office.names("without-code") == ["东门书店", "西门茶馆"]
    assert office.names("without-code", "&grid=%E4%B8%89%E7%BD%91%E6%A0%BC") == ["东门书店"]


def test_a_workbook_is_read_and_a_code_stored_as_a_number_is_told_apart(office: Office) -> None:
    """Excel keeps 15 digits of a number: the clerk is told to format the column, not that the code is wrong."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["名称", "地址", "统一社会信用代码"])
        sheet.write_row(1, 0, ["南门药房", "五路5号", NUMBER])
        sheet.write_row(2, 0, ["北门药房", "六路6号", 913501000000000000])
    told = office.load("", "format=xlsx", data=made.getvalue(), code=office.area[:9]).json()
    assert (told["new"], [one["law"] for one in told["errors"]]) == (1, ["number-stored-as-number"])
    page = call("GET", f"/areas/{office.area[:9]}/coverage", token=office.officer).json()
    assert [(one["name"], one["number"], one["area"]) for one in page["businesses"]] == [
        ("南门药房", NUMBER, office.area[:9])
    ]


def test_a_correction_changes_the_facts_and_never_what_an_officer_decided(office: Office) -> None:
    """Next month's file renames a business; the exemption stands. Another subdistrict's file cannot take it away."""
    office.load(f"{NUMBER},老名字,一路1号,{office.area},,\n")
    business = office.one("without-code", "老名字")["business"]
    decided = office.decide(business, "no-code-needed").json()
    assert (decided["standing"], decided["reason"]) == ("no-code-needed", "现场核实")
    assert "officer" in decided["decided_by"]
    assert office.load(f"{NUMBER},新名字,一路1号,{office.area},,\n").json()["changed"] == 1
    assert office.names("no-code-needed") == ["新名字"]
    beside = office.district + "999"
    taken = office.load(f"{NUMBER},新名字,一路1号,{beside},,\n", code=beside).json()
    assert [(one["column"], one["law"]) for one in taken["errors"]] == [("area", "elsewhere")]
    assert office.decide(business, "undo").json()["standing"] == "without-code"


def test_a_load_that_runs_out_of_time_tells_where_to_go_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut after the first hundred, the rest goes on from the told row, and all are there once."""
    sheet = (HEADER + "".join(f",店{n},路{n}号,{office.area},,\n" for n in range(150))).encode()
    rows = loading.read_register(sheet, "csv", office.district)
    seconds = iter([0.0, 1.0, loading.PATIENCE_S + 1])
    cut = loading.load(rows, office.district, 1, clock.now(), clock=lambda: next(seconds))
    assert (cut.new, cut.next_row) == (100, 102)
    rest = office.load("", f"format=csv&from_row={cut.next_row}", data=sheet).json()
    assert (rest["new"], "next_row" in rest) == (50, False)
    monkeypatch.setattr(service, "_AT_ONCE", 40)
    service._coded.cache_clear()
    path = f"/areas/{office.area}/coverage"
    pages: list[list[str]] = []
    cursor = ""
    while not pages or cursor:
        told = call("GET", path + (f"?next={cursor}" if cursor else ""), token=office.worker).json()
        pages.append([one["name"] for one in told["businesses"]])
        cursor = told.get("next", "")
    assert max(map(len, pages)) == 50
    assert sorted(name for page in pages for name in page) == sorted(f"店{n}" for n in range(150))


def test_by_number_name_address_and_hand(office: Office) -> None:
    """The answer says by which rule; an officer links, takes apart and links again; a closed venue covers nobody."""
    office.load(
        "".join(f",{name},{street},{office.area},,\n" for name, street in (("东门 书店", "一路1号"), ("五金", "九路")))
    )
    named = office.venue("东门书店有限公司")
    bare = office.venue("五金", code=False)
    shown = office.one("with-code", "东门 书店")
    assert (shown["venue"], shown["rule"]) == (named, "name")
    assert office.names("without-code") == ["五金"]
    for _ in range(2):
        assert office.decide(shown["business"], "unlink").json()["standing"] == "without-code"
    linked = office.decide(shown["business"], "link", named).json()
    assert (linked["venue"], linked["rule"]) == (named, "by-hand")
    hardware = office.one("without-code", "五金")["business"]
    assert office.decide(hardware, "link", bare).json()["standing"] == "without-code"
    entrances.add_code(bare, "", clock.now())
    assert office.one("with-code", "五金")["rule"] == "by-hand"
    venues.decide(bare, "close", "停业", clock.now())
    assert office.names("without-code") == ["五金"]


def test_each_poster_is_known_by_when_it_was_last_scanned(engine: Service, office: Office) -> None:
    """Of a retired one too, for it still hangs somewhere; an officer reads the hour, and the venue nothing of anybody."""
    venue, now = office.venue("东门书店", code=False), clock.now()
    east, west = (entrances.add_code(venue, label, now - 7200).code for label in ("东", "西"))
    entrances.retire_code(venue, east, now - 3600)
    checkins.check_in(Act(new_pid(), venue, "in", now), now, details=Details(east))

    def scanned(token: str) -> list[str | None]:
        codes = call("GET", f"/venues/{venue}/record", token=token).json()["codes"]
        return [one.get("scanned_at") for one in codes]

    hour = clock.rfc3339(now // HOUR_S * HOUR_S)
    assert eventually(lambda: scanned(office.officer) == [hour, None])
    assert scanned(engine.token("venue", venue)) == [None, None]
    assert seen.hours([seen.poster(venue, code) for code in (east, west)]) == {seen.poster(venue, east): now // HOUR_S}


def test_never_scanned_stopped_and_the_summary(office: Office) -> None:
    """A check-in reaches the list through the stream; an old one makes a stop; the summary counts what the lists show."""
    beside = f"{office.area[:9]}{(int(office.area[9:]) + 1) % 1000:03}"  # another community of the subdistrict
    office.load(
        f",东门书店,一路1号,{office.area},,三网格\n,茶馆,二路2号,{office.area},,四网格\n,邻居,三路3号,{beside},,\n"
    )
    scanned, stopped, never = (office.venue(name) for name in ("东门书店", "停的店", "没人扫的店"))
    office.venue("没码的店", code=False)
    now = clock.now()
    checkins.check_in(Act(new_pid(), scanned, "in", now), now)
    seen.note({stopped: (now - STOPPED_S) // HOUR_S - 2})
    assert office.names("stopped") == ["停的店"]
    assert eventually(lambda: office.names("never-scanned") == ["没人扫的店"])
    # Older instants that come later change nothing.
    seen._known.clear()
    seen.note({scanned: 1, stopped: 1})
    assert seen.hours([scanned, stopped, never]) == {
        scanned: now // HOUR_S,
        stopped: (now - STOPPED_S) // HOUR_S - 2,
    }
    told = call("GET", f"/areas/{office.district}/coverage/summary?by=grid", token=office.officer).json()
    counts = {
        "businesses": 3,
        "with_code": 1,
        "without_code": 2,
        "no_code_needed": 0,
        "venues": 3,
        "never_scanned": 1,
        "stopped": 1,
    }
    assert (told["total"], told["complete"]) == (counts, True)
    assert sorted((one["area"], one["grid"]) for one in told["below"]) == sorted(
        [(office.area, ""), (office.area, "三网格"), (office.area, "四网格"), (beside, "")]
    )
    here = {**counts, "businesses": 2, "without_code": 1}
    there = {**dict.fromkeys(counts, 0), "businesses": 1, "without_code": 1}
    for by, expected in (
        ("community", {office.area: here, beside: there}),
        ("subdistrict", {office.area[:9]: counts}),
    ):
        told = call("GET", f"/areas/{office.district}/coverage/summary?by={by}", token=office.officer).json()
        assert {one["area"]: one["counts"] for one in told["below"]} == expected, by


def test_a_walk_from_the_list_to_the_newest_chase(office: Office) -> None:
    """Made twice it is one; a phone sends a chase twice and late; the newest by its own instant is shown, on both lists."""
    office.load(f",东门书店,一路1号,{office.area},,\n,茶馆,二路2号,{office.area},,\n")
    shop, tea = (office.one("without-code", name)["business"] for name in ("东门书店", "茶馆"))
    made, again = office.patrol("without-code", tea, shop), office.patrol("without-code", shop, tea, shop)
    assert (made.status, again.status) == (201, 200)
    assert [one["item"] for one in made.json()["items"]] == [tea, shop]
    assert again.json() == made.json()
    patrol = made.json()["patrol"]
    now = clock.now()

    def chase(client: str, outcome: str, ago: int, note: str = "") -> Reply:
        told = {"client": client, "how": "visit", "outcome": outcome, "at": clock.rfc3339(now - ago), "note": note}
        return call("POST", f"/patrols/{patrol}/items/{tea}/chases", told, token=office.worker)

    assert chase("c-2", "code-put-up", 60).status == 201
    assert chase("c-1", "nobody-there", 600, "2026-11-27再来").status == 201
    repeated = chase("c-1", "refused", 5)
    assert (repeated.status, repeated.json()["outcome"]) == (200, "nobody-there")
    walk = call("GET", f"/patrols/{patrol}", token=office.officer).json()
    assert (walk["chased"], walk["items"][0]["chase"]["outcome"], "chase" in walk["items"][1]) == (
        1,
        "code-put-up",
        False,
    )
    shown = office.one("without-code", "茶馆")
    assert (shown["outcome"], shown["chased_at"]) == ("code-put-up", clock.rfc3339(now - 60))
    listed = call("GET", f"/areas/{office.area}/patrols", token=office.worker).json()["patrols"]
    assert [(one["patrol"], one["items"]) for one in listed] == [(patrol, 2)]


def test_refusals_say_what_to_do(office: Office) -> None:
    """Each law of a register, a decision, a list and a walk is reached, and nothing of the refused is kept."""
    office.load(f",东门书店,一路1号,{office.area},,\n")
    shop, here = office.one("without-code", "东门书店")["business"], f"/areas/{office.area}"
    patrol = f"/patrols/{office.patrol('without-code', shop).json()['patrol']}"

    def chased(**other: str) -> Reply:
        told = {"client": "c", "how": "call", "outcome": "done", **other}
        return call("POST", f"{patrol}/items/{shop}/chases", told, token=office.worker)

    many = "".join(f",店{n},路{n}号,,,\n" for n in range(loading.ROWS + 1))
    got: Callable[[str], Reply] = lambda path: call("GET", path, token=office.officer)  # noqa: E731 - short, many times
    for refused, status, code in (
        (office.load("", "format=jsonl"), 400, "malformed"),
        (office.load("x", "format=csv&from_row=0"), 400, "malformed"),
        (office.load("x", code=office.area), 400, "area"),
        (office.load("", data=b"a,b\n1,2\n"), 422, "header-missing"),
        (office.load(many), 422, "too-many-rows"),
        (got(f"{here}/coverage?kind=all"), 400, "malformed"),
        (got(f"{here}/coverage?kind=stopped&grid=x"), 400, "malformed"),
        (got(f"{here}/coverage/summary?by=street"), 400, "malformed"),
        (call("GET", f"/areas/{office.area[:7]}/coverage", token=office.officer), 400, "area"),
        (office.decide("B-none", "undo"), 404, "no-business"),
        (office.decide(shop, "link"), 400, "malformed"),
        (office.decide(shop, "link", "V-none"), 422, "no-venue"),
        (office.patrol("stopped", shop), 422, "no-item"),
        (office.patrol("without-code", "B-none"), 422, "no-item"),
        (got("/patrols/P-none"), 404, "no-patrol"),
        (
            call(
                "POST",
                f"{patrol}/items/B-none/chases",
                {"client": "c", "how": "call", "outcome": "done"},
                token=office.worker,
            ),
            404,
            "no-item",
        ),
        (chased(note="找老板13800138000"), 422, "personal-data"),
        (chased(note="\u202e"), 422, "rejected"),
        (chased(at="yesterday"), 400, "malformed"),
        (chased(at=clock.rfc3339(clock.now() - 73 * HOUR_S)), 422, "at-out-of-window"),
        (call("GET", patrol, token=office.other), 403, "scope"),
        (call("GET", f"{here}/coverage", token=office.other), 403, "scope"),
    ):
        assert (refused.status, refused.json()["code"]) == (status, code), refused.body
    assert got(patrol).json()["chased"] == 0


def test_two_officers_who_decide_at_once_do_not_overwrite_each_other(office: Office) -> None:
    """The second is told to look again."""
    office.load(f",东门书店,一路1号,{office.area},,\n")
    row = service.must(office.one("without-code", "东门书店")["business"])
    same = service.must(row.business)
    service.decide(row, "no-code-needed", "", "拆迁", actor="officer:a", at=clock.now())
    with pytest.raises(Conflict):
        service.decide(same, "unlink", "", "不是", actor="officer:b", at=clock.now())


def test_a_patrol_is_gone_after_ninety_days(office: Office) -> None:
    """Law 8: age is asked at every read, whatever DynamoDB deleted."""
    office.load(f",东门书店,一路1号,{office.area},,\n")
    made = office.patrol("without-code", office.one("without-code", "东门书店")["business"]).json()
    ends_at = clock.parse_instant(made["ends_at"])
    assert patrols.must(made["patrol"], ends_at - 1).patrol == made["patrol"]
    with pytest.raises(NotFound):
        patrols.must(made["patrol"], ends_at)
