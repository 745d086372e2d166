"""Takes the pictures of rules, coverage and walks, of the worker's page and of the page of applications.

`python -m tests.browser.pictures_walks docs/pictures` (after `npm run build` in web/), with the real service on an engine
of its own: an officer's views on a phone and on a desktop, a worker's and an applicant's on a phone, in both languages.
Not a test: a person looks at them. `ROOM-STATE` as arguments after the folder take those alone.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import FLAGS, chromium
from tests.browser.conftest import DESKTOP_SCREEN, PHONE_SCREEN
from tests.browser.desk import Desk
from tests.browser.office import Office
from tests.browser.pictures import LANGUAGES, _keep
from tests.browser.pictures_officer import _service
from tests.browser.served import origin_of
from tests.browser.test_worker_desk import Walk
from tests.conftest import Http

Show = Callable[[Page, Walk], object]


def _rules(page: Page, walk: Walk) -> None:
    _hash(page, f"venues/of/{walk.venue}")
    page.locator("#policy-change").wait_for()


def _rules_form(page: Page, walk: Walk) -> None:
    _rules(page, walk)
    page.locator("#policy-change").click()
    page.locator("#policy-always").uncheck()
    page.locator("#policy-more-1").click()
    page.locator("#policy-opens-1-0").fill("08:00")
    page.locator("#policy-closes-1-0").fill("22:00")
    page.locator("#policy-same").click()
    page.locator("#policy-occupancy").check()


def _coverage(page: Page, _walk: Walk) -> None:
    _hash(page, "coverage")
    page.locator("#coverage-list tr").nth(1).wait_for()
    page.locator("#coverage-numbers").wait_for()
    page.locator("#coverage-list input[type=checkbox]").first.check()


def _hash(page: Page, at: str) -> None:
    page.evaluate("at => { location.hash = at; }", at)


def _listed(page: Page, at: str) -> None:
    _hash(page, at)
    page.locator("table.list tbody tr").first.wait_for()


def _walked(page: Page, walk: Walk) -> None:
    _hash(page, f"walk/{walk.patrol}")
    page.locator(".place").first.wait_for()
    page.locator("#outcome-done").check()


def _kept(page: Page, walk: Walk) -> None:
    _walked(page, walk)
    page.context.set_offline(offline=True)
    page.locator(".place-body button.solid").click()
    page.locator(".waits").wait_for()


def _poster(page: Page, walk: Walk) -> None:
    page.context.set_offline(offline=False)
    _hash(page, "poster")
    page.locator("#short").fill(walk.code["spelled"])
    page.locator("main form button").click()
    page.locator("#poster-head").wait_for()


def _applying(page: Page, walk: Walk) -> None:
    page.goto(f"{page.url.partition('/apply')[0]}/apply#{walk.community}")
    page.locator("#name").fill("青禾便利店")
    page.locator("#address").fill("人民路1号")


def _joining(page: Page, _walk: Walk) -> None:
    page.locator("#join").click()
    page.locator("#venue").fill("V-4alhox4u6v6b")
    page.locator("h1").click()


OFFICER: dict[str, Show] = {
    "rules": _rules,
    "rules-form": _rules_form,
    "presets": lambda page, _: _listed(page, "presets"),
    "coverage": _coverage,
    "walk": lambda page, walk: _listed(page, f"coverage/patrol/{walk.patrol}"),
}
WORKER: dict[str, Show] = {
    "walks": lambda page, _: page.locator(".walk").wait_for(),
    "walk": _walked,
    "kept": _kept,
    "poster": _poster,
    "apply": lambda page, _: _hash(page, "apply"),
}
APPLICANT: dict[str, Show] = {"form": _applying, "join": _joining}


def _shots(page: Page, walk: Walk, room: str, states: dict[str, Show]) -> Iterator[tuple[str, bytes]]:
    for name, show in states.items():
        show(page, walk)
        page.wait_for_timeout(300)
        yield f"{room}-{name}", page.screenshot(full_page=True)


def _take(browser: Browser, http: Http, kind: str, **context: Any) -> Iterator[tuple[str, bytes]]:
    opened = browser.new_context(**context)
    page = opened.new_page()
    office = Office(http, Desk(page, origin_of(http, "desk")))
    walk = Walk(http, office)
    office.sign_in()
    yield from _shots(page, walk, "officer", OFFICER)
    opened.close()
    if kind == "desktop":
        return
    opened = browser.new_context(**context)
    page = opened.new_page()
    Desk(page, origin_of(http, "desk")).sign_in("worker", walk.community)
    page.wait_for_url("**/worker")
    yield from _shots(page, walk, "worker", WORKER)
    page.goto(f"{origin_of(http, 'me')}/apply")
    yield from _shots(page, walk, "apply", APPLICANT)
    opened.close()


def main() -> None:
    """Take every picture, or those that are named."""
    folder, wanted = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"), set(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, _service() as http:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for language, locale in LANGUAGES.items():
            for kind, screen in (("phone", PHONE_SCREEN), ("desktop", DESKTOP_SCREEN)):
                for name, picture in _take(browser, http, kind, locale=locale, **screen):
                    if not wanted or name in wanted:
                        _keep(Image.open(io.BytesIO(picture)), folder / f"{name}-{kind}-{language}.png")
        browser.close()


if __name__ == "__main__":
    main()
