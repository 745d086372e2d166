"""Overdue samples: each laboratory, and the officers of its area, learn which of its tubes still have no result."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from functions.lake import overdue
from functions.shared.clock import HOUR_S, china_time, now, rfc3339
from functions.shared.objects import lake
from infra.local import Service
from tests.conftest import Http
from tests.jobs.driving import person_id
from tests.results.daily import run_everywhere

AREA, HEADER = "990101001001", "管码,身份证号,采样时间,结果,采样点,混采人数,修订号\n"


@pytest.fixture
def lab(http: Http) -> str:
    """A laboratory of this test's own."""
    name = f"L-{uuid.uuid4().hex[:12]}"
    registered = {"name": "中心实验室", "area": AREA}
    assert http.put(f"/labs/{name}", registered, token=http.token("officer", "990101")).status == 201
    return name


def listed(http: Http, lab: str, query: str = "") -> dict[str, Any]:
    """What the laboratory is told."""
    answer = http.get(f"/labs/{lab}/overdue{query}", token=http.token("lab", lab))
    assert answer.status == 200, answer.body
    return dict(answer.json())


def report(http: Http, lab: str, *rows: str) -> None:
    """Upload results and wait for their end."""
    token, data = http.token("lab", lab), (HEADER + "\n".join(rows)).encode()
    job = http.post(f"/labs/{lab}/results?format=csv", data, token=token).json()["job"]
    deadline = time.monotonic() + 60
    while http.get(f"/jobs/{job}", token=token).json()["state"] != "done":
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_run_finds_the_tubes_that_wait_for_over_a_day(http: Http, engine: Service, lab: str) -> None:
    """From the upload to the list: the pending ones over 24 hours old, a pool once; a result takes them off it."""
    lake.delete("overdue/labs.json")
    assert listed(http, lab) == {"as_of": None, "total": 0, "samples": []}
    at = now() // 60 * 60
    old, older, young = (at - hours * HOUR_S for hours in (25, 30, 23))
    rows = [f"P1,{person_id(n)},{china_time(old)},待出,东门,10,0" for n in range(3)]
    rows += [f"S1,{person_id(4)},{china_time(older)},待出,西门,1,0", f"S2,{person_id(5)},{china_time(young)},待出,,1,0"]
    report(http, lab, *rows, f"S3,{person_id(6)},{china_time(older)},阴性,,1,0")
    cutoff = run_everywhere(engine)
    told = listed(http, lab)
    assert (told["as_of"], told["total"], "next" in told) == (cutoff, 2, False)
    assert told["samples"] == [
        {"tube": "S1", "sampled_at": rfc3339(older), "site": "西门"},
        {"tube": "P1", "sampled_at": rfc3339(old), "site": "东门"},
    ]
    report(http, lab, f"S1,{person_id(4)},{china_time(older)},阴性,西门,1,0")
    report(http, lab, *(f"P1,{person_id(n)},{china_time(old)},作废,东门,10,1" for n in range(3)))
    time.sleep(1.1)  # the next second is the next cut-off
    assert listed(http, lab) == told  # nothing looks but a run
    cutoff = run_everywhere(engine)
    assert listed(http, lab) == {"as_of": cutoff, "total": 0, "samples": []}


def test_a_long_list_comes_by_pages_that_lose_none(http: Http, engine: Service, lab: str) -> None:
    """The oldest first, each once, also when a later run writes the list anew between two pages."""
    assert engine
    at = now() - 50 * HOUR_S
    samples = [(lab, f"T{number:04d}", at + number // 7, "东门") for number in range(1_201)]
    overdue.tell(samples, at)
    first = listed(http, lab)
    assert (first["total"], len(first["samples"]), first["as_of"]) == (1_201, 500, rfc3339(at))
    overdue.tell(samples[100:], at + 60)
    found, page = list(first["samples"]), first
    while "next" in page:
        page = listed(http, lab, f"?next={page['next']}")
        found += page["samples"]
    assert [one["tube"] for one in found] == [tube for _, tube, _, _ in samples]
    other = http.get(f"/labs/{lab}/overdue?next={first['next']}", token=http.token("officer", "990101"))
    assert (other.status, other.json()["code"]) == (400, "cursor")


def test_who_may_look(http: Http, engine: Service, lab: str) -> None:
    """The officers of its area as well; who has nothing overdue is told so as of the newest run."""
    assert engine
    overdue.tell([("L-other", "T1", now() - 30 * HOUR_S, "")], now())
    for scope, status in (("990101", 200), ("99", 200), ("980202", 403)):
        assert http.get(f"/labs/{lab}/overdue", token=http.token("officer", scope)).status == status
    assert http.get(f"/labs/{lab}/overdue", token=http.token("auditor", "-")).status == 403
    assert http.get("/labs/L-nowhere/overdue", token=http.token("officer", "99")).status == 404
    assert (listed(http, lab)["total"], listed(http, lab)["as_of"] is None) == (0, False)
