"""What the service worker keeps, what it never keeps, how it is replaced, and how it is switched off."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page

from infra.paths import ROOT
from tests.browser.conftest import publish
from tests.browser.guard import comes_true, scan
from tests.browser.issuer import Issuer
from tests.browser.served import origin_of
from tests.browser.site import Site, serve
from tests.conftest import Http

BUILT = ROOT / "web" / "dist"
CODE = "V-10-K7QM3XPA91-aebagbaf"
VENUE = {
    "venue": "V-10",
    "name": "澄湖图书馆",
    "category": "library",
    "state": "approved",
    "rules": {"pass_required": False, "max_list_age_s": 14400},
}
CONFIG = {
    "issuer": "https://pass.example.gov",
    "roots": [],
    "specimen": True,
    "phone": "0000-0000000",
    "pages": {"me": "", "gate": "", "desk": ""},
    "login": {"client": "", "authorize": "", "token": ""},
}
IN_CHARGE = "() => navigator.serviceWorker.controller !== null"
HELD = """async () => {
  const held = {};
  for (const name of await caches.keys())
    held[name] = (await (await caches.open(name)).keys()).map(({url}) => new URL(url).pathname);
  return held;
}"""

UPDATE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  return new Promise((done) => {
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing.addEventListener("statechange", () => {
        if (["activated", "redundant"].includes(installing.state)) done(installing.state);
      });
    });
    registration.update();
  });
}"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The holder's origin, in a folder of this test's own, with one venue."""
    with serve(Site(name="me", pages=build(tmp_path / "first"))) as served:
        served.published = {
            "/config.json": json.dumps(CONFIG),
            "/worker.json": '{"off": false}',
            f"/venue-codes/{CODE}": json.dumps(VENUE),
        }
        yield served


def build(folder: Path, *, of: str = "me", mark: str = "", more: str = "") -> Path:
    """A copy of an origin's pages, with a mark in every document and one more asset, told to its worker."""
    shutil.copytree(BUILT / of, folder)
    for document in folder.rglob("index.html"):
        text = document.read_text(encoding="utf-8").replace("<body>", f'<body data-build="{mark}">')
        document.write_text(text, encoding="utf-8")
    if more:
        (folder / "assets" / more).write_text(f"// {mark}", encoding="utf-8")
    subprocess.run(["node", str(ROOT / "web" / "scripts" / "worker.mjs"), str(folder)], check=True)
    return folder


def held(page: Page) -> dict[str, list[str]]:
    """The paths in each cache of the origin."""
    found: dict[str, list[str]] = page.evaluate(HELD)
    return found


def visit(page: Page, site: Site) -> None:
    """Open the check-in page and wait until its worker is in charge and has what the page fetched before."""
    page.goto(f"{site.origin}/c/{CODE}")
    page.wait_for_function(IN_CHARGE)
    wait_for_held(page, "/config.json")


def wait_for_held(page: Page, path: str) -> None:
    """Wait until a path is kept."""
    comes_true(page, "async path => (await caches.match(path)) !== undefined", path)


def update(page: Page) -> str:
    """Have the browser look for a new worker, as it does at each navigation and each hour; what became of that."""
    became: str = page.evaluate(UPDATE)
    return became


def mark(page: Page) -> str | None:
    """Which build the page in front is of."""
    return page.locator("body").get_attribute("data-build")


def test_pages_start_without_a_network_after_one_visit(page: Page, site: Site) -> None:
    """Any code's page and the wallet, with the help line of the settings that were fetched before there was a worker."""
    visit(page, site)
    site.down = True
    for path, heading in ((f"/c/{CODE}", "澄湖图书馆"), ("/c/V-77-K7QM3XPA91-aaaaaaaa", "场所 V-77"), ("/", "")):
        page.goto(site.origin + path)
        page.locator("h1", has_text=heading).first.wait_for()
        page.locator("a[href='tel:0000-0000000'], a[href='tel:00000000000']").first.wait_for()


def test_an_api_request_never_passes_through_a_cache(page: Page, site: Site) -> None:
    """What a venue is called now is what the page says; nothing of the service's answers is kept by the worker."""
    visit(page, site)
    site.published[f"/venue-codes/{CODE}"] = json.dumps({**VENUE, "name": "澄湖图书馆(新馆)"})
    page.reload()
    page.locator("h1", has_text="新馆").wait_for()
    kept = [path for paths in held(page).values() for path in paths]
    assert not [path for path in kept if path.startswith(("/venue-codes", "/checkins", "/tokens", "/worker.json"))]
    assert "/sw.js" not in kept


def test_what_is_published_comes_from_the_network_while_there_is_one(page: Page, site: Site) -> None:
    """A new help line is shown at once; without a network, and when the origin has failed, the last one."""
    visit(page, site)
    site.published["/config.json"] = json.dumps({**CONFIG, "phone": "1111-1111111"})
    page.reload()
    page.locator(".help", has_text="1111-1111111").wait_for()
    wait_for_held(page, "/config.json")
    site.down = True
    page.reload()
    page.locator(".help", has_text="1111-1111111").wait_for()


def test_a_network_that_fails_or_is_slow_leaves_the_last_answer(page: Page, site: Site) -> None:
    """An origin in trouble is as good as none; what comes after four seconds is kept for the next time all the same."""
    visit(page, site)
    phone = "() => fetch('/config.json').then(answer => answer.json()).then(config => config.phone)"
    site.published["/config.json"] = json.dumps({**CONFIG, "phone": "1111-1111111"})
    site.failing.add("/config.json")
    assert page.evaluate(phone) == CONFIG["phone"]
    site.failing.clear()
    site.slow["/config.json"] = 5
    assert page.evaluate(phone) == CONFIG["phone"]
    comes_true(
        page,
        "() => caches.match('/config.json').then(kept => kept.json()).then(config => config.phone === '1111-1111111')",
    )


def test_no_page_learns_the_time_from_a_cache(page: Page, site: Site) -> None:
    """A kept answer has no `Date`: a pass shown offline would else be signed with yesterday's hour."""
    visit(page, site)
    site.down = True
    dates = (
        "() => fetch('/config.json').then(answer => [answer.headers.get('date'), answer.headers.get('x-epipass-held')])"
    )
    date, held_at = page.evaluate(dates)
    assert date is None
    assert int(held_at) > 0


def test_an_address_that_is_no_page_is_asked_of_the_network(page: Page, site: Site) -> None:
    """Opened by hand, published files and API addresses are what the origin says they are, not the wallet."""
    visit(page, site)
    assert "pass_required" in (page.goto(f"{site.origin}/venue-codes/{CODE}") or pytest.fail("no answer")).text()
    assert "issuer" in (page.goto(f"{site.origin}/config.json") or pytest.fail("no answer")).text()
    answer = page.goto(f"{site.origin}/me/checkins")
    assert answer is not None
    assert answer.status == 404


def test_a_new_build_takes_over_and_the_one_before_lends_its_parts(page: Page, site: Site, tmp_path: Path) -> None:
    """The next start is the new build's; the caches of builds before the last are gone."""
    visit(page, site)
    for name in ("second", "third"):
        site.pages = build(tmp_path / name, mark=name)
        assert update(page) == "activated"
    assert len([cache for cache in held(page) if cache.startswith("epipass-pages-")]) == 2
    site.down = True
    page.goto(f"{site.origin}/c/{CODE}")
    page.locator("h1", has_text="澄湖图书馆").wait_for()
    assert mark(page) == "third"


@pytest.mark.parametrize("fault", ["missing", "mixed"])
def test_an_install_that_fails_leaves_the_one_before(page: Page, site: Site, tmp_path: Path, fault: str) -> None:
    """A file that is missing, or is still another build's: the new worker waits for better days and leaves no trace."""
    visit(page, site)
    before = held(page)
    broken = build(tmp_path / "broken", mark="broken")
    if fault == "missing":
        next((broken / "assets").glob("c-*.css")).unlink()
        # Not to be had from the build before either.
        worker = broken / "sw.js"
        worker.write_text(re.sub(r"/assets/c-[\w-]{8}\.css", "/assets/c-00000000.css", worker.read_text()))
    else:
        (broken / "c" / "index.html").write_text("<p>half of another build</p>")
    site.pages = broken
    assert update(page) == "redundant"
    assert _pages(held(page)) == _pages(before)
    site.down = True
    page.reload()
    page.locator("h1", has_text="澄湖图书馆").wait_for()
    assert mark(page) == ""


def _pages(kept: Mapping[str, object]) -> set[str]:
    """The caches of builds; what is published comes and goes by itself."""
    return {name for name in kept if name.startswith("epipass-pages-")}


def test_what_this_device_used_it_has_after_a_new_build_too(page: Page, site: Site, tmp_path: Path) -> None:
    """A part that is only kept once it was used is fetched with the next build, before anybody asks for it offline."""
    site.pages = build(tmp_path / "a", mark="a", more="scanner-AAAAAAAA.js")
    visit(page, site)
    assert "/assets/scanner-AAAAAAAA.js" not in str(held(page))
    page.evaluate("() => fetch('/assets/scanner-AAAAAAAA.js').then(answer => answer.text())")
    wait_for_held(page, "/assets/scanner-AAAAAAAA.js")
    site.pages = build(tmp_path / "b", mark="b", more="scanner-BBBBBBBB.js")
    assert update(page) == "activated"
    wait_for_held(page, "/assets/scanner-BBBBBBBB.js")


def test_the_kill_switch(page: Page, site: Site) -> None:
    """Off: no cache, no worker, the page from the network, and no going round in circles; on again: a worker again."""
    visit(page, site)
    once = site.sent[f"/c/{CODE}"]
    site.published["/worker.json"] = '{"off": true}'
    page.goto(f"{site.origin}/c/{CODE}")
    comes_true(
        page,
        "() => navigator.serviceWorker.getRegistrations().then(all => all.length === 0 && !navigator.serviceWorker.controller)",
    )
    page.locator("h1", has_text="澄湖图书馆").wait_for()
    page.locator(".help").wait_for()
    comes_true(page, "() => caches.keys().then(names => names.length === 0)")
    # Worker and page may each have seen the switch first, and load once more: then it is over.
    page.wait_for_timeout(1500)
    documents = site.sent[f"/c/{CODE}"]
    assert documents <= 3 * once
    page.wait_for_timeout(1500)
    assert site.sent[f"/c/{CODE}"] == documents
    assert held(page) == {}
    site.published["/worker.json"] = '{"off": false}'
    visit(page, site)


def test_a_page_that_stays_open_is_switched_off_too(page: Page, site: Site) -> None:
    """A worker that was started anew looks at the switch with the next thing it is asked for, and its page is reloaded."""
    visit(page, site)
    page.evaluate("() => { globalThis.before = true; }")
    site.published["/worker.json"] = '{"off": true}'
    stop_workers(page)
    page.evaluate("() => void fetch('/config.json')")
    page.wait_for_function("() => globalThis.before === undefined && navigator.serviceWorker.controller === null")
    assert held(page) == {}


def stop_workers(page: Page) -> None:
    """Stop the worker's process, as the browser does after half a minute of nothing."""
    session = page.context.new_cdp_session(page)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")


def test_the_real_service_sends_the_worker_uncached_and_assets_for_ever(served: Http) -> None:
    """`no-cache` on workers and documents, `immutable` on what is named by its content."""
    for name in ("me", "gate"):
        origin = origin_of(served, name)
        host = {"Host": origin.removeprefix("http://")}
        worker = served.get("/sw.js", headers=host)
        assert (worker.status, worker.headers["cache-control"]) == (200, "no-cache")
        document = served.get("/", headers=host)
        assert (document.status, document.headers["cache-control"]) == (200, "no-cache")
        asset = re.search(r'src="(/assets/[^"]+\.js)"', document.body.decode())
        assert asset is not None
        kept = served.get(asset[1], headers=host).headers["cache-control"]
        assert kept == "public, max-age=31536000, immutable"


def test_the_guards_page_verifies_without_a_network_after_one_visit(page: Page, issuer: Issuer, tmp_path: Path) -> None:
    """The page, the settings, the keys and the list of the first scan are enough for the next one."""
    with serve(Site(pages=build(tmp_path / "gate", of="gate"))) as gate:
        publish(gate, issuer, int(time.time()))
        assert scan(page, gate, issuer.live(int(time.time()))).mark == "genuine"
        page.wait_for_function(IN_CHARGE)
        for path in gate.published.keys() & gate.sent.keys() - {"/worker.json"}:
            wait_for_held(page, path)
        gate.down = True
        assert scan(page, gate, issuer.live(int(time.time()))).mark == "genuine"
