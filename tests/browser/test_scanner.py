"""The guard's scanner in a real Chromium with a camera that plays films: who is admitted, who is not, and how loudly."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import booth as desk
from tests.browser.booth import GATE_PAGES, WORD, scanned, verdicts
from tests.browser.film import camera, plain_symbol, scene, symbol
from tests.browser.guard import comes_true, faults_of_access
from tests.browser.issuer import NAME, PHONE, TAIL, UNIT
from tests.browser.stage import FOREIGN, FOREIGN_HOST, Stage, mark, until

ANOTHER = "BAECAwQFBgcICQoL"
KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) kept.push(url);
  return [".wasm", "/reader-", "/scanner-", ".mp3"].every((part) => kept.some((url) => url.includes(part)));
}"""


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
        comes_true(page, KEPT)
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


def test_a_browser_without_pictures_in_workers_reads_all_the_same(stage: Stage) -> None:
    """Older ones have no OffscreenCanvas and no createImageBitmap: the frame is drawn on a canvas of the page."""
    seen = stage.film(symbol(stage.issuer.live(stage.now)), dim=0.12)
    lacking = "delete globalThis.OffscreenCanvas; delete globalThis.createImageBitmap"
    with stage.guard(seen, script=lacking) as page:
        mark(page, "admit")


def test_a_browser_that_cannot_load_the_reader_says_so(stage: Stage) -> None:
    """No workers: no picture is looked at, which is said; a hand scanner still does."""
    with stage.guard(
        stage.film(None), script="globalThis.Worker = class { constructor() { throw new Error() } }"
    ) as page:
        page.locator("body[data-camera=noReader]").wait_for()
        assert "识别程序没有装好" in page.locator(".camera-fault").inner_text()
        assert scanned(page, stage.issuer.live(stage.now)) == "admit ok"


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
