"""Takes the pictures of the officer's console for the documentation, with the real service on an engine of its own.

`python -m tests.browser.pictures_officer docs/pictures` (after `npm run build` in web/): each state on a phone and on
a desktop, in both languages. Not a test: a person looks at them. `STATES` are for whoever takes all pictures at once.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from cli.ceremony import initialise
from cli.deployment import Deployment
from infra.local import embedded
from infra.local.deploy import STACK
from infra.paths import ROOT
from tests.browser.chromium import FLAGS, chromium
from tests.browser.conftest import DESKTOP_SCREEN, PHONE_SCREEN
from tests.browser.desk import Desk
from tests.browser.office import Office, Phone
from tests.browser.pictures import LANGUAGES, _keep
from tests.browser.served import origin_of
from tests.conftest import Http, forget_clients

_WAIT_MS = 120_000


@dataclass(frozen=True)
class Scene:
    """What there is to see in the district."""

    unit: str
    venue: str
    gate: str
    run: str


def furnish(office: Office) -> Scene:
    """A district with units and laboratories, a held upload, a run with a held unit, a gate with a guard on shift."""
    http, token = office.http, office.token
    for name in ("青禾食品配送有限公司", "云岭区示范医院"):
        office.upload_list(office.register_unit(name), good=6)
    unit = office.register_unit("港湾生鲜市场")
    office.hold_unit()
    office.hold_upload(unit)
    http.put("/labs/L-10", {"name": "信禾医学检验所", "area": office.area}, token=token)
    venue = office.register_venue("云岭图书馆")
    gate = office.register_gate(venue)
    code = http.post(f"/gates/{gate}/code", token=token).json()["code"]
    phone, begun = Phone.begin(http, gate, code, "东门1号机")
    phone.report("pass.example.com", begun.json()["token"])
    run = http.post("/matching/runs", {}, token=token).json()["run"]
    return Scene(unit, venue, gate, run)


def _asked(office: Office, _scene: Scene) -> None:
    office.go("holds")
    office.desk.page.locator("[data-job] button.solid").first.click()
    office.desk.page.locator("dialog.consent").wait_for()


def _run(office: Office, scene: Scene) -> None:
    office.go(f"runs/of/{scene.run}")
    office.desk.page.locator("[data-unit]").wait_for(timeout=_WAIT_MS)
    office.desk.page.locator(".copy").wait_for(timeout=_WAIT_MS)


def _code(office: Office, scene: Scene) -> None:
    office.go(f"venues/gate/{scene.venue}/{scene.gate}")
    office.desk.page.locator("button.solid").first.click()
    office.agree()
    office.desk.page.locator(".gate-code").wait_for()


Show = Callable[[Office, Scene], None]
STATES: dict[str, Show] = {
    "start": lambda office, _: office.go(""),
    "units": lambda office, _: office.go("units"),
    "unit": lambda office, scene: office.go(f"units/of/{scene.unit}"),
    "register": lambda office, _: office.go("units/new"),
    "holds": lambda office, _: office.go("holds"),
    "asked": _asked,
    "runs": lambda office, _: office.go("runs"),
    "run": _run,
    "venue": lambda office, scene: office.go(f"venues/of/{scene.venue}"),
    "gate": lambda office, scene: office.go(f"venues/gate/{scene.venue}/{scene.gate}"),
    "code": _code,
}


@contextmanager
def _service() -> Iterator[Http]:
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as service:
        os.environ.update(service.environment)
        forget_clients()
        deployment = Deployment(service.client, STACK, embedded=True, url=service.url)
        list(initialise(deployment, phone="0000-0000000", sites=ROOT / "examples" / "sites.json"))
        yield Http(service.url, service.token)


def _take(browser: Browser, http: Http, **context: Any) -> Iterator[tuple[str, bytes]]:
    opened = browser.new_context(**context)
    office = Office(http, Desk(opened.new_page(), origin_of(http, "desk")))
    office.sign_in()
    scene = furnish(office)
    for name, show in STATES.items():
        office.go("labs")  # a dialog of the state before is left with its view
        show(office, scene)
        # A dialog stands over the screen, not over the page.
        yield name, office.desk.page.screenshot(full_page=name != "asked")
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
                # A district each: what one picture decides must not be missing from another.
                for name, picture in _take(browser, http, locale=locale, **screen, **dark):
                    _keep(Image.open(io.BytesIO(picture)), folder / f"officer-{name}-{kind}-{language}.png")
        browser.close()


if __name__ == "__main__":
    main()
