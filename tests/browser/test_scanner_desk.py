"""The guard's page on shift with hand scanner, pictures and pasted text: every verdict, the counters, a shift's beginning and end."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from credentials import pack, sign_proof
from tests.browser import booth as desk
from tests.browser.booth import GATE_PAGES, ME_PAGES, WORD, Booth, on_shift, scanned, verdicts, working
from tests.browser.conftest import publish
from tests.browser.film import scene, symbol
from tests.browser.guard import faults_of_access
from tests.browser.issuer import DAY_S, HOUR_S, INDEX, ISSUER, LIST, PHONE, Issuer
from tests.browser.site import PAGES, Site
from tests.browser.stage import FOREIGN, Stage, mark, until

ANOTHER = "BAECAwQFBgcICQoL"
SIZES = ((740, 360), (1280, 800), (320, 640))
MISREAD = "110105194912310021"  # a document's number with a wrong check digit
MEDICAL = re.compile("阳性|感染|确诊|密接|positive|infect", re.IGNORECASE)
# Names in what is signed and drawn, and what an address is recognised by; nothing is ever fetched from them.
KNOWN_ADDRESSES = {"https://www.w3.org/ns/credentials/v2", "http://www.w3.org/2000/svg", "https://"}
HEIGHTS = """[...document.querySelectorAll(".verdict button, .verdict a")].map(
  (one) => one.getBoundingClientRect().height
)"""


def test_a_picture_or_pasted_text_does_where_no_camera_is(
    guard: Page, issuer: Issuer, now: int, tmp_path: Path
) -> None:
    """The same reader reads a photo; one without a code is said to be so; the paste field takes the whole link."""
    code, empty = tmp_path / "code.png", tmp_path / "empty.png"
    scene(symbol(issuer.live(now)), tilt=0.1)[0].save(code)
    Image.new("RGB", (640, 480), "gray").save(empty)
    guard.locator("#more").click()
    expect(guard.get_by_role("heading", name="其他方式")).to_be_focused()
    assert faults_of_access(guard) == []
    guard.set_input_files("#photo", str(empty))
    guard.get_by_text("没有读到码").wait_for()
    guard.set_input_files("#photo", str(code))
    mark(guard, "admit")
    guard.locator("#record-in").click()
    guard.locator("#more").click()
    guard.locator("#text").fill(f"{GATE_PAGES}/v#{issuer.printed(now)}")
    guard.get_by_role("button", name="查验", exact=True).click()
    mark(guard, "identity")


def test_what_is_no_live_pass_of_this_person_is_refused(guard: Page, issuer: Issuer, now: int) -> None:
    """A screenshot, another's proof, a pass that ended, a stranger's, no pass at all: each says what can be done."""
    other = sign_proof(issuer.token(now, subject=ANOTHER), issuer.holder, issuer=ISSUER, at=now)
    cases = [
        (issuer.live(now, proof_at=now - 61), "refused not-live", "截屏"),
        (pack(issuer.token(now), other), "refused not-live", "实时"),
        (issuer.live(now - 3 * DAY_S, proof_at=now), "refused expired", "采样"),
        (issuer.live(now, by=issuer.status), "refused untrusted", "不是本系统"),
        ("1234567890", "unreadable unreadable NoPass", "读不出"),
        ("WIFI:S:guest;;", "unreadable unreadable NoPass", "不是通行码"),
        (f"{ME_PAGES}/c/ABCDEFGH", "unreadable unreadable Venue", "场所码"),
        (f"{GATE_PAGES}/#gate=G-101", "unreadable unreadable Gate", "上岗码"),
    ]
    for text, said, words in cases:
        assert scanned(guard, text) == said
        shown = guard.locator(".verdict").inner_text()
        assert words in shown
        assert not MEDICAL.search(shown)
        assert (PHONE in shown) is said.startswith("refused")


def test_the_same_proof_later_is_replayed(guard: Page, issuer: Issuer, now: int) -> None:
    """Handed on to the next person, or shown again after a new start: refused."""
    mine, next_one = issuer.live(now), issuer.live(now, subject=ANOTHER)
    assert scanned(guard, mine) == "admit ok"
    assert scanned(guard, next_one) == "admit ok"
    assert scanned(guard, mine) == "refused not-live Replayed"
    assert "已经用过" in guard.locator(".verdict").inner_text()
    guard.reload()
    working(guard)
    assert scanned(guard, next_one).startswith("refused not-live")


def test_a_pass_withdrawn_is_refused_once_the_list_has_come(browser: Browser, stage: Stage) -> None:
    """The page fetches each minute and when the network returns; the words name no cause."""
    site, issuer, now = stage.site, stage.issuer, stage.now
    with on_shift(browser, site, stage.booth, service_workers="allow") as page:
        assert scanned(page, issuer.live(now)) == "admit ok"
        page.locator(".status").filter(has_text="12 分钟前").wait_for()
        site.published[f"/status/{LIST}"] = issuer.list(now - 1, INDEX)
        page.evaluate("dispatchEvent(new Event('online'))")
        page.locator(".status").filter(has_text="不到 1 分钟前").wait_for()
        assert scanned(page, issuer.live(now, proof_at=now + 1)) == "refused withdrawn"
        text = page.locator(".verdict").inner_text()
        assert "撤销" in text
        assert PHONE in text
        assert not MEDICAL.search(text)


def test_a_spoken_number_is_answered_by_its_own_proof_alone(
    guard: Page, booth: Booth, issuer: Issuer, now: int
) -> None:
    """Six digits, said aloud; the code that the phone shows meanwhile counts for nothing."""
    guard.locator("#ask").click()
    digits = re.sub(r"\D", "", guard.locator(".digits").inner_text())
    assert re.fullmatch("[0-9]{6}", digits)
    assert " ".join(digits) in (guard.locator("#announce").text_content() or "")
    assert faults_of_access(guard) == []
    token = issuer.token(now)
    guard.locator("#more").click()
    guard.locator("#text").fill(issuer.live(now))
    guard.get_by_role("button", name="查验", exact=True).click()
    guard.get_by_role("button", name="返回").click()
    assert verdicts(guard) == []
    proof = sign_proof(token, issuer.holder, issuer=ISSUER, at=now, nonce=digits)
    assert scanned(guard, pack(token, proof)) == "admit ok"
    assert "口令相符" in guard.locator(".verdict").inner_text()
    assert guard.locator(".digits").count() == 0
    guard.locator("#record-in").click()
    until(guard, lambda: booth.scans)
    assert [scan["nonce"] for scan in booth.scans] == [digits]
    assert scanned(guard, pack(token, proof)) == "refused not-live"


@pytest.mark.parametrize("state", ["no keys", "old list", "old statement", "clock behind"])
def test_who_cannot_know_is_unsure_and_says_why(state: str, browser: Browser, stage: Stage) -> None:
    """Never a silent yes: nothing fetched, data out of date, a clock earlier than what was signed."""
    site, issuer, booth, now = stage.site, stage.issuer, stage.booth, stage.now
    words = {"no keys": "取不到", "old list": "撤销数据", "old statement": "公钥", "clock behind": "时间"}[state]
    if state == "no keys":
        site.published = {"/config.json": site.published["/config.json"]}
    if state == "old list":
        site.published[f"/status/{LIST}"] = issuer.list(now - 3 * HOUR_S)
        booth.max_list_age_s = 2 * HOUR_S
    if state == "old statement":
        site.published |= issuer.key_files(now - 32 * DAY_S, now)
    if state == "clock behind":
        publish(site, issuer, now + HOUR_S)
        desk.set_up(site, issuer)
    with on_shift(browser, site, booth, settled=state not in {"no keys", "clock behind"}) as page:
        assert scanned(page, issuer.live(now)).startswith("unsure")
        text = page.locator(".verdict").inner_text()
        assert words in text
        assert PHONE in text
        assert page.locator(".sign").count() == 0
        assert faults_of_access(page) == []


def test_no_verdict_stands_longer_than_20_s_and_an_admitted_person_is_recorded(
    guard: Page, issuer: Issuer, booth: Booth, now: int
) -> None:
    """The screen asks for the next code; who was admitted went in."""
    guard.clock.install(time=time.time())
    assert scanned(guard, issuer.live(now)) == "admit ok"
    guard.clock.fast_forward(21_000)
    mark(guard, "ready")
    until(guard, lambda: booth.scans)
    assert [scan["direction"] for scan in booth.scans] == ["in"]


def test_a_shift_that_was_ended_elsewhere_stops_the_scanner_and_keeps_what_waits(
    guard: Page, site: Site, issuer: Issuer, booth: Booth, now: int
) -> None:
    """No verdict after that; the records stay on the phone and the page says how they can be sent."""
    booth.revoked = True
    assert scanned(guard, issuer.live(now)) == "admit ok"
    guard.locator("#record-in").click()
    guard.get_by_role("heading", name="上岗已结束").wait_for()
    assert "1 条记录" in guard.locator("main").inner_text()
    assert faults_of_access(guard) == []
    booth.revoked = False
    desk.begin(guard, site.origin, again=True)
    until(guard, lambda: booth.scans)
    assert len(booth.scans) == 1


def test_the_counters_tell_an_inspector_what_was_done(guard: Page, issuer: Issuer, booth: Booth, now: int) -> None:
    """In, out, refused, unsure, waiting, sent; since when, which lists; and the shift ends here."""
    booth.down = True
    for number, way in enumerate(("in", "in", "out")):
        assert scanned(guard, issuer.live(now, subject=f"{number}AECAwQFBgcICQoL")) == "admit ok"
        guard.locator(f"#record-{way}").click()
        mark(guard, "ready")
    assert scanned(guard, issuer.live(now, proof_at=now - 90)).startswith("refused")
    guard.locator("#counters").click()
    guard.get_by_role("heading", name="岗位情况").wait_for()
    counts = [guard.locator(f"#count-stat{word}").inner_text() for word in ("In", "Out", "Refused", "Unsure")]
    assert counts == ["2", "1", "1", "0"]
    expect(guard.locator("#count-waiting")).to_have_text("4")
    shown = guard.locator("main").inner_text()
    assert all(fact in shown for fact in (WORD, desk.LABEL, desk.GATE_NAME, desk.VENUE_NAME, "12 分钟前"))
    assert faults_of_access(guard) == []
    guard.get_by_role("button", name="现在上传").click()
    guard.get_by_text("4 条留在手机里").wait_for()
    booth.down = False
    guard.get_by_role("button", name="现在上传").click()
    expect(guard.locator("#count-recorded")).to_have_text("4")
    assert len(booth.scans) == 4
    guard.get_by_role("button", name="更换暗号").click()
    guard.get_by_label("暗号词").fill("新暗号")
    assert faults_of_access(guard) == []
    guard.get_by_role("button", name="记住暗号").click()
    guard.locator(".sign").filter(has_text="新暗号").wait_for()
    guard.get_by_role("button", name="下岗").click()
    assert faults_of_access(guard) == []
    guard.get_by_role("button", name="确定下岗").click()
    guard.get_by_role("heading", name="查验上岗").wait_for()


def test_beginning_a_shift_names_the_gate_and_explains_what_is_wrong(
    browser: Browser, site: Site, booth: Booth
) -> None:
    """By the poster or the id; a wrong code, no code and no sign have their own words; all of it by keyboard."""
    page = desk.visitor(browser, booth, viewport={"width": 320, "height": 640})
    page.goto(f"{site.origin}/")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert faults_of_access(page) == []
    page.get_by_label("卡口编号").fill("东门")
    page.keyboard.press("Enter")
    page.get_by_text("编号只有").wait_for()
    page.get_by_label("卡口编号").fill(desk.GATE)
    page.keyboard.press("Enter")
    page.get_by_text(desk.VENUE_NAME).wait_for()
    assert page.url.endswith(f"/#gate={desk.GATE}")
    page.get_by_role("button", name="开始上岗").click()
    page.get_by_text("请填写口令").wait_for()
    page.get_by_label("管理员口令").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("请填 1 到 12 个字").wait_for()
    page.get_by_label("暗号词").fill(WORD)
    page.keyboard.press("Enter")
    page.get_by_text("口令不对").wait_for()
    expect(page.get_by_label("管理员口令")).to_be_focused()
    assert faults_of_access(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_a_browser_that_keeps_nothing_says_so_before_and_during_a_shift(
    browser: Browser, site: Site, booth: Booth
) -> None:
    """Storage denied: the shift works while the page is open, and nothing is lost in silence."""
    page = desk.visitor(browser, booth)
    page.add_init_script("Object.defineProperty(globalThis, 'indexedDB', { get() { throw new Error('denied') } })")
    page.goto(f"{site.origin}/#gate={desk.GATE}")
    page.get_by_text("这个浏览器不让保存数据").wait_for()
    desk.begin(page, site.origin)
    page.locator(".status").filter(has_text="不要关闭本页").wait_for()
    page.context.close()


def test_every_verdict_fits_its_screen_in_both_languages(browser: Browser, stage: Stage) -> None:
    """Small, lying and large: no sideways scrolling; the thumb's buttons are at least 64 pixels high."""
    facts = {"name": "M" * 32, "unit": "第" * 64, "zone": "Z" * 32}
    issuer, now = stage.issuer, stage.now
    others = [issuer.printed(now), issuer.live(now, proof_at=now - 90), f"{FOREIGN}1", "12345", MISREAD]
    with on_shift(browser, stage.site, stage.booth) as page:
        for proof_at in (now, now - 1):  # a proof each, for the second showing of one is a copy
            for text in (issuer.live(now, proof_at=proof_at, **facts), *others):
                said = scanned(page, text)
                for width, height in SIZES:
                    page.set_viewport_size({"width": width, "height": height})
                    assert page.evaluate("document.documentElement.scrollWidth") <= width, (said, width)
                    assert min(page.evaluate(HEIGHTS)) >= 64, (said, width)
                assert faults_of_access(page) == [], said
            page.locator("#language").click()


def test_no_built_file_names_a_third_party_and_no_request_leaves_the_origin(browser: Browser, stage: Stage) -> None:
    """The reader's package would fetch from a CDN: its address is not even in the files."""
    kinds = {".js", ".css", ".html", ".json", ".webmanifest"}
    texts = [file.read_text(encoding="utf-8") for file in PAGES.rglob("*") if file.suffix in kinds]
    found = {address for text in texts for address in re.findall(r"https?://[\w./-]*", text)}
    assert {one for one in found - KNOWN_ADDRESSES if not one.startswith(ISSUER)} == set()
    asked: list[str] = []
    digits = stage.issuer.live(stage.now)
    with on_shift(browser, stage.site, stage.booth) as page:
        page.context.on("request", lambda request: asked.append(request.url))
        page.reload()
        working(page)
        assert scanned(page, digits) == "admit ok"
        assert scanned(page, f"{FOREIGN}{digits}") == "refused foreign Foreign"
        until(page, lambda: stage.booth.reports)
    assert all(url.startswith(f"{stage.site.origin}/") for url in asked)
    assert not any(digits[:40] in url for url in asked)
