"""Takes the pictures of the desk's sign-in and of the unit's console, with the real service on an engine of its own.

`python -m tests.browser.pictures_desk docs/pictures` (after `npm run build` in web/): each state on a phone and on a
desktop, in both languages. Not a test: a person looks at them. `STATES` are for whoever takes all pictures at once.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import FLAGS, chromium
from tests.browser.conftest import DESKTOP_SCREEN, PHONE_SCREEN
from tests.browser.desk import Desk, staff_csv
from tests.browser.pictures import LANGUAGES, _keep
from tests.browser.pictures_officer import _service
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.main_job.district import District

NAMES = ["张晓明", "欧阳娜娜", "王建国", "李秀英", "赵文", "孙雪", "徐婷", "高玉兰", "马超", "胡桂芳"]


def _home(desk: Desk, _: District) -> None:
    desk.page.goto(f"{desk.origin}/")
    desk.page.locator("main button.solid").wait_for()


def _upload(desk: Desk, district: District) -> None:
    desk.sign_in("unit", district.unit)
    desk.page.locator("#history table").wait_for()


def _chosen(desk: Desk, district: District) -> None:
    desk.choose_file("名单.csv", staff_csv(district.serial, NAMES))
    desk.page.locator("#send").wait_for()


def _done(desk: Desk, district: District) -> None:
    desk.upload("名单.csv", staff_csv(district.serial, NAMES, bad=["周坏", "吴坏"]))
    desk.until("good")
    desk.page.locator("table.list tbody tr").first.wait_for()


def _held(desk: Desk, district: District) -> None:
    desk.upload("整份名单.csv", staff_csv(district.serial, NAMES[:-2]), mode="replace")
    desk.until("wait")


def _refused(desk: Desk, _: District) -> None:
    desk.page.locator("nav a").first.click()
    desk.choose_file("值班表.csv", "日期,班次\n11月27日,早班\n".encode())
    desk.page.locator("#send").click()
    desk.page.locator("#file-fault:not(:empty)").wait_for()


def _people(desk: Desk, _: District) -> None:
    desk.people()


def _printed(desk: Desk, _: District) -> None:
    page = desk.page
    page.locator("#print-summary").click()
    page.locator("#choose-all").click()
    page.locator("#print-reason").fill("没有手机" if page.locator("html[lang=zh-CN]").count() else "no phone")
    page.locator("#print").click()
    page.locator(".files a").wait_for()


def _again(desk: Desk, _: District) -> None:
    """As after eight hours: the dialog stands over what was on the screen."""
    page = desk.page
    text = page.evaluate("() => sessionStorage.getItem('epipass.desk.staff')").replace('"token":"', '"token":"x')
    page.evaluate("text => sessionStorage.setItem('epipass.desk.staff', text)", text)
    page.reload()
    page.locator("dialog[open]").wait_for()


def _no_entry(desk: Desk, _: District) -> None:
    desk.page.goto(f"{desk.origin}/callback?code=a&state=b")
    desk.page.locator("main [role=alert]").wait_for()


def _lab(desk: Desk, district: District) -> None:
    desk.page.evaluate("() => sessionStorage.clear()")
    desk.sign_in("lab", district.lab)
    desk.page.locator("#history table").wait_for()


Show = Callable[[Desk, District], None]
# In this order: each goes on from the one before.
STATES: dict[str, Show] = {
    "home": _home,
    "upload": _upload,
    "chosen": _chosen,
    "done": _done,
    "held": _held,
    "refused": _refused,
    "people": _people,
    "printed": _printed,
    "again": _again,
    "no-entry": _no_entry,
    "lab": _lab,
}


def furnish(http: Http) -> District:
    """A unit whose people are entitled, in need of a test, or waiting for a result."""
    district = District(http)
    district.register()
    district.upload_list(NAMES[:6])
    hours = (4.0, 30.0, 40.0, 47.0)
    tested = [(f"T-{n}", 0, n, hours[n], "阴性") for n in range(4)]
    district.upload_results(*tested, ("T-9", 0, 4, 3, "待出"))
    district.person("张*明", "entitled")
    return district


def _take(browser: Browser, http: Http, **context: Any) -> Iterator[tuple[str, bytes]]:
    district = furnish(http)
    opened = browser.new_context(**context)
    desk = Desk(opened.new_page(), origin_of(http, "desk"))
    for name, show in STATES.items():
        show(desk, district)
        # A dialog stands over the screen, not over the page.
        yield name, desk.page.screenshot(full_page=name != "again")
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
                for name, picture in _take(browser, http, locale=locale, **screen, **dark):
                    _keep(Image.open(io.BytesIO(picture)), folder / f"desk-{name}-{kind}-{language}.png")
        browser.close()


if __name__ == "__main__":
    main()
