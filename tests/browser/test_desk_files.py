"""How a spreadsheet gets to the desk: the template that is offered, filled in and dropped on the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import openpyxl
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP_SCREEN
from tests.browser.desk import Desk
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.main_job.district import District, id_number

NAMES = ("张晓明", "欧阳娜娜")
DROP = """text => {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "名单.xlsx"));
  const zone = document.querySelector(".drop");
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


def test_the_template_filled_in_and_dropped_on_the_page_is_a_list(new_page: Callable[..., Page], served: Http) -> None:
    """Downloaded, each column is text, so that an id keeps its last digits; dropped, it is checked and takes effect."""
    district = District(served)
    district.register()
    page = new_page(**DESKTOP_SCREEN, accept_downloads=True)
    desk = Desk(page, origin_of(served, "desk"))
    desk.sign_in("unit", district.unit)
    page.locator("a[download]").wait_for()
    book = openpyxl.load_workbook(io.BytesIO(desk.saved("a[download]")))
    sheet = book.worksheets[0]
    headers = {str(cell.value): cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    number = next(cell for text, cell in headers.items() if "证件号码" in text)
    name = next(cell for text, cell in headers.items() if "姓名" in text)
    # A column's own format is what a spreadsheet program gives to whatever is typed into it.
    columns = [
        one for one in sheet.column_dimensions.values() if number.column in range(one.min or 0, (one.max or 0) + 1)
    ]
    assert [one.number_format for one in columns] == ["@"]
    for place, person in enumerate(NAMES):
        sheet.cell(number.row + 1 + place, number.column).value = id_number(district.serial + place)
        sheet.cell(number.row + 1 + place, name.column).value = person
    made = io.BytesIO()
    book.save(made)
    page.evaluate(DROP, base64.b64encode(made.getvalue()).decode())
    page.locator("#send").click()
    page.wait_for_url("**#job/*")
    desk.until("good")
    assert desk.numbers() == [2, 0, 0, 0, 0]
