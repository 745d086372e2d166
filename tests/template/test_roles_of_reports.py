"""What the day's page asks, and what whoever keeps a door asks about who is inside, goes through under the roles."""

from __future__ import annotations

import pytest

from functions.shared import clock
from functions.venues import service as venues
from functions.venues.policy import Policy
from infra.local import Service
from tests.conftest import Http
from tests.door.world import AREA, open_door
from tests.template.test_roles import through_functions

__all__ = ["through_functions"]  # the fixture


@pytest.mark.parametrize("ending", ["", ".xlsx", ".csv"])
def test_a_report_goes_through_under_the_desks_role(through_functions: Http, ending: str) -> None:
    """As JSON, workbook and CSV."""
    officer = through_functions.token("officer", AREA[:6])
    answered = through_functions.get(f"/areas/{AREA[:6]}/report{ending}", token=officer)
    assert (answered.status, len(answered.body) > 100) == (200, True), answered.body


def test_who_is_inside_is_told_under_the_desks_role(through_functions: Http, engine: Service) -> None:
    """To the venue, to an officer, and to a guard, whose gate is looked up."""
    door = open_door()
    venues.set_policy(door.venue, Policy(occupancy=True), clock.now())
    for role, scope in (("venue", door.venue), ("officer", AREA), ("guard", door.gate)):
        told = through_functions.get(f"/venues/{door.venue}/occupancy", token=engine.token(role, scope))
        assert (told.status, told.json().get("present")) == (200, 0), told.body
