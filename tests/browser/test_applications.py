"""From application to poster: a shopkeeper's phone, a community's desk, a subdistrict's, and the phone again."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from functions.shared import clock
from functions.shared.threads import spread
from functions.venues import service as venues
from functions.venues.service import Facts
from infra.local import Service
from infra.local.messages import messages
from tests.browser.conftest import DESKTOP_SCREEN
from tests.browser.desk import Desk
from tests.browser.guard import faults_of_access
from tests.browser.office import Office
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.door.world import new_area

_WAIT_MS = 60_000
_MANY = 250
_PLACE = {"latitude": 31.2304, "longitude": 121.4737}
# What `fill` says of a venue beside its name and address, as the service keeps it.
_SAID = {
    "category": "restaurant",
    "hours": [{"days": [1, 2, 3, 4, 5, 6, 7], "opens": "08:00", "closes": "22:00"}],
    "position": {**_PLACE, "system": "wgs84"},
    "peak_per_hour": 300,
}
_SHEET = """场所名称,社区代码,地址,联系人,联系电话,坐标系,移动场所
华联一店,{area},一路1号,王店长,13800138000,,否
公交101,{area},,,,,是
华联二店,{area},,,,,
华联三店,{area},三路3号,赵店长,123,,
"""


@pytest.fixture
def desk_of(served: Http, new_page: Callable[..., Page]) -> Callable[[str], Office]:
    """Opens the console of an officer of an area."""

    def make(area: str) -> Office:
        made = Office(served, Desk(new_page(accept_downloads=True, **DESKTOP_SCREEN), origin_of(served, "desk")))
        made.sign_in(area)
        return made

    return make


def code_of(engine: Service, phone: str) -> str:
    """The code of the last text to a phone."""
    texts = [message.text for message in messages(engine.engine_url) if message.phone == "+86" + phone]
    return next(word for word in texts[-1].replace(",", " ").split() if word.isdigit() and len(word) == 6)


def decide(office: Office, state: str, name: str, button: str, reason: str) -> None:
    """Tick an application of the queue and decide on it."""
    page = office.desk.page
    office.go("queue")
    page.locator("#queue-state").select_option(state)
    page.locator(".application", has_text=name).locator("input[type=checkbox]").check()
    page.get_by_role("button", name=button, exact=True).click()
    office.agree(reason)
    office.outcome("已处理1份")


def picture(page: Page, name: str) -> None:
    """Keep what is seen, where somebody asked for pictures."""
    folder = os.environ.get("EPIPASS_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def fill(page: Page, engine: Service, name: str, phone: str) -> None:
    """Fill the form as somebody at the door of their shop; the language is changed while the code is on its way."""
    page.locator("#name").fill(name)
    page.locator("#category").select_option("restaurant")
    page.locator("#address").fill("人民路1号")
    page.locator("#position").click()
    page.get_by_text("已记下位置").wait_for()
    page.locator("#opens").fill("08:00")
    page.locator("#closes").fill("22:00")
    page.locator("#peak").fill("300")
    page.locator("#contact").fill("王店长")
    page.locator("#phone").fill(phone)
    page.locator("#send-code").click()
    page.get_by_text(f"尾号{phone[-4:]}").wait_for()
    page.locator("#language").click()
    page.locator("#code").fill(code_of(engine, phone))
    page.locator("#language").click()


def new_phone() -> str:
    """A phone that nobody else has."""
    return f"139{uuid.uuid4().int % 10**8:08d}"


def sent(page: Page, served: Http, area: str, *told: str) -> dict[str, Any]:
    """What the service keeps of the application on the page: these members, and those that `fill` always says."""
    venue = page.locator("[data-state] .code").inner_text()
    record = served.get(f"/venues/{venue}/record", token=served.token("officer", area)).json()
    assert {member: record[member] for member in _SAID} == _SAID
    return {member: record[member] for member in told}


def test_a_shopkeeper_applies_corrects_and_prints(
    served: Http, engine: Service, new_page: Callable[..., Page], desk_of: Callable[[str], Office]
) -> None:
    """By phone with a code, sent back once, checked by the community, approved by the subdistrict, poster saved.

    All that was typed is kept, also over the correction; another application is refused, and its page says why.
    """
    area, name, phone = new_area(), f"红光超市{uuid.uuid4().hex[:6]}", new_phone()
    page = new_page(accept_downloads=True, geolocation=_PLACE, permissions=["geolocation"])
    page.goto(f"{origin_of(served, 'me')}/apply#{area}")
    page.locator("#send").click()
    assert page.locator("#name").get_attribute("aria-invalid") == "true"
    picture(page, "apply-empty")
    assert faults_of_access(page) == []
    fill(page, engine, name, phone)
    picture(page, "apply-filled")
    page.locator("#send").click()
    page.locator("[data-state=applied]").wait_for()
    assert faults_of_access(page) == []
    contact = {"name": "王店长", "phone": phone}
    assert sent(page, served, area, "name", "address", "contact") == {
        "name": name, "address": "人民路1号", "contact": contact
    }  # fmt: skip
    community = desk_of(area)
    decide(community, "applied", name, "请更正", "请补充门牌号")
    page.get_by_role("button", name="刷新").click()
    page.locator("[data-state=returned]", has_text="请补充门牌号").wait_for()
    picture(page, "apply-returned")
    page.get_by_role("button", name="更正", exact=True).click()
    page.locator("#address").fill("人民路1号甲")
    page.locator("#send").click()
    page.locator("[data-state=applied]").wait_for()
    assert sent(page, served, area, "address", "contact") == {"address": "人民路1号甲", "contact": contact}
    decide(community, "applied", name, "核对通过", "现场核实")
    subdistrict = desk_of(area[:9])
    decide(subdistrict, "checked", name, "批准", "同意")
    page.reload()
    page.locator("[data-state=approved]").wait_for()
    picture(page, "apply-approved")
    _another_is_refused(page, engine, subdistrict)
    _the_poster_is_saved(page)


def _another_is_refused(page: Page, engine: Service, subdistrict: Office) -> None:
    other = f"绿野面馆{uuid.uuid4().hex[:6]}"
    page.get_by_role("button", name="再申请一个场所").click()
    fill(page, engine, other, new_phone())
    page.locator("#send").click()
    page.locator("[data-state=applied]", has_text=other).wait_for()
    decide(subdistrict, "applied", other, "不批准", "与隔壁的场所重复")
    page.get_by_role("button", name="刷新").click()
    refused = page.locator("[data-state=refused]", has_text=other)
    refused.wait_for()
    assert refused.locator(".notice").inner_text().split() == ["审核意见", "与隔壁的场所重复"]
    assert refused.get_by_role("button").count() == 0  # nothing to correct, no poster


def _the_poster_is_saved(page: Page) -> None:
    with page.expect_download(timeout=_WAIT_MS) as coming:
        page.get_by_role("button", name="下载海报").click()
    assert coming.value.suggested_filename.startswith("poster-V-")
    page.context.set_offline(offline=True)
    page.get_by_role("button", name="刷新").click()
    page.locator("[data-state=approved]", has_text="没有网络").wait_for()  # what is known stays, and its key
    assert page.get_by_role("button", name="移除").count() == 0
    assert page.evaluate("document.activeElement.id") == "refresh"


def test_many_applications_are_compared_ticked_and_approved(desk_of: Callable[[str], Office]) -> None:
    """All are read, those without a twin ticked by one press, a hundred approved at a time; the twins stay to be seen."""
    area = new_area()
    made = spread(lambda n: venues.apply(Facts(f"店{n}", area, address=f"路{n}号"), clock.now())[0], range(_MANY))
    twin = venues.apply(Facts("店7有限公司", area, address="另路7号"), clock.now())[0]
    ids = [one.venue for one in made]
    office = desk_of(area[:9])
    page = office.desk.page
    office.go("queue")
    page.locator("#queue-state").select_option("applied")
    page.get_by_role("button", name="全部读取").click()
    page.locator("#queue-count", has_text=f"{_MANY + 1}条").wait_for(timeout=_WAIT_MS)
    page.get_by_role("button", name="选中全部无疑似重复的").click()
    page.locator("#queue-count", has_text=f"已选{_MANY - 1}条").wait_for()
    picture(page, "queue-ticked")
    assert office.desk.faults() == []
    page.get_by_role("button", name="批准", exact=True).click()
    office.agree("批量核准")
    office.outcome(f"已处理{_MANY - 1}份")
    left = page.locator(".application")
    assert sorted(left.locator(".row-link").all_inner_texts()) == ["店7", "店7有限公司"]
    assert left.locator(".twins").count() == 2
    picture(page, "queue-twins")
    _a_sheet_applies(office, area)
    states = [venues.must(one, clock.now()).state for one in ids]
    assert states.count("approved") == _MANY - 1
    assert venues.must(twin.venue, clock.now()).state == "applied"


def _a_sheet_applies(office: Office, area: str) -> None:
    page, sheet = office.desk.page, _SHEET.format(area=area).encode("gb18030")
    for name, data, said in (
        ("", b"", "请先选择表格"),
        ("照片.jpg", b"\xff\xd8\xff\xe0\x00", "文件格式不对"),
        ("名单.csv", "编号\n1\n".encode(), "找不到包含下列列名的表头：名称。"),
        ("申请.csv", sheet, "共4行：新申请2个，早已申请0个，有问题2行。"),
        ("申请.csv", sheet, "共4行：新申请0个，早已申请2个，有问题2行。"),
    ):
        if name:
            page.set_input_files("#sheet", {"name": name, "mimeType": "", "buffer": data})
        page.get_by_role("button", name="上传", exact=True).click()
        office.outcome(said)
    page.locator("#queue-count", has_text="显示4条").wait_for()
    names = page.locator(".application .row-link").all_inner_texts()
    assert sorted(names) == sorted(["店7", "店7有限公司", "华联一店", "公交101"])
    assert "王店长" in page.locator(".application", has_text="华联一店").inner_text()
    assert "移动场所，无固定地址" in page.locator(".application", has_text="公交101").inner_text()
    bad = page.locator("table.list", has_text="怎么改").locator("tbody tr")
    assert [row.locator("td, th").all_inner_texts() for row in bad.all()] == [
        ["4", "地址", "缺少地址；公交、出租等请在“移动场所”填“是”。"],
        ["5", "联系电话", "不是有效的大陆手机号。"],
    ]
    page.locator("#language").click()
    office.outcome("4 rows: 0 new applications, 2 known before, 2 bad rows.")
    assert bad.count() == 0  # its head is another now
    table = page.locator("table.list", has_text="What to correct").inner_text()
    assert ("phone" in table, "This is no mainland mobile number." in table) == (True, True)
    assert faults_of_access(page) == []
    picture(page, "queue-sheet")
