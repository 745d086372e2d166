"""Takes the pictures of the guard's page and of a printed pass for the documentation.

`python -m tests.browser.pictures docs/pictures` (after `npm run build` in web/): each verdict on a phone in both
languages, some on a desktop, and a printed pass. Not a test: a person looks at them.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from functions.passes.printed_pdf import PrintedPass, printed_pdf
from tests.browser.booth import Booth, begin, set_up
from tests.browser.chromium import FLAGS, chromium
from tests.browser.conftest import DESKTOP_SCREEN, PHONE_SCREEN, publish
from tests.browser.guard import scan
from tests.browser.issuer import HOUR_S, INDEX, KEYS, LIST, Issuer, day_path
from tests.browser.site import Site, serve

LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
Show = Callable[[Page, Site, Issuer, int], object]


def _withdrawn(page: Page, site: Site, issuer: Issuer, at: int) -> None:
    site.published[f"/status/{LIST}"] = issuer.list(at, INDEX)
    scan(page, site, issuer.live(at))


def _old(page: Page, site: Site, issuer: Issuer, at: int) -> None:
    site.published[f"/status/{LIST}"] = issuer.list(at - 5 * HOUR_S)
    scan(page, site, issuer.live(at))


def _offline(page: Page, site: Site, issuer: Issuer, at: int) -> None:
    del site.published[KEYS], site.published[day_path(at)]
    scan(page, site, issuer.live(at))


def _empty(page: Page, site: Site, _issuer: Issuer, _at: int) -> None:
    page.goto(f"{site.origin}/v")
    page.locator(".paste").wait_for()


def _on_shift(page: Page, site: Site, issuer: Issuer) -> None:
    """Begin a shift, in Chinese as the poster is; then the page speaks the picture's language."""
    language = page.evaluate("navigator.language")
    Booth().answer_in(page.context)
    set_up(site, issuer)
    page.add_init_script("Object.defineProperty(navigator, 'language', {value: 'zh-CN'})")
    begin(page, site.origin)
    page.evaluate("chosen => localStorage.setItem('epipass.language', chosen)", language.partition("-")[0])


def _admit(page: Page, site: Site, issuer: Issuer, at: int) -> None:
    _on_shift(page, site, issuer)
    scan(page, site, issuer.live(at))


def _recorded(page: Page, site: Site, issuer: Issuer, at: int) -> None:
    _admit(page, site, issuer, at)
    page.locator("#go-in").click()
    page.locator("#noted").wait_for()


def _not_admitted(page: Page, site: Site, issuer: Issuer, at: int) -> None:
    _on_shift(page, site, issuer)
    scan(page, site, issuer.live(at, proof_at=at - 90))


def _checked(page: Page, site: Site, issuer: Issuer, at: int) -> None:
    _on_shift(page, site, issuer)
    scan(page, site, issuer.printed(at))


STATES: dict[str, Show] = {
    "genuine": lambda page, site, issuer, at: scan(page, site, issuer.live(at)),
    "printed": lambda page, site, issuer, at: scan(page, site, issuer.printed(at)),
    "not-live": lambda page, site, issuer, at: scan(page, site, issuer.live(at, proof_at=at - 90)),
    "withdrawn": _withdrawn,
    "old-data": _old,
    "offline": _offline,
    "empty": _empty,
    "shift-admit": _admit,
    "shift-recorded": _recorded,
    "shift-not-admitted": _not_admitted,
    "shift-printed": _checked,
}
ON_DESKTOP = ("genuine", "printed", "shift-admit")


def _keep(picture: Image.Image, path: Path) -> None:
    """As a palette picture: a quarter of the size, and nobody sees the difference."""
    picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path)  # noqa: T201 - a script tells what it wrote


def _take(browser: Browser, folder: Path, name: str, language: str, screen: dict[str, Any]) -> None:
    issuer, at = Issuer(), int(time.time())
    kind = "desktop" if screen is DESKTOP_SCREEN else "phone"
    context = browser.new_context(locale=LANGUAGES[language], **screen)
    with serve(Site()) as site:
        publish(site, issuer, at)
        page = context.new_page()
        STATES[name](page, site, issuer, at)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=kind == "phone")))
        _keep(picture, folder / f"verify-{name}-{kind}-{language}.png")
    context.close()


def _take_printed(folder: Path) -> None:
    issuer, at = Issuer(), int(time.time())
    printed = PrintedPass.of(issuer.token(at, printed=True), "https://gate.pass.example.gov/v#")
    page = pypdfium2.PdfDocument(printed_pdf([printed], specimen=True))[0]
    _keep(page.render(scale=1.8).to_pil(), folder / "printed-pass.png")


def main() -> None:
    """Take every picture."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name in STATES:
            for language in LANGUAGES:
                _take(browser, folder, name, language, PHONE_SCREEN)
                if name in ON_DESKTOP:
                    _take(browser, folder, name, language, DESKTOP_SCREEN)
        browser.close()
    _take_printed(folder)


if __name__ == "__main__":
    main()
