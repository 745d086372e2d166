"""The day's page of an officer: figures that follow by themselves, areas, charts, files, text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from python_calamine import CalamineWorkbook

from functions.checkins import service as checkins
from functions.checkins.rules import Act
from functions.shared import clock
from functions.venues import entrances
from functions.venues import service as venues
from functions.venues.policy import Policy
from functions.venues.rules import About, Position
from tests.browser.conftest import DESKTOP_SCREEN, PHONE_SCREEN
from tests.browser.desk import Desk
from tests.browser.office import Office
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.door.world import new_pid


def open_shop(area: str, latitude: float) -> str:
    """An approved shop that says where it is and has one code; whoever scans it is only registered."""
    about = About(position=Position(latitude, 120.5 + latitude / 10, "gcj02"))
    made, _new = venues.apply(venues.Facts(f"便利店{latitude}", area, about=about), clock.now())
    venues.decide(made.venue, "approve", "ok", clock.now())
    venues.set_policy(made.venue, Policy(pass_required=False), clock.now())
    entrances.add_code(made.venue, "", clock.now())
    return made.venue


def check_in(venue: str, people: int) -> None:
    """So many people scan the shop's code now."""
    at = clock.now()
    for _ in range(people):
        checkins.check_in(Act(new_pid(), venue, "in", at), at)


def figure(page: Page, metric: str, n: str) -> None:
    """Wait until a large figure says this."""
    page.locator(f"[data-figure={metric}] dd:not(.beside)", has_text=n).wait_for(timeout=30_000)
    assert page.locator(f"[data-figure={metric}] dd:not(.beside)").inner_text() == n


def drawn(page: Page) -> list[bool]:
    """Whether each chart that is shown has something on it."""
    found: list[bool] = page.evaluate(
        """() => [...document.querySelectorAll('.chart:not([hidden]) canvas')].map(canvas =>
        canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(byte => byte !== 0))"""
    )
    return found


@pytest.mark.parametrize("screen", [DESKTOP_SCREEN, PHONE_SCREEN], ids=["desktop", "phone"])
def test_the_day_is_seen_as_it_happens(served: Http, new_page: Callable[..., Page], screen: dict[str, Any]) -> None:
    """A scan shows within seconds without a reload; areas lead down and up; files and text say what the page says."""
    page = new_page(accept_downloads=True, **screen)
    office = Office(served, Desk(page, origin_of(served, "desk")))
    east, west = office.area + "001001", office.area + "002001"
    shops = [open_shop(east, 30.1), open_shop(west, 30.2)]
    venues.apply(venues.Facts("面馆", east), clock.now())
    check_in(shops[0], 3)
    office.sign_in()
    page.get_by_role("link", name="今日", exact=True).click()
    figure(page, "checkins", "3")
    figure(page, "waiting", "1")
    figure(page, "codes", "2")
    check_in(shops[1], 2)
    figure(page, "checkins", "5")  # by itself
    page.wait_for_function("() => document.querySelectorAll('.chart canvas').length === 3")
    assert drawn(page) == [True, True, True]
    assert "2个，共2个区划" in page.locator("main").inner_text()
    assert office.desk.faults() == []
    _says_the_same_elsewhere(office, east)
    page.get_by_role("link", name=office.area + "001", exact=True).click()
    figure(page, "checkins", "3")
    assert "按当日扫码登记次数排列" in page.locator("main").inner_text()  # one place is no map
    page.get_by_role("link", name=office.area, exact=True).click()
    figure(page, "checkins", "5")
    day = page.locator("#day")
    assert "每5秒自动更新" in page.locator("main").inner_text()
    day.fill("2026-01-05")
    figure(page, "checkins", "0")
    assert "不再自动更新" in page.locator("main").inner_text()
    page.route("**/report*", lambda route: route.abort())
    day.fill("2026-01-06")
    page.locator(".fault", has_text="没有收到答复").wait_for()
    page.unroute("**/report*")


def _says_the_same_elsewhere(office: Office, east: str) -> None:
    text = office.copied().splitlines()
    assert text[:2] == ["【区划日报】", f"区划：{office.area}"]
    assert "扫码登记：当日5，前一日0，累计5" in text
    assert [line for line in text if line.startswith(f"{east[:9]}：") and "扫码登记 3" in line]
    lines = list(csv.reader(io.StringIO(office.desk.saved("text=下载CSV").decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == [office.area, office.area + "001", office.area + "002"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(office.desk.saved("text=下载XLSX")))
    assert book.get_sheet_by_index(1).to_python()[1][0] == office.area
