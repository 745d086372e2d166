"""The scanner against the real service: a shift begun by the booth's code, and what becomes a row."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Page, Playwright, expect

from functions.scans import service as scans
from functions.status import publisher
from tests.browser.booth import WORD
from tests.browser.film import camera, film, symbol
from tests.browser.issuer import HOUR_S
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.door.world import Door, give_pass, open_door
from tests.main_job.district import eventually


def begin(page: Page, served: Http, door: Door) -> None:
    """Begin a shift with the manager's code."""
    page.goto(f"{origin_of(served, 'gate')}/#gate={door.gate}")
    page.get_by_label("管理员口令").fill(door.code.upper())
    page.get_by_label("这部手机叫什么").fill("东门 1 号机")
    page.get_by_label("暗号词").fill(WORD)
    page.get_by_role("button", name="开始上岗").click()
    page.locator("body.duty[data-lists=held]").wait_for()


def test_what_the_camera_sees_becomes_a_row_at_the_gate(driver: Playwright, served: Http, tmp_path: Path) -> None:
    """A code of the manager's, a live pass in the camera, a tap: one row of that pass, that way, at that gate."""
    door, now = open_door(), int(time.time())
    held = give_pass(now - 60)
    publisher.publish_all(now)
    url, mark, digits = held.shown(int(time.time()) + 5).partition("#")
    path = film(symbol(digits, url + mark), tmp_path / "pass.y4m", tilt=0.1, noise=6.0)
    with camera(driver, path) as browser:
        page = browser.new_page(locale="zh-CN", viewport={"width": 360, "height": 740})
        begin(page, served, door)
        page.locator("body[data-mark=admit]").wait_for()
        assert WORD in page.locator(".verdict").inner_text()
        page.locator("#record-out").click()
        expect(page.locator("#waiting")).to_have_class("")
        # The two characters of this half minute, as the check-in's page shows them.
        assert len(page.locator(".marks b").inner_text()) == 2

        def rows() -> list[tuple[str, str, bool]] | None:
            found = scans.of_gate(door.gate, now - HOUR_S, now + HOUR_S, now)
            return [(row.direction, row.verdict, bool(row.live)) for row in found if row.sub == held.sub] or None

        assert eventually(rows, "the scan's row") == [("out", "accepted", True)]
