"""What an officer does at the desk, and what units, laboratories and guards do meanwhile over the interface."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from credentials import LocalSigner
from credentials.proofs import sign_dpop, thumbprint
from functions.lake import service as lake
from functions.matching import service as matching
from functions.matching.model import row_of
from functions.matching.rules import Decision, entitle
from functions.shared import clock
from functions.shared.config import settings
from functions.units import service as units
from tests.browser.desk import Desk, staff_csv
from tests.conftest import Http, Reply
from tests.main_job.district import ago, eventually, new_thousand
from tests.matching.world import DAY, HOUR, World

_WAIT_MS = 60_000
_SHORT_LIST = 9


def short_id(kind: str) -> str:
    """An id of this test's own: `U-1a2b3c4d`."""
    return f"{kind}-{uuid.uuid4().hex[:8]}"


@dataclass
class Office:
    """An officer of a district that nobody else uses, and what happens in it."""

    http: Http
    desk: Desk
    world: World = field(default_factory=lambda: World(clock.now()))

    @property
    def area(self) -> str:
        """The district's code."""
        return self.world.area

    @property
    def token(self) -> str:
        """The officer's own, for what a test asks beside the page."""
        return self.http.token("officer", self.area)

    def sign_in(self, scope: str = "") -> None:
        """As the district's officer unless another area is named, to the console's first view."""
        self.desk.sign_in("officer", scope or self.area)
        self.desk.page.wait_for_url("**/officer")
        self.desk.page.locator("main h1").wait_for()

    def go(self, at: str) -> None:
        """Open a view of the console by its address, and wait until nothing of it is on its way."""
        page = self.desk.page
        if page.evaluate("location.hash.slice(1)") == at:
            page.reload()
            page.locator("main h1").wait_for()
        else:
            page.evaluate("at => { location.hash = at; }", at)
        self.settled()

    def settled(self) -> None:
        """Wait until the view has all its answers."""
        page = self.desk.page
        page.wait_for_function(
            "() => ![...document.querySelectorAll('main .hint[role=status]')].some(e => /…$/.test(e.textContent))"
        )

    def agree(self, reason: str = "") -> None:
        """Say yes in the dialog that asks, with a reason where it wants one."""
        dialog = self.desk.page.locator("dialog.consent")
        dialog.wait_for()
        if reason:
            dialog.locator("textarea").fill(reason)
        dialog.locator("button[type=submit]").click()
        dialog.wait_for(state="detached")

    def outcome(self, text: str) -> str:
        """Wait until the page says this of what was done; all that it says."""
        said = self.desk.page.locator(".outcome", has_text=text)
        said.wait_for(timeout=_WAIT_MS)
        return said.inner_text()

    def copied(self) -> str:
        """Press the last "copy as text" of the view; what then lies in the clipboard."""
        page = self.desk.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=self.desk.origin)
        page.locator(".copy button").last.click()
        page.locator(".copy [role=status]", has_text="已复制").last.wait_for()
        return str(page.evaluate("navigator.clipboard.readText()"))

    def register_unit(self, name: str = "澄湖食品厂") -> str:
        """Register a unit over the interface."""
        unit = short_id("U")
        facts = {
            "name": name, "area": self.area + "003001", "category": "food", "zone": "A3",
            "document": {"number": "EPI-2026-0000001", "issued_by": "指挥部"}, "quota": 200, "ends_at": ago(-24 * 30),
        }  # fmt: skip
        made = self.http.put(f"/units/{unit}", facts, token=self.token)
        assert made.status == 201, made.body
        return unit

    def upload_list(self, unit: str, *, good: int, bad: int = 0, mode: str = "update") -> str:
        """A unit uploads its list; returns the job once it goes on no more by itself."""
        names = [f"张晓{'一二三四五六七八九十'[n % 10]}" for n in range(good + bad)]
        data = staff_csv(new_thousand(), names[:good], bad=names[good:])
        token = self.http.token("unit", unit)
        sent = self.http.post(f"/units/{unit}/staff-list?format=csv&mode={mode}", data, token=token)
        assert sent.status == 202, sent.body
        job = str(sent.json()["job"])
        self.job(job, "done", "held")
        return job

    def hold_upload(self, unit: str) -> str:
        """An upload of a unit in which most bad rows break one law in one column: it waits for an officer."""
        job = self.upload_list(unit, good=4, bad=6)
        assert self.job(job, "held")["rows_rejected"] == 6
        return job

    def job(self, job: str, *states: str) -> dict[str, Any]:
        """A job, once it is in one of these states."""

        def reached() -> dict[str, Any] | None:
            found: dict[str, Any] = self.http.get(f"/jobs/{job}", token=self.token).json()
            return found if found["state"] in states else None

        return eventually(reached, f"job {job} to be {' or '.join(states)}")

    def hold_unit(self, name: str = "云岭自来水公司") -> str:
        """A unit of 25, nine of whom left its list; the samples that entitled the others are not there any more.

        The next run withdraws sixteen at once, for want of a test, and holds the nine. Their samples are in the lake
        alone: of what is in the table an event would decide before the run.
        """
        staff = [f"p{n:02}" for n in range(25)]
        unit = self.world.unit("u")
        facts = units.Facts(name, self.area, "utility", "A1", "EPI-1", "指挥部", 99, clock.now() + 30 * DAY)
        units.register(unit, facts, clock.now())
        matching.make_known([self.world.pid(one) for one in staff], self.world.at)
        rows = [self.world.result(one, "negative", HOUR) for one in staff]
        lake.add([lake.results_file(unit, rows[:_SHORT_LIST], self.world.at)])
        for one, row in zip(staff, rows, strict=True):
            stood = Decision("eligible", "eligible", (), (row,), row.sampled_at + 2 * DAY, "default-1", row.sampled_at)
            row_of(entitle(self.world.pid(one), unit, stood, row.sampled_at)).save()
        self.world.enlist("u", staff[_SHORT_LIST:])
        return unit

    def register_venue(self, name: str = "澄湖图书馆") -> str:
        """Register and approve a venue."""
        venue = short_id("V")
        made = self.http.put(f"/venues/{venue}", {"name": name, "area": self.area + "003"}, token=self.token)
        assert made.status == 201, made.body
        return venue

    def register_gate(self, venue: str, name: str = "东门") -> str:
        """Register a gate of a venue."""
        gate = short_id("G")
        made = self.http.put(f"/gates/{gate}", {"venue": venue, "name": name}, token=self.token)
        assert made.status == 201, made.body
        return gate


@dataclass(frozen=True)
class Phone:
    """A guard's phone, as the service knows it: by its key."""

    http: Http
    gate: str
    key: LocalSigner

    @classmethod
    def begin(cls, http: Http, gate: str, code: str, label: str) -> tuple[Phone, Reply]:
        """Ask for a shift with the gate's code; the phone, and the service's answer."""
        made = cls(http, gate, LocalSigner.generate())
        return made, made.ask(f"/gates/{gate}/shifts", {"code": code, "label": label})

    @property
    def device(self) -> str:
        """The thumbprint of its key."""
        return thumbprint(self.key.public_jwk())

    def ask(self, path: str, body: dict[str, Any], token: str = "") -> Reply:
        """POST with a proof of the phone's key."""
        bound = {"access_token": token} if token else {}
        proof = sign_dpop(
            self.key, method="POST", url=settings().api_url + path, at=int(time.time()), jti=uuid.uuid4().hex, **bound
        )
        headers = {"DPoP": proof} | ({"Authorization": f"DPoP {token}"} if token else {})
        return self.http.post(path, body, headers=headers)

    def report(self, host: str, token: str) -> None:
        """Report where a foreign code led."""
        reports = {"reports": [{"kind": "foreign-link", "host": host, "at": ago(0.1)}]}
        filed = self.ask(f"/gates/{self.gate}/reports", reports, token)
        assert [one["code"] for one in filed.json()["results"]] == ["ok"], filed.body
