"""Every state that has a picture is held to WCAG 2.2 AA, by day and by night: what the gallery shows, axe has seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from infra.local import Service
from infra.local.messages import Inbox
from tests.browser import pictures, pictures_checkin, pictures_desk, pictures_me, pictures_officer, pictures_scanner
from tests.browser.booth import Booth, door_of, on_shift
from tests.browser.conftest import PHONE_SCREEN
from tests.browser.desk import Desk, staff_csv
from tests.browser.guard import faults_of_access
from tests.browser.holder import Wallet
from tests.browser.issuer import Issuer
from tests.browser.office import Office
from tests.browser.phone import open_place
from tests.browser.served import FILING, origin_of
from tests.browser.site import Site
from tests.conftest import Http


def by_day_and_night(page: Page) -> list[str]:
    """What axe finds on the page as it stands, in light colours and in dark ones, and what does not fit its width."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        # Colours fade from one scheme to the other, and half-faded ones are nobody's choice.
        page.evaluate("() => Promise.all(document.getAnimations().map(one => one.finished.catch(() => undefined)))")
        found += [f"{scheme}: {fault}" for fault in faults_of_access(page)]
    sideways: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"{sideways} pixels too wide"] if sideways > 0 else [])


@pytest.mark.parametrize("state", pictures.STATES)
def test_the_page_that_any_camera_opens(page: Page, site: Site, issuer: Issuer, now: int, state: str) -> None:
    """`/v`: each verdict, without a shift and with one."""
    pictures.STATES[state](page, site, issuer, now)
    assert by_day_and_night(page) == []


@pytest.mark.parametrize("state", pictures_scanner.STATES)
def test_the_scanner(browser: Browser, site: Site, issuer: Issuer, booth: Booth, state: str) -> None:
    """Each verdict on shift, at a venue that asks for more than a pass, and the screens around them."""
    booth.doors, booth.inside = [door_of(pictures_scanner.ASKS)], 37
    with on_shift(browser, site, booth, [], **PHONE_SCREEN) as page:
        pictures_scanner.STATES[state](pictures_scanner.Scene(page, site, issuer, booth, int(time.time())))
        assert by_day_and_night(page) == []


@pytest.mark.parametrize("state", pictures_checkin.STATES)
def test_the_check_in_page(page: Page, served: Http, state: str) -> None:
    """From the form to the receipt, and what is said without a network or a known holder."""
    pictures_checkin.STATES[state](page, served, open_place(served, "澄湖区图书馆", pass_required=True))
    page.locator(".help").wait_for()
    assert by_day_and_night(page) == []


@pytest.mark.parametrize("state", pictures_me.STATES)
def test_the_wallet(page: Page, served: Http, engine: Service, state: str) -> None:
    """Welcome, form, code, family, causes, sites, devices."""
    wallet = Wallet(page, origin_of(served, "me"), Inbox(engine.engine_url)).open()
    pictures_me.STATES[state](pictures_me.Stage(wallet, pictures_me.district(served)))
    filed = page.locator(".help .filing")
    assert (filed.inner_text(), filed.get_attribute("href")) == (FILING.text, FILING.url)
    assert by_day_and_night(page) == []


def test_the_desk_of_a_unit_and_of_a_laboratory(new_page: Callable[..., Page], served: Http) -> None:
    """Each state goes on from the one before, as a clerk does; then what a cancelled job says."""
    district, desk = pictures_desk.furnish(served), _desk(new_page, served)
    found: dict[str, list[str]] = {}
    for state, show in pictures_desk.STATES.items():
        show(desk, district)
        found[state] = by_day_and_night(desk.page)
    desk.page.evaluate("() => sessionStorage.clear()")
    desk.sign_in("unit", district.unit)
    desk.upload("整份.csv", staff_csv(district.serial, pictures_desk.NAMES[:-2]), mode="replace")
    desk.until("wait")
    desk.page.locator("#reason").fill("名单不全")
    desk.page.locator("[data-decision=cancel]").click()
    desk.until("none")
    found["cancelled"] = by_day_and_night(desk.page)
    assert {state: faults for state, faults in found.items() if faults} == {}


def test_the_desk_of_an_officer(new_page: Callable[..., Page], served: Http) -> None:
    """Lists, forms, held uploads and runs, a gate's code, and the dialog that asks before anything is decided."""
    office = Office(served, _desk(new_page, served))
    office.sign_in()
    scene = pictures_officer.furnish(office)
    found: dict[str, list[str]] = {}
    for state, show in pictures_officer.STATES.items():
        office.go("labs")  # a dialog of the state before is left with its view
        show(office, scene)
        found[state] = by_day_and_night(office.desk.page)
    assert {state: faults for state, faults in found.items() if faults} == {}


def _desk(new_page: Callable[..., Page], served: Http) -> Desk:
    options: dict[str, Any] = {"accept_downloads": True, **PHONE_SCREEN}
    return Desk(new_page(**options), origin_of(served, "desk"))
