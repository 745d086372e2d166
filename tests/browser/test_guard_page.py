"""The guard's page in a real browser: each verdict in words, shape and colour, and nothing that says too much."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from credentials import LocalSigner, pack, sign_proof
from tests.browser.guard import Screen, answer, faults_of_access, read, scan
from tests.browser.issuer import (
    AUTHORITY,
    DAY_S,
    HOUR_S,
    INDEX,
    ISSUER,
    KEYS,
    LIST,
    NAME,
    NUMBER,
    PHONE,
    TAIL,
    UNIT,
    Issuer,
    day_path,
)
from tests.browser.site import Site

MEDICAL = re.compile("阳性|感染|确诊|密接|positive|infect", re.IGNORECASE)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A phone that keeps no worker of ours, as most first visits are over before it is there (test_worker.py has it)."""
    return new_page(service_workers="block")


def shows_seal(page: Page) -> bool:
    """Whether the authority's seal is on the screen."""
    return page.locator(".seal").count() == 1


def test_a_live_pass_is_genuine_with_its_facts_and_the_specimen_seal(
    page: Page, site: Site, issuer: Issuer, now: int
) -> None:
    """Verdict, masked name, unit, zone, document, seal, sample and time left are all there; nobody is admitted."""
    screen = scan(page, site, issuer.live(now))
    assert (screen.mark, screen.code) == ("genuine", "ok")
    for fact in ("真实有效", "Genuine", NAME, UNIT, "A3", NUMBER, AUTHORITY, "45 小时", "北京时间", "12 分钟前", PHONE):
        assert fact in screen.text
    assert shows_seal(page)
    assert "样章 SPECIMEN" in (page.locator(".seal").text_content() or "")
    assert not re.search(r"请进|准予进入|\badmit", screen.text, re.IGNORECASE)
    assert faults_of_access(page) == []


def test_a_seal_without_the_flag_is_no_specimen(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """Only a specimen issuer's pages say specimen."""
    site.published["/config.json"] = json.dumps(issuer.config(specimen=False))
    screen = scan(page, site, issuer.live(now))
    assert screen.mark == "genuine"
    assert "SPECIMEN" not in (page.locator("body").text_content() or "")


def test_a_printed_pass_counts_only_when_the_identity_was_checked(
    page: Page, site: Site, issuer: Issuer, now: int
) -> None:
    """It asks for the document's last four characters, and turns green only by the guard's own act."""
    screen = scan(page, site, issuer.printed(now))
    assert (screen.mark, screen.code) == ("identity", "ok")
    assert "核对身份" in screen.text
    assert TAIL in screen.text
    assert faults_of_access(page) == []
    page.locator("#identity").click()
    assert read(page).mark == "genuine"
    assert "已核对身份" in read(page).text
    assert faults_of_access(page) == []


def _screenshot(issuer: Issuer, at: int) -> str:
    return issuer.live(at, proof_at=at - 90)


def _another_holder(issuer: Issuer, at: int) -> str:
    return pack(issuer.token(at), sign_proof(issuer.token(at), LocalSigner.generate(), issuer=ISSUER, at=at))


REFUSED: dict[str, tuple[str, str, Callable[[Issuer, int], str]]] = {
    "expired": ("expired", "已过有效期", lambda issuer, at: issuer.printed(at - 47 * HOUR_S)),
    "of tomorrow": ("not-yet-valid", "尚未生效", lambda issuer, at: issuer.printed(at + DAY_S)),
    "by another key": ("untrusted", "不是本系统签发", lambda issuer, at: issuer.printed(at, by=LocalSigner.generate())),
    "a screenshot": ("not-live", "不是实时出示", _screenshot),
    "another holder's proof": ("not-live", "不是实时出示", _another_holder),
    "no proof at all": ("not-live", "不是实时出示", lambda issuer, at: pack(issuer.token(at))),
    "some digits": ("unreadable", "读不出通行证", lambda _issuer, _at: "8273645"),
    "some words": ("unreadable", "读不出通行证", lambda _issuer, _at: "<img src=x onerror=alert(1)>"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why_what_to_do_and_whom_to_call(
    name: str, page: Page, site: Site, issuer: Issuer, now: int
) -> None:
    """Each code of the refusal tree has its words; none shows a seal or a medical cause."""
    code, words, make = REFUSED[name]
    screen = scan(page, site, make(issuer, now))
    assert (screen.mark, screen.code) == ("refused", code)
    assert words in screen.text
    assert PHONE in screen.text
    assert not shows_seal(page)
    assert not MEDICAL.search(screen.text)
    assert faults_of_access(page) == []


def test_a_withdrawn_pass_is_refused_as_withdrawn(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """Its bit in the pass's own list is enough; the cause is for the person only."""
    site.published[f"/status/{LIST}"] = issuer.list(now, INDEX)
    screen = scan(page, site, issuer.live(now))
    assert (screen.mark, screen.code) == ("refused", "withdrawn")
    assert "已被撤销" in screen.text
    assert not MEDICAL.search(screen.text)
    assert faults_of_access(page) == []


def test_a_tampered_pass_is_refused_in_each_of_its_parts(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """A changed letter of header, payload or signature never leaves a verdict of genuine."""
    token = issuer.token(now, printed=True)
    spoilt = [token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in (20, 200, -40)]
    assert {scan(page, site, text).mark for text in spoilt} == {"refused"}


def test_old_status_data_is_told_and_outdated_data_is_not_enough(
    page: Page, site: Site, issuer: Issuer, now: int
) -> None:
    """Beyond four hours the page says so in amber; beyond the list's end it is unsure."""
    site.published[f"/status/{LIST}"] = issuer.list(now - 5 * HOUR_S)
    old = scan(page, site, issuer.live(now))
    assert old.mark == "genuine"
    assert "撤销数据较旧" in old.text
    assert page.locator(".old").count() == 1
    assert faults_of_access(page) == []
    site.published[f"/status/{LIST}"] = issuer.list(now - 25 * HOUR_S)
    outdated = scan(page, site, issuer.live(now))
    assert (outdated.mark, outdated.code) == ("unsure", "status-unknown")
    assert "撤销数据已过期" in outdated.text


def _no_list(site: Site, _issuer: Issuer, _at: int) -> None:
    del site.published[f"/status/{LIST}"]


def _forged_list(site: Site, _issuer: Issuer, at: int) -> None:
    site.published[f"/status/{LIST}"] = Issuer().list(at)


def _no_keys(site: Site, _issuer: Issuer, at: int) -> None:
    del site.published[KEYS], site.published[day_path(at)]


def _forged_keys(site: Site, issuer: Issuer, at: int) -> None:
    site.published |= issuer.key_files(at, by=LocalSigner.generate())


def _old_keys(site: Site, issuer: Issuer, at: int) -> None:
    site.published |= issuer.key_files(at - 32 * DAY_S, on=at)


def _slow_clock(site: Site, issuer: Issuer, at: int) -> None:
    site.published |= issuer.key_files(at + HOUR_S, on=at)


UNSURE: dict[str, tuple[str, Callable[[Site, Issuer, int], None]]] = {
    "no list": ("查不到是否被撤销", _no_list),
    "a list signed by a stranger": ("查不到是否被撤销", _forged_list),
    "no keys": ("没有网络", _no_keys),
    "keys signed by a stranger": ("公钥数据不可信", _forged_keys),
    "keys past their end": ("公钥数据已过期", _old_keys),
    "a clock earlier than what was last signed": ("手机时间不对", _slow_clock),
}


@pytest.mark.parametrize("name", UNSURE)
def test_what_cannot_be_known_is_unsure_and_says_why(
    name: str, page: Page, site: Site, issuer: Issuer, now: int
) -> None:
    """Never a silent yes: whatever is missing or foreign, the page is unsure."""
    words, spoil = UNSURE[name]
    spoil(site, issuer, now)
    screen = scan(page, site, issuer.live(now))
    assert screen.mark == "unsure"
    assert words in screen.text
    assert not shows_seal(page)
    assert faults_of_access(page) == []


def test_without_a_network_on_the_first_visit_the_page_is_unsure_until_there_is_one(
    page: Page, site: Site, issuer: Issuer, now: int
) -> None:
    """Only the page itself arrived: unsure, and one tap asks again."""
    no_network: Callable[[Route], None] = lambda route: route.abort()  # noqa: E731 - the same object is unrouted below
    published = re.compile("/(config|status|.well-known)")
    page.route(published, no_network)
    screen = scan(page, site, issuer.live(now))
    assert (screen.mark, screen.code) == ("unsure", "no-keys")
    assert "没有网络" in screen.text
    page.unroute(published, no_network)
    page.locator("#again").click()
    assert answer(page).mark == "genuine"


def test_an_older_key_statement_than_one_seen_is_not_trusted(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """The page keeps the highest number it has seen, and does not go back."""
    first = {path: site.published[path] for path in (KEYS, day_path(now))}
    site.published |= issuer.key_files(now, previous=first[KEYS])
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    site.published |= first
    assert "公钥数据不可信" in scan(page, site, issuer.live(now)).text


def test_a_key_that_is_not_of_the_day_is_looked_for_in_the_whole_statement(
    page: Page, site: Site, issuer: Issuer, now: int
) -> None:
    """A first visit asks for the day's extract alone; the month is asked for when a pass names another key."""
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    assert KEYS not in site.sent
    site.published[day_path(now)] = issuer.extract(now, now, own=False)
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    assert KEYS in site.sent
    del site.published[KEYS]
    assert scan(page, site, issuer.live(now)).code == "no-keys"


@pytest.mark.parametrize("extract", ["forged", "absent", "a login page"])
def test_without_a_good_extract_the_whole_statement_is_enough(
    extract: str, page: Page, site: Site, issuer: Issuer, now: int
) -> None:
    """Whatever came in place of the extract, the page goes by what a pinned root signed."""
    bad = {"forged": issuer.extract(now, now, by=LocalSigner.generate()), "a login page": "<html>Wi-Fi</html>"}
    if extract in bad:
        site.published[day_path(now)] = bad[extract]
    else:
        del site.published[day_path(now)]
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    assert scan(page, site, issuer.printed(now, by=LocalSigner.generate())).code == "untrusted"


# What Chrome 80 and Safari 14 do not have yet, of all that Chromium has today.
NEWER = """
delete globalThis.DecompressionStream;
delete String.prototype.replaceAll;
delete Element.prototype.replaceChildren;
for (const kind of [String, Array, Uint8Array]) delete kind.prototype.at;
delete Object.hasOwn;
delete Promise.any;
delete globalThis.structuredClone;
delete Array.prototype.findLast;
delete crypto.randomUUID;
delete AbortSignal.timeout;
"""


def test_the_oldest_browsers_of_the_floor_verify(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """With nothing that came after Chrome 80 and Safari 14 it gives the same verdict, and can be pasted into."""
    page.add_init_script(NEWER)
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    page.locator("summary").click()
    page.get_by_label("粘贴").fill(issuer.printed(now))
    page.get_by_role("button", name="查验").click()
    expect(page.locator("body")).to_have_attribute("data-mark", "identity")


@pytest.mark.parametrize(
    "missing", ["Object.defineProperty(crypto, 'subtle', {value: undefined})", "delete globalThis.BigInt"]
)
def test_a_browser_that_cannot_verify_says_so(missing: str, page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """Too old, or a page that is not secure: unsure, and what to do about it."""
    page.add_init_script(missing)
    screen = scan(page, site, issuer.live(now))
    assert screen.mark == "unsure"
    assert "浏览器太旧" in screen.text
    assert "换一部手机" in screen.text


def test_a_browser_that_cannot_even_read_the_script_says_so(
    browser: Browser, site: Site, issuer: Issuer, now: int
) -> None:
    """Nothing of ours runs there: the page itself says what to do, in both languages, after a moment."""
    context = browser.new_context()
    page = context.new_page()
    page.route("**/assets/v-*.js", lambda route: route.fulfill(content_type="text/javascript", body="2n n2"))
    page.goto(f"{site.origin}/v#{issuer.live(now)}")
    expect(page.get_by_text("打不开？请用系统浏览器")).to_be_visible()
    expect(page.get_by_text("Use the system's browser")).to_be_visible()
    context.close()


def test_inside_another_app_it_verifies_from_memory_and_shows_the_way_out(
    new_page: Callable[..., Page], site: Site, issuer: Issuer, now: int
) -> None:
    """No storage, no worker: a verdict all the same, and then how to open the phone's own browser."""
    agent = "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/86.0 Mobile MicroMessenger/8.0"
    page = new_page(user_agent=agent, service_workers="block")
    page.add_init_script(
        "for (const name of ['localStorage', 'indexedDB', 'caches'])"
        " Object.defineProperty(globalThis, name, {get() { throw new DOMException('denied', 'SecurityError'); }})"
    )
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    expect(page.locator(".strip")).to_contain_text("微信")
    assert faults_of_access(page) == []


def test_a_new_fragment_is_judged_anew(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """The next person's code in the same tab replaces the last verdict."""
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    page.evaluate("location.hash = '#123'")
    expect(page.locator("body")).to_have_attribute("data-code", "unreadable")


def test_what_was_scanned_elsewhere_can_be_pasted(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """With no fragment the page waits, and reads digits or the whole link."""
    page.goto(f"{site.origin}/v")
    expect(page.get_by_role("heading", level=1)).to_contain_text("等待扫码")
    assert faults_of_access(page) == []
    page.get_by_label("粘贴").fill(f"https://gate.example.gov/v#{issuer.live(now)}")
    page.get_by_role("button", name="查验").click()
    assert answer(page).mark == "genuine"


def test_a_verdict_does_not_stand_for_ever(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """After a minute a green screen is no answer any more."""
    page.clock.install(time=now)
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    page.clock.fast_forward(62_000)
    expect(page.locator("body")).to_have_attribute("data-mark", "stale")
    assert "请重新扫码" in read(page).text
    assert faults_of_access(page) == []


def test_english_is_said_to_who_reads_english_and_the_choice_is_kept(
    new_page: Callable[..., Page], site: Site, issuer: Issuer, now: int
) -> None:
    """The page's language is declared, follows the browser, and can be changed."""
    page = new_page(locale="en-GB")
    screen: Screen = scan(page, site, issuer.live(now))
    assert page.locator("html").get_attribute("lang") == "en"
    assert "Compare the name" in screen.text
    page.locator("#language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert "请核对姓名" in scan(page, site, issuer.live(now)).text


def test_the_verdict_is_spoken_to_a_screen_reader(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """An assertive live region says it, and the title too."""
    scan(page, site, issuer.live(now))
    spoken = page.locator("[aria-live=assertive]").text_content() or ""
    assert "真实有效" in spoken
    assert "真实有效" in page.title()


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_cut_off(width: int, new_page: Callable[..., Page], site: Site, issuer: Issuer, now: int) -> None:
    """The longest facts a pass may hold fit the narrowest phone without scrolling sideways."""
    page = new_page(viewport={"width": width, "height": 740}, color_scheme="dark")
    facts = {"name": "M" * 32, "unit": "第" * 64, "zone": "Z" * 32, "document_number": "N" * 32}
    screen = scan(page, site, issuer.printed(now, document_issued_by="区" * 64, venues=("门" * 32,) * 8, **facts))
    assert screen.mark == "identity"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults_of_access(page) == []


def test_everything_comes_from_the_pages_own_origin(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """No third party learns of a scan, and the pass itself is in no request."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    digits = issuer.live(now)
    scan(page, site, digits)
    assert {url.partition("/v")[0] if url.endswith(digits) else url for url in asked if site.origin not in url} <= {
        "about:blank",
        "data:,",
    }
    assert not any(digits in path for path in site.sent)
