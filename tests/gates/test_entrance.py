"""Before a shift begins: a gate's poster, and what the page that it opens may say of the gate."""

from __future__ import annotations

import io

import pypdf
import pytest

from functions.gates import service
from functions.shared import clock
from functions.shared.config import settings
from functions.venues import service as venues
from functions.venues.service import Facts
from infra.local import Service
from tests.door.inprocess import call
from tests.door.world import fresh, new_area, open_door

pytestmark = pytest.mark.usefixtures("http")


def test_the_page_says_where_a_shift_is_about_to_begin() -> None:
    """Five facts and no more, to anybody; not whether there is a code, nor who guards."""
    door = open_door("out")
    told = call("GET", f"/gates/{door.gate}")
    assert told.status == 200
    assert told.json() == {
        "gate": door.gate,
        "name": "东门",
        "venue": door.venue,
        "venue_name": "市民中心",
        "direction": "out",
    }
    venues.decide(door.venue, "close", "停业", clock.now())
    assert call("GET", f"/gates/{door.gate}").json() == told.json()


def test_a_gate_of_a_mere_application_is_nobodys_business() -> None:
    """It answers as a gate that was never registered."""
    venue, _new = venues.apply(Facts(fresh("书店"), new_area()), clock.now())
    gate, _new = service.put_gate(fresh("G"), venue.venue, "东门", "in")
    missing = [call("GET", f"/gates/{one}") for one in (gate.gate, fresh("G"))]
    assert [(one.status, one.json()["code"]) for one in missing] == [(404, "no-gate")] * 2
    assert missing[0].json() == missing[1].json()


def test_the_poster_opens_the_page_of_its_gate_and_holds_no_code(engine: Service) -> None:
    """Its symbol's address is in the text, too; the manager's code is nowhere on it."""
    door = open_door()
    path = f"/gates/{door.gate}/poster"
    for role, scope in (("venue", door.venue), ("officer", door.area[:6])):
        drawn = call("GET", path, token=engine.token(role, scope))
        assert (drawn.status, drawn.headers["content-type"]) == (200, "application/pdf")
    assert drawn.headers["content-disposition"] == f'attachment; filename="{door.gate}.pdf"'
    text = pypdf.PdfReader(io.BytesIO(drawn.body)).pages[0].extract_text()
    assert all(part in text for part in ("查验上岗", "Begin a shift", "市民中心", "东门"))
    assert f"{settings().gate_url}/#gate={door.gate}" in text
    manager = engine.token("venue", door.venue)
    picture = call("GET", f"{path}?format=svg", token=manager)
    assert (picture.status, picture.headers["content-type"]) == (200, "image/svg+xml")
    for told in (text, picture.body.decode()):
        assert door.code not in told
        assert door.code.replace("-", "") not in told
    refused = call("GET", f"{path}?format=png", token=manager)
    assert (refused.status, refused.json()["code"]) == (400, "format")


def test_a_poster_is_its_managers_and_an_open_venues(engine: Service) -> None:
    """Another venue's manager and another district's officer get none; nor does anybody once the venue is closed."""
    door = open_door()
    path = f"/gates/{door.gate}/poster"
    for role, scope in (("venue", open_door().venue), ("officer", "980202")):
        assert call("GET", path, token=engine.token(role, scope)).status == 403
    manager = engine.token("venue", door.venue)
    officer = engine.token("officer", "99")
    assert call("GET", f"/gates/{fresh('G')}/poster", token=officer).json()["code"] == "no-gate"
    venues.decide(door.venue, "close", "停业", clock.now())
    closed = call("GET", path, token=manager)
    assert (closed.status, closed.json()["code"]) == (404, "not-approved")
