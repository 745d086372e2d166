"""The wallet against the real service: from the first visit to a code that a guard's library calls live."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import jwt
import pytest
from playwright.sync_api import Page, Route

from credentials import UNCHECKED, KeySet, Verifier, unpack
from functions.shared.clock import now
from infra.local import Service
from infra.local.messages import Inbox
from tests.browser.holder import Somebody, Wallet
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.main_job.district import AREA, District, ago, eventually

ISSUER = "https://pass.example.gov"
UNIT = "澄湖街道第三小学"
PEOPLE = "张小明 王小红 赵大力 孙丽丽 周小宝 吴建国 郑小云 冯春生 陈小燕 褚卫东 卫小兰 蒋大山 韩雪梅".split()


@dataclass
class Phones:
    """Makes phones whose texts this test reads."""

    served: Http
    engine: Service
    new_page: Callable[..., Page]

    def new(self, **options: object) -> Wallet:
        """A phone of its own, with nothing on it yet."""
        return Wallet(self.new_page(**options), origin_of(self.served, "me"), Inbox(self.engine.engine_url))


@pytest.fixture
def phones(served: Http, engine: Service, new_page: Callable[..., Page]) -> Phones:
    """Phones of this test."""
    return Phones(served, engine, new_page)


@pytest.fixture(scope="module")
def district(served: Http) -> District:
    """A unit with a person for each test on its list, all of them tested negative."""
    made = District(served)
    made.register()
    made.upload_list(PEOPLE)
    made.upload_results(*((f"T-{place}", 0, place, 36, "阴性") for place in range(len(PEOPLE))))
    made.person("蒋*山", "entitled")
    return made


def person(district: District, name: str) -> Somebody:
    """One of the district's listed people."""
    return Somebody.listed(district, PEOPLE.index(name), name)


def check_live(served: Http, text: str, *, at: int = 0) -> str:
    """Hold what was read to the published keys, as live now; return its token."""
    address, _, digits = text.partition("#")
    assert address == f"{origin_of(served, 'gate')}/v"
    verifier = Verifier(KeySet.from_jwks(served.get("/.well-known/jwks.json").json()), issuer=ISSUER)
    verified = verifier.verify_presentation(text, at=at or now(), status=UNCHECKED)
    assert verified.live
    return unpack(digits, issuer=ISSUER)[0]


def test_from_the_first_visit_to_a_live_code_signed_anew(phones: Phones, district: District) -> None:
    """Enrolled with a texted code, the screen shows what the guard's library calls live; 15 s later another proof."""
    wallet = phones.new()
    wallet.page.clock.install()
    wallet.open().enrol(person(district, "张小明"))
    wallet.screen("home")
    first = wallet.read()
    token = check_live(district.http, first)
    body = wallet.page.locator("body").inner_text()
    assert all(part in body for part in ("张*明", UNIT, "A3", "有效至", "请让查验员扫码"))
    # Nothing that could be taken for a verdict: no tick, no word of one.
    assert not re.search("[✓✔✅]|有效$|允许通行|通过", body, re.MULTILINE)
    wallet.page.clock.run_for(16_000)
    second = wallet.read()
    assert second != first
    assert check_live(district.http, second, at=now() + 16) == token


KEYS = """async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const open = indexedDB.open(name);
    const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAll();
      await new Promise((done) => { all.onsuccess = done; });
      const look = async (value) => {
        if (value instanceof CryptoKey && value.type === "private")
          found.push(await crypto.subtle.exportKey("jwk", value).then(() => "left", (error) => error.name));
        else if (typeof value === "object" && value !== null) for (const one of Object.values(value)) await look(one);
      };
      for (const row of all.result) await look(row);
    }
    database.close();
  }
  return found;
}"""


def test_no_private_key_leaves_the_phone(phones: Phones, district: District) -> None:
    """The device's and each pass's: kept, used, and not to be had even by the page's own script."""
    wallet = phones.new().open()
    wallet.enrol(person(district, "韩雪梅"))
    wallet.read()
    found = wallet.page.evaluate(KEYS)
    assert len(found) >= 2
    assert set(found) == {"InvalidAccessError"}


def test_typed_wrong_is_said_before_anything_is_sent(phones: Phones, district: District) -> None:
    """A wrong check digit and a wrong code are named at their fields; nothing typed is in the address or kept."""
    somebody, wallet = person(district, "王小红"), phones.new().open()
    asked: list[str] = []
    wallet.page.on("request", lambda request: asked.append(request.method + request.url))
    wallet.page.click("#first")
    number = somebody.number
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    wallet.page.fill("#number", wrong)
    wallet.page.click("#enrol")
    assert "末位校验" in wallet.page.locator("#number-fault").inner_text()
    assert wallet.page.locator("#number").evaluate("field => field === document.activeElement")
    assert not any(one.startswith("POST") for one in asked)
    wallet.fill(somebody)
    code = wallet.page.input_value("#code")
    wallet.page.fill("#code", "000000" if code != "000000" else "111111")
    wallet.page.click("#enrol")
    wallet.page.get_by_text("验证码不对或已失效").wait_for()
    # Another language loses nothing that was typed.
    wallet.page.click("#language")
    assert wallet.page.input_value("#number") == number
    assert wallet.page.locator("#send").is_disabled()
    wallet.page.fill("#code", code)
    wallet.page.click("#enrol")
    wallet.screen("home")
    check_live(district.http, wallet.read())
    assert not any(number in one or somebody.phone in one for one in asked)
    assert number not in kept_on(wallet.page)
    assert somebody.phone not in kept_on(wallet.page)


def kept_on(page: Page) -> str:
    """Everything the phone keeps that is text."""
    kept: str = page.evaluate(
        """async () => {
          const open = indexedDB.open("epipass-me");
          const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
          const found = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
          for (const name of database.objectStoreNames) {
            const all = database.transaction(name).objectStore(name).getAll();
            found.push(JSON.stringify(await new Promise((done) => { all.onsuccess = () => done(all.result); })));
          }
          database.close();
          return found.join("\\n");
        }"""
    )
    return kept


def test_without_a_network_the_code_is_live_all_the_same(phones: Phones, district: District) -> None:
    """After the first visit the page opens offline and signs; with a clock set back it says so and shows none."""
    wallet = phones.new().open()
    wallet.enrol(person(district, "赵大力"))
    wallet.read()
    page = wallet.page
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.context.set_offline(True)
    page.reload()
    check_live(district.http, wallet.read())
    page.get_by_text("没有网络，显示的是手机里保存的内容").wait_for()
    page.evaluate("localStorage.setItem('epipass.clock.latest', String(Math.floor(Date.now() / 1000) + 7200))")
    page.reload()
    page.get_by_text("手机时间不对").wait_for()
    assert page.locator("canvas").count() == 0
    page.context.set_offline(False)
    check_live(district.http, wallet.read())


def test_a_family_on_one_phone(phones: Phones, district: District) -> None:
    """A second person has their own code and name; taken off, this phone may act for them no more, if it is online."""
    wallet = phones.new().open()
    wallet.enrol(person(district, "孙丽丽"))
    page = wallet.page
    wallet.read()
    wallet.go("people")
    wallet.enrol(person(district, "周小宝"), door="add")
    token = check_live(district.http, wallet.read())
    page.locator(".tab").nth(0).click()
    page.get_by_role("heading", name="孙*丽").wait_for()
    assert check_live(district.http, wallet.read()) != token
    wallet.go("people")
    page.fill("#nick-1", "妈妈")
    page.locator("form.inline button").nth(1).click()
    page.get_by_text("已保存").wait_for(state="attached")
    page.locator("details summary").nth(1).click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as signed_out:
        page.click("#remove-1")
    assert signed_out.value.ok
    page.locator("#nick-1").wait_for(state="detached")
    page.context.set_offline(True)
    page.locator("details summary").click()
    page.click("#remove-0")
    page.get_by_text("去掉上面的勾选").wait_for()
    page.locator("#also-0").uncheck()
    page.click("#remove-0")
    wallet.screen("welcome")


def test_who_is_on_two_lists_chooses_the_unit(phones: Phones, district: District) -> None:
    """One pass a unit, each bound to a key of its own; the guard sees the one that was chosen."""
    second = District(district.http, serial=district.serial + PEOPLE.index("蒋大山"))
    second.register()
    second.upload_list(["蒋大山"])
    second.person("蒋*山", "entitled")
    wallet = phones.new().open()
    wallet.enrol(person(district, "蒋大山"))
    tabs = wallet.page.locator(".tab")
    tabs.nth(1).wait_for()
    tokens = []
    for place in range(2):
        tabs.nth(place).click()
        tokens.append(check_live(district.http, wallet.read()))
    keys = {jwt.decode(token, options={"verify_signature": False})["cnf"]["jwk"]["x"] for token in tokens}
    assert len(set(tokens)) == len(keys) == 2


def test_a_new_device_is_announced_and_can_be_signed_out(phones: Phones, district: District) -> None:
    """Coming back on another phone leaves the first alone and warns it; signed out, the other keeps its code and says so."""
    somebody = person(district, "吴建国")
    first, second = phones.new().open(), phones.new().open()
    first.enrol(somebody)
    first.read()
    second.enrol(somebody, door="come-back")
    second.screen("devices")
    assert second.page.locator("section.card").count() == 2
    second.home()
    check_live(district.http, second.read())
    first.page.click("#update")
    first.page.locator(".stranger").wait_for()
    check_live(district.http, first.read())
    first.page.click("#not-mine")
    first.screen("devices")
    first.page.locator(".strange .asking button").click()
    first.page.get_by_role("button", name="确定").click()
    first.page.locator(".strange").wait_for(state="detached")
    second.page.click("#update")
    second.page.get_by_text("这部手机已退出登记").wait_for()
    check_live(district.http, second.read())
    second.page.reload()
    second.page.get_by_text("重新登记这部手机").wait_for()


def test_a_correction_takes_the_code_away_and_says_why(phones: Phones, district: District) -> None:
    """A newer sample renews the code; after a positive correction none is shown, and the holder reads the full cause."""
    wallet = phones.new().open()
    wallet.enrol(person(district, "郑小云"))
    page = wallet.page
    wallet.read()
    before = page.locator(".until").inner_text()
    # Twelve hours are left: the person is told where to go and when.
    page.get_by_text("再做一次检测").wait_for()
    district.upload_results(("T-99", 0, 6, 2, "阴性"))

    def renewed() -> bool | None:
        """What came of the newest tap; results reach the decision a moment after their job is done."""
        with page.expect_response("**/me/passes"):
            page.click("#update")
        page.locator("#update[aria-disabled=false]").wait_for()
        return page.locator(".until").inner_text() != before or None

    eventually(renewed, "a code with a later end")
    check_live(district.http, wallet.read())
    district.upload_results(("T-99", 1, 6, 2, "阳性"))
    district.person("郑*云", "withdrawn")
    page.click("#update")
    page.get_by_text("最近一次检测为阳性").wait_for()
    assert page.locator("canvas").count() == 0
    assert "请留在原地" in page.locator(".standing").inner_text()
    page.context.set_offline(True)
    page.reload()
    page.get_by_text("最近一次检测为阳性").wait_for()


def test_a_browser_that_keeps_nothing_says_so_and_works(phones: Phones, district: District) -> None:
    """With IndexedDB denied there is a notice from the start, and a live code until the page is closed."""
    wallet = phones.new()
    wallet.page.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError'); } })"
    )
    wallet.open()
    wallet.page.get_by_text("这个浏览器不保存任何内容").wait_for()
    wallet.enrol(person(district, "冯春生"))
    check_live(district.http, wallet.read())
    assert wallet.page.locator("#not-keeping").is_visible()


def test_check_ins_and_who_looked(phones: Phones, district: District) -> None:
    """A check-in made from the person's document is theirs to see: where, when, and that staff made it."""
    somebody = person(district, "陈小燕")
    wallet = phones.new().open()
    wallet.enrol(somebody)
    wallet.read()
    venue, http = f"V-{district.unit}", district.http
    http.put(f"/venues/{venue}", {"name": "澄湖图书馆", "area": AREA + "003001"}, token=district.officer_token)
    act = {"id_number": somebody.number, "direction": "in", "at": ago(0)}
    made = http.post(f"/venues/{venue}/assisted-checkins", act, token=district.officer_token)
    assert made.status == 201, made.body
    for screen in ("checkins", "lookups"):
        wallet.go(screen)
        card = wallet.page.locator("li.card")
        card.wait_for()
        assert "澄湖图书馆" in card.inner_text()
        assert "代登记" in card.inner_text()
        wallet.home()


def test_a_fourth_device_asks_before_it_replaces(phones: Phones, district: District) -> None:
    """Told that three are enrolled, the page asks; the second request is the first, plus the person's consent."""
    sent: list[dict[str, object]] = []
    refusal = {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "", "code": "devices", "errors": []}

    def refuse_once(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        if len(sent) > 1:
            route.continue_()
        else:
            route.fulfill(status=409, content_type="application/problem+json", body=json.dumps(refusal))

    wallet = phones.new().open()
    wallet.page.route("**/people", refuse_once)
    wallet.page.click("#first")
    wallet.fill(person(district, "褚卫东"))
    wallet.page.click("#enrol")
    wallet.page.click("#replace")
    wallet.screen("home")
    assert [one["replace_oldest"] for one in sent] == [False, True]
    assert all(sent[0][name] == sent[1][name] for name in ("device_key", "code", "id_number"))
    check_live(district.http, wallet.read())


def test_another_phone_than_the_lists_waits_for_the_unit(phones: Phones, district: District) -> None:
    """Who enrols under a listed document with another phone is told whom to ask, and keeps what they typed."""
    listed = person(district, "卫小兰")
    wallet = phones.new().open()
    wallet.page.click("#first")
    wallet.fill(Somebody(listed.name, listed.number, "13900000001"))
    wallet.page.click("#enrol")
    wallet.page.get_by_text("请单位更正名单").wait_for()
    assert wallet.page.input_value("#number") == listed.number
