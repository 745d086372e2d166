"""The guard's page on shift: admit beside the guard's own secret, in or out in one tap, and no record lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from functions.scans import service as scans
from functions.status import publisher
from tests.browser.booth import GATE_NAME, WORD, Booth, on_shift, set_up
from tests.browser.guard import Screen, answer, faults_of_access, read, scan
from tests.browser.issuer import DAY_S, HOUR_S, INDEX, LIST, PHONE, TAIL, Issuer
from tests.browser.served import origin_of
from tests.browser.site import Site
from tests.conftest import Http
from tests.door.world import Door, Held, give_pass, open_door


@pytest.fixture
def booth(site: Site, issuer: Issuer) -> Booth:
    """What answers the guard's page."""
    set_up(site, issuer)
    return Booth()


@pytest.fixture
def page(browser: Browser, site: Site, booth: Booth) -> Iterator[Page]:
    """A guard's phone with a shift begun at the gate's poster."""
    with on_shift(browser, site, booth) as guard:
        yield guard


def tap(page: Page, direction: str) -> None:
    """Record in or out, as the page then says."""
    page.locator(f"#go-{direction}").click()
    page.locator("#noted").wait_for()


def taken(page: Page, booth: Booth, count: int) -> list[tuple[str, bool]]:
    """Wait until the service took so many scans; each one's direction, and whether the identity was checked.

    One that was sent again, its answer late, is the same to the letter; a second record of one scan is not, and counts.
    """
    until = time.monotonic() + 10
    while len({str(one) for one in booth.scans}) < count and time.monotonic() < until:
        page.wait_for_timeout(50)  # and not a sleep: the booth answers while the page is waited for
    distinct = {str(one): one for one in booth.scans}
    return [(one["direction"], one.get("identity_checked", False)) for one in distinct.values()]


def test_it_says_admit_beside_the_guards_own_secret_and_records_in_one_tap(
    page: Page, site: Site, issuer: Issuer, booth: Booth
) -> None:
    """What no other page knows stands over the verdict; one tap, and the scan is on its way."""
    screen = scan(page, site, issuer.live(int(time.time())))
    assert (screen.mark, screen.code) == ("genuine", "ok")
    assert all(words in screen.text for words in ("放行", WORD, GATE_NAME))
    assert page.locator(".post .secret-picture").is_visible()
    assert faults_of_access(page) == []
    tap(page, "in")
    assert "已登记：进" in read(page).text
    assert page.locator("#go-in").count() == 0
    assert page.evaluate("document.activeElement.id") == "noted"
    assert faults_of_access(page) == []
    assert taken(page, booth, 1) == [("in", False)]


def test_a_printed_pass_is_recorded_only_once_its_identity_was_checked(
    page: Page, site: Site, issuer: Issuer, booth: Booth
) -> None:
    """No way in or out is offered before; afterwards the record says that the document was looked at."""
    screen = scan(page, site, issuer.printed(int(time.time())))
    assert screen.mark == "identity"
    assert TAIL in screen.text
    assert page.locator(".go").count() == 0
    assert faults_of_access(page) == []
    page.locator("#identity").click()
    assert "放行" in read(page).text
    tap(page, "out")
    assert taken(page, booth, 1) == [("out", True)]


def test_a_proof_shown_again_later_is_refused(page: Page, site: Site, issuer: Issuer) -> None:
    """At once it is the same scan; after five seconds, in whichever tab, it is a copy."""
    page.clock.install(time=time.time())
    live = issuer.live(int(time.time()))
    assert scan(page, site, live).mark == "genuine"
    assert scan(page, site, live).mark == "genuine"
    page.clock.fast_forward(5500)
    copy = scan(page, site, live)
    assert (copy.mark, copy.code) == ("refused", "not-live")
    assert all(words in copy.text for words in ("不放行", "这个码已经用过", "15 秒", PHONE))
    assert page.locator(".go").count() == 0
    assert faults_of_access(page) == []
    assert scan(page, site, issuer.live(int(time.time()))).mark == "genuine"


def _withdrawn(site: Site, issuer: Issuer, at: int) -> str:
    site.published[f"/status/{LIST}"] = issuer.list(at, INDEX)
    return issuer.live(at)


REFUSED: dict[str, Callable[[Site, Issuer, int], str]] = {
    "expired": lambda _site, issuer, at: issuer.printed(at - 47 * HOUR_S),
    "not-yet-valid": lambda _site, issuer, at: issuer.printed(at + DAY_S),
    "withdrawn": _withdrawn,
    "not-live": lambda _site, issuer, at: issuer.live(at, proof_at=at - 90),
    "untrusted": lambda _site, _issuer, at: Issuer().live(at),
    "unreadable": lambda _site, _issuer, _at: "8273645",
}


def test_refusals_say_do_not_admit_and_those_of_our_passes_are_recorded(
    page: Page, site: Site, issuer: Issuer, booth: Booth
) -> None:
    """Each with its code, the district's phone, no way in or out; what is no pass of ours leaves no record."""
    for code, make in REFUSED.items():
        screen = scan(page, site, make(site, issuer, int(time.time())))
        assert (screen.mark, screen.code) == ("refused", code)
        assert "不放行" in screen.text
        assert PHONE in screen.text
        assert page.locator(".go").count() == 0
        assert WORD in screen.text
    assert faults_of_access(page) == []
    assert taken(page, booth, 4) == [("in", False)] * 4


def test_what_a_shift_keeps_judges_and_waits_without_a_network(
    page: Page, site: Site, issuer: Issuer, booth: Booth
) -> None:
    """Admitted, recorded and counted as waiting while nothing answers; sent when the network is back."""
    assert scan(page, site, issuer.live(int(time.time()))).mark == "genuine"
    away = cut_off(page.context)
    screen = change(page, issuer.live(int(time.time()), subject="AAECAwQFBgcICQoM"))
    assert (screen.mark, screen.code) == ("genuine", "ok")
    tap(page, "in")
    expect(page.locator("#sent")).to_contain_text("1 条待上传")
    assert booth.scans == []
    page.context.unroute("**/*", away)
    page.evaluate("dispatchEvent(new Event('online'))")
    assert taken(page, booth, 1) == [("in", False)]
    expect(page.locator("#sent")).to_contain_text("都已上传")


def test_lists_older_than_the_venue_allows_are_not_enough(
    browser: Browser, site: Site, issuer: Issuer, booth: Booth
) -> None:
    """Beyond its policy the guard is unsure, and may record only by the venue's own rule."""
    booth.max_list_age_s = HOUR_S
    site.published[f"/status/{LIST}"] = issuer.list(int(time.time()) - 2 * HOUR_S)
    with on_shift(browser, site, booth) as page:
        screen = scan(page, site, issuer.live(int(time.time())))
        assert (screen.mark, screen.code) == ("unsure", "status-unknown")
        assert "撤销数据已过期" in screen.text
        assert not page.locator("#go-in").is_visible()
        assert faults_of_access(page) == []
        page.locator(".anyway summary").click()
        tap(page, "in")
        assert taken(page, booth, 1) == [("in", False)]


def test_a_shift_that_was_revoked_says_admit_no_more(page: Page, site: Site, issuer: Issuer, booth: Booth) -> None:
    """The service says so at the next record: the page is then as for everybody, and what waits stays."""
    scan(page, site, issuer.live(int(time.time())))
    booth.revoked = True
    page.locator("#go-in").click()
    page.locator(".post").wait_for(state="detached")
    assert answer(page).mark == "genuine"
    assert "真实有效" in read(page).text
    assert WORD not in read(page).text
    assert page.locator(".go").count() == 0


def test_in_english_it_says_admit(browser: Browser, site: Site, issuer: Issuer, booth: Booth) -> None:
    """The words of a shift are there in both languages."""
    with on_shift(browser, site, booth) as page:
        scan(page, site, issuer.live(int(time.time())))
        page.locator("#language").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Admit")
        tap(page, "in")
        assert "Recorded: in" in read(page).text


def cut_off(context: BrowserContext) -> Callable[[Route], None]:
    """Nothing answers any more; returns what is to be unrouted."""
    away: Callable[[Route], None] = lambda route: route.abort()  # noqa: E731 - the same object is unrouted
    context.route("**/*", away)
    return away


def change(page: Page, presentation: str) -> Screen:
    """The next person's code in the same tab."""
    page.evaluate("text => { document.body.dataset.mark = 'checking'; location.hash = text; }", presentation)
    return answer(page)


class Line:
    """The way from the guard's page to the service: up, down, or losing every answer after the service had the request."""

    def __init__(self, context: BrowserContext) -> None:
        self.state = "up"
        self.lost = 0
        context.route("**/scans", self._scans)
        context.route("**/gates/*/shifts", lambda route: route.fallback() if self.state == "up" else route.abort())

    def _scans(self, route: Route) -> None:
        if self.state == "down":
            return route.abort()
        if self.state == "losing":
            # The service does its work; the guard's page never hears of it. By number: only browsers know *.localhost.
            route.fetch(url=route.request.url.replace("gate.localhost", "127.0.0.1"))
            self.lost += 1
            return route.abort()
        return route.fallback()


def rows_of(door: Door, held: list[Held]) -> list[tuple[str, str, str]]:
    """Subject, direction and verdict of the rows at a gate that are of these passes."""
    now, ours = int(time.time()), {one.sub for one in held}
    found = scans.of_gate(door.gate, now - HOUR_S, now + HOUR_S, now)
    return [(row.sub, row.direction, row.verdict) for row in found if row.sub in ours]


def begin_at(page: Page, served: Http, door: Door) -> None:
    """Begin a shift at a real gate, as its poster and its manager's code say."""
    page.goto(f"{origin_of(served, 'gate')}/#gate={door.gate}")
    page.get_by_label("管理员口令").fill(door.code)
    page.get_by_label("这部手机叫什么").fill("东门 1 号机")
    page.get_by_label("暗号词").fill(WORD)
    page.get_by_role("button", name="开始上岗").click()
    page.locator("body.duty").wait_for()
    page.wait_for_function("() => localStorage.getItem('epipass.shift') !== null")


def test_sixty_scans_while_the_service_is_down_are_sixty_rows_afterwards(
    new_page: Callable[..., Page], served: Http
) -> None:
    """Admitted and kept one by one with nothing answering; answers lost on the way back; then each is there, once."""
    door, now = open_door(), int(time.time())
    held = [give_pass(now - 60) for _ in range(20)]  # of today, whose key is published
    publisher.publish_all(now)
    page = new_page()
    line = Line(page.context)
    begin_at(page, served, door)
    page.goto(f"{origin_of(served, 'gate')}/v#{_digits(held[0])}")
    assert answer(page).mark == "genuine"
    line.state = "down"
    for number in range(60):
        # Never the one before: the same pass in the same second is the same fragment, and no new question.
        screen = change(page, _digits(held[(number + 1) % 20]))
        assert screen.mark == "genuine", (number, screen.text)
        tap(page, "in" if number % 3 else "out")
    expect(page.locator("#sent")).to_contain_text("60 条待上传")
    assert rows_of(door, held) == []
    line.state = "losing"
    page.evaluate("dispatchEvent(new Event('online'))")
    until = time.monotonic() + 20
    while line.lost == 0 and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert len(rows_of(door, held)) == 25
    expect(page.locator("#sent")).to_contain_text("60 条待上传")
    page.reload()
    answer(page)
    line.state = "up"
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#sent")).to_contain_text("都已上传", timeout=30_000)
    rows = rows_of(door, held)
    assert len(rows) == 60
    assert {verdict for _sub, _way, verdict in rows} == {"accepted"}
    assert sorted(way for _sub, way, _verdict in rows) == ["in"] * 40 + ["out"] * 20


def _digits(held: Held) -> str:
    return held.shown(int(time.time())).partition("#")[2]
