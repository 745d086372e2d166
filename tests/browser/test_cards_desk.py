"""Cards made at the desk, by a grid worker on a phone and by a district's officer: printed, read by a decoder, ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
from playwright.sync_api import Page

from functions.assisted import cards
from functions.shared import clock
from functions.shared.pids import pid_of
from tests.assisted.world import Elder
from tests.browser.conftest import DESKTOP_SCREEN
from tests.browser.desk import Desk
from tests.browser.served import origin_of
from tests.browser.test_applications import picture
from tests.conftest import Http
from tests.decoding import qr_codes
from tests.door.world import new_area
from tests.people.world import Someone, World


def opened(served: Http, page: Page, role: str, scope: str) -> Desk:
    """The view of cards, for somebody who signed in."""
    desk = Desk(page, origin_of(served, "desk"))
    desk.sign_in(role, scope)
    page.wait_for_url(f"**/{role}")
    page.get_by_role("link", name="登记卡", exact=True).click()
    page.locator("#make-number").wait_for()
    return desk


def saved(page: Page, name: str) -> list[str]:
    """Save a file by its link; what a scanner reads on each of its pages."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=name).click()
    document = pypdfium2.PdfDocument(Path(coming.value.path()).read_bytes())
    return [qr_codes(one.render(scale=5).to_pil())[0] for one in document]


def carrier(address: str) -> str:
    """Whose living card an address is."""
    return cards.require_living(cards.by_number(cards.read_number(address), clock.now())).pid


def test_a_worker_makes_a_card_from_the_document_and_ends_it(served: Http, new_page: Callable[..., Page]) -> None:
    """A slip is said beside the field; the print is the card that was made; ended once it was confirmed, and not before."""
    page, person = new_page(), Elder()
    desk = opened(served, page, "worker", new_area())
    page.locator("#make-number").fill(person.number[:-1] + ("1" if person.number[-1] != "1" else "2"))
    page.locator("#make-name").fill(person.name)
    page.get_by_role("button", name="制作登记卡").click()
    page.get_by_text("校验位不符").wait_for()
    assert desk.faults() == []
    page.locator("#make-number").fill(person.number)
    page.get_by_role("button", name="制作登记卡").click()
    page.get_by_text("已为 王*英 制作登记卡").wait_for()
    picture(page, "desk-card-made")
    assert desk.faults() == []
    (address,) = saved(page, "保存卡片")
    assert carrier(address) == pid_of("resident-id", person.number)
    page.get_by_role("button", name="再制作一张").click()
    assert page.locator("#make-number").input_value() == ""
    page.locator("#end-number").fill(address.rpartition("#")[2].lower())
    page.get_by_role("button", name="停用登记卡").click()
    page.get_by_role("button", name="不停用").click()
    assert carrier(address)
    page.get_by_role("button", name="停用登记卡").click()
    page.get_by_role("button", name="确定停用").click()
    page.get_by_text("已于").wait_for()
    assert cards.of_person(pid_of("resident-id", person.number), clock.now()) is None
    page.locator("#end-by").select_option("resident-id")
    page.locator("#end-number").fill(Elder().number)
    page.get_by_role("button", name="停用登记卡").click()
    page.get_by_role("button", name="确定停用").click()
    page.get_by_text("没有这样的登记卡").wait_for()
    assert desk.faults() == []


def test_an_officer_names_the_community_and_makes_a_list(served: Http, new_page: Callable[..., Page]) -> None:
    """A name that differs waits for the clerk; a list becomes one file, its bad row is named, again it is the same cards."""
    page, community, listed = new_page(**DESKTOP_SCREEN), new_area(), Someone(name="张小明")
    people = [Elder(name=f"孙桂{one}") for one in "兰芳"]
    World().approve().list_people(listed)
    desk = opened(served, page, "officer", community[:6])
    page.locator("#make-number").fill(listed.number)
    page.locator("#make-name").fill("李四")
    page.get_by_role("button", name="制作登记卡").click()
    page.get_by_text("须为 12 位数字").wait_for()
    page.locator("#community").fill(community)
    page.get_by_role("button", name="制作登记卡").click()
    page.get_by_text("登记的姓名与此不同").wait_for()
    assert "张" not in page.locator("main .outcome.bad").inner_text()
    page.get_by_role("button", name="仍然制作").click()
    page.get_by_text("已为 李* 制作登记卡").wait_for()
    rows = ["姓名,身份证号", *(f"{one.name},{one.number}" for one in people), f"赵六,{people[0].number[:-1]}"]
    sheet = {"name": "list.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    page.set_input_files("#card-list", sheet)  # type: ignore[arg-type]  # one of the two shapes that it takes
    page.get_by_role("button", name="制作并下载").click()
    page.get_by_text("共 3 行：2 张登记卡，其中新制 2 张；1 行有问题。").wait_for()
    picture(page, "desk-cards-list")
    assert desk.faults() == []
    addresses = saved(page, "保存第 1–2 张")
    assert [carrier(one) for one in addresses] == [pid_of("resident-id", one.number) for one in people]
    assert page.locator("table.list tbody tr").count() == 1
    page.get_by_role("button", name="制作并下载").click()
    page.get_by_text("其中新制 0 张").wait_for()
    assert saved(page, "保存第 1–2 张") == addresses
