"""A gate's booth in small: what the service answers a guard's page, and what a guard does there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser.issuer import Issuer
from tests.browser.site import Site

GATE, GATE_NAME, VENUE_NAME = "G-101", "东门", "第一农贸市场"
CODE, LABEL, WORD = "k3wd-7q2m-hh5a-tz4c", "东门 1 号机", "清晨七点"
GATE_PAGES, ME_PAGES = "https://gate.example.gov", "https://me.example.gov"
SHIFT_S = 12 * 3600
# Every verdict in the order in which it was shown, with its instant: the screen itself shows only the last one.
WATCH = """{
  window.verdicts = [];
  const note = (changes) => {
    if (!changes.some(({ target }) => target === document.body)) return;
    const { mark, code, reason } = document.body.dataset;
    if (mark === "ready" || mark === "asking") return;
    const name = document.querySelector(".verdict .name")?.textContent ?? "";
    verdicts.push({ said: [mark, code, reason].join(" ").trim(), name, ms: performance.now() });
  };
  new MutationObserver(note).observe(document, { subtree: true, attributeFilter: ["data-mark"] });
}"""


ADMITTED = {"decision": "admitted", "cause": "entitled", "rule": "status", "name": "李*芳", "name_matches": True}


def door_of(
    asks: dict[str, Any], venue: str = "V-1", name: str = VENUE_NAME, *, is_open: bool = True
) -> dict[str, Any]:
    """A venue that the gate leads into, and what it asks, as the service tells a shift."""
    policy = {"pass_required": True, "max_list_age_s": 86_400, **asks}
    return {"venue": venue, "name": name, "open": is_open, "policy": policy}


@dataclass
class Booth:
    """Answers the page's requests to the service; `scans`, `reports` and `acts` are what it took.

    `doors`: what the venue asks, and what it lies in; `inside`: how many are inside, where it counts them; `known`: who
    was assisted here before; `assisted`: what it answers of the next person without a smartphone, or a problem's code.
    """

    scans: list[dict[str, Any]] = field(default_factory=list)
    acts: list[dict[str, Any]] = field(default_factory=list)
    doors: list[dict[str, Any]] = field(default_factory=lambda: [door_of({})])
    inside: int = 0
    known: list[dict[str, str]] = field(default_factory=list)
    assisted: dict[str, Any] | str = field(default_factory=lambda: dict(ADMITTED))
    reports: list[dict[str, Any]] = field(default_factory=list)
    direction: str = "in"
    max_list_age_s: int = 86_400
    revoked: bool = False
    down: bool = False
    ends_in_s: int = SHIFT_S

    def answer_in(self, context: BrowserContext) -> None:
        """Answer every request of the context that is for the service and not for a file."""
        context.add_init_script(WATCH)
        context.route(f"**/gates/{GATE}", lambda route: route.fulfill(json=self._facts()))
        context.route(f"**/gates/{GATE}/shifts", self._shift)
        context.route(f"**/gates/{GATE}/shifts/*", lambda route: route.fulfill(json={}))
        context.route(f"**/gates/{GATE}/reports", self._reports)
        context.route("**/scans", self._scans)
        context.route("**/venues/V-1/occupancy", self._occupancy)
        context.route("**/venues/V-1/assisted-checkins", self._assist)
        context.route("**/venues/V-1/known-people", self._known)

    def _facts(self) -> dict[str, Any]:
        names = {"gate": GATE, "name": GATE_NAME, "venue": "V-1", "venue_name": VENUE_NAME}
        return {**names, "direction": self.direction}

    def _shift(self, route: Route) -> None:
        if self.down:
            return route.abort()
        if self.revoked:
            return _problem(route, 403, "revoked")
        asked = json.loads(route.request.post_data or "{}")
        if asked.get("code", CODE) != CODE:
            return _problem(route, 403, "gate-code")
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.ends_in_s))
        begun = {
            "gate": GATE,
            "gate_name": GATE_NAME,
            "venue": "V-1",
            "venue_name": VENUE_NAME,
            "direction": self.direction,
            "max_list_age_s": self.max_list_age_s,
            "ends_at": ends,
            "token": "t",
            "expires_in": 900,
            "policy": self.doors,
        }
        return route.fulfill(status=201, json=begun)

    def _scans(self, route: Route) -> None:
        if self.down:
            return route.abort()
        if self.revoked:
            return _problem(route, 403, "shift")
        scans = json.loads(route.request.post_data or "{}")["scans"]
        self.scans += scans
        results = [{"verdict": "accepted", "code": "ok", "cause": "ok", "scan": "01"} for _ in scans]
        return route.fulfill(json={"results": results})

    def _occupancy(self, route: Route) -> None:
        if self.down:
            return route.abort()
        told = {"venue": "V-1", "present": self.inside, "stay_s": 14_400}
        return route.fulfill(json={**told, "as_of": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})

    def _known(self, route: Route) -> None:
        return route.abort() if self.down else route.fulfill(json={"people": self.known})

    def _assist(self, route: Route) -> None:
        if self.down:
            return route.abort()
        act = json.loads(route.request.post_data or "{}")
        if isinstance(self.assisted, str) and not act.get("name_confirmed"):
            return _problem(route, 409, self.assisted)
        self.acts.append(act)
        answer = {**ADMITTED, "name_matches": False} if isinstance(self.assisted, str) else self.assisted
        return route.fulfill(status=201, json=answer)

    def _reports(self, route: Route) -> None:
        reports = json.loads(route.request.post_data or "{}")["reports"]
        self.reports += reports
        return route.fulfill(json={"results": [{"status": 201, "code": "ok"} for _ in reports]})


def _problem(route: Route, status: int, code: str) -> None:
    route.fulfill(
        status=status, content_type="application/problem+json", body=json.dumps({"code": code, "detail": "no"})
    )


def set_up(site: Site, issuer: Issuer) -> None:
    """Say in the settings where our pages are, as a deployment does."""
    settings = issuer.config() | {"pages": {"me": ME_PAGES, "gate": GATE_PAGES, "desk": "https://desk.example.gov"}}
    site.published["/config.json"] = json.dumps(settings)


def visitor(browser: Browser, booth: Booth, **options: Any) -> Page:
    """A page of somebody who has no shift yet, in a fresh profile; the test closes its context."""
    context = browser.new_context(**({"locale": "zh-CN", "service_workers": "block"} | options))
    booth.answer_in(context)
    return context.new_page()


def begin(page: Page, origin: str, *, settled: bool = True, again: bool = False) -> None:
    """Begin a shift as a guard does who scanned the poster with the phone's camera, and wait for the scanner.

    `again`: the sign was chosen before. `settled`: wait for keys and lists too.
    """
    page.goto("about:blank")
    page.goto(f"{origin}/#gate={GATE}")
    page.get_by_label("管理员口令").fill(CODE)
    page.get_by_label("这部手机叫什么").fill(LABEL)
    if not again:
        page.get_by_label("暗号词").fill(WORD)
    page.get_by_role("button", name="开始上岗").click()
    working(page, settled=settled)


def working(page: Page, *, settled: bool = True) -> None:
    """Wait until the scanner works, or says why its camera does not."""
    page.locator("body.duty[data-camera]:not([data-camera=opening])").wait_for()
    if settled:
        page.locator("body[data-lists=held]").wait_for()


def verdicts(page: Page) -> list[str]:
    """Every verdict since the shift began: mark, code, and reason if it has one."""
    return [one["said"] for one in page.evaluate("verdicts")]


def scanned(page: Page, text: str) -> str:
    """Scan with a hand scanner, which types and presses Enter; the verdict that stands then.

    Its keys say themselves when they were pressed, one at once after the other: a busy machine stretches nothing.
    """
    before = page.evaluate("verdicts.length")
    page.evaluate(
        """text => {
          const pressed = { value: performance.now() };
          for (const key of [...text, "Enter"]) {
            const press = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
            Object.defineProperty(press, "timeStamp", pressed);
            (document.activeElement ?? document.body).dispatchEvent(press);
          }
        }""",
        text,
    )
    page.wait_for_function("before => verdicts.length > before", arg=before)
    return verdicts(page)[-1]


@contextmanager
def on_shift(
    browser: Browser,
    site: Site,
    booth: Booth,
    faults: list[str] | None = None,
    *,
    settled: bool = True,
    script: str = "",
    **options: Any,
) -> Iterator[Page]:
    """A guard's page with a shift begun; what it logs as an error goes to `faults`; `script` runs before its own."""
    known = {"viewport": {"width": 360, "height": 740}, "locale": "zh-CN", "service_workers": "block"}
    context = browser.new_context(**(known | options))
    booth.answer_in(context)
    context.add_init_script(script)
    page = context.new_page()
    heard = [] if faults is None else faults
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda line: heard.append(line.text) if _is_fault(line.type, line.text) else None)
    try:
        begin(page, site.origin, settled=settled)
        yield page
        if faults is None:
            assert heard == [], heard
    finally:
        context.close()


def _is_fault(kind: str, text: str) -> bool:
    return kind == "error" and "Failed to load resource" not in text
