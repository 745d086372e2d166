"""Reports on the embedded engine: what a code led to, by its host alone, once a device and instant, for a fortnight."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from functions.counters import handlers as counters
from functions.scans import service
from functions.scans.model import ReportRow
from functions.scans.rules import KEPT_S, Report, Sighting
from functions.scans.service import Filed
from functions.shared import clock
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.door.world import Door, open_door

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()
HOST = "pass.example.com"


@pytest.fixture
def door(http: object) -> Door:
    """A gate nobody reported anything at."""
    assert http
    return open_door()


def report(host: str = HOST, at: int = AT) -> Report:
    """A report of a foreign link."""
    return Report("foreign-link", host, at)


def send(engine: Service, door: Door, *reports: dict[str, Any]) -> Reply:
    """Send reports as the gate's guard."""
    told = {"reports": [{"kind": "foreign-link", "at": clock.rfc3339(AT), **one} for one in reports]}
    return call("POST", f"/gates/{door.gate}/reports", told, token=engine.token("guard", door.gate))


def test_the_same_report_again_is_the_row_that_stands(door: Door) -> None:
    """A lost answer is asked for again; another device that saw the same is another report of the same host."""
    assert service.file_report(report(), door.place("a"), AT) == Filed(new=True)
    assert service.file_report(report(), door.place("a"), AT + 600) == Filed(new=False)
    assert service.file_report(report(HOST + "."), door.place("a"), AT) == Filed(new=False)
    assert service.file_report(report(), door.place("b"), AT) == Filed(new=True)
    assert service.reported_at(door.gate, AT) == [Sighting("foreign-link", HOST, AT, 2)]


def test_what_is_no_host_or_no_believable_instant_leaves_no_row(door: Door) -> None:
    """Above all no path or query, in which a person's name may stand."""
    assert service.file_report(report("pass.example.com/张明"), door.place(), AT) == Filed(new=False, refused="host")
    for at in (AT - 72 * 3600 - 1, AT + 121):
        refused = service.file_report(report(at=at), door.place(), AT)
        assert refused == Filed(new=False, refused="at-out-of-window")
    assert service.reported_at(door.gate, AT) == []


def test_a_report_is_told_for_fourteen_days_and_never_after(door: Door) -> None:
    """As long as the scans, from the guard's instant on, however late the table deletes it."""
    service.file_report(report(), door.place(), AT)
    assert len(service.reported_at(door.gate, AT + KEPT_S - 1)) == 1
    assert service.reported_at(door.gate, AT + KEPT_S) == []


def test_a_report_is_no_scan(door: Door) -> None:
    """It is in no trail of the gate's and no counter counts it, though it lies in the scans' table."""
    service.file_report(report(), door.place(), AT)
    assert list(service.of_gate(door.gate, AT - 60, AT + 60, AT)) == []
    row = next(iter(ReportRow.query(f"report#{door.gate}")))
    assert list(counters._scan({}, row.serialize(), 1)) == []


def test_the_log_counts_reports_without_their_hosts(door: Door) -> None:
    """Anybody can write anything into a code; the log names the gate, once for each report that is new."""
    told: list[logging.LogRecord] = []
    listener = logging.Handler()
    listener.emit = told.append  # type: ignore[method-assign, assignment]
    logging.getLogger("epipass").addHandler(listener)
    try:
        for host in (HOST, HOST, "no/host"):
            service.file_report(report(host), door.place(), AT)
    finally:
        logging.getLogger("epipass").removeHandler(listener)
    assert [(one.getMessage(), vars(one)["gate"]) for one in told] == [("gate.reported", door.gate)]
    assert HOST not in str(vars(told[0]))


def test_reports_by_http_are_answered_one_by_one_in_order(engine: Service, door: Door) -> None:
    """One that is no good holds the others back no longer than its own line."""
    old = clock.rfc3339(AT - 100 * 3600)
    sent = send(engine, door, {"host": "b.example"}, {"host": "B.example"}, {"host": HOST, "at": old}, {"host": HOST})
    assert sent.status == 200, sent.body
    told = [(one["status"], one["code"]) for one in sent.json()["results"]]
    assert told == [(201, "ok"), (422, "host"), (422, "at-out-of-window"), (201, "ok")]
    again = send(engine, door, {"host": HOST})
    assert again.json() == {"results": [{"status": 200, "code": "ok"}]}
    later = send(engine, door, {"host": HOST, "at": clock.rfc3339(AT + 30)})
    assert later.json()["results"][0]["status"] == 201
    for role, scope in (("venue", door.venue), ("officer", door.area[:6])):
        listed = call("GET", f"/gates/{door.gate}/reports", token=engine.token(role, scope))
        assert listed.json() == {
            "reports": [
                {"kind": "foreign-link", "host": HOST, "at": clock.rfc3339(AT + 30), "count": 2},
                {"kind": "foreign-link", "host": "b.example", "at": clock.rfc3339(AT)},
            ]
        }


def test_a_body_of_another_shape_is_refused_whole(engine: Service, door: Door) -> None:
    """None, more than 25, another kind, a whole address in a member of its own, or no instant."""
    assert send(engine, door).status == 400
    assert send(engine, door, *[{"host": HOST}] * 26).status == 400
    assert send(engine, door, {"host": HOST, "kind": "other"}).status == 400
    assert send(engine, door, {"host": HOST, "url": "https://pass.example.com/x"}).status == 400
    assert send(engine, door, {"host": "x" * 254}).status == 400
    bad = send(engine, door, {"host": HOST}, {"host": HOST, "at": "not an instant at all"})
    assert (bad.status, bad.json()["errors"][0]["pointer"]) == (400, "/reports/1/at")
    assert service.reported_at(door.gate, AT) == []


def test_reports_are_filed_by_their_gates_guard_and_read_by_its_manager(engine: Service, door: Door) -> None:
    """Neither at another gate nor of another venue, and of no gate that is not there."""
    other = open_door()
    path = f"/gates/{other.gate}/reports"
    body = {"reports": [{"kind": "foreign-link", "host": HOST, "at": clock.rfc3339(AT)}]}
    assert call("POST", path, body, token=engine.token("guard", door.gate)).json()["code"] == "scope"
    assert call("GET", path, token=engine.token("venue", door.venue)).json()["code"] == "scope"
    assert call("GET", "/gates/nowhere/reports", token=engine.token("officer", "99")).json()["code"] == "no-gate"
    assert service.reported_at(other.gate, AT) == []
