"""What the venue asks beyond a genuine pass, at its gate: named, said aloud, kept for when there is no network."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.booth import door_of, on_shift, scanned, working
from tests.browser.guard import faults_of_access
from tests.browser.issuer import HOUR_S, Issuer
from tests.browser.stage import Stage, until

NEVER_OPEN: dict[str, Any] = {"opens_on": "2020-01-01", "closes_on": "2020-01-31"}
# A device that can read aloud by itself, with what it is given to read.
READS_ALOUD = """
  globalThis.read = [];
  globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(globalThis, "speechSynthesis", { value: {
    cancel() {}, getVoices: () => [{ localService: true, lang: "zh-CN" }], speak: (said) => read.push(said.text),
  } });
"""


def sampled(issuer: Issuer, at: int, hours: int, person: int) -> str:
    """A live pass of somebody whose sample is so many hours old."""
    taken = (at - hours * HOUR_S) // 60 * 60
    facts = {"sampled_at": taken, "issued_at": taken + 60, "expires_at": taken + 48 * HOUR_S}
    return issuer.live(at, subject=f"{person}AECAwQFBgcICQoL", **facts)


def opened_anew(page: Page) -> None:
    """Open the page again, and wait until the service told what the venue asks."""
    page.reload()
    working(page)
    page.locator("body[data-rules=told]").wait_for()


def recorded(stage: Stage) -> list[str]:
    """Which way each went who is in a record; what was underway when a page went is sent again, and is one row."""
    return list({scan["presentation"]: scan["direction"] for scan in stage.booth.scans}.values())


def told(page: Page) -> str:
    """What stands, in the language chosen."""
    return page.locator(".verdict").inner_text()


def test_the_venues_rules_are_held_named_and_kept_without_a_network(browser: Browser, stage: Stage) -> None:
    """An older test, a full house, a tower out of its dates, a hospital; whoever was turned away is in no record."""
    booth = stage.booth
    asks = {"oldest_test_s": 24 * HOUR_S, "occupancy": True, "capacity": 40}
    booth.doors, booth.inside = [door_of(asks), door_of({}, "V-9", "澄湖大厦")], 39
    with on_shift(browser, stage.site, booth, script=READS_ALOUD, service_workers="allow") as page:
        admits_and_says_quietly_what_nobody_checked(page, stage)
        refuses_an_older_test_aloud_in_both_languages(page, stage)
        leaves_a_full_house_to_the_guard(page, stage)
        refuses_by_the_tower_without_a_network_too(page, stage)
        takes_in_everybody_at_a_hospital(page, stage)
    assert recorded(stage) == ["in", "in", "out", "in"]


def admits_and_says_quietly_what_nobody_checked(page: Page, stage: Stage) -> None:
    """A line to read, which is not said aloud at every person."""
    page.locator("#inside", has_text="39 / 40").wait_for()
    assert scanned(page, sampled(stage.issuer, stage.now, 2, 1)) == "admit ok"
    assert "健康码颜色、行程" in page.locator(".unchecked").inner_text()
    assert "健康码" not in (page.locator("#announce").text_content() or "")
    assert faults_of_access(page) == []
    page.locator("#record-in").click()


def refuses_an_older_test_aloud_in_both_languages(page: Page, stage: Stage) -> None:
    """What is asked, how old this one is, and what the person can do."""
    page.locator("#mute").click()  # a hand that touched the page lets it speak
    page.locator("#mute").click()
    assert scanned(page, sampled(stage.issuer, stage.now, 30, 2)) == "refused test-older-than-asked"
    assert all(part in told(page) for part in ("检测时间不合本场所要求", "24 小时", "30 小时", "刷新通行证"))
    assert "检测时间不合本场所要求" in (page.locator("#announce").text_content() or "")
    page.wait_for_function("() => read.length === 1")
    assert page.evaluate("read") == ["检测时间不合本场所要求"]
    assert faults_of_access(page) == []
    page.locator("#language").click()
    assert all(part in told(page) for part in ("older than this venue asks", "the last 24 h", "renew the pass"))
    page.locator("#language").click()
    page.get_by_role("button", name="下一位").click()


def leaves_a_full_house_to_the_guard(page: Page, stage: Stage) -> None:
    """Whoever checked in by the poster is counted already: the receipt tells, and the guard's tap lets them in."""
    stage.booth.inside = 40
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("#inside.old", has_text="40 / 40").wait_for()
    assert scanned(page, sampled(stage.issuer, stage.now, 3, 3)) == "unsure full"
    assert all(part in told(page) for part in ("40 人", "登记回执"))
    page.locator("#record-in").click()
    until(page, lambda: len(recorded(stage)) == 2)


def refuses_by_the_tower_without_a_network_too(page: Page, stage: Stage) -> None:
    """Its name is said; what was told before the network went is what counts; who leaves is recorded."""
    booth = stage.booth
    booth.doors = [door_of({}), door_of(NEVER_OPEN, "V-9", "澄湖大厦")]
    opened_anew(page)
    expect(page.locator("#inside")).to_have_count(0)
    assert scanned(page, sampled(stage.issuer, stage.now, 4, 4)) == "refused outside-dates"
    assert "澄湖大厦" in told(page)
    assert len(recorded(stage)) == 2
    booth.down = True
    page.reload()
    working(page)
    assert scanned(page, sampled(stage.issuer, stage.now, 5, 5)) == "refused outside-dates"
    page.get_by_role("button", name="此人是离开").click()
    page.locator("#waiting", has_text="待上传 1").wait_for()


def takes_in_everybody_at_a_hospital(page: Page, stage: Stage) -> None:
    """With a pass that is over; a copied code is refused, and its bearer is not."""
    booth = stage.booth
    booth.down, booth.doors = False, [door_of({"never_refuses": True})]
    opened_anew(page)
    assert scanned(page, sampled(stage.issuer, stage.now, 49, 6)) == "admit hospital-shows-the-way"
    assert "预检分诊" in told(page)
    assert scanned(page, stage.issuer.live(stage.now, proof_at=stage.now - 90)) == "refused not-live"
    assert "医院不拒诊" in told(page)
    until(page, lambda: len(recorded(stage)) == 4)
