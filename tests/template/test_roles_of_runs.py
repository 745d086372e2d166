"""The roles grant what a run and its report need: started, performed, read and written down by deployed functions alone."""

from __future__ import annotations

import uuid

from functions.shared import clock
from infra.local import Service
from tests.conftest import Http
from tests.matching.test_runs_http import finished, start
from tests.matching.world import HOUR, World, arrive, drain
from tests.template.test_roles import through_functions

__all__ = ["through_functions"]  # the fixture


def test_a_run_and_its_report_go_through_under_the_roles(through_functions: Http, engine: Service) -> None:
    """The desk plans and reports, the machine's functions fold, decide, gather and apply, a laboratory reads its own."""
    assert engine.outputs
    http, world = through_functions, World(clock.now())
    arrive([world.result("p1", "negative", HOUR)], world.at)
    drain()
    world.register("u")
    world.enlist("u", ["p1", "p2"])
    run = start(http, world)
    done = finished(http, world, run)
    assert (done["state"], done["refused"]) == ("done", {"no-test": 1}), done
    officer = http.token("officer", world.area)
    workbook = http.get(f"/matching/runs/{run}/report.xlsx", token=officer)
    assert (workbook.status, workbook.body[:2]) == (200, b"PK"), workbook.body
    lab = f"L-{uuid.uuid4().hex[:8]}"
    assert http.put(f"/labs/{lab}", {"name": "示范检验所", "area": world.area}, token=officer).status == 201
    overdue = http.get(f"/labs/{lab}/overdue", token=http.token("lab", lab))
    assert (overdue.status, overdue.json().get("samples")) == (200, []), overdue.body
