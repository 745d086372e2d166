"""The officer's day with posters: one code's life at the desk, and all that are not printed in one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pypdfium2
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP_SCREEN
from tests.browser.desk import Desk
from tests.browser.guard import faults_of_access
from tests.browser.office import Office, short_id
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.decoding import qr_codes


def test_posters_are_printed_in_one_file_and_one_is_replaced(served: Http, new_page: Callable[..., Page]) -> None:
    """Two venues are printed at once, the file's pages are read by the decoder; then one poster is seen, and replaced."""
    screen: dict[str, Any] = {"accept_downloads": True, **DESKTOP_SCREEN}
    page = new_page(**screen)
    office = Office(served, Desk(page, origin_of(served, "desk")))
    office.sign_in("")
    officer, venues = served.token("officer", office.area), [short_id("V"), short_id("V")]
    for venue in venues:
        made = served.put(f"/venues/{venue}", {"name": f"书店 {venue}", "area": office.area}, token=officer)
        assert made.status == 201, made.body
    office.go("venues")
    page.get_by_role("button", name="打印全部未打印的海报").click()
    page.get_by_text("共 2 页，可以下载。").wait_for(timeout=60_000)
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载 PDF").click()
    document = pypdfium2.PdfDocument(coming.value.path())
    read = [qr_codes(document[number].render(scale=1.5).to_pil())[0] for number in range(2)]
    assert sorted(text.rpartition("/c/")[2].rsplit("-", 2)[0] for text in read) == sorted(venues)
    assert faults_of_access(page) == []
    office.go(f"venues/of/{venues[0]}")
    page.get_by_role("button", name="已张贴").click()
    page.get_by_text("已记录：已张贴。").wait_for()
    page.get_by_role("button", name="换新码").click()
    page.get_by_role("dialog").get_by_role("button", name="换新码").click()
    page.get_by_text("下一步：打印新海报并张贴").wait_for()
    assert page.get_by_role("cell").filter(has_text="未打印").count() == 1
    assert faults_of_access(page) == []
