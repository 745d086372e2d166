"""What a person does with the wallet, and what a guard's camera sees on its screen."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

from PIL import Image
from playwright.sync_api import Page

from infra.local.messages import Inbox
from tests.decoding import qr_codes
from tests.main_job.district import District, eventually, id_number

_CODE = re.compile(r"\b(\d{6})\b")


@dataclass(frozen=True)
class Somebody:
    """Who enrols: as on the staff list of a district."""

    name: str
    number: str
    phone: str

    @classmethod
    def listed(cls, district: District, place: int, name: str) -> Somebody:
        """The person in this place of the district's list."""
        return cls(name, id_number(district.serial + place), district.phone(place))


@dataclass
class Wallet:
    """One phone's browser with the wallet open, and the texts that come to its owner."""

    page: Page
    origin: str
    inbox: Inbox
    texts: list[tuple[str, str]] = field(default_factory=list)

    def open(self, route: str = "") -> Wallet:
        """Open the wallet, at a screen if one is named."""
        self.page.goto(f"{self.origin}/#/{route}" if route else f"{self.origin}/")
        self.page.locator("body[data-screen]").wait_for()
        return self

    def screen(self, name: str) -> None:
        """Wait for a screen."""
        self.page.locator(f"body[data-screen={name}]").wait_for()

    def fill(self, who: Somebody) -> None:
        """Type what the form asks for, and send for a code."""
        self.page.fill("#number", who.number)
        self.page.fill("#name", who.name)
        self.page.fill("#phone", who.phone)
        self.page.click("#send")
        self.page.locator("#code:focus").wait_for()
        self.page.fill("#code", self.code(who.phone))

    def code(self, phone: str) -> str:
        """The code in the newest text to a phone."""

        def come() -> str | None:
            self.texts += [(text.phone, text.text) for text in self.inbox.new()]
            found = [text for to, text in self.texts if to.endswith(phone)]
            if not found:
                return None
            self.texts = [(to, text) for to, text in self.texts if not to.endswith(phone)]
            match = _CODE.search(found[-1])
            return match.group(1) if match else None

        return eventually(come, f"a text to the phone ending in {phone[-2:]}")

    def enrol(self, who: Somebody, door: str = "first") -> None:
        """Enrol from the first screen, by one of its doors; wait for what comes after."""
        self.page.click(f"#{door}")
        self.fill(who)
        self.page.click("#enrol")
        self.page.locator("body:not([data-screen=enrol]):not([data-screen=back])").wait_for()

    def go(self, route: str) -> None:
        """Go to a screen by the menu of the first one."""
        self.page.click(f"#to-{route}")
        self.screen(route)

    def home(self) -> None:
        """Back to the first screen."""
        self.page.click("#back")
        self.screen("home")

    def home_from_form(self) -> None:
        """Leave the form without enrolling."""
        self.page.click("#back")
        self.screen("welcome")

    def read(self) -> str:
        """What a camera reads on the screen."""
        self.page.locator(".symbol canvas").wait_for()

        def seen() -> str | None:
            self.page.locator(".symbol canvas").scroll_into_view_if_needed()
            picture = Image.open(io.BytesIO(self.page.screenshot())).convert("L")
            found = qr_codes(picture)
            return found[0] if found else None

        return eventually(seen, "a code on the screen", 10)

    def sideways(self) -> int:
        """How many pixels the page is wider than its window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return width
