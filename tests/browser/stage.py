"""What the scanner's tests stand on: a gate's service, a guard whose camera plays films, and waiting for what comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright

from tests.browser.booth import Booth, on_shift
from tests.browser.film import camera, film, sequence
from tests.browser.issuer import Issuer
from tests.browser.site import Site

FOREIGN_HOST = "gate.example.gov.evil.test"
FOREIGN = f"https://{FOREIGN_HOST}/v#"


@dataclass(frozen=True)
class Stage:
    """Where a guard meets people: the site, its issuer and service, this instant, and a way to show films."""

    site: Site
    issuer: Issuer
    booth: Booth
    now: int
    driver: Playwright
    folder: Path

    @contextmanager
    def guard(self, film: Path | None, faults: list[str] | None = None, **options: Any) -> Iterator[Page]:
        """A guard on shift whose camera sees the film; without one there is no camera."""
        allowed = options.pop("allowed", True)
        with (
            camera(self.driver, film, allowed=allowed) as browser,
            on_shift(browser, self.site, self.booth, faults, **options) as page,
        ):
            yield page

    def film(self, picture: Image.Image | None, **held: float) -> Path:
        """A film of one picture held up."""
        return film(picture, self.folder / "film.y4m", **held)

    def sequence(self, *scenes: tuple[list[Image.Image], float]) -> Path:
        """A film of scenes, each for so many seconds."""
        return sequence(scenes, self.folder / "film.y4m")


def mark(page: Page, name: str) -> None:
    """Wait until this verdict stands."""
    page.locator(f"body[data-mark={name}]").wait_for()


def until(page: Page, true: Callable[[], object], seconds: float = 10) -> None:
    """Let the page go on until something outside of it is true."""
    for _ in range(round(seconds * 20)):
        if true():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not come true")
