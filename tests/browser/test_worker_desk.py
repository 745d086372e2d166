"""A grid worker on the way: a list walked with a bad network, a shop applied for at its door, a poster seen."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from infra.local import Service
from tests.browser.conftest import PHONE_SCREEN
from tests.browser.desk import Desk
from tests.browser.film import camera, film, plain_symbol
from tests.browser.guard import comes_true, faults_of_access
from tests.browser.office import Office, short_id
from tests.browser.served import origin_of
from tests.browser.test_applications import code_of, picture
from tests.conftest import Http
from tests.main_job.district import eventually

REGISTER = "名称,地址\n青禾便利店,人民路1号\n云岭面馆,人民路2号\n港湾理发店,人民路3号\n"


class Walk:
    """A community of nobody else's with a list to walk, and a venue whose poster is printed."""

    def __init__(self, http: Http, office: Office) -> None:
        """Load a register of three shops and make a list of them."""
        self.http, self.community = http, office.area + "001001"
        self.token = http.token("officer", self.community)
        loaded = http.post(f"/areas/{office.area}/register?format=csv", _csv(self.community), token=office.token)
        assert loaded.json()["new"] == 3, loaded.body
        found = http.get(f"/areas/{self.community}/coverage?kind=without-code", token=self.token).json()["businesses"]
        items = [one["business"] for one in sorted(found, key=lambda one: str(one["address"]))]
        wanted = {"kind": "without-code", "label": "一网格上午", "items": items}
        made = http.post(f"/areas/{self.community}/patrols", wanted, token=self.token)
        self.patrol = str(made.json()["patrol"])
        self.venue = short_id("V")
        facts = {"name": "澄湖书店", "area": self.community}
        assert http.put(f"/venues/{self.venue}", facts, token=office.token).status == 201
        self.code = http.post(f"/venues/{self.venue}/codes", {"label": ""}, token=self.token).json()
        assert http.get(f"/venues/{self.venue}/poster?format=svg", token=self.token).status == 200

    def chases(self) -> list[dict[str, Any]]:
        """The newest chase of each place, as the service has it."""
        items = self.http.get(f"/patrols/{self.patrol}", token=self.token).json()["items"]
        return [one["chase"] for one in items if "chase" in one]

    def poster(self) -> str:
        """Where the venue's poster is in its life."""
        record = self.http.get(f"/venues/{self.venue}/record", token=self.token).json()
        return str(record["codes"][0]["poster"])


def _csv(community: str) -> bytes:
    lines = REGISTER.splitlines()
    return "\n".join([f"{lines[0]},区划", *(f"{line},{community}" for line in lines[1:])]).encode()


@pytest.fixture
def walk(served: Http) -> Walk:
    """A list to walk in a district of this test's own."""
    nobody: Any = None  # what an officer does at the desk is not part of this
    return Walk(served, Office(served, nobody))


@pytest.fixture
def phone(served: Http, walk: Walk, driver: Playwright, tmp_path: Path) -> Iterator[Desk]:
    """The worker's phone, signed in; its camera looks at the venue's poster."""
    seen = film(plain_symbol(walk.code["url"]), tmp_path / "film.y4m")
    faults: list[str] = []
    with camera(driver, seen) as browser:
        context = browser.new_context(
            **({"locale": "zh-CN", **PHONE_SCREEN} | {"viewport": {"width": 390, "height": 780}})
        )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        desk = Desk(page, origin_of(served, "desk"))
        desk.sign_in("worker", walk.community)
        page.wait_for_url("**/worker")
        yield desk
        context.close()
    assert faults == []


def test_a_list_is_walked_with_a_bad_network(walk: Walk, phone: Desk) -> None:
    """Each note is kept before it is sent; without a network the page opens again and none is lost; a refusal says why."""
    page = phone.page
    page.get_by_role("link", name="一网格上午").wait_for()
    picture(page, "worker-home")
    assert phone.faults() == []
    page.get_by_role("link", name="一网格上午").click()
    page.get_by_role("button", name="记下", exact=True).click()
    page.get_by_text("请先选择结果").wait_for()
    picture(page, "worker-walk")
    assert phone.faults() == []
    _note(page, "云岭", "已办理", opened="青禾便利店")
    eventually(walk.chases, "the first chase to be there")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    comes_true(page, "async path => (await caches.match(path)) !== undefined", "/config.json")
    page.context.set_offline(offline=True)
    _note(page, "港湾", "无人", note="下午再来", opened="云岭面馆")
    page.get_by_text("1条记录在手机上").wait_for()
    page.reload()
    page.get_by_text("1条记录在手机上").wait_for()
    assert "无人 · 上门" in page.locator(".place", has_text="云岭面馆").inner_text()
    picture(page, "worker-waiting")
    assert phone.faults() == []
    page.context.set_offline(offline=False)
    # By itself when the network is back; the button is for a phone that does not notice.
    page.get_by_text("1条记录在手机上").wait_for(state="detached")
    assert sorted(one["outcome"] for one in walk.chases()) == ["done", "nobody-there"]
    page.get_by_label("备注").fill("老板电话13800000000")
    page.get_by_text("拒绝", exact=True).click()
    page.get_by_role("button", name="记下", exact=True).click()
    refused = page.locator(".notice", has_text="没有被接受")
    refused.wait_for()
    assert ("港湾理发店" in refused.inner_text(), "电话、证件号码" in refused.inner_text()) == (True, True)
    refused.get_by_role("button").click()
    refused.wait_for(state="detached")
    assert len(walk.chases()) == 2
    _see_a_poster(walk, page)


def _note(page: Page, following: str, outcome: str, *, opened: str, note: str = "") -> None:
    place = page.locator(".place", has_text=opened)
    place.get_by_text(outcome, exact=True).click()
    if note:
        place.get_by_label("备注").fill(note)
    place.get_by_role("button", name="记下", exact=True).click()
    page.locator(".place-head[aria-expanded=true]", has_text=following).wait_for()


def _see_a_poster(walk: Walk, page: Page) -> None:
    page.get_by_role("link", name="海报", exact=True).click()
    page.locator("#short").fill("K7QM-3XPA-92")
    page.get_by_role("button", name="查找").click()
    page.get_by_text("逐字核对").wait_for()
    page.get_by_role("button", name="打开相机扫海报").click()
    page.locator("h2", has_text="澄湖书店").wait_for(timeout=20_000)
    assert walk.code["spelled"] in page.locator("main").inner_text()
    picture(page, "worker-poster")
    assert faults_of_access(page) == []
    page.get_by_role("button", name="贴在门口").click()
    page.get_by_text("已记下：澄湖书店，贴在门口").wait_for()
    eventually(lambda: walk.poster() == "seen", "the poster to be noted as seen")
    page.locator("#short").fill(walk.code["spelled"].lower())
    page.get_by_role("button", name="查找").click()
    page.get_by_role("button", name="破损").click()
    eventually(lambda: walk.poster() == "damaged", "the poster to be noted as damaged")


def test_a_shop_is_applied_for_at_its_door_and_its_keeper_sees_it(
    walk: Walk, phone: Desk, served: Http, engine: Service, new_page: Callable[..., Page]
) -> None:
    """What the list knows is not typed again; the keeper's own phone proves itself and sees how the application stands."""
    page, number = phone.page, f"139{uuid.uuid4().int % 10**8:08d}"
    page.get_by_role("link", name="一网格上午").click()
    page.get_by_role("link", name="现场代为申请场所码").click()
    page.wait_for_function("() => document.getElementById('name')?.value === '青禾便利店'")
    page.locator("#contact").fill("王店长")
    page.locator("#send").click()
    assert page.evaluate("document.activeElement.id") == "phone"
    page.locator("#phone").fill(number)
    picture(page, "worker-apply")
    assert phone.faults() == []
    page.locator("#send").click()
    page.get_by_text("已提交“青禾便利店”的申请").wait_for()
    venue = page.locator("b.short").inner_text()
    picture(page, "worker-applied")
    record = served.get(f"/venues/{venue}/record", token=walk.token).json()
    assert (record["state"], record["area"], record["contact"]["name"]) == ("applied", walk.community, "王店长")
    own = new_page()
    own.goto(f"{origin_of(served, 'me')}/apply")
    own.locator("#join").click()
    own.locator("#venue").fill(venue)
    own.locator("#phone").fill(number)
    own.locator("#send-code").click()
    own.get_by_text(f"尾号{number[-4:]}").wait_for()
    own.locator("#code").fill(code_of(engine, number))
    picture(own, "apply-join")
    assert faults_of_access(own) == []
    own.locator("#send").click()
    own.locator("[data-state=applied]", has_text="青禾便利店").wait_for()
