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
    page.locator("#address").fill("人民路1号")
    page.locator("#position").click()
    page.get_by_text("已记下位置").wait_for()
    page.locator("#opens").fill("08:00")
    page.locator("#closes").fill("22:00")
    page.locator("#contact").fill("王店长")
    page.locator("#phone").fill(phone)
    page.locator("#send-code").click()
    page.get_by_text(f"尾号{phone[-4:]}").wait_for()
    page.locator("#language").click()
    page.locator("#code").fill(code_of(engine, phone))
    page.locator("#language").click()


def test_a_shopkeeper_applies_corrects_and_prints(
    served: Http, engine: Service, new_page: Callable[..., Page], desk_of: Callable[[str], Office]
) -> None:
    """By phone with a code, sent back once, checked by the community, approved by the subdistrict, poster saved."""
    area, name = new_area(), f"红光超市{uuid.uuid4().hex[:6]}"
    phone = f"139{uuid.uuid4().int % 10**8:08d}"
    place: dict[str, Any] = {
        "geolocation": {"latitude": 31.2304, "longitude": 121.4737},
        "permissions": ["geolocation"],
    }
    page = new_page(accept_downloads=True, **place)
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
    community = desk_of(area)
    decide(community, "applied", name, "请更正", "请补充门牌号")
    page.get_by_role("button", name="刷新").click()
    page.locator("[data-state=returned]", has_text="请补充门牌号").wait_for()
    picture(page, "apply-returned")
    page.get_by_role("button", name="更正", exact=True).click()
    page.locator("#address").fill("人民路1号甲")
    page.locator("#send").click()
    page.locator("[data-state=applied]").wait_for()
    decide(community, "applied", name, "核对通过", "现场核实")
    decide(desk_of(area[:9]), "checked", name, "批准", "同意")
    page.reload()
    page.locator("[data-state=approved]").wait_for()
    picture(page, "apply-approved")
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
    states = [venues.must(one, clock.now()).state for one in ids]
    assert states.count("approved") == _MANY - 1
    assert venues.must(twin.venue, clock.now()).state == "applied"
