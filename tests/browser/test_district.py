"""A generated district lived in by browsers: a shop applies, its poster is printed and scanned, the report says so.

`EPIPASS_DISTRICT=50000x3000x14` makes it as large as a city's: people, venues, days.
"""

from __future__ import annotations

import io
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Page

from functions.counters import reports
from functions.shared import clock
from infra.local import Service, settling
from infra.local.district import CHINA, District, Size
from tests.browser.office import Office
from tests.browser.phone import enrol, outcomes
from tests.browser.served import origin_of
from tests.browser.test_applications import decide, desk_of, fill
from tests.browser.test_day import figure
from tests.conftest import Http
from tests.decoding import qr_codes
from tests.people.world import Someone

__all__ = ["desk_of"]  # a fixture
_AREA = "990194"
_BUDGET_S = 3_600 if "EPIPASS_DISTRICT" in os.environ else 300


@dataclass(frozen=True)
class Lived:
    """The district as it was generated."""

    made: District
    checkins: int

    @property
    def community(self) -> str:
        """One with a venue in it that is open."""
        return next(one.area for one in self.made.places if one.state == "approved")


@pytest.fixture
def lived(engine: Service) -> Lived:
    """Settled, and counted to the last check-in."""
    assert engine
    people, venues, days = map(int, os.environ.get("EPIPASS_DISTRICT", "30x20x3").split("x"))
    made = District(Size(people, venues, days, datetime.now(CHINA).date(), area=_AREA))
    at = int(time.time())
    places = settling.settle_venues(made, at, lambda n: n)
    written = settling.settle_people(made, places, at, lambda n: n)
    day, deadline = clock.china_day(at), time.monotonic() + _BUDGET_S
    while reports.report(_AREA, day, at).own.cumulative["checkins"] != written:
        assert time.monotonic() < deadline, "the counters have not followed"
        time.sleep(0.2)
    return Lived(made, written)


def read_poster(data: bytes) -> str:
    """What a decoder reads on the one page of a poster."""
    (page,) = pypdfium2.PdfDocument(io.BytesIO(data))
    (found,) = qr_codes(page.render(scale=2).to_pil())
    return found


@pytest.mark.timeout(_BUDGET_S + 120)
def test_from_an_application_to_the_report(
    served: Http,
    engine: Service,
    lived: Lived,
    new_page: Callable[..., Page],
    desk_of: Callable[[str], Office],
) -> None:
    """What hangs on the door is what the decoder reads; whoever scans it counts within seconds, once, in each area."""
    name, phone = f"红光药房{uuid.uuid4().hex[:6]}", f"137{uuid.uuid4().int % 10**8:08d}"
    place: dict[str, Any] = {"geolocation": {"latitude": 31.2, "longitude": 121.4}, "permissions": ["geolocation"]}
    shop = new_page(accept_downloads=True, **place)
    shop.goto(f"{origin_of(served, 'me')}/apply#{lived.community}")
    fill(shop, engine, name, phone)
    shop.locator("#category").select_option("pharmacy")
    shop.locator("#send").click()
    shop.locator("[data-state=applied]").wait_for()
    office = desk_of(lived.community[:9])
    decide(office, "applied", name, "批准", "同意")
    shop.reload()
    shop.locator("[data-state=approved]").wait_for()
    with shop.expect_download() as coming:
        shop.get_by_role("button", name="下载海报").click()
    address = read_poster(Path(coming.value.path()).read_bytes())
    assert address.startswith(origin_of(served, "me") + "/c/V-")

    office.go("day")
    within = [lived.community[:digits] for digits in (6, 9, 12)]
    counted = [checkins_of(area) for area in within]
    before = counted[1]
    figure(office.desk.page, "checkins", f"{before:,}")
    visitor = new_page()
    visitor.goto(address)
    visitor.locator("h1", has_text=name).wait_for()
    enrol(visitor, Someone())
    visitor.dblclick("#in")
    assert outcomes(visitor) == ["admitted"]
    figure(office.desk.page, "checkins", f"{before + 1:,}")  # by itself, within seconds
    assert [checkins_of(area) for area in within] == [n + 1 for n in counted]


def checkins_of(area: str) -> int:
    """Today's check-ins of an area by its counters."""
    return reports.report(area, clock.china_day(clock.now()), clock.now()).own.of_day.get("checkins", 0)
