"""The desk, with the real service and its embedded login: a clerk's way from a spreadsheet to printed passes."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from functions.lake import overdue
from functions.shared import clock
from infra.local import Service, oidc
from tests.browser.conftest import DESKTOP_SCREEN
from tests.browser.desk import HEADER, Desk, staff_csv
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.decoding import qr_codes
from tests.main_job.district import AREA, District, ago, id_number
from tests.matching.world import HOUR

KEPT = "sessionStorage.getItem('epipass.desk.staff')"
SCRIPT = "<img src=x onerror=globalThis.planted=1>"
FORMULA = "=cmd|' /C calc'!A0"


@pytest.fixture
def district(served: Http) -> District:
    """A unit and a laboratory of this test's own."""
    made = District(served)
    made.register()
    return made


@pytest.fixture
def new_desk(served: Http, new_page: Callable[..., Page]) -> Callable[..., Desk]:
    """Opens tabs at the desk, each in a browser of its own."""

    def make(**options: Any) -> Desk:
        return Desk(new_page(**({"accept_downloads": True, **DESKTOP_SCREEN} | options)), origin_of(served, "desk"))

    return make


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """A tab on a desktop computer, in Chinese."""
    return new_desk()


def test_a_list_goes_from_its_file_to_printed_passes(desk: Desk, district: District) -> None:
    """Good rows apply, bad ones come back to be corrected, who leaves is confirmed, who has no phone gets paper."""
    page = desk.page
    desk.sign_in("unit", district.unit)
    page.wait_for_url("**/unit")
    assert desk.faults() == []
    names = ["张晓明", "欧阳娜娜", "王建国", "李秀英"]
    desk.upload("名单.csv", staff_csv(district.serial, names, bad=["赵坏一", "钱坏二"]))
    desk.until("good")
    assert desk.numbers() == [4, 0, 0, 0, 2]
    assert page.locator("table.list tbody tr td:first-child").all_inner_texts() == ["6", "7"]
    assert desk.faults() == []
    _is_a_file_to_correct(desk.saved(".saving >> nth=0 >> button"))
    assert desk.saved(".saving >> nth=1 >> button").startswith(b"row,column,law")
    page.reload()
    desk.until("good")  # a job is found again by its address, and in the unit's list
    district.upload_results(*((f"T-{n}", 0, n, 12, "阴性") for n in range(3)))
    _confirm_who_leaves(desk, district, names)
    _print(desk, district)


def _is_a_file_to_correct(workbook: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {"赵坏一", "钱坏二"} <= {cell.value for cell in cells}
    assert all(cell.data_type in {"s", "inlineStr", "n"} and not isinstance(cell.value, float) for cell in cells)


def _confirm_who_leaves(desk: Desk, district: District, names: list[str]) -> None:
    page = desk.page
    desk.upload("整份.csv", staff_csv(district.serial, names[:3]), mode="replace")
    desk.until("wait")
    assert desk.numbers() == [0, 0, 3, 1, 0]
    assert page.locator(".names li").all_inner_texts() == ["李*英"]
    assert desk.faults() == []
    page.locator("[data-decision=apply]").click()
    assert page.locator("#reason").get_attribute("aria-invalid") == "true"
    page.locator("#reason").fill("已离职")
    page.locator("[data-decision=apply]").click()
    desk.until("good")
    assert "李*英" not in district.people()


def _print(desk: Desk, district: District) -> None:
    page = desk.page
    for name in ("张*明", "欧阳*娜", "王*国"):
        district.person(name, "entitled")
    desk.people()
    expect(page.locator("#filter-printable b")).to_have_text("3")
    page.locator("#filter-noPhone").click()
    page.locator("#search").fill("王")
    assert page.locator("table.list tbody tr").count() == 1
    page.locator("#search").fill("")
    assert desk.faults() == []
    page.locator("#print-summary").click()
    page.locator("#choose-all").click()
    page.locator("#print").click()
    assert page.locator("#print-reason").get_attribute("aria-invalid") == "true"
    page.locator("#print-reason").fill("没有手机")
    document = pypdfium2.PdfDocument(desk.saved("#print"))
    found = qr_codes(document[0].render(scale=3).to_pil())
    assert len(found) == 3
    assert all(one.startswith(origin_of(district.http, "gate") + "/v#") for one in found)
    assert page.locator("#filter-pass b").inner_text() == "3"
    assert desk.faults() == []


def test_people_are_told_in_coarse_words_with_their_time_left(desk: Desk, district: District) -> None:
    """Who needs a test today is one press away; nobody's medical cause is told to their unit."""
    district.upload_list(["张晓明", "欧阳娜娜", "王建国"])
    district.upload_results(("T-1", 0, 0, 1, "阴性"), ("T-2", 0, 1, 47.5, "阴性"), ("T-3", 0, 2, 2, "阳性"))
    district.person("张*明", "entitled")
    desk.sign_in("unit", district.unit)
    page = desk.page
    page.locator("nav").wait_for()
    desk.people()
    rows = {row.split("\n")[0].strip(): row for row in page.locator("table.list tbody tr").all_inner_texts()}
    text = " ".join(rows.values())
    assert ("阳性" not in text, "positive" not in text.lower()) == (True, True)
    assert "46小时" in next(row for row in rows.values() if "张*明" in row)
    page.locator("#filter-today").click()
    assert [row for row in page.locator("table.list tbody tr").all_inner_texts() if "欧阳*娜" in row]
    assert page.locator("table.list tbody tr").count() == 1


def test_a_script_or_a_formula_in_any_cell_or_name_stays_text(desk: Desk, served: Http) -> None:
    """Nothing planted in a spreadsheet, a file's name, or a unit's name runs, or is a formula in what is downloaded."""
    district = District(served)
    facts = {
        "name": f"{SCRIPT}{FORMULA}"[:60], "area": AREA + "003001", "category": SCRIPT[:32], "zone": "A3",
        "document": {"number": "EPI-1", "issued_by": SCRIPT}, "quota": 100, "ends_at": ago(-24),
    }  # fmt: skip
    made = served.put(f"/units/{district.unit}", facts, token=district.officer_token)
    assert made.status == 201, made.body
    page = desk.page
    desk.sign_in("unit", district.unit)
    page.locator("nav").wait_for()
    page.get_by_text(SCRIPT[:20]).first.wait_for()
    cells = [SCRIPT, FORMULA, "+1+1", "@SUM(1)", "<svg/onload=planted=1>"]
    rows = [f'"{a}","{b}","{a}","{a}","{a}"' for a in cells for b in (a, id_number(district.serial + cells.index(a)))]
    data = "\n".join([f'{HEADER},"{SCRIPT}"', *(row.replace('""', '"') for row in rows)]).encode()
    data += f"\n{SCRIPT},{id_number(district.serial + 50)},,,".encode()
    desk.upload(f"{SCRIPT}.csv", data)
    page.locator("h2.state .mark.wait, h2.state .mark.good").first.wait_for(timeout=60_000)
    page.locator("table.list tbody tr").first.wait_for()
    sheet = openpyxl.load_workbook(io.BytesIO(desk.saved(".saving >> nth=0 >> button"))).worksheets[0]
    assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    if page.locator("[data-decision]").count():
        page.locator("#reason").fill(SCRIPT)
        page.locator("[data-decision=cancel]").click()
        desk.until("none")
    good = f"姓名,身份证号\n{SCRIPT},{id_number(district.serial + 50)}\n".encode()
    desk.upload("a.csv", good)
    desk.until("good")
    desk.people()
    page.locator("table.list tbody tr").first.wait_for()
    assert page.locator("img, svg[onload]").count() == 0
    assert page.evaluate("() => globalThis.planted") is None


def test_a_sign_in_counts_once_and_only_where_it_was_begun(desk: Desk, district: District) -> None:
    """A stranger's answer, a used one, and a refusal sign nobody in; a code never stays in the address."""
    page = desk.page
    page.goto(f"{desk.origin}/callback?code=stolen&state=another")
    page.locator("main [role=alert]").wait_for()
    assert (page.url, page.evaluate(KEPT)) == (f"{desk.origin}/callback", None)
    assert desk.faults() == []
    answers: list[str] = []
    page.on("request", lambda request: answers.append(request.url) if "/callback?" in request.url else None)
    desk.sign_in("unit", district.unit)
    page.wait_for_url("**/unit")
    assert page.evaluate("() => JSON.stringify([localStorage, history.state, location.href])").count("eyJ") == 0
    page.evaluate("() => sessionStorage.clear()")
    page.goto(answers[-1])
    page.locator("main [role=alert]").wait_for()
    assert page.evaluate(KEPT) is None
    page.goto(f"{desk.origin}/")
    page.locator("main button.solid").click()
    page.locator("select[name=role]").wait_for()
    state = parse_qs(urlsplit(page.url).query)["state"][0]
    page.goto(f"{desk.origin}/callback?error=access_denied&state={state}")
    assert "没有放行" in page.locator("main [role=alert]").inner_text()
    assert page.evaluate(KEPT) is None


def test_who_has_no_console_is_told_and_who_has_another_is_led_there(desk: Desk) -> None:
    """An auditor learns that there is no page yet; a unit at the laboratory's address comes to its own."""
    desk.page.goto(f"{desk.origin}/unit#people")
    desk.page.locator("main button.solid").wait_for()  # not signed in: the first page
    assert desk.faults() == []
    desk.page.locator("main button.solid").click()
    desk.choose_account("auditor", "")
    desk.page.get_by_text("auditor").wait_for()
    assert desk.faults() == []
    desk.page.locator("main button.solid").click()
    desk.page.wait_for_url("**/#signed-out")
    desk.sign_in("unit", "U-nobody")
    desk.page.locator("#history [role=alert]").wait_for()  # the service knows no such unit, and the page says so
    desk.page.goto(f"{desk.origin}/lab")
    desk.page.wait_for_url("**/unit")


@contextmanager
def _ended(desk: Desk, engine: Service, unit: str) -> Iterator[None]:
    """Put a token that ended an hour ago in the place of the good one, as if the tab had stood open all day."""
    old = oidc.mint(oidc.load(engine.state.root), "unit", unit, f"unit-{unit}", at=int(time.time()) - 7200, life_s=3600)
    held = json.loads(desk.page.evaluate(KEPT))
    desk.page.evaluate("text => sessionStorage.setItem('epipass.desk.staff', text)", json.dumps({**held, "token": old}))
    desk.page.reload()
    yield


def test_a_session_that_ends_takes_nothing_from_the_screen(desk: Desk, district: District, engine: Service) -> None:
    """The service says 401: signing in again happens in another tab, and the request goes on by itself."""
    district.upload_list(["张晓明"])
    desk.sign_in("unit", district.unit)
    page = desk.page
    page.wait_for_url("**/unit")
    with _ended(desk, engine, district.unit):
        page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 1
    with page.expect_popup() as opened:
        page.locator("dialog a.solid").click()
    again = Desk(opened.value, desk.origin)
    again.choose_account("unit", district.unit)
    page.locator("dialog:not([open])").wait_for(state="attached")
    page.locator("#history table tbody tr").first.wait_for()
    part = json.loads(page.evaluate(KEPT))["token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(part + "=="))["epi_scope"] == district.unit


def test_signing_out_leaves_nothing_behind_in_any_tab(desk: Desk, district: District) -> None:
    """The token goes from the storage, other tabs leave too, and the console's address leads to the first page."""
    desk.sign_in("unit", district.unit)
    page = desk.page
    page.locator("#sign-out").wait_for()
    other = page.context.new_page()
    other.goto(f"{desk.origin}/")
    other.locator("main button.solid").click()
    Desk(other, desk.origin).choose_account("unit", district.unit)
    other.locator("#history").wait_for()
    page.locator("#sign-out").click()
    for tab in (page, other):
        tab.wait_for_url("**/#signed-out")
        assert tab.evaluate(KEPT) is None
    page.goto(f"{desk.origin}/unit#people")
    page.locator("main button.solid").wait_for()
    assert page.locator("nav").count() == 0


def test_a_file_that_is_no_list_is_refused_with_what_to_do(desk: Desk, district: District, tmp_path: Path) -> None:
    """In the page's language, before anything is sent where the page can tell, else by the service's law."""
    desk.sign_in("unit", district.unit)
    page = desk.page
    page.wait_for_url("**/unit")
    desk.choose_file("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF")
    page.locator("#file-fault:not(:empty)").wait_for()
    assert page.locator("#send").count() == 0
    for name, data, law in (
        ("a.csv", b"a,b\n1,2\n", "前十行中找不到包含下列列名的表头：姓名、证件号码"),
        ("b.xlsx", b"<html></html>", "不是Excel"),
    ):
        desk.choose_file(name, data)
        page.locator("#send").click()
        page.get_by_text(law).wait_for()
        assert "The" not in page.locator("#file-fault").inner_text()
    assert desk.faults() == []
    mended = tmp_path / "list.csv"
    mended.write_bytes(staff_csv(district.serial, ["张晓明"]))
    page.set_input_files("#file", mended)
    page.locator("#send").wait_for()
    mended.write_bytes(staff_csv(district.serial, ["张晓明", "王建国"]))  # a browser refuses to read it now
    page.locator("#send").click()
    page.get_by_text("重新选择").wait_for()
    failed = staff_csv(district.serial, [], bad=["赵坏"])
    desk.upload("c.csv", failed)
    desk.until("bad")
    assert desk.faults() == []


def test_a_large_file_goes_straight_to_the_storage(desk: Desk, district: District) -> None:
    """Over 4 MiB the browser PUTs it to a presigned address; a long errors.csv comes from one; only an officer may let a column of mistakes through."""
    good = [f"张晓明,{id_number(district.serial + n)},,{'备' * 30},{'备' * 900}" for n in range(1700)]
    bad = [f"张晓明,{id_number(district.serial + n)[:-1]}A,,," for n in range(9000)]
    page = desk.page
    desk.sign_in("unit", district.unit)
    page.wait_for_url("**/unit")
    desk.upload("large.csv", "\n".join([f"{HEADER},备注", *good, *bad]).encode())
    desk.until("wait")
    assert desk.numbers() == [1700, 0, 0, 0, 9000]
    page.locator("table.list tbody tr").first.wait_for()
    assert page.locator("table.list tbody tr").count() == 200  # the rest is in the file
    assert desk.saved(".saving >> nth=1 >> button").count(b"\r\n") == 9001
    assert (page.locator("[data-decision=apply]").count(), "管理人员" in page.locator(".held").inner_text()) == (
        0,
        True,
    )


def test_a_laboratory_uploads_its_results(new_desk: Callable[..., Desk], district: District) -> None:
    """From a phone; its job says how many results were recorded, and which rows were not."""
    phone = new_desk(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, locale="en-GB")
    phone.sign_in("lab", district.lab)
    phone.page.wait_for_url("**/lab")
    assert phone.faults() == []
    header = "tube,id_number,sampled_at,result"
    rows = [f"T-{n},{id_number(district.serial + n)},{ago(5)},{result}" for n, result in enumerate(("阴性", "不知"))]
    phone.upload("results.csv", "\n".join([header, *rows]).encode())
    phone.until("good")
    assert phone.numbers() == [1, 1]
    phone.page.get_by_text("The result is one of").wait_for()
    assert phone.faults() == []


def test_a_laboratory_sees_which_samples_are_overdue(new_desk: Callable[..., Desk], district: District) -> None:
    """As the newest run told it (tests/results/test_overdue.py): how many, the oldest, the list, and its text to send on."""
    at = clock.now()
    overdue.tell([(district.lab, f"W-{n}", at - (25 + n) * HOUR, "East gate") for n in range(3)], at)
    phone = new_desk(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, locale="en-GB")
    phone.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.sign_in("lab", district.lab)
    phone.page.wait_for_url("**/lab")
    card = phone.page.locator("#overdue")
    expect(card.locator(".notice")).to_contain_text("without a result: 3")
    card.locator("summary").click()
    tubes = card.locator("tbody tr td:first-child")
    expect(tubes).to_have_text(["W-2", "W-1", "W-0"])  # the oldest first
    card.locator("button").first.click()
    expect(card.locator("[role=status]")).not_to_be_empty()
    copied = phone.page.evaluate("navigator.clipboard.readText()").splitlines()
    assert [line.split("\t")[0] for line in copied] == ["Tube", "W-2", "W-1", "W-0"]
    assert [line.split("\t")[2] for line in copied[1:]] == ["East gate"] * 3
    assert phone.faults() == []
    overdue.tell([], at + 1)
    phone.page.reload()
    expect(card.locator(".hint")).to_contain_text("no tube was taken over 24 hours ago")
