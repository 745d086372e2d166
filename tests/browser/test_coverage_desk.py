"""From a district's rules to a list for a walk: presets, one venue's rules, a register, and who has no code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from functions.shared import clock
from tests.browser.conftest import DESKTOP_SCREEN
from tests.browser.desk import Desk
from tests.browser.office import Office, short_id
from tests.browser.served import origin_of
from tests.browser.test_applications import picture
from tests.conftest import Http

REGISTER = (
    "名称,统一社会信用代码,地址,网格\n"
    "青禾便利店,,人民路1号,一网格\n"
    "云岭面馆,,人民路2号,一网格\n"
    "港湾理发店,,人民路3号,二网格\n"
    "信用代码不对的店,91330100MA27XXXXXX,人民路4号,二网格\n"
)


def register(office: Office, name: str, **facts: Any) -> str:
    """Register a venue of the district's first community."""
    venue = short_id("V")
    body = {"name": name, "area": office.area + "001001", "category": "shop", **facts}
    made = office.http.put(f"/venues/{venue}", body, token=office.token)
    assert made.status == 201, made.body
    return venue


def rules(office: Office, venue: str) -> dict[str, Any]:
    """What is asked at a venue's doors, as the service says it."""
    record = office.http.get(f"/venues/{venue}/record", token=office.token)
    return dict(record.json()["policy"])


def test_rules_are_set_and_a_walk_is_made(served: Http, new_page: Callable[..., Page]) -> None:
    """A preset holds from the next venue on; a venue's own rules from its saving; a walk has what was ticked.

    The district's end of venue codes is set two days ahead and taken back.
    """
    page = new_page(accept_downloads=True, **DESKTOP_SCREEN)
    office = Office(served, Desk(page, origin_of(served, "desk")))
    office.sign_in()
    before = register(office, "老店")
    _set_preset(office)
    tower = register(office, "云岭大厦", category="tower")
    asked = {"oldest_test_s": 48 * 3600}
    assert served.put(f"/venues/{tower}/policy", asked, token=office.token).status == 200
    shop = register(office, "青禾便利店", parent=tower, address="人民路1号")
    assert ("occupancy" in rules(office, before), rules(office, shop)["occupancy"]) == (False, True)
    _set_rules(office, shop)
    barber = register(office, "港湾理发店")
    assert served.post(f"/venues/{barber}/codes", {"label": ""}, token=office.token).status == 200
    _load_register(office)
    _confirm_a_match(office)
    _make_walk(office)
    _end_the_scheme_and_take_it_back(office)


def _set_preset(office: Office) -> None:
    page = office.desk.page
    office.go("presets")
    picture(page, "presets")
    page.locator("table.list").get_by_role("link", name="商店、超市").click()
    page.locator("#preset-change").click()
    page.locator("#policy-occupancy").check()
    page.locator("#policy button[type=submit]").click()
    assert "此后批准的场所采用新规则" in page.locator("dialog.consent").inner_text()
    office.agree()
    office.outcome("已保存“商店、超市”的规则")
    assert page.get_by_role("button", name="恢复默认").count() == 1


def _set_rules(office: Office, shop: str) -> None:
    page = office.desk.page
    around = re.compile(rf"/venues/(?!{re.escape(shop)}/)[^/]+/record$")
    page.route(around, lambda route: route.fulfill(status=503, body="busy"))
    office.go(f"venues/of/{shop}")
    page.locator(".outcome.bad").wait_for()  # said, for rules from above that did not come would look like none
    page.unroute(around)
    for _ in range(2):
        page.locator("#language").click()
    page.get_by_text("来自“云岭大厦”").wait_for()  # what it lies in asks too
    assert "须有48小时内采样的阴性检测" in page.locator("main").inner_text()
    picture(page, "policy")
    page.locator("#policy-change").click()
    page.locator("#policy-always").uncheck()
    page.locator("#policy-more-1").click()
    page.locator("#policy-capacity").fill("0")
    page.locator("#policy button[type=submit]").click()
    assert "1至100000" in page.locator("#policy-capacity-fault").inner_text()
    assert "请至少填写一段时间" in page.locator("#policy-week-fault").inner_text()
    page.locator("#policy-opens-1-0").fill("08:00")
    page.locator("#policy-closes-1-0").fill("22:00")
    page.locator("#policy-same").click()
    page.locator("#policy-capacity").fill("60")
    picture(page, "policy-form")
    assert office.desk.faults() == []
    page.locator("#policy button[type=submit]").click()
    said = page.locator("dialog.consent").inner_text()
    assert ("时间：不限时间 → 每天 08:00–22:00" in said, "同时最多60人" in said) == (True, True)
    office.agree()
    office.outcome("已保存“青禾便利店”的规则")
    stored = rules(office, shop)
    assert (stored["capacity"], stored["hours"]) == (
        60,
        [{"days": [*range(1, 8)], "opens": "08:00", "closes": "22:00"}],
    )
    assert office.desk.faults() == []


def _load_register(office: Office) -> None:
    page, community = office.desk.page, office.area + "001001"
    lines = REGISTER.splitlines()
    rows = "\n".join([f"{lines[0]},区划", *(f"{line},{community}" for line in lines[1:])])
    office.go("coverage")
    page.set_input_files("#register", {"name": "名录.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="导入", exact=True).click()
    office.outcome("新增3户，变更0户，不变0户，有问题1行")
    _row, column, law = page.locator("table.list").last.locator("tbody tr").locator("td, th").all_inner_texts()
    assert (column, "GB 32100" in law) == ("统一社会信用代码", True)
    page.locator("#coverage-ticked", has_text="显示2条").wait_for()


def _confirm_a_match(office: Office) -> None:
    page = office.desk.page
    page.locator("#coverage-kind").select_option("to-confirm")
    row = page.locator("#coverage-list tbody tr")
    assert "同一社区内名称相同，请核对" in row.inner_text()
    row.get_by_role("button", name="就是它").click()
    office.agree("现场核对过")
    office.outcome("“港湾理发店”现在算作有码")
    assert row.count() == 0
    assert page.evaluate("document.activeElement.id") == "coverage-kind"
    page.locator("#coverage-kind").select_option("without-code")
    page.locator("#coverage-ticked", has_text="显示2条").wait_for()


def _make_walk(office: Office) -> None:
    page = office.desk.page
    page.get_by_role("button", name="选中列出的全部").click()
    picture(page, "coverage")
    assert office.desk.faults() == []
    page.locator("#patrol-label").fill("一网格上午")
    page.get_by_role("button", name="做成走访清单").click()
    office.outcome("已做成1份清单，共2户")
    page.locator(".outcome").get_by_role("link").click()
    page.locator("main", has_text="已走访0户，共2户").wait_for()
    assert page.locator("h1").inner_text() == "一网格上午"
    picture(page, "patrol-desk")
    assert office.desk.faults() == []
    office.go("coverage/patrols")
    assert "一网格上午" in page.locator("table.list").inner_text()


def _end_the_scheme_and_take_it_back(office: Office) -> None:
    page, path = office.desk.page, f"/districts/{office.area}/scheme"
    office.go("presets")
    page.get_by_role("link", name="场所码停用日期").click()
    state = page.locator("#scheme-state")
    state.filter(has_text="没有设定停用日期").wait_for()
    day = clock.china_day(clock.now() + 2 * clock.DAY_S)
    page.locator("#scheme-day").fill(clock.china_day(clock.now()))
    page.locator("#scheme-set").click()
    assert page.locator("#scheme-day").get_attribute("aria-invalid") == "true"
    page.locator("#scheme-day").fill(day)
    picture(page, "scheme")
    assert office.desk.faults() == []
    page.locator("#scheme-set").click()
    office.agree()
    office.outcome("场所码将于")
    assert clock.china_day(clock.parse_instant(office.http.get(path, token=office.token).json()["ends_at"])) == day
    page.get_by_role("button", name="撤回停用").click()
    office.agree()
    state.filter(has_text="没有设定停用日期").wait_for()
    assert office.http.get(path, token=office.token).json() == {"ends_at": None, "over": False}
