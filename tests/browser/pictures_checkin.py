"""Takes the pictures of the check-in page for the documentation, with the real service on an engine of its own.

`python -m tests.browser.pictures_checkin docs/pictures` (after `npm run build` in web/): each state on a phone in both
languages, some on a desktop. Not a test: a person looks at them. `STATES` are for whoever takes all pictures at once.
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
from tests.browser.phone import Place, enrol, open_place, scan_poster
from tests.browser.pictures import LANGUAGES, _keep
from tests.browser.pictures_officer import _service
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.people.world import Someone, World

ON_DESKTOP = ("form", "receipt", "nobody")


def _form(page: Page, http: Http, place: Place) -> None:
    scan_poster(page, http, place)
    enrol(page, Someone())
    page.locator("#in").wait_for()


def _family(page: Page, http: Http, place: Place) -> None:
    world, mother, son, father = World().approve(), Someone("王秀英"), Someone("李小宝"), Someone("李建国")
    world.list_people(mother, son, father)
    for one, outcome in ((mother, "negative"), (son, "negative"), (father, "inconclusive")):
        world.result(one, outcome)  # type: ignore[arg-type]  # a word of the policy's
    scan_poster(page, http, place)
    enrol(page, mother, son, father, nicknames=("妈妈", "小宝", "爸爸"))
    page.locator("#in").wait_for()


def _receipt(page: Page, http: Http, place: Place) -> None:
    _family(page, http, place)
    page.locator(".who", has_text="爸爸").click()
    page.click("#in")
    page.locator("#marks").wait_for()


def _mixed(page: Page, http: Http, place: Place) -> None:
    _family(page, http, place)
    page.click("#in")
    page.locator("#marks").wait_for()


def _refused(page: Page, http: Http, place: Place) -> None:
    _form(page, http, place)
    page.click("#in")
    page.locator(".answer").wait_for()


def _over(page: Page, http: Http, place: Place) -> None:
    page.clock.install()
    _receipt(page, http, place)
    page.clock.fast_forward(330_000)
    page.locator(".over").wait_for()


def _waiting(page: Page, http: Http, place: Place) -> None:
    _form(page, http, place)
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.reload()
    page.locator("#in").wait_for()
    page.context.set_offline(offline=True)
    page.reload()
    page.click("#in")
    page.locator(".answer[data-outcome=waiting]").wait_for()
    page.click("#again")
    page.click("#out")
    page.locator(".answer[data-outcome=waiting]").wait_for()


def _nobody(page: Page, http: Http, place: Place) -> None:
    scan_poster(page, http, place)
    page.locator("#nobody").wait_for()


def _retired(page: Page, http: Http, place: Place) -> None:
    page.goto(f"{origin_of(http, 'me')}/c/{place.venue}-K7QM3XPA91-aaaaaaaa")
    page.locator("h1", has_text="停用").or_(page.locator("h1", has_text="no longer")).wait_for()


Show = Callable[[Page, Http, Place], None]
STATES: dict[str, Show] = {
    "form": _form,
    "family": _family,
    "receipt": _receipt,
    "mixed": _mixed,
    "refused": _refused,
    "over": _over,
    "waiting": _waiting,
    "nobody": _nobody,
    "retired": _retired,
}


def _take(browser: Browser, http: Http, names: tuple[str, ...], **context: Any) -> Iterator[tuple[str, bytes]]:
    for name in names:
        opened = browser.new_context(**context)
        page = opened.new_page()
        STATES[name](page, http, open_place(http, "澄湖区图书馆", pass_required=True))
        page.locator(".help").wait_for()
        yield name, page.screenshot(full_page="viewport" in context and context["viewport"]["width"] < 600)
        opened.close()


def main() -> None:
    """Take every picture."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    dark = {"color_scheme": "dark"} if "--dark" in sys.argv else {}
    with sync_playwright() as playwright, _service() as http:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for language, locale in LANGUAGES.items():
            for kind, screen in (("phone", PHONE_SCREEN), ("desktop", DESKTOP_SCREEN)):
                names = ON_DESKTOP if kind == "desktop" else tuple(STATES)
                for name, picture in _take(browser, http, names, locale=locale, **screen, **dark):
                    _keep(Image.open(io.BytesIO(picture)), folder / f"checkin-{name}-{kind}-{language}.png")
        browser.close()


if __name__ == "__main__":
    main()
