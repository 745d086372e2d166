"""Takes the pictures of the wallet for the documentation.

`python -m tests.browser.pictures_me docs/pictures` (after `npm run build` in web/): an embedded engine of its own, an
invented district, each state on a phone in both languages, some on a desktop. Not a test: a person looks at them.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from cli.ceremony import initialise
from cli.deployment import Deployment
from infra.local import Service, embedded
from infra.local.deploy import STACK
from infra.local.messages import Inbox
from infra.paths import ROOT
from tests.browser.chromium import FLAGS, chromium
from tests.browser.conftest import DESKTOP_SCREEN, PHONE_SCREEN
from tests.browser.holder import Somebody, Wallet
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.main_job.district import District

LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
NAMES = ["张小明", "欧阳娜娜", "李雷"]


@dataclass
class Stage:
    """A district of its own for one picture, and the phone the picture is of."""

    wallet: Wallet
    district: District

    def enrol(self, place: int = 0, door: str = "first") -> None:
        """Enrol one of the district's people and wait for their code."""
        self.wallet.enrol(Somebody.listed(self.district, place, NAMES[place]), door)
        self.wallet.read()


def _fault(stage: Stage) -> None:
    number = Somebody.listed(stage.district, 0, NAMES[0]).number
    stage.wallet.page.click("#first")
    stage.wallet.page.fill("#number", number[:-1] + ("1" if number[-1] != "1" else "2"))
    stage.wallet.page.click("#enrol")


def _family(stage: Stage) -> None:
    stage.enrol()
    stage.wallet.go("people")
    stage.enrol(1, door="add")


def _refused(stage: Stage) -> None:
    stage.enrol()
    stage.district.upload_results(("T-0", 1, 0, 36, "阳性"))
    stage.district.person("张*明", "withdrawn")
    stage.wallet.page.click("#update")
    stage.wallet.page.locator(".standing").wait_for()


def _screen(name: str) -> Callable[[Stage], None]:
    def show(stage: Stage) -> None:
        stage.enrol()
        stage.wallet.go(name)
        stage.wallet.page.locator(".card").last.wait_for()
        stage.wallet.page.wait_for_load_state("networkidle")

    return show


STATES: dict[str, Callable[[Stage], None]] = {
    "welcome": lambda _stage: None,
    "enrol": _fault,
    "code": lambda stage: stage.enrol(),
    "family": _family,
    "refused": _refused,
    "sites": _screen("sites"),
    "devices": _screen("devices"),
}
ON_DESKTOP = ("code",)


@dataclass
class Camera:
    """Takes a state in a browser of its own and keeps the picture."""

    browser: Browser
    served: Http
    service: Service
    folder: Path
    taken: list[Path] = field(default_factory=list)

    def take(self, name: str, language: str, screen: dict[str, Any]) -> None:
        """Bring a fresh phone into a state and take it whole; a desktop as much as its window shows."""
        kind = "desktop" if screen is DESKTOP_SCREEN else "phone"
        context = self.browser.new_context(locale=LANGUAGES[language], **screen)
        wallet = Wallet(context.new_page(), origin_of(self.served, "me"), Inbox(self.service.engine_url)).open()
        STATES[name](Stage(wallet, district(self.served)))
        wallet.page.evaluate("window.scrollTo(0, 0)")
        picture = Image.open(io.BytesIO(wallet.page.screenshot(full_page=kind == "phone")))
        path = self.folder / f"wallet-{name}-{kind}-{language}.png"
        # As a palette picture: a quarter of the size, and nobody sees the difference.
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
        self.taken.append(path)
        context.close()


def district(served: Http) -> District:
    made = District(served)
    made.register()
    made.upload_list(NAMES)
    made.upload_results(*((f"T-{place}", 0, place, 36, "阴性") for place in range(2)))
    made.person("欧阳*娜", "entitled")
    return made


def take_all(camera: Camera) -> None:
    """Take every picture."""
    for name in STATES:
        for language in LANGUAGES:
            camera.take(name, language, PHONE_SCREEN)
            if name in ON_DESKTOP:
                camera.take(name, language, DESKTOP_SCREEN)


def main() -> None:
    """Start an engine, publish the pages, take every picture, stop it."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, embedded(Path(state)) as service, sync_playwright() as playwright:
        deployment = Deployment(service.client, STACK, embedded=True, url=service.url)
        list(initialise(deployment, phone="0000-0000000", sites=ROOT / "examples" / "sites.json"))
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        camera = Camera(browser, Http(service.url, service.token), service, folder)
        take_all(camera)
        browser.close()
    print(*camera.taken, sep="\n")  # noqa: T201 - a script tells what it wrote


if __name__ == "__main__":
    main()
