"""The guard's scanner in a real Chromium: cameras that play films, hand scanners, pictures; who is admitted and who is not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from credentials import pack, sign_proof
from tests.browser import booth as desk
from tests.browser.booth import GATE_PAGES, ME_PAGES, WORD, Booth, on_shift, scanned, verdicts, working
from tests.browser.conftest import publish
from tests.browser.film import camera, film, plain_symbol, scene, sequence, symbol
from tests.browser.guard import faults_of_access
from tests.browser.issuer import DAY_S, HOUR_S, INDEX, ISSUER, LIST, NAME, PHONE, TAIL, UNIT, Issuer
from tests.browser.site import PAGES, Site

FOREIGN_HOST = "gate.example.gov.evil.test"
FOREIGN = f"https://{FOREIGN_HOST}/v#"
ANOTHER = "BAECAwQFBgcICQoL"
MEDICAL = re.compile("阳性|感染|确诊|密接|positive|infect", re.IGNORECASE)
# Names in what is signed and drawn, and what an address is recognised by; nothing is ever fetched from them.
KNOWN_ADDRESSES = {"https://www.w3.org/ns/credentials/v2", "http://www.w3.org/2000/svg", "https://"}
HEIGHTS = """[...document.querySelectorAll(".verdict button, .verdict a")].map(
  (one) => one.getBoundingClientRect().height
)"""
KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) kept.push(url);
  return [".wasm", "/reader-", "/scanner-", ".mp3"].every((part) => kept.some((url) => url.includes(part)));
}"""


@dataclass(frozen=True)
class Stage:
    """Where a guard meets people: the site, its issuer and service, this instant, and a way to show films."""

    site: Site
    issuer: Issuer
    booth: Booth
    now: int
    driver: Playwright
    folder: Path

    @contextmanager
    def guard(self, film: Path | None, faults: list[str] | None = None, **options: Any) -> Iterator[Page]:
        """A guard on shift whose camera sees the film; without one there is no camera."""
        allowed = options.pop("allowed", True)
        with (
            camera(self.driver, film, allowed=allowed) as browser,
            on_shift(browser, self.site, self.booth, faults, **options) as page,
        ):
            yield page

    def film(self, picture: Image.Image | None, **held: float) -> Path:
        """A film of one picture held up."""
        return film(picture, self.folder / "film.mjpeg", **held)

    def sequence(self, *scenes: tuple[list[Image.Image], float]) -> Path:
        """A film of scenes, each for so many seconds."""
        return sequence(scenes, self.folder / "film.mjpeg")


@pytest.fixture
def booth(site: Site, issuer: Issuer) -> Booth:
    """A gate whose service answers."""
    desk.set_up(site, issuer)
    return Booth()


@pytest.fixture
def stage(request: pytest.FixtureRequest, driver: Playwright, tmp_path: Path) -> Stage:
    """Everything but the guard."""
    given = {name: request.getfixturevalue(name) for name in ("site", "issuer", "booth", "now")}
    return Stage(driver=driver, folder=tmp_path, **given)


@pytest.fixture
def page(browser: Browser, site: Site, booth: Booth) -> Iterator[Page]:
    """A guard on shift with a hand scanner and no camera."""
    with on_shift(browser, site, booth) as guard:
        yield guard


def mark(page: Page, name: str) -> None:
    """Wait until this verdict stands."""
    page.locator(f"body[data-mark={name}]").wait_for()


def until(page: Page, true: Callable[[], object], seconds: float = 10) -> None:
    """Let the page go on until something outside of it is true."""
    for _ in range(round(seconds * 20)):
        if true():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not come true")


def test_a_tilted_dim_blurred_small_code_is_admitted_beside_the_guards_own_sign(stage: Stage) -> None:
    """Camera to verdict in the built page; the tap records, and the same code in view is not said twice."""
    held = {"tilt": 0.2, "turn": 6.0, "dim": 0.45, "blur": 1.0, "noise": 12.0, "size": 0.62}
    with stage.guard(stage.film(symbol(stage.issuer.live(stage.now)), **held)) as page:
        mark(page, "admit")
        text = page.locator(".verdict").inner_text()
        assert all(fact in text for fact in ("放行", "Admit", WORD, NAME, UNIT))
        assert page.locator(".verdict .sign svg").count() == 1
        assert "放行" in (page.locator("#announce").text_content() or "")
        assert faults_of_access(page) == []
        page.locator("#record-out").click()
        mark(page, "ready")
        expect(page.locator(".verdict")).to_contain_text("已查过")
        assert faults_of_access(page) == []
        until(page, lambda: stage.booth.scans)
        assert verdicts(page) == ["admit ok"]
    assert [scan["direction"] for scan in stage.booth.scans] == ["out"]


def test_the_next_person_follows_at_once_and_the_one_before_is_recorded(stage: Stage) -> None:
    """Two people in one film: both verdicts are seen; nobody tapped, so the first is recorded in the gate's direction."""
    people = [("赵*一", "AAECAwQFBgcICQoL"), ("钱*二", ANOTHER)]
    codes = [symbol(stage.issuer.live(stage.now, name=name, subject=subject)) for name, subject in people]
    shown = [(scene(code), 0.8) for code in codes]
    with stage.guard(stage.sequence((scene(None), 0.3), *shown, (scene(None), 3.0))) as page:
        page.wait_for_function("() => verdicts.length > 1")
        first, second = page.evaluate("verdicts.slice(0, 2)")
        assert (first["said"], second["said"]) == ("admit ok", "admit ok")
        assert {first["name"], second["name"]} == {name for name, _ in people}
        # Told and not judged: the film has them 0.8 s apart, or its whole length when it began with the second.
        print(f"from one person's verdict to the next: {second['ms'] - first['ms']:.0f} ms")  # noqa: T201
        until(page, lambda: stage.booth.scans)
    assert stage.booth.scans[0]["direction"] == "in"


def test_a_code_that_cannot_be_read_is_said_aloud_and_never_passed_over(stage: Stage) -> None:
    """A thumb over the code, after somebody was admitted: *unreadable* stands, and not the last verdict."""
    whole = symbol(stage.issuer.live(stage.now))
    torn = whole.copy()
    torn.paste(128, (0, 0, whole.width // 2, whole.height // 3))
    with stage.guard(stage.sequence((scene(whole), 0.6), (scene(torn, noise=5), 8.0))) as page:
        mark(page, "unreadable")
        text = page.locator(".verdict").inner_text()
        assert "读不出" in text
        assert "放行" not in text
        assert "读不出" in (page.locator("#announce").text_content() or "")
        assert faults_of_access(page) == []
        page.get_by_role("button", name="下一位").click()
        page.locator("#look").click()
        page.wait_for_function("() => verdicts.at(-1).said.startsWith('unreadable')")


def test_a_look_that_finds_nothing_says_so(stage: Stage) -> None:
    """Who taps *look now* at an empty booth hears that nothing was there."""
    with stage.guard(stage.film(None)) as page:
        page.locator("#look").click()
        mark(page, "unreadable")
        assert "没有找到码" in page.locator(".verdict").inner_text()


def test_a_code_that_leads_elsewhere_is_refused_named_and_reported(stage: Stage) -> None:
    """The digits behind it are a good pass; the address is what a camera would open."""
    with stage.guard(stage.film(symbol(stage.issuer.live(stage.now), FOREIGN), tilt=0.1)) as page:
        mark(page, "refused")
        text = page.locator(".verdict").inner_text()
        assert all(fact in text for fact in ("不放行", FOREIGN_HOST, "不要打开", PHONE))
        assert page.locator(".verdict a[href^='http']").count() == 0
        assert faults_of_access(page) == []
        until(page, lambda: stage.booth.reports)
    [report] = stage.booth.reports
    assert (report["kind"], report["host"]) == ("foreign-link", FOREIGN_HOST)
    assert stage.booth.scans == []


def test_scanning_goes_on_without_a_network_once_a_shift_has_begun(stage: Stage) -> None:
    """The server gone and the page opened anew: camera, reader and verdict as before; records wait on the phone."""
    faults: list[str] = []
    seen = stage.film(symbol(stage.issuer.live(stage.now)))
    with stage.guard(seen, faults, service_workers="allow") as page:
        mark(page, "admit")
        page.wait_for_function(KEPT)
        stage.site.down = stage.booth.down = True
        page.goto(f"{stage.site.origin}/")
        page.locator("body.duty[data-mark]:not([data-mark=ready])").wait_for()
        # After a new start the page cannot know that the code never left the picture: seconds later it is a copy.
        assert page.locator("body").get_attribute("data-mark") in {"admit", "refused"}
        # Whoever stood admitted when the page was closed was not lost.
        page.locator("#waiting").filter(has_text="待上传").wait_for()
    assert stage.booth.scans == []
    assert [fault for fault in faults if "net::" not in fault] == []


def test_a_printed_pass_counts_only_once_the_identity_was_checked(stage: Stage) -> None:
    """Paper in the camera: the last four characters to compare, then *admit*, then the tap."""
    with stage.guard(stage.film(symbol(stage.issuer.printed(stage.now)), turn=-9.0, noise=8.0)) as page:
        mark(page, "identity")
        assert TAIL in page.locator(".verdict").inner_text()
        assert page.locator("#record-in, .sign").count() == 0
        assert faults_of_access(page) == []
        page.locator("#identity").click()
        mark(page, "admit")
        page.locator("#record-in").click()
        until(page, lambda: stage.booth.scans)
    assert [(scan["identity_checked"], scan["direction"]) for scan in stage.booth.scans] == [(True, "in")]


@pytest.mark.parametrize(("fault", "words"), [("denied", "没有允许"), ("none", "没有找到相机")])
def test_a_camera_that_is_not_there_is_explained_with_a_way_out(fault: str, words: str, stage: Stage) -> None:
    """Refused and absent have each their own words; another way of scanning is at hand."""
    denied = fault == "denied"
    with stage.guard(stage.film(None) if denied else None, allowed=not denied) as page:
        page.locator(f"body[data-camera={fault}]").wait_for()
        assert words in page.locator(".camera-fault").inner_text()
        assert page.get_by_role("button", name="重试").is_visible()
        assert words in (page.locator("#announce").text_content() or "")
        assert faults_of_access(page) == []
        scanned(page, stage.issuer.live(stage.now))
        mark(page, "admit")


def test_the_booths_poster_can_be_scanned_inside_the_page(stage: Stage) -> None:
    """For a phone whose camera opens no addresses."""
    poster = stage.film(plain_symbol(f"{GATE_PAGES}/#gate={desk.GATE}"), tilt=0.15)
    with camera(stage.driver, poster) as browser:
        page = desk.visitor(browser, stage.booth)
        page.goto(f"{stage.site.origin}/")
        page.get_by_role("button", name="在本页扫上岗码").click()
        page.get_by_text(desk.VENUE_NAME).wait_for()
        assert page.url.endswith(f"/#gate={desk.GATE}")
        page.context.close()


def test_a_picture_or_pasted_text_does_where_no_camera_is(page: Page, issuer: Issuer, now: int, tmp_path: Path) -> None:
    """The same reader reads a photo; one without a code is said to be so; the paste field takes the whole link."""
    code, empty = tmp_path / "code.png", tmp_path / "empty.png"
    scene(symbol(issuer.live(now)), tilt=0.1)[0].save(code)
    Image.new("RGB", (640, 480), "gray").save(empty)
    page.locator("#more").click()
    expect(page.get_by_role("heading", name="其他方式")).to_be_focused()
    assert faults_of_access(page) == []
    page.set_input_files("#photo", str(empty))
    page.get_by_text("没有读到码").wait_for()
    page.set_input_files("#photo", str(code))
    mark(page, "admit")
    page.locator("#record-in").click()
    page.locator("#more").click()
    page.locator("#text").fill(f"{GATE_PAGES}/v#{issuer.printed(now)}")
    page.get_by_role("button", name="查验", exact=True).click()
    mark(page, "identity")


def test_what_is_no_live_pass_of_this_person_is_refused(page: Page, issuer: Issuer, now: int) -> None:
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
        assert scanned(page, text) == said
        shown = page.locator(".verdict").inner_text()
        assert words in shown
        assert not MEDICAL.search(shown)
        assert (PHONE in shown) is said.startswith("refused")


def test_the_same_proof_later_is_replayed(page: Page, issuer: Issuer, now: int) -> None:
    """Handed on to the next person, or shown again after a new start: refused."""
    mine, next_one = issuer.live(now), issuer.live(now, subject=ANOTHER)
    assert scanned(page, mine) == "admit ok"
    assert scanned(page, next_one) == "admit ok"
    assert scanned(page, mine) == "refused not-live Replayed"
    assert "已经用过" in page.locator(".verdict").inner_text()
    page.reload()
    working(page)
    assert scanned(page, next_one).startswith("refused not-live")


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


def test_a_spoken_number_is_answered_by_its_own_proof_alone(page: Page, booth: Booth, issuer: Issuer, now: int) -> None:
    """Six digits, said aloud; the code that the phone shows meanwhile counts for nothing."""
    page.locator("#ask").click()
    digits = re.sub(r"\D", "", page.locator(".digits").inner_text())
    assert re.fullmatch("[0-9]{6}", digits)
    assert " ".join(digits) in (page.locator("#announce").text_content() or "")
    assert faults_of_access(page) == []
    token = issuer.token(now)
    page.locator("#more").click()
    page.locator("#text").fill(issuer.live(now))
    page.get_by_role("button", name="查验", exact=True).click()
    page.get_by_role("button", name="返回").click()
    assert verdicts(page) == []
    proof = sign_proof(token, issuer.holder, issuer=ISSUER, at=now, nonce=digits)
    assert scanned(page, pack(token, proof)) == "admit ok"
    assert "口令相符" in page.locator(".verdict").inner_text()
    assert page.locator(".digits").count() == 0
    page.locator("#record-in").click()
    until(page, lambda: booth.scans)
    assert [scan["nonce"] for scan in booth.scans] == [digits]
    assert scanned(page, pack(token, proof)) == "refused not-live"


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
    page: Page, issuer: Issuer, booth: Booth, now: int
) -> None:
    """The screen asks for the next code; who was admitted went in."""
    page.clock.install(time=time.time())
    assert scanned(page, issuer.live(now)) == "admit ok"
    page.clock.fast_forward(21_000)
    mark(page, "ready")
    until(page, lambda: booth.scans)
    assert [scan["direction"] for scan in booth.scans] == ["in"]


def test_a_shift_that_was_ended_elsewhere_stops_the_scanner_and_keeps_what_waits(
    page: Page, site: Site, issuer: Issuer, booth: Booth, now: int
) -> None:
    """No verdict after that; the records stay on the phone and the page says how they can be sent."""
    booth.revoked = True
    assert scanned(page, issuer.live(now)) == "admit ok"
    page.locator("#record-in").click()
    page.get_by_role("heading", name="上岗已结束").wait_for()
    assert "1 条记录" in page.locator("main").inner_text()
    assert faults_of_access(page) == []
    booth.revoked = False
    desk.begin(page, site.origin, again=True)
    until(page, lambda: booth.scans)
    assert len(booth.scans) == 1


def test_the_counters_tell_an_inspector_what_was_done(page: Page, issuer: Issuer, booth: Booth, now: int) -> None:
    """In, out, refused, unsure, waiting, sent; since when, which lists; and the shift ends here."""
    booth.down = True
    for number, way in enumerate(("in", "in", "out")):
        assert scanned(page, issuer.live(now, subject=f"{number}AECAwQFBgcICQoL")) == "admit ok"
        page.locator(f"#record-{way}").click()
        mark(page, "ready")
    assert scanned(page, issuer.live(now, proof_at=now - 90)).startswith("refused")
    page.locator("#counters").click()
    page.get_by_role("heading", name="岗位情况").wait_for()
    counts = [page.locator(f"#count-stat{word}").inner_text() for word in ("In", "Out", "Refused", "Unsure")]
    assert counts == ["2", "1", "1", "0"]
    expect(page.locator("#count-waiting")).to_have_text("4")
    assert WORD in page.locator("main").inner_text()
    assert faults_of_access(page) == []
    page.get_by_role("button", name="现在上传").click()
    page.get_by_text("4 条留在手机里").wait_for()
    booth.down = False
    page.get_by_role("button", name="现在上传").click()
    expect(page.locator("#count-recorded")).to_have_text("4")
    assert len(booth.scans) == 4
    page.get_by_role("button", name="更换暗号").click()
    page.get_by_label("暗号词").fill("新暗号")
    assert faults_of_access(page) == []
    page.get_by_role("button", name="记住暗号").click()
    page.locator(".sign").filter(has_text="新暗号").wait_for()
    page.get_by_role("button", name="下岗").click()
    assert faults_of_access(page) == []
    page.get_by_role("button", name="确定下岗").click()
    page.get_by_role("heading", name="查验上岗").wait_for()


def test_beginning_a_shift_names_the_gate_and_explains_what_is_wrong(
    browser: Browser, site: Site, booth: Booth
) -> None:
    """By the poster or the id; a wrong code, no code and no sign have their own words; all of it by keyboard."""
    page = desk.visitor(browser, booth, viewport={"width": 320, "height": 640})
    page.goto(f"{site.origin}/")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert faults_of_access(page) == []
    page.get_by_label("岗亭编号").fill("东门")
    page.keyboard.press("Enter")
    page.get_by_text("编号只有").wait_for()
    page.get_by_label("岗亭编号").fill(desk.GATE)
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


@pytest.mark.parametrize("size", [(320, 640), (740, 360), (1280, 800)])
def test_every_verdict_fits_its_screen_in_both_languages(size: tuple[int, int], browser: Browser, stage: Stage) -> None:
    """No sideways scrolling; the thumb's buttons are at least 64 pixels high."""
    facts = {"name": "M" * 32, "unit": "第" * 64, "zone": "Z" * 32}
    issuer, now = stage.issuer, stage.now
    others = [issuer.printed(now), issuer.live(now, proof_at=now - 90), f"{FOREIGN}1", "12345"]
    with on_shift(browser, stage.site, stage.booth, viewport={"width": size[0], "height": size[1]}) as page:
        for proof_at in (now, now - 1):  # a proof each, for the second showing of one is a copy
            for text in (issuer.live(now, proof_at=proof_at, **facts), *others):
                scanned(page, text)
                assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
                assert min(page.evaluate(HEIGHTS)) >= 64
                assert faults_of_access(page) == []
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
