"""What a headless browser has not and a phone has: vibration, a lamp, a screen that would go dark, an offer to install.

Each is handed to the page as the browser's own interface, and what the page does with it is written down.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from infra.local import Service
from infra.local.messages import Inbox
from tests.browser import pictures_me
from tests.browser.booth import scanned
from tests.browser.guard import comes_true
from tests.browser.holder import Wallet
from tests.browser.issuer import INDEX, LIST
from tests.browser.phone import open_place
from tests.browser.pictures_checkin import STATES
from tests.browser.served import origin_of
from tests.browser.stage import Stage
from tests.conftest import Http

AWAKE = """
  globalThis.lit = [];
  Object.defineProperty(navigator, "wakeLock", { value: {
    request: async (kind) => { lit.push(kind); return { release: async () => void lit.push("released") }; },
  } });
"""
PHONE = (
    AWAKE
    + """
  globalThis.felt = []; globalThis.heard = []; globalThis.lamp = [];
  navigator.vibrate = (pattern) => felt.push(pattern.join(" "));
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...when) {
    heard.push(this.buffer.length);
    return start.apply(this, when);
  };
  MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
  MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => void lamp.push(advanced[0].torch);
"""
)


def test_each_verdict_has_a_sound_and_a_touch_of_its_own_and_none_when_muted(stage: Stage) -> None:
    """Four phrases, four patterns; who mutes hears nothing and feels it all the same."""
    now = stage.now
    with stage.guard(stage.film(None), script=PHONE) as page:
        page.locator("#mute").click()  # a hand that touched the page lets it speak
        page.locator("#mute").click()
        page.wait_for_timeout(500)  # four short files are decoded
        for text, pattern in (
            (stage.issuer.live(now), "90"),
            (stage.issuer.live(now, proof_at=now - 90), "500 120 500"),
            (stage.issuer.printed(now), "160 120 160"),
            ("12345678", "60 60 60 60 60 60"),
        ):
            before = page.evaluate("heard.length")
            scanned(page, text)
            comes_true(page, "before => heard.length === before + 1", before, seconds=10)
            assert page.evaluate("felt.at(-1)") == pattern
        assert len(set(page.evaluate("heard"))) == 4
        page.get_by_role("button", name="下一位").click()
        page.locator("#mute").click()
        stage.site.published[f"/status/{LIST}"] = stage.issuer.list(now, INDEX)
        scanned(page, stage.issuer.live(now, proof_at=now - 80))
        assert page.evaluate("[heard.length, felt.length]") == [4, 5]


def test_the_lamp_is_switched_and_the_screen_stays_lit_while_the_camera_is_open(stage: Stage) -> None:
    """On, off; the wake lock is asked for again when the page comes back, and given up with the camera."""
    with stage.guard(stage.film(None), script=PHONE) as page:
        page.locator("#torch").click()
        page.locator("#torch", has_text="关").click()
        comes_true(page, "() => lamp.length === 2")
        assert page.evaluate("lamp") == [True, False]
        assert page.evaluate("lit") == ["screen"]
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        comes_true(page, "() => lit.length === 2")
        page.locator("#counters").click()
        comes_true(page, "() => lit.at(-1) === 'released'")


def test_a_code_and_a_receipt_keep_the_screen_lit(new_page: Callable[..., Page], served: Http, engine: Service) -> None:
    """While the code is on the screen, and while a receipt's characters change; then it may go dark."""
    page = new_page()
    page.add_init_script(AWAKE)
    wallet = Wallet(page, origin_of(served, "me"), Inbox(engine.engine_url)).open()
    pictures_me.STATES["code"](pictures_me.Stage(wallet, pictures_me.district(served)))
    assert page.evaluate("lit") == ["screen"]
    wallet.go("people")
    comes_true(page, "() => lit.at(-1) === 'released'")
    receipt = new_page()
    receipt.add_init_script(AWAKE)
    STATES["receipt"](receipt, served, open_place(served, "澄湖区图书馆", pass_required=True))
    comes_true(receipt, "() => lit.at(-1) === 'screen'")


def test_the_browsers_offer_to_install_is_kept_until_it_is_asked_for(
    new_page: Callable[..., Page], served: Http, engine: Service
) -> None:
    """Nobody is interrupted; the screen that tells how has a button when the browser has one."""
    page = new_page()
    wallet = Wallet(page, origin_of(served, "me"), Inbox(engine.engine_url)).open()
    wallet.open("install")
    assert page.locator("#install").count() == 0
    kept = page.evaluate(
        """() => {
          const offer = new Event("beforeinstallprompt", { cancelable: true });
          offer.prompt = async () => { globalThis.prompted = true; };
          dispatchEvent(offer);
          return offer.defaultPrevented;
        }"""
    )
    assert kept
    wallet.open("sites")
    wallet.open("install")
    page.locator("#install").click()
    comes_true(page, "() => globalThis.prompted === true")
