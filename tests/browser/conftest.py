"""A real Chromium (the system's), the guard's site, and a specimen issuer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.booth import Booth, on_shift, set_up
from tests.browser.issuer import LIST, Issuer
from tests.browser.served import served
from tests.browser.site import Site, serve
from tests.browser.stage import Stage

__all__ = ["served"]  # a fixture that needs the engine

PHONE_SCREEN: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESKTOP_SCREEN: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


def publish(site: Site, issuer: Issuer, at: int) -> None:
    """Everything a guard's page fetches, fresh and with nothing withdrawn."""
    site.published = {
        "/config.json": json.dumps(issuer.config()),
        **issuer.key_files(at),
        "/status/index.json": json.dumps({"lists": [LIST]}),
        f"/status/{LIST}": issuer.list(at - 720),
    }


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """The issuer of the session."""
    return Issuer()


@pytest.fixture
def now() -> int:
    """The instant of this test, in epoch seconds: the browser's clock is the machine's."""
    return int(time.time())


@pytest.fixture
def site(issuer: Issuer, now: int) -> Iterator[Site]:
    """The guard's origin with everything fresh."""
    with serve(Site()) as fresh:
        publish(fresh, issuer, now)
        yield fresh


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes pages in fresh profiles; a page that logged an error or a CSP violation fails its test."""
    faults: list[str] = []
    contexts = []

    def make(**options: Any) -> Page:
        context = browser.new_context(**({"locale": "zh-CN", **PHONE_SCREEN} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if _is_fault(line.type, line.text) else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


_DID_NOT_ARRIVE = ("Failed to load resource", "An unknown error occurred when fetching the script")


def _is_fault(kind: str, text: str) -> bool:
    # The browser itself logs a line for every file that does not arrive; tests cause that on purpose.
    return kind == "error" and not any(words in text for words in _DID_NOT_ARRIVE)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A guard's phone, 360 pixels wide, in Chinese."""
    return new_page()


@pytest.fixture
def booth(site: Site, issuer: Issuer) -> Booth:
    """A gate whose service answers, and settings that say where our pages are."""
    set_up(site, issuer)
    return Booth()


@pytest.fixture
def stage(request: pytest.FixtureRequest, driver: Playwright, tmp_path: Path) -> Stage:
    """Everything at a gate but the guard."""
    given = {name: request.getfixturevalue(name) for name in ("site", "issuer", "booth", "now")}
    return Stage(driver=driver, folder=tmp_path, **given)


@pytest.fixture
def guard(browser: Browser, site: Site, booth: Booth) -> Iterator[Page]:
    """A guard on shift with a hand scanner and no camera."""
    with on_shift(browser, site, booth) as page:
        yield page
