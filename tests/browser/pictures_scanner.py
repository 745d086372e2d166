"""Takes the pictures of the guard's scanner for the documentation.

`python -m tests.browser.pictures_scanner docs/pictures` (after `npm run build` in web/): beginning a shift, each verdict
and the counters, on a phone in both languages, some on a desktop. Not a test: a person looks at them.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import booth as desk
from tests.browser.booth import Booth, door_of, on_shift, scanned, visitor
from tests.browser.conftest import DESKTOP_SCREEN, PHONE_SCREEN, publish
from tests.browser.film import camera, film, symbol
from tests.browser.issuer import HOUR_S, INDEX, LIST, Issuer
from tests.browser.pictures import LANGUAGES
from tests.browser.site import Site, serve

FOREIGN = "https://gate.example.gov.evil.test/v#"


@dataclass(frozen=True)
class Scene:
    """A guard's page on shift, and who stands before it."""

    page: Page
    site: Site
    issuer: Issuer
    booth: Booth
    at: int


def _identity_checked(stand: Scene) -> None:
    scanned(stand.page, stand.issuer.printed(stand.at))
    stand.page.locator("#identity").click()


def _withdrawn(stand: Scene) -> None:
    stand.site.published[f"/status/{LIST}"] = stand.issuer.list(stand.at, INDEX)
    stand.page.reload()
    desk.working(stand.page)
    scanned(stand.page, stand.issuer.live(stand.at, proof_at=stand.at + 2))


def _replayed(stand: Scene) -> None:
    for subject in ("AAECAwQFBgcICQoL", "BAECAwQFBgcICQoL", "AAECAwQFBgcICQoL"):
        scanned(stand.page, stand.issuer.live(stand.at, proof_at=stand.at + 3, subject=subject))


def _unsure(stand: Scene) -> None:
    scanned(stand.page, stand.issuer.live(stand.at, status_list="2026-11-24b-1"))


def _number(stand: Scene) -> None:
    stand.page.locator("#ask").click()


def _other_ways(stand: Scene) -> None:
    stand.page.locator("#more").click()


def _older_test(stand: Scene) -> None:
    taken = (stand.at - 30 * HOUR_S) // 60 * 60
    facts = {"sampled_at": taken, "issued_at": taken + 60, "expires_at": taken + 48 * HOUR_S}
    scanned(stand.page, stand.issuer.live(stand.at, **facts))


def _full(stand: Scene) -> None:
    stand.booth.inside = 40
    stand.page.reload()
    desk.working(stand.page)
    stand.page.locator("#inside.old").wait_for()
    scanned(stand.page, stand.issuer.live(stand.at, proof_at=stand.at + 2))


def _hospital(stand: Scene) -> None:
    stand.booth.doors = [door_of({"never_refuses": True})]
    stand.page.reload()
    desk.working(stand.page)
    stand.page.locator("body[data-rules=told]").wait_for()
    taken = (stand.at - 49 * HOUR_S) // 60 * 60
    facts = {"sampled_at": taken, "issued_at": taken + 60, "expires_at": taken + 48 * HOUR_S}
    scanned(stand.page, stand.issuer.live(stand.at, **facts))


def _sheet(stand: Scene) -> None:
    stand.page.locator("#assist").click()


def _assisted(stand: Scene) -> None:
    scanned(stand.page, f"{DOCUMENT}\t李桂芳")


def _name_differs(stand: Scene) -> None:
    stand.booth.assisted = "name-differs"
    scanned(stand.page, f"{DOCUMENT}\t李桂芬")


def _unchecked(stand: Scene) -> None:
    stand.booth.down = True
    scanned(stand.page, DOCUMENT)


def _known(stand: Scene) -> None:
    stand.booth.known = [{"ref": "1", "name": "李*芳"}, {"ref": "2", "name": "王*英"}]
    stand.page.locator("#assist").click()
    stand.page.locator("#tail").fill("002X")
    stand.page.locator("#tail").press("Enter")
    stand.page.locator(".found button").first.wait_for()


def _counters(stand: Scene) -> None:
    scanned(stand.page, DOCUMENT)
    scanned(stand.page, stand.issuer.live(stand.at, proof_at=stand.at + 1))
    stand.page.locator("#record-in").click()
    stand.page.locator("#counters").click()
    stand.page.locator("#count-statIn").wait_for()


STATES: dict[str, Callable[[Scene], object]] = {
    "ready": lambda stand: stand.page.wait_for_timeout(300),
    "admit": lambda stand: scanned(stand.page, stand.issuer.live(stand.at)),
    "identity": lambda stand: scanned(stand.page, stand.issuer.printed(stand.at)),
    "identity-checked": _identity_checked,
    "not-live": lambda stand: scanned(stand.page, stand.issuer.live(stand.at, proof_at=stand.at - 90)),
    "withdrawn": _withdrawn,
    "replayed": _replayed,
    "foreign": lambda stand: scanned(stand.page, f"{FOREIGN}{stand.issuer.live(stand.at)}"),
    "unsure": _unsure,
    "unreadable": lambda stand: scanned(stand.page, "12345678"),
    "number": _number,
    "other-ways": _other_ways,
    "older-test": _older_test,
    "full": _full,
    "hospital": _hospital,
    "sheet": _sheet,
    "known": _known,
    "assisted": _assisted,
    "name-differs": _name_differs,
    "unchecked": _unchecked,
    "counters": _counters,
}
ON_DESKTOP = ("admit", "foreign", "ready", "sheet", "older-test")
# The parts of a document of nobody, as an id reader types them.
DOCUMENT = "11010519491231002X"
ASKS = {"oldest_test_s": 24 * HOUR_S, "occupancy": True, "capacity": 40, "temperature": True}
LONG = ("counters", "sheet", "known")


def _keep(page: Page, path: Path, *, whole: bool) -> None:
    shot = Image.open(io.BytesIO(page.screenshot(full_page=whole)))
    # As a palette picture: a quarter of the size, and nobody sees the difference.
    shot.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path)  # noqa: T201 - a script tells what it wrote


def take_shift(browser: Browser, folder: Path, name: str, language: str, screen: dict[str, Any]) -> None:
    """Take one picture of a guard on shift."""
    issuer, at = Issuer(), int(time.time())
    kind = "desktop" if screen is DESKTOP_SCREEN else "phone"
    with serve(Site()) as site:
        publish(site, issuer, at)
        desk.set_up(site, issuer)
        booth = Booth(doors=[door_of(ASKS)], inside=37)
        with on_shift(browser, site, booth, [], **screen) as page:
            if language == "en":
                page.locator("#language").click()
            STATES[name](Scene(page, site, issuer, booth, at))
            page.wait_for_timeout(400)
            _keep(page, folder / f"scanner-{name}-{kind}-{language}.png", whole=kind == "phone" and name in LONG)


def take_begin(browser: Browser, folder: Path, language: str) -> None:
    """Take the pictures of a shift's beginning."""
    with serve(Site()) as site:
        publish(site, Issuer(), int(time.time()))
        for name, address in (("begin", "/"), ("code", f"/#gate={desk.GATE}")):
            page = visitor(browser, Booth(), **(PHONE_SCREEN | {"locale": LANGUAGES[language]}))
            page.goto(site.origin + address)
            page.locator("main .card").first.wait_for()
            _keep(page, folder / f"scanner-{name}-phone-{language}.png", whole=True)
            page.context.close()


def main() -> None:
    """Take every picture, or those named after the folder."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2:] or [*STATES, "begin"]
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as scratch:
        # Behind the verdicts somebody's phone comes near, far out of focus: a sharp one would be the next verdict.
        phone = symbol(Issuer().live(int(time.time())))
        seen = film(phone, Path(scratch) / "film.y4m", size=0.6, blur=7.0)
        with camera(driver, seen) as browser:
            for language in LANGUAGES:
                if "begin" in wanted:
                    take_begin(browser, folder, language)
                for name in STATES:
                    if name in wanted:
                        take_shift(browser, folder, name, language, PHONE_SCREEN)
                        if name in ON_DESKTOP:
                            take_shift(browser, folder, name, language, DESKTOP_SCREEN)


if __name__ == "__main__":
    main()
