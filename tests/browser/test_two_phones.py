"""The whole door, on the real service: one browser is the holder's phone, another the guard's, and a camera reads it.

Nothing is handed from the one to the other but light: the guard's browser sees a picture of the holder's screen.
"""

from __future__ import annotations

import base64
import io
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Error, Page, Playwright, expect

from credentials import unpack
from functions.scans import service as scans
from functions.status import publisher
from infra.local import Service
from infra.local.messages import Inbox
from tests.browser.film import camera, film, scene, sequence
from tests.browser.guard import faults_of_access
from tests.browser.holder import Somebody, Wallet
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.faults.run_oracle import Stores
from tests.main_job.district import AREA, District, eventually

WORD = "清晨七点"
NAME, MASKED, UNIT = "张小明", "张*明", "澄湖街道第三小学"
# Held by a hand, at night, a step too far away.
HELD = {"tilt": 0.15, "turn": -5.0, "dim": 0.55, "blur": 0.8, "noise": 8.0, "size": 0.85}


@dataclass
class Gate:
    """A gate of a venue that asks for a pass, with its manager's code and its venue's poster."""

    venue: str
    gate: str
    code: str
    poster: str

    def rows(self) -> list[tuple[str, str, str]]:
        """What is recorded there: verdict, code, direction, in order."""
        at = int(time.time())
        return [(row.verdict, row.code, row.direction) for row in scans.of_gate(self.gate, at - 3600, at + 3600, at)]


def open_gate(served: Http) -> Gate:
    """Register venue, gate and codes as an officer does."""
    officer, mark = served.token("officer", AREA), uuid.uuid4().hex[:8]
    venue, gate = f"V-{mark}", f"G-{mark}"
    facts = {"name": "澄湖体育馆", "area": AREA + "003001"}
    assert served.put(f"/venues/{venue}", facts, token=officer).status == 201
    place = {"venue": venue, "name": "东门", "direction": "in"}
    assert served.put(f"/gates/{gate}", place, token=officer).status == 201
    code = served.post(f"/gates/{gate}/code", token=officer).json()["code"]
    poster = served.post(f"/venues/{venue}/codes", {"label": "东门"}, token=officer).json()["url"].rpartition("/c/")[2]
    return Gate(venue, gate, code, poster)


@pytest.fixture
def district(served: Http) -> District:
    """A unit whose 张小明 tested negative this morning."""
    made = District(served)
    made.register()
    made.upload_list([NAME, "欧阳娜娜"])
    made.upload_results(("T-1", 0, 0, 8, "阴性"))
    made.person(MASKED, "entitled")
    return made


@pytest.fixture
def wallet(served: Http, engine: Service, district: District, new_page: Callable[..., Page]) -> Wallet:
    """The holder's phone, enrolled, with the live code on its screen."""
    phone = Wallet(new_page(), origin_of(served, "me"), Inbox(engine.engine_url))
    phone.open().enrol(Somebody.listed(district, 0, NAME))
    phone.screen("home")
    phone.page.locator(".symbol canvas").wait_for()
    # The clocks of a test's engine stand still: what they do each minute is done here.
    publisher.publish_all(int(time.time()))
    return phone


@dataclass
class Guard:
    """The guard's phone: its page, and the film that its camera plays."""

    page: Page
    film: Path
    origin: str

    def look_at(self, screen: Image.Image, **held: float) -> None:
        """Hold a phone with this on its screen before the camera, and open the scanner anew so that it sees it."""
        film(screen, self.film, **(HELD | held))
        self.page.reload()
        self.page.locator("body.duty[data-camera=on]").wait_for()

    def says(self, mark: str) -> str:
        """Wait for a verdict and return its words."""
        try:
            self.page.locator(f"body[data-mark={mark}]").wait_for()
        except Error:
            pytest.fail(f"the guard's page does not say {mark}, but: {self.page.locator('body').inner_text()}")
        return self.page.locator(".verdict").inner_text()


@pytest.fixture
def gate(served: Http) -> Gate:
    """A gate of this test's own."""
    return open_gate(served)


@pytest.fixture
def guard(served: Http, gate: Gate, driver: Playwright, tmp_path: Path) -> Iterator[Guard]:
    """A guard who begins a shift by the address on the gate's poster, with the manager's code."""
    seen = sequence([(scene(None), 0.3)], tmp_path / "camera.y4m")
    origin = origin_of(served, "gate")
    with camera(driver, seen) as chrome:
        context = chrome.new_context(locale="zh-CN", viewport={"width": 360, "height": 740})
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{origin}/#gate={gate.gate}")
        page.get_by_label("管理员口令").fill(gate.code)
        page.get_by_label("这部手机叫什么").fill("东门 1 号机")
        page.get_by_label("暗号词").fill(WORD)
        page.get_by_role("button", name="开始上岗").click()
        page.locator("body.duty[data-camera=on][data-lists=held]").wait_for()
        yield Guard(page, seen, origin)
        context.close()
        assert faults == []


def photographed(phone: Wallet) -> Image.Image:
    """The holder's screen as it is now."""
    phone.page.evaluate("window.scrollTo(0, 0)")
    return Image.open(io.BytesIO(phone.page.screenshot())).convert("RGB")


def test_the_guards_camera_reads_the_holders_screen(wallet: Wallet, guard: Guard, gate: Gate) -> None:
    """Admitted beside the guard's own word; a row, which the person sees; the same picture again is a copy."""
    shown = photographed(wallet)
    guard.look_at(shown)
    words = guard.says("admit")
    assert all(part in words for part in ("放行", WORD, MASKED, UNIT))
    assert faults_of_access(guard.page) == []
    guard.page.locator("#record-in").click()
    eventually(lambda: gate.rows() or None, "the scan's row")
    assert gate.rows() == [("accepted", "ok", "in")]
    guard.look_at(shown)
    assert "已经用过" in guard.says("refused")
    wallet.go("lookups")
    wallet.page.locator("li.card").wait_for()
    assert "东门" in wallet.page.locator("li.card").first.inner_text()


def test_both_phones_without_a_network_then_a_correction(
    wallet: Wallet, guard: Guard, gate: Gate, district: District
) -> None:
    """Shown, read and admitted offline, recorded later; withdrawn within the list's age; a screenshot is too old."""
    wallet.page.context.set_offline(True)
    guard.page.context.set_offline(True)
    wallet.page.reload()
    wallet.page.locator(".symbol canvas").wait_for()
    guard.look_at(photographed(wallet))
    assert WORD in guard.says("admit")
    guard.page.locator("#record-out").click()
    guard.page.locator("#waiting").filter(has_text="待上传").wait_for()
    assert gate.rows() == []
    # The next proof, sent on as a picture: no guard has seen it.
    wallet.page.wait_for_timeout(15_500)
    forwarded, taken_at = photographed(wallet), time.monotonic()
    guard.page.context.set_offline(False)
    eventually(lambda: gate.rows() or None, "the waiting scan's row")
    assert gate.rows() == [("accepted", "ok", "out")]

    # The holder's phone, still offline, shows what it has; the guard's list says otherwise.
    district.upload_results(("T-1", 1, 0, 8, "阳性"))
    district.person(MASKED, "withdrawn")
    words = eventually(lambda: withdrawn_at(guard, wallet), "the withdrawal at the door", 90)
    assert "不放行" in words
    assert "阳" not in words
    assert guard.page.locator(".verdict .sign").count() == 0

    # 62 s after the picture was taken it is the proof that is too old, before all else.
    time.sleep(max(0.0, taken_at + 62 - time.monotonic()))
    guard.look_at(forwarded)
    assert "截屏" in guard.says("refused")


def withdrawn_at(guard: Guard, wallet: Wallet) -> str | None:
    """What the guard's page says of the holder's screen now, once it says that the pass was withdrawn."""
    guard.look_at(photographed(wallet))
    guard.page.locator("body[data-mark]:not([data-mark=ready])").wait_for()
    text = guard.page.locator(".verdict").inner_text()
    return text if "撤销" in text else None


def test_a_correction_reaches_the_page_that_stays_open(
    wallet: Wallet, guard: Guard, gate: Gate, district: District, engine: Service
) -> None:
    """Admitted; corrected over HTTP; the page asks by itself once a minute, and then refuses, saying nothing of why."""
    first = wallet.read()
    guard.look_at(photographed(wallet))
    assert WORD in guard.says("admit")
    guard.page.locator("#record-in").click()
    eventually(lambda: gate.rows() or None, "the scan's row")
    status_list, index = place_of(first)
    stores, begun = Stores(engine), time.monotonic()
    assert not stores.published(status_list, index)

    district.upload_results(("T-1", 1, 0, 8, "阳性"))
    applied_s = time.monotonic() - begun
    # By the queue to the publisher, as in the cloud; no clock and no hand helps.
    eventually(lambda: stores.published(status_list, index) or None, "the bit in the published list")
    published_s = time.monotonic() - begun
    fetched = guard.page.wait_for_event(
        "response", lambda one: one.url.endswith(f"/status/{status_list}"), timeout=90_000
    )
    fetched.finished()
    fresh = eventually(lambda: text if (text := wallet.read()) != first else None, "the next proof", 30)
    typed(guard.page, fresh)
    expect(guard.page.locator(".verdict")).to_contain_text("撤销")
    told_s = time.monotonic() - begun
    words = guard.page.locator(".verdict").inner_text()
    assert "不放行" in words
    assert "阳" not in words
    took = f"applied {applied_s:.1f} s, published {published_s:.1f} s, said at the door {told_s:.1f} s after the upload"
    print(f"correction to withdrawn at the door: {took}")  # noqa: T201 - the measure is what is asked for


def place_of(address: str) -> tuple[str, int]:
    """The status list and the index of the pass in a code."""
    token, _ = unpack(address.partition("#")[2])
    body = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    status = body["credentialStatus"]
    return status["statusListCredential"].rsplit("/", 1)[1], int(status["statusListIndex"])


def typed(page: Page, text: str) -> None:
    """What a hand scanner at the guard's desk does with a code: keys, faster than any hand, and Enter."""
    keys = """keys => {
      const pressed = { value: performance.now() };
      for (const key of keys) {
        const press = new KeyboardEvent("keydown", { key });
        dispatchEvent(Object.defineProperty(press, "timeStamp", pressed));
      }
    }"""
    page.evaluate(keys, [*text, "Enter"])


def test_any_camera_opens_the_page_that_admits_only_on_shift(wallet: Wallet, guard: Guard) -> None:
    """`/v` in the guard's own browser admits beside the secret word and records; in a stranger's it says genuine."""
    address = wallet.read()
    guard.page.goto("about:blank")
    guard.page.goto(address)
    guard.page.locator("body[data-code=ok]").wait_for()
    expect(guard.page.locator("body")).to_contain_text(WORD)
    expect(guard.page.locator("body")).to_contain_text("放行")
    assert faults_of_access(guard.page) == []
    stranger = guard.page.context.browser
    assert stranger is not None
    passer_by = stranger.new_context(locale="zh-CN").new_page()
    passer_by.goto(address)
    passer_by.locator("body[data-mark=genuine]").wait_for()
    assert "放行" not in passer_by.locator("h1").inner_text()
    assert WORD not in passer_by.locator("body").inner_text()


def test_the_receipts_characters_are_the_ones_the_guard_sees(wallet: Wallet, guard: Guard, gate: Gate) -> None:
    """A check-in from the venue's poster: two characters on the holder's screen, the same two on the guard's."""
    wallet.page.goto(f"{wallet.origin}/c/{gate.poster}")
    wallet.page.locator("h1", has_text="澄湖体育馆").wait_for()
    assert wallet.page.locator("input:not([type=checkbox])").count() == 0
    wallet.page.get_by_role("button", name="进入").click()
    wallet.page.locator("#marks").wait_for()

    def same() -> str | None:
        holders = wallet.page.locator("#marks").inner_text().strip()
        guards = guard.page.locator("#status-marks, .marks b").first.inner_text().strip()
        return holders if holders and holders == guards else None

    assert len(eventually(same, "the same two characters on both screens", 40)) == 2
