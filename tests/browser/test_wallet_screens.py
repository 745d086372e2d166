"""Every screen of the wallet: for everybody to use, light enough for a poor network, deaf to what others planted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from credentials import UNCHECKED, KeySet, NotLive, Verifier
from functions.shared.clock import now
from infra.local import Service
from infra.local.messages import Inbox
from tests.browser.guard import faults_of_access
from tests.browser.holder import Somebody, Wallet
from tests.browser.served import origin_of
from tests.browser.test_weight import brotli
from tests.conftest import Http
from tests.main_job.district import AREA, District, ago, eventually

ISSUER = "https://pass.example.gov"
PEOPLE = "钱多多 沈小妹 韩冬梅 杨大勇 朱小芳 秦一鸣".split()
SCREENS = ("status", "sites", "checkins", "lookups", "devices", "people", "install")
BUDGET = 60_000
WECHAT = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.43"
NARROW = {"viewport": {"width": 320, "height": 640}}
PLANTED = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>'
# Reads, changes and writes rows of what the phone keeps, as `change(rows)` says; the function's text is handed in.
KEPT = """async ([store, text]) => {
  const change = new Function("rows", text);
  const open = indexedDB.open("epipass-me");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const read = database.transaction(store).objectStore(store);
  const rows = await new Promise((done) => { const all = read.getAll(); all.onsuccess = () => done(all.result); });
  const writing = database.transaction(store, "readwrite");
  for (const row of change(rows)) writing.objectStore(store).put(row, row.id ?? row.pid);
  await new Promise((done) => { writing.oncomplete = done; });
  database.close();
}"""


@pytest.fixture
def phone(served: Http, engine: Service, new_page: Callable[..., Page]) -> Callable[..., Wallet]:
    """Makes phones with nothing on them yet."""
    return lambda **options: Wallet(new_page(**options), origin_of(served, "me"), Inbox(engine.engine_url))


@pytest.fixture(scope="module")
def district(served: Http) -> District:
    """A unit with a person for each test on its list, tested negative."""
    made = District(served)
    made.register()
    made.upload_list(PEOPLE)
    made.upload_results(*((f"T-{place}", 0, place, 36, "阴性") for place in range(len(PEOPLE))))
    made.person("秦*鸣", "entitled")
    return made


def person(district: District, name: str) -> Somebody:
    """One of the district's listed people."""
    return Somebody.listed(district, PEOPLE.index(name), name)


def change_kept(page: Page, store: str, change: str) -> None:
    """Change what a phone keeps: `change` is the body of a function of the rows, and returns those to write."""
    # The page's own policy forbids making functions from text: the debugger's world has none.
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.evaluate(KEPT, [store, change])


def look_at(wallet: Wallet, what: str, languages: int = 2) -> None:
    """Hold the screen to WCAG 2.2 AA and to its width, in both languages or in the chosen one."""
    for _language in range(languages):
        wallet.page.wait_for_load_state("networkidle")
        assert (what, faults_of_access(wallet.page)) == (what, [])
        assert (what, wallet.sideways()) == (what, 0)
        heading = wallet.page.locator("h1").inner_text()
        assert heading.splitlines()[0] in wallet.page.title()
        if languages > 1:
            wallet.page.click("#language")


@pytest.mark.parametrize(("scheme", "languages", "name"), [("light", 2, "钱多多"), ("dark", 1, "沈小妹")])
def test_every_screen_is_for_everybody(
    phone: Callable[..., Wallet], district: District, scheme: str, languages: int, name: str
) -> None:
    """Both languages, light and dark, 320 pixels wide: axe finds nothing and nothing scrolls sideways."""
    wallet = phone(**NARROW, color_scheme=scheme).open()
    look_at(wallet, "welcome", languages)
    wallet.page.click("#come-back")
    look_at(wallet, "back", languages)
    wallet.page.click("#enrol")
    look_at(wallet, "faults", 1)
    wallet.home_from_form()
    wallet.enrol(person(district, name))
    wallet.read()
    look_at(wallet, "home", languages)
    wallet.page.locator("details summary").first.click()
    look_at(wallet, "spoken", 1)
    for screen in SCREENS:
        wallet.go(screen)
        look_at(wallet, screen, languages)
        wallet.home()
    wallet.go("devices")
    wallet.page.click("#out-0")
    look_at(wallet, "asked", 1)
    wallet.page.click("#out-0-yes")
    wallet.page.locator("main > #view > .notice").wait_for()
    wallet.home()
    look_at(wallet, "signed out", languages)


def test_the_focus_goes_where_the_screen_goes(phone: Callable[..., Wallet]) -> None:
    """By keyboard alone: a door opens with Enter, the new screen's heading has the focus, Back comes back."""
    wallet = phone().open()
    wallet.page.locator("#first").focus()
    wallet.page.keyboard.press("Enter")
    wallet.screen("enrol")
    assert wallet.page.evaluate("document.activeElement.tagName") == "H1"
    wallet.page.go_back()
    wallet.screen("welcome")


def test_a_spoken_number_is_signed_in(phone: Callable[..., Wallet], district: District) -> None:
    """Six digits that a guard speaks are in the proof: accepted with them, and not as an ordinary one."""
    wallet = phone().open()
    wallet.enrol(person(district, "韩冬梅"))
    wallet.read()
    wallet.page.locator("details summary").first.click()
    wallet.page.fill("#spoken", "40719")
    wallet.page.keyboard.press("Enter")
    wallet.page.get_by_text("请填写6位数字").wait_for()
    wallet.page.fill("#spoken", "407193")
    wallet.page.keyboard.press("Enter")
    wallet.page.locator("#fresh", has_text="407193").wait_for()
    text = wallet.read()
    verifier = Verifier(KeySet.from_jwks(district.http.get("/.well-known/jwks.json").json()), issuer=ISSUER)
    assert verifier.verify_presentation(text, at=now(), status=UNCHECKED, nonce="407193").live
    with pytest.raises(NotLive):
        verifier.verify_presentation(text, at=now(), status=UNCHECKED)


def test_a_pass_is_renewed_at_its_moment_and_not_before(phone: Callable[..., Wallet], district: District) -> None:
    """With a newer sample known, the old code stays until the moment drawn for it, and is then replaced unasked."""
    wallet = phone().open()
    wallet.enrol(person(district, "杨大勇"))
    wallet.read()
    page, until = wallet.page, wallet.page.locator(".until")
    before = until.inner_text()
    district.upload_results(("T-90", 0, PEOPLE.index("杨大勇"), 2, "阴性"))

    def known() -> bool | None:
        """Whether the newest look has the sample; results reach the decision a moment after their job is done."""
        with page.expect_response("**/me"):
            page.reload()
        wallet.read()
        return page.get_by_text("新的检测结果已收到").count() > 0 or None

    eventually(known, "the newer sample")
    assert until.inner_text() == before
    change_kept(page, "passes", "return rows.map((row) => ({ ...row, renewAt: Math.floor(Date.now() / 1000) - 1 }));")
    page.reload()
    page.wait_for_function("before => document.querySelector('.until')?.innerText !== before", arg=before)
    wallet.read()


def test_six_people_and_no_seventh(phone: Callable[..., Wallet], district: District) -> None:
    """A phone holds six; the form for a seventh says to take one off first."""
    wallet = phone().open()
    wallet.enrol(person(district, "朱小芳"))
    wallet.read()
    names = "[...'123456'].map((n) => ({ ...rows[0], pid: rows[0].pid.slice(0, -1) + n, nickname: 'n' + n }))"
    change_kept(wallet.page, "people", f"return {names}.slice(0, 6 - rows.length);")
    wallet.page.reload()
    wallet.page.locator(".tab").nth(5).wait_for()
    wallet.go("people")
    wallet.page.get_by_text("这部手机已有6个人").wait_for()
    assert wallet.page.locator("#add").count() == 0
    wallet.open("enrol")
    assert wallet.page.locator("form").count() == 0


def test_planted_script_runs_nowhere(phone: Callable[..., Wallet], served: Http) -> None:
    """Markup in the names of a unit, a person, a place and a family member is text, and nothing else."""
    district = District(served, unit=f"U-{uuid.uuid4().hex[:8]}")
    district.register()
    facts: dict[str, Any] = served.get(f"/units/{district.unit}", token=district.officer_token).json()
    known = {name: facts[name] for name in ("area", "category", "document", "quota", "ends_at")}
    changed = {**known, "name": PLANTED[:60], "zone": PLANTED[:30]}
    made = served.put(f"/units/{district.unit}", changed, token=district.officer_token)
    assert made.status == 200, made.body
    district.upload_list([PLANTED[:20]])
    district.upload_results(("T-1", 0, 0, 4, "阴性"))
    venue = f"V-{district.unit}"
    served.put(f"/venues/{venue}", {"name": PLANTED[:60], "area": AREA + "003001"}, token=district.officer_token)
    somebody = Somebody.listed(district, 0, PLANTED[:20])
    act = {"id_number": somebody.number, "direction": "in", "at": ago(0)}
    wallet = phone().open()
    wallet.enrol(somebody)
    served.post(f"/venues/{venue}/assisted-checkins", act, token=district.officer_token)
    wallet.read()
    assert "<img" in wallet.page.locator(".code").inner_text()
    for screen in SCREENS:
        wallet.go(screen)
        wallet.page.wait_for_load_state("networkidle")
        assert wallet.page.locator("img, main script").count() == 0
        if screen == "people":
            wallet.page.fill("#nick-0", PLANTED[:12])
            wallet.page.locator("form.inline button").click()
        wallet.home()
    assert wallet.page.evaluate("window.ran") is None


def test_an_old_browser_is_told(phone: Callable[..., Wallet]) -> None:
    """Without WebCrypto nothing can be signed: the page says which browsers can, and what else there is."""
    wallet = phone()
    wallet.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    wallet.open().screen("too-old")
    assert "Chrome 90" in wallet.page.locator("main").inner_text()
    look_at(wallet, "too old")


def test_inside_another_app_a_strip_tells_how_to_leave_it(phone: Callable[..., Wallet]) -> None:
    """In WeChat, without worker and storage: the strip and the notice are there; the strip goes and stays away."""
    wallet = phone(user_agent=WECHAT)
    wallet.page.add_init_script(
        "delete Navigator.prototype.serviceWorker; Object.defineProperty(window, 'indexedDB', { value: undefined })"
    )
    wallet.open()
    strip = wallet.page.locator(".strip")
    assert "微信" in strip.inner_text()
    wallet.page.get_by_text("这个浏览器不保存任何内容").wait_for()
    look_at(wallet, "in app")
    strip.get_by_role("button").last.click()
    wallet.page.reload()
    wallet.screen("welcome")
    assert strip.count() == 0


def test_a_first_visit_fits_its_budget(phone: Callable[..., Wallet]) -> None:
    """The page, its code, words and style in both languages: at most 60 kB."""
    wallet, came = phone(), dict[str, int]()
    wallet.page.on("response", lambda answer: came.update({Path(answer.url).name: brotli(answer.body())}))
    wallet.open()
    wallet.page.wait_for_load_state("networkidle")
    print(f"first visit: {sum(came.values())} bytes by brotli: {came}")  # noqa: T201 - a figure for whoever changes it
    assert sum(came.values()) <= BUDGET
