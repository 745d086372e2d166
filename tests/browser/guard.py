"""What a guard does with the page, and sees."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page

from tests.browser.site import Site

AXE = (Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Screen:
    """The page once it has answered: the shape's name, the code, and all its text."""

    mark: str
    code: str
    text: str


def scan(page: Page, site: Site, presentation: str) -> Screen:
    """Open the page as a phone's camera does, and wait for its answer."""
    page.goto("about:blank")
    page.goto(f"{site.origin}/v#{presentation}")
    return answer(page)


def answer(page: Page) -> Screen:
    """Wait until the page says something."""
    page.locator("body[data-code]:not([data-mark=checking]):not([data-mark=empty])").wait_for()
    return read(page)


def read(page: Page) -> Screen:
    """What the page shows now."""
    body = page.locator("body")
    mark, code = body.get_attribute("data-mark"), body.get_attribute("data-code")
    return Screen(mark or "", code or "", body.inner_text())


def comes_true(page: Page, expression: str, arg: object = None, *, seconds: float = 30) -> None:
    """Wait until a page's expression, or what it promises, is true.

    Playwright's own `wait_for_function` takes a promise for true, and so waits for nothing.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if page.evaluate(expression, arg):
                return
        except Error as error:
            # The page went elsewhere meanwhile: the next one is asked.
            if "context was destroyed" not in error.message and "navigat" not in error.message:
                raise
        page.wait_for_timeout(50)
    pytest.fail(f"did not come true: {expression}")


def faults_of_access(page: Page) -> list[str]:
    """What axe finds on the page as it stands: rule and element."""
    # Handed over through the debugger: a script element would be refused by the page's own policy.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", AXE_RULES
    )
    return [f"{fault['id']}: {node['html']}" for fault in found["violations"] for node in fault["nodes"]]
