"""What a clerk does at the desk: signs in through the login's page, chooses a file, waits for its job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.guard import faults_of_access
from tests.main_job.district import id_number

HEADER = "姓名,身份证号,手机号,岗位"
_WAIT_MS = 60_000


def staff_csv(serial: int, names: Sequence[str], *, bad: Sequence[str] = ()) -> bytes:
    """A staff list: good rows, then rows whose id ends in a letter that no id ends in."""
    rows = [f"{name},{id_number(serial + n)},1380000{n:04d},教师" for n, name in enumerate(names)]
    rows += [f"{name},{id_number(serial + 900 + n)[:-1]}A,1390000{n:04d},教师" for n, name in enumerate(bad)]
    return "\n".join([HEADER, *rows]).encode()


@dataclass
class Desk:
    """One tab at the desk."""

    page: Page
    origin: str

    def sign_in(self, role: str, scope: str) -> None:
        """From the desk's first page through the login's, as any account, to where the desk goes on."""
        self.page.goto(f"{self.origin}/")
        self.page.locator("main button.solid").click()
        self.choose_account(role, scope)

    def choose_account(self, role: str, scope: str) -> None:
        """On the login's page."""
        self.page.locator("select[name=role]").select_option(role)
        self.page.locator("input[name=scope_of]").fill(scope)
        # The account's form comes last; each example account is a button of another.
        self.page.locator("form").last.locator("button").click()

    def choose_file(self, name: str, data: bytes) -> None:
        """Choose a file; nothing is sent yet."""
        self.page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": data})

    def upload(self, name: str, data: bytes, *, mode: str = "") -> None:
        """From any view: choose a file, send it, and come to its job."""
        self.page.locator("nav a").first.click()
        if mode:
            self.page.locator(f"input[value={mode}]").check()
        self.choose_file(name, data)
        self.page.locator("#send").click()
        self.page.wait_for_url("**#job/*", timeout=_WAIT_MS)

    def until(self, mark: str) -> None:
        """Wait until the job's state has this shape: `good` done, `wait` held, `bad` failed, `none` cancelled."""
        self.page.locator(f"h2.state .mark.{mark}").wait_for(timeout=_WAIT_MS)

    def numbers(self) -> list[int]:
        """The job's numbers, in their order: new, changed, unchanged, leaving, rejected, and what else was counted."""
        return [int(text) for text in self.page.locator(".numbers dd").all_inner_texts()]

    def people(self) -> None:
        """Open the list of people and wait until all are there."""
        self.page.locator("nav a").last.click()
        self.page.locator("main progress").wait_for(state="detached")
        self.page.locator("#filter-all").wait_for()

    def saved(self, button: str) -> bytes:
        """Press something that saves a file; its bytes."""
        with self.page.expect_download() as coming:
            self.page.locator(button).click()
        return Path(coming.value.path()).read_bytes()

    def faults(self) -> list[str]:
        """What is wrong with the view as it stands, in both languages: for axe, and at 320 pixels' width."""
        found: list[str] = []
        before = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 640})
        for _ in range(2):
            self.page.locator("#language").click()
            found += faults_of_access(self.page)
            width = self.page.evaluate("document.documentElement.scrollWidth")
            found += [f"{width} pixels wide"] if width > 320 else []
        if before:
            self.page.set_viewport_size(before)
        return found
