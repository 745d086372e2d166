"""The system's Chromium: one for each test process, for Playwright's synchronous interface can run only once in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.site import PAGES

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def chromium() -> str:
    """The path of the system's Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.fail("Chromium is not installed: install the package `chromium` with the system's package manager")


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """What launches browsers: a test that needs a camera launches its own (tests/browser/film.py)."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    """One Chromium for the session; each test has a fresh profile in it."""
    if not (PAGES / "v" / "index.html").is_file():
        pytest.fail("the pages are not built: run `npm ci && npm run build` in web/")
    chrome = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield chrome
    chrome.close()
