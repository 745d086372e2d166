"""The check-in page where something is missing: the network, storage, a worker, the standing of the phone itself."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from functions.people import service as people
from functions.shared.clock import now
from tests.browser.guard import faults_of_access
from tests.browser.phone import Place, enrol, marks_now, open_place, outcomes, rows, scan_poster, shown, stored
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.people.world import Someone

# What the floor, Chrome 80 and Safari 14, does not have, and whatever an in-app browser may refuse.
OLD = """
  delete Element.prototype.replaceChildren; delete Array.prototype.at; delete String.prototype.replaceAll;
  delete Object.hasOwn; delete Array.prototype.findLast; delete globalThis.structuredClone; delete Crypto.prototype.randomUUID;
"""
BARE = """
  delete Navigator.prototype.serviceWorker; delete Navigator.prototype.wakeLock; delete Navigator.prototype.mediaDevices;
  delete Navigator.prototype.storage; delete Navigator.prototype.clipboard; delete globalThis.caches;
  for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(globalThis, name, {get() { throw new DOMException("denied", "SecurityError"); }});
"""
NO_DATABASE = (
    'Object.defineProperty(globalThis, "indexedDB", {get() { throw new DOMException("denied", "SecurityError"); }});'
)
SILENT = """
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...asked) {
    const request = open.apply(this, asked);
    request.addEventListener("success", (event) => event.stopImmediatePropagation());
    return request;
  };
"""
FULL_DISK = 'IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };'


@pytest.fixture
def place(served: Http) -> Place:
    """A venue that asks for no pass."""
    return open_place(served)


@pytest.fixture
def phone(page: Page, served: Http, place: Place) -> Page:
    """The phone of 张小明, in front of the poster."""
    scan_poster(page, served, place)
    enrol(page, Someone())
    page.locator("#in").wait_for()
    return page


def test_a_queue_when_there_is_no_network(phone: Page, place: Place) -> None:
    """Stored before it is sent, said to wait, sent by itself when the network is back, and recorded once."""
    phone.context.set_offline(offline=True)
    phone.click("#in")
    assert outcomes(phone) == ["waiting"]
    assert [visit["state"] for visit in stored(phone, "visits")] == ["waiting"]
    assert faults_of_access(phone) == []
    phone.context.set_offline(offline=False)
    phone.locator(".answer[data-outcome=admitted]").wait_for()
    assert rows(phone) == [("in", "admitted", "pass-not-required")]
    assert [visit["state"] for visit in stored(phone, "visits")] == ["answered"]
    assert shown(phone) in marks_now(place)


def test_many_that_waited_go_out_and_each_has_its_own_answer(phone: Page, place: Place) -> None:
    """Sixty in batches of 25; one over 72 hours old and one of no venue are refused, said, and stay until read."""
    put_visits(phone, place, [now() - 900 * n for n in range(1, 59)] + [now() - 80 * 3600], venue=place.venue)
    put_visits(phone, place, [now() - 60], venue="V-nowhere")
    batches: list[int] = []
    phone.on("request", lambda sent: batches.append(_size(sent.post_data)) if "/batch" in sent.url else None)
    phone.reload()
    phone.locator("#undone").wait_for()
    assert sorted(batches) == [10, 25, 25]
    assert len(rows(phone)) == 58
    text = phone.locator("#undone").inner_text()
    assert "72 小时" in text
    assert "没有这个场所" in text
    assert phone.locator("#waiting").count() == 0
    assert faults_of_access(phone) == []
    phone.click("#seen")
    phone.locator("#undone").wait_for(state="detached")
    assert {visit["state"] for visit in stored(phone, "visits")} == {"answered"}


def _size(body: str | None) -> int:
    return len(json.loads(body or '{"checkins": []}')["checkins"])


def put_visits(page: Page, place: Place, instants: list[int], venue: str) -> None:
    """Visits of the first person that waited since these instants, as the page itself stores them."""
    pid = str(stored(page, "people")[0]["pid"])
    facts = {"pid": pid, "venue": venue, "venueName": place.name, "direction": "in", "state": "waiting"}
    visits = [{**facts, "id": f"{at:011d}-{at % 4096:012x}", "at": at} for at in instants]
    page.evaluate(
        """async (visits) => {
          const opening = indexedDB.open("epipass-me");
          const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
          const writing = database.transaction("visits", "readwrite");
          for (const visit of visits) writing.objectStore("visits").put(visit, visit.id);
          await new Promise((done) => { writing.oncomplete = done; });
          database.close();
        }""",
        visits,
    )


def test_without_a_network_from_the_start_the_code_itself_names_the_venue(phone: Page, place: Place) -> None:
    """The page comes from the worker; the name is the last one seen; what is tapped waits under the venue's id."""
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.context.set_offline(offline=True)
    phone.reload()
    phone.locator("h1", has_text=place.name).wait_for()
    phone.locator(".notice", has_text="照样可以登记").wait_for()
    phone.click("#in")
    assert outcomes(phone) == ["waiting"]
    assert [visit["venue"] for visit in stored(phone, "visits")] == [place.venue]
    phone.context.set_offline(offline=False)
    phone.locator(".answer[data-outcome=admitted]").wait_for()


def test_a_phone_that_was_signed_out_says_so_and_keeps_what_waits(phone: Page) -> None:
    """Nothing is thrown away: enrolled again within 72 hours, the phone sends it."""
    pid = str(stored(phone, "people")[0]["pid"])
    people.sign_out(pid, people.devices_of(pid, now())[0].thumbprint, now())
    phone.click("#in")
    phone.locator(".answer", has_text="已不能代表此人").wait_for()
    assert [visit["state"] for visit in stored(phone, "visits")] == ["waiting"]


def test_a_browser_with_next_to_nothing_checks_in(phone: Page, place: Place) -> None:
    """No worker, caches, lock, camera, local storage; nothing newer than Chrome 80: the same receipt."""
    phone.add_init_script(OLD + BARE)
    phone.reload()
    phone.click("#in")
    assert outcomes(phone) == ["admitted"]
    assert shown(phone) in marks_now(place)
    phone.click("#language")
    assert phone.locator("h1").inner_text() == "Checked in"


def test_storage_denied_is_said(page: Page, served: Http, place: Place) -> None:
    """Nobody is known then; the page says that it is the browser, and does not pretend that nobody ever enrolled."""
    page.add_init_script(NO_DATABASE)
    scan_poster(page, served, place)
    page.locator("#nobody .notice", has_text="不能保存资料").wait_for()
    assert page.locator("input").count() == 0
    assert faults_of_access(page) == []


def test_storage_that_never_answers_is_said(page: Page, served: Http, place: Place) -> None:
    """As Safari 14's now and then: the page does not stand there for ever, looking."""
    page.add_init_script(SILENT)
    page.goto(f"{origin_of(served, 'me')}/c/{place.address}")
    page.locator(".notice", has_text="存储没有回应").wait_for()
    assert page.locator("h1").inner_text() == place.name


def test_what_cannot_be_stored_is_sent_and_said(phone: Page) -> None:
    """A full disk loses nothing in silence: it is held while the page is open, and the page says that closing loses it."""
    phone.add_init_script(FULL_DISK)
    phone.reload()
    phone.locator("#in").wait_for()
    phone.context.set_offline(offline=True)
    phone.click("#in")
    phone.locator(".answer", has_text="请不要关闭本页").wait_for()
    assert stored(phone, "visits") == []
    phone.context.set_offline(offline=False)
    phone.locator(".answer[data-outcome=admitted]").wait_for()
    assert rows(phone) == [("in", "admitted", "pass-not-required")]
