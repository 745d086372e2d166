"""A small invented district, built over HTTP as an officer, a unit and a laboratory would build it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from tests.conftest import Http

AREA = "990101"  # no such division exists
# Who comes alone, and a thousand people for each district.
_PEOPLE, _DISTRICTS = count(1_000), count(200_000, 1_000)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_Found = TypeVar("_Found")


def id_number(serial: int) -> str:
    """A resident id that keeps GB 11643 in an area that does not exist: another for each `serial` from 0 to 999,999."""
    born = f"{1960 + serial // 9_000 % 40}{1 + serial // 1_000 % 9:02d}{10 + serial // 360_000}"
    body = f"{AREA}{born}{serial % 1_000:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def new_serial() -> int:
    """A number of a person that no other test of this process has: what is drawn at random meets itself now and then."""
    return next(_PEOPLE)


def new_thousand() -> int:
    """The first of a thousand such numbers."""
    return next(_DISTRICTS)


def ago(hours: float) -> str:
    """An instant some hours ago, RFC 3339."""
    return datetime.fromtimestamp(time.time() - hours * 3600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def eventually(look: Callable[[], _Found | None], what: str, within_s: float = 60) -> _Found:
    """Wait until `look` finds something; fail by name when it does not."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited {within_s} s for {what}")


@dataclass
class District:
    """One unit and one laboratory of their own, so that tests can share an engine."""

    http: Http
    unit: str = field(default_factory=lambda: f"U-{uuid.uuid4().hex[:8]}")
    lab: str = field(default_factory=lambda: f"L-{uuid.uuid4().hex[:8]}")
    serial: int = field(default_factory=new_thousand)

    @property
    def unit_token(self) -> str:
        """The unit's clerk."""
        return self.http.token("unit", self.unit)

    @property
    def lab_token(self) -> str:
        """The laboratory."""
        return self.http.token("lab", self.lab)

    @property
    def officer_token(self) -> str:
        """An officer of the district."""
        return self.http.token("officer", AREA)

    def phone(self, place: int) -> str:
        """The phone that the list has for the person in this place: theirs alone, for a phone gets few codes."""
        return f"138{self.serial + place:08d}"

    def register(self, status: int = 201, ends_at: str = "") -> None:
        """Register and approve the unit and the laboratory; again, with another end of the approval, it is 200."""
        unit = {
            "name": "澄湖街道第三小学", "area": AREA + "003001", "category": "school", "zone": "A3",
            "document": {"number": "EPI-2026-0000001", "issued_by": "澄湖区疫情防控指挥部"},
            "quota": 3000, "ends_at": ends_at or ago(-24 * 30),
        }  # fmt: skip
        lab = {"name": "澄湖医学检验所", "area": AREA}
        for path, body in ((f"/units/{self.unit}", unit), (f"/labs/{self.lab}", lab)):
            made = self.http.put(path, body, token=self.officer_token)
            assert made.status == status, made.body

    def upload_list(self, names: list[str]) -> dict[str, Any]:
        """Upload a staff list of these people and wait for its job."""
        rows = [f"{name},{id_number(self.serial + n)},{self.phone(n)},教师" for n, name in enumerate(names)]
        body = "\n".join(["姓名,身份证号,手机号,岗位", *rows]).encode("gb18030")
        sent = self.http.post(f"/units/{self.unit}/staff-list?format=csv", body, token=self.unit_token)
        assert sent.status == 202, sent.body
        return self.finished(sent.json()["job"], self.unit_token)

    def upload_results(self, *rows: tuple[str, int, int, float, str]) -> dict[str, Any]:
        """Upload results (tube, revision, which person, hours since the sample, result) and wait for their job."""
        lines = [
            f"{tube},{revision},{id_number(self.serial + n)},{ago(hours)},{ago(hours - 1)},{result},一号采样点"
            for tube, revision, n, hours, result in rows
        ]
        body = "\n".join(["tube,revision,id_number,sampled_at,reported_at,result,site", *lines]).encode()
        sent = self.http.post(f"/labs/{self.lab}/results?format=csv", body, token=self.lab_token)
        assert sent.status == 202, sent.body
        return self.finished(sent.json()["job"], self.lab_token)

    def finished(self, job: str, token: str) -> dict[str, Any]:
        """Wait until a job has ended."""

        def ended() -> dict[str, Any] | None:
            state: dict[str, Any] = self.http.get(f"/jobs/{job}", token=token).json()
            return None if state["state"] in {"received", "running"} else state

        return eventually(ended, f"job {job}")

    def people(self) -> dict[str, dict[str, Any]]:
        """The unit's people by masked name."""
        page = self.http.get(f"/units/{self.unit}/people", token=self.unit_token).json()
        return {person["name"]: person for person in page["people"]}

    def person(self, name: str, state: str) -> dict[str, Any]:
        """Wait until a person has a state."""

        def found() -> dict[str, Any] | None:
            person = self.people().get(name)
            return person if person and person["state"] == state else None

        return eventually(found, f"{name} to be {state}; is {self.people().get(name)}")
