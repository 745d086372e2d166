"""What a first visit weighs: page, keys, dictionary and one status list."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from playwright.sync_api import Page

from tests.browser.guard import answer, faults_of_access, scan
from tests.browser.issuer import LIST, Issuer
from tests.browser.site import PAGES, Site

BUDGET = 15_000
# What the edge sends to every browser of today; Node has it, Python's standard library has not.
BROTLI = "process.stdout.write(String(require('zlib').brotliCompressSync(require('fs').readFileSync(0)).length))"


def brotli(content: bytes) -> int:
    """The size of a file as the edge sends it over HTTPS."""
    done = subprocess.run(["node", "-e", BROTLI], input=content, capture_output=True, check=True)
    return int(done.stdout)


def weigh(site: Site, paths: Iterable[str]) -> int:
    """The bytes by brotli of these files, each once."""
    return sum(brotli((site.body(path) or (b"", ""))[0]) for path in paths)


def test_a_first_visit_fits_its_budget(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """Page, words, settings, the day's extract of a month's keys, a list with one entry in a thousand set: at most 15 kB.

    What comes afterwards, for the visits after this one, is told apart: no verdict waits for it.
    """
    site.published[f"/status/{LIST}"] = issuer.list(now, *range(0, 131_072, 1_009))
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    files = dict(site.sent)
    until_verdict, gzipped = weigh(site, files), sum(files.values())
    page.locator("summary").wait_for()
    afterwards = weigh(site, site.sent.keys() - files.keys())
    # Told, so that whoever changes the page sees what it costs.
    print(f"first visit: {until_verdict} bytes by brotli, {gzipped} by gzip; afterwards {afterwards}")  # noqa: T201
    assert until_verdict <= BUDGET
    assert not any("later" in path or path == "/sw.js" for path in files)


def test_the_verdict_comes_at_once(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """The time from text to verdict is told, and not judged: it is the machine's."""
    times = []
    for number in range(9):
        # The next person in the same page, as a guard scans; the first one finds everything cold.
        text = issuer.live(now, reference=f"mZ3v0xK9QwE1rT{number:02d}")
        if number == 0:
            scan(page, site, text)
        else:
            page.evaluate("text => { document.body.dataset.mark = 'checking'; location.hash = text; }", text)
            answer(page)
        times.append(float(page.locator("body").get_attribute("data-ms") or "nan"))
    first, *later = times
    told = f"text to verdict without the network: first {first} ms, then {sorted(later)}, median {median(later)} ms"
    print(told)  # noqa: T201 - a figure, not a law
    assert all(time > 0 for time in times)


def test_what_most_browsers_do_not_need_is_not_fetched(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """Our own inflate and the other language stay on the server."""
    scan(page, site, issuer.live(now))
    fetched = {Path(path).name for path in site.sent}
    assert (PAGES / "v" / "inflate.js").is_file()
    assert not any(name == "inflate.js" or name.startswith("en-") for name in fetched)


def test_a_browser_without_inflate_fetches_ours(page: Page, site: Site, issuer: Issuer, now: int) -> None:
    """Chrome 80 and Safari 14 have no raw DEFLATE: the same verdict by our own."""
    page.add_init_script("delete globalThis.DecompressionStream")
    assert scan(page, site, issuer.live(now)).mark == "genuine"
    assert "/v/inflate.js" in site.sent


def test_a_card_scanned_by_a_strangers_camera_opens_words_alone(page: Page, site: Site) -> None:
    """No script, two files, and the card's characters in no request; it is said in both languages what a card is."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.origin}/p#K7QM3XPA91")
    text = page.locator("main").inner_text()
    assert all(part in text for part in ("登记卡", "没有健康状态", "check-in card", "no health status"))
    assert page.locator("script").count() == 0
    assert len(asked) == 2
    assert not any("K7QM" in url for url in asked)
    assert set(site.sent) == {"/p", *(path for path in site.sent if path.endswith(".css"))}
    assert faults_of_access(page) == []
    print(f"the page of a card: {weigh(site, site.sent)} bytes by brotli")  # noqa: T201 - told, as above
