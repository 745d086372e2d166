"""The check-in page against the real service: from a poster to a receipt that the gate's page would show too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from functions.checkins import service as checkins
from functions.shared import clock
from functions.venues import entrances, scheme
from infra.local import Service
from infra.local.messages import Inbox
from tests.browser.conftest import DESKTOP_SCREEN
from tests.browser.guard import faults_of_access
from tests.browser.holder import Somebody, Wallet
from tests.browser.phone import (
    AREA,
    Place,
    enrol,
    marks_now,
    open_place,
    outcomes,
    rows,
    scan_poster,
    shown,
    stored,
)
from tests.browser.served import origin_of
from tests.browser.site import Site, serve
from tests.browser.test_worker import CONFIG, VENUE, build
from tests.conftest import Http
from tests.door.world import open_venue
from tests.people.world import Someone, World

BUDGET = 60_000


@pytest.fixture
def place(served: Http) -> Place:
    """A venue that asks for no pass."""
    return open_place(served)


@pytest.fixture
def phone(page: Page, served: Http, place: Place) -> Page:
    """The phone of 张小明, in front of the poster."""
    scan_poster(page, served, place)
    enrol(page, Someone())
    page.locator("#in").wait_for()
    return page


def test_a_known_holder_is_in_with_one_tap(phone: Page, place: Place) -> None:
    """Recorded once; the receipt names venue, way, instant and masked name, and shows the gate's own two characters."""
    assert "不要求通行证" in phone.locator("main").inner_text()
    phone.dblclick("#in")
    assert outcomes(phone) == ["admitted"]
    assert shown(phone) in marks_now(place)
    slip = phone.locator(".receipt").inner_text()
    assert all(word in slip for word in ("张*明", place.name, "进入", "北京时间", "请给查验员看这两个字", "秒后变化"))
    assert re.search(r"\d+月\d+日", slip)
    assert rows(phone) == [("in", "admitted", "pass-not-required")]
    assert [visit["state"] for visit in stored(phone, "visits")] == ["answered"]
    assert phone.evaluate("document.activeElement.tagName") == "H1"


def test_whoever_comes_along_without_a_phone_is_a_number(phone: Page, place: Place) -> None:
    """Counted in the same check-in, under the poster's own code; the guard reads how many, and nobody a name."""
    phone.select_option("#companions", "3")
    phone.click("#in")
    assert outcomes(phone) == ["admitted"]
    assert "张*明、另 3 人同行" in phone.locator(".slip").inner_text()
    (member,) = stored(phone, "people")
    (row,) = checkins.of_person(str(member["pid"]), clock.now())
    assert (row.how, int(row.party or 1), row.entrance) == ("group", 4, place.code)
    phone.click("#again")
    assert phone.locator("#companions").input_value() == "0"


def test_out_is_suggested_after_in(phone: Page, served: Http, place: Place) -> None:
    """At this venue and on this day; a page that the phone has closed shows its answer again, without another tap."""
    assert phone.locator(".act").first.get_attribute("id") == "in"
    phone.click("#in")
    before = shown(phone)
    phone.reload()
    phone.locator("#marks").wait_for()
    assert shown(phone) in {before} | marks_now(place)
    phone.click("#again")
    assert phone.locator(".act").first.get_attribute("id") == "out"
    phone.click("#out")
    assert outcomes(phone) == ["left"]
    assert [row[0] for row in rows(phone)] == ["in", "out"]
    scan_poster(phone, served, open_place(served, "另一处"))
    assert phone.locator(".act").first.get_attribute("id") == "in"


def test_the_marks_change_by_themselves_end_and_come_again(phone: Page, place: Place) -> None:
    """Each half minute the gate's next ones; after five minutes the receipt says that it is over, and can be renewed."""
    phone.clock.install()
    phone.reload()
    phone.click("#in")
    phone.locator("#marks").wait_for()
    phone.clock.fast_forward(30_000)
    assert shown(phone) in marks_now(place, later_s=30)
    phone.clock.fast_forward(300_000)
    phone.locator(".over", has_text="回执已结束").wait_for()
    assert not phone.locator("#marks").is_visible()
    assert faults_of_access(phone) == []
    phone.click("#renew")
    phone.locator("#marks").wait_for()
    assert shown(phone) in marks_now(place)
    assert len(rows(phone)) == 1


def test_a_family_in_one_go(page: Page, served: Http) -> None:
    """All are ticked; each is answered by their own standing; a refusal's cause is folded while a guard looks."""
    place = open_place(served, pass_required=True)
    world, mother, child, uncle = World().approve(), Someone(), Someone("欧阳娜娜"), Someone("李雷")
    world.list_people(mother, child, uncle)
    world.result(mother, "negative")
    world.result(child, "positive")
    scan_poster(page, served, place)
    enrol(page, mother, child, uncle, nicknames=("妈妈", "小宝"))
    assert [box.is_checked() for box in page.locator(".who input").all()] == [True, True, True]
    for box in page.locator(".who input").all():
        box.uncheck()
    assert page.locator("#in").is_disabled()
    page.locator(".who", has_text="妈妈").click()
    page.locator(".who", has_text="小宝").click()
    page.click("#in")
    assert outcomes(page) == ["admitted", "refused"]
    assert page.locator("h1").inner_text() == "请看每个人的结果"
    assert "欧阳*娜" not in page.locator(".receipt").inner_text()
    assert "阳性" not in page.locator("main").inner_text()
    page.click("summary")
    assert "最近的检测结果为阳性" in page.locator(".answer").nth(1).inner_text()
    assert "社区居委会" in page.locator(".answer").nth(1).inner_text()
    assert rows(page) == [("in", "admitted", "entitled"), ("in", "refused", "positive")]


@pytest.mark.parametrize(
    ("code", "heading"),
    [("V-10-short", "没有认出场所码"), ("", "没有认出场所码"), ("V-none-K7QM3XPA91-aaaaaaaa", "已经停用")],
)
def test_a_code_that_is_none(page: Page, served: Http, code: str, heading: str) -> None:
    """Malformed, or retired: it says which, and what to do; nobody can be checked in."""
    page.goto(f"{origin_of(served, 'me')}/c/{code}")
    page.locator("h1", has_text=heading).wait_for()
    assert page.locator(".act").count() == 0
    assert faults_of_access(page) == []


def test_a_venue_that_is_closed_says_so(phone: Page, served: Http, place: Place) -> None:
    """Its poster hangs there still; a retired code of it does not even say that."""
    officer = served.token("officer", AREA)
    closing = {"decision": "close", "reason": "停业"}
    assert served.post(f"/venues/{place.venue}/decision", closing, token=officer).status == 200
    phone.reload()
    phone.locator(".notice", has_text="停止开放").wait_for()
    assert phone.locator(".act").count() == 0
    assert served.post(f"/venues/{place.venue}/codes/{place.code}/retirement", {}, token=officer).status == 200
    phone.reload()
    phone.locator("h1", has_text="已经停用").wait_for()


def test_a_scheme_that_ended_says_so_in_both_languages(page: Page, served: Http) -> None:
    """Whoever scans where codes are over learns that nothing is asked: nothing to tap, nothing to fill in."""
    at, district = clock.now(), "950101"  # nobody else's
    venue = open_venue(district + "001001")
    code = entrances.add_code(venue, "东门", at)
    scheme.set_end(district, at - 3_600, at - 2 * clock.DAY_S)  # an hour ago, as somebody set it two days ago
    page.goto(f"{origin_of(served, 'me')}/c/{entrances.address(venue, code.code)}")
    for heading, said in (
        ("场所码已停用", "本区已不再需要扫码登记，您可以直接进入，系统不再记录任何信息。"),
        ("Venue codes are over", "You need not scan any more, here or elsewhere in this district: just go in."),
    ):
        page.locator("h1", has_text=heading).wait_for()
        assert said in page.locator("main").inner_text()
        assert page.locator(".act, main input, main select").count() == 0
        assert faults_of_access(page) == []
        page.click("#language")


def test_no_page_reached_from_a_poster_asks_for_anything(page: Page, served: Http, place: Place) -> None:
    """A new person learns how to enrol from their own home screen: no field, and no link that leads there."""
    scan_poster(page, served, place)
    page.locator("#nobody").wait_for()
    assert page.locator("input, select, textarea, form").count() == 0
    assert {link.get_attribute("href") for link in page.locator("a").all()} <= {"tel:0000-0000000", "tel:00000000000"}
    said = page.locator("#nobody").inner_text()
    assert all(word in said for word in (origin_of(served, "me").removeprefix("http://"), "主屏幕", "从不要证件号码"))
    assert "代登记" in said
    assert faults_of_access(page) == []


def test_who_enrolled_in_the_wallet_is_known_at_the_poster(
    page: Page, served: Http, engine: Service, place: Place
) -> None:
    """One household for both pages: nobody enrols twice, and the wallet lists what was checked in here."""
    one = Someone()
    wallet = Wallet(page, origin_of(served, "me"), Inbox(engine.engine_url)).open()
    wallet.enrol(Somebody(one.name, one.number, one.phone))
    scan_poster(page, served, place)
    page.click("#in")
    assert outcomes(page) == ["admitted"]
    wallet.open("checkins")
    page.locator("main, body", has_text=place.name).first.wait_for()


def test_script_planted_in_a_venues_name_runs_nowhere(phone: Page, served: Http) -> None:
    """It is shown as what it is: text, in the heading, on the receipt, in the queue, and in the title."""
    name = "<img src=x onerror=planted=1><script>planted=1</script>馆"
    scan_poster(phone, served, open_place(served, name))
    phone.click("#in")
    phone.locator("#marks").wait_for()
    assert name in phone.locator(".receipt").inner_text()
    phone.context.set_offline(offline=True)
    phone.click("#again")
    phone.click("#out")
    assert outcomes(phone) == ["waiting"]
    phone.click("#again")
    assert name in phone.locator("#waiting").inner_text()
    assert phone.evaluate("globalThis.planted") is None
    assert phone.locator("main img, main script").count() == 0


def test_inside_another_app_a_strip_shows_the_way_out(
    new_page: Callable[..., Page], served: Http, place: Place
) -> None:
    """Named by the app's own name; put away for the session; absent in a browser of its own."""
    agent = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0"
    inside = new_page(user_agent=agent)
    scan_poster(inside, served, place)
    strip = inside.locator(".strip", has_text="微信")
    strip.wait_for()
    assert faults_of_access(inside) == []
    inside.click("#strip-seen")
    inside.reload()
    inside.locator("h1", has_text=place.name).wait_for()
    assert strip.count() == 0
    outside = new_page()
    scan_poster(outside, served, place)
    assert outside.locator(".strip").count() == 0


LOOKS: list[dict[str, Any]] = [
    {"locale": "zh-CN", "viewport": {"width": 320, "height": 640}},
    {"locale": "en-GB", "color_scheme": "dark"},
    {"locale": "en-GB", "viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
    {"locale": "zh-CN", **DESKTOP_SCREEN},
]


@pytest.mark.parametrize("look", LOOKS, ids=["zh-320", "en-dark", "en-320-dark", "zh-desktop"])
def test_everybody_can_use_it(new_page: Callable[..., Page], served: Http, place: Place, look: dict[str, Any]) -> None:
    """Nobody yet, the form, answers with a receipt, one that waits: axe finds nothing, and nothing goes sideways."""
    page = new_page(**look)
    scan_poster(page, served, place)
    page.locator("#nobody").wait_for()
    check(page)
    enrol(page, Someone(), Someone("阿依古丽·买买提"), nicknames=("妈妈",))
    page.locator("#in").wait_for()
    check(page)
    page.keyboard.press("Tab")
    page.locator("#out").focus()
    page.keyboard.press("Enter")
    page.locator("#marks").wait_for()
    check(page)
    page.context.set_offline(offline=True)
    page.click("#again")
    page.click("#in")
    page.locator(".answer[data-outcome=waiting]").first.wait_for()
    page.click("#again")
    page.locator("#waiting").wait_for()
    check(page)


def check(page: Page) -> None:
    """No fault of access, no sideways scroll, no target smaller than a thumb."""
    assert faults_of_access(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small = "[...document.querySelectorAll('button, summary, .who, .help a')].filter(it => it.offsetHeight < 48).length"
    assert page.evaluate(small) == 0


def test_a_first_visit_fits_its_budget(new_page: Callable[..., Page], tmp_path: Path) -> None:
    """Page, styles, words of both languages and settings: at most 60 kB before the worker fetches what it keeps."""
    page = new_page(service_workers="block")
    with serve(Site(name="me", pages=build(tmp_path / "me"))) as site:
        site.published = {
            "/config.json": json.dumps(CONFIG),
            "/venue-codes/V-10-K7QM3XPA91-aebagbaf": json.dumps(VENUE),
        }
        page.goto(f"{site.origin}/c/V-10-K7QM3XPA91-aebagbaf")
        page.locator(".help").wait_for()
        print(f"first visit: {sum(site.sent.values())} bytes by gzip")  # noqa: T201 - told to whoever changes the page
        assert sum(site.sent.values()) <= BUDGET
