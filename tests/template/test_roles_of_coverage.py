"""The role grants what a district's and a grid worker's page ask for: requests go through the deployed function."""

from __future__ import annotations

import time

from functions.venues import entrances
from functions.venues import service as venues
from functions.venues.service import Facts
from tests.conftest import Http
from tests.door.world import fresh, new_area
from tests.template.test_roles import through_functions

__all__ = ["through_functions"]  # the fixture


def test_from_a_register_to_a_walk_goes_through_under_the_role(through_functions: Http) -> None:
    """Loaded twice, listed, counted, linked by hand, walked and chased: each is granted."""
    http, area, now = through_functions, new_area(), int(time.time())
    officer, worker = http.token("officer", area[:6]), http.token("worker", area)
    sheet = f"名称,地址,区划\n东门书店,一路1号,{area}\n茶馆,二路2号,{area}\n".encode()
    for new in (2, 0):
        loaded = http.post(f"/areas/{area[:6]}/register?format=csv", sheet, token=officer)
        assert (loaded.status, loaded.json()["new"]) == (200, new), loaded.body
    changed = http.post(f"/areas/{area[:6]}/register?format=csv", sheet.replace(b"\xe4\xb8\x80", b"1"), token=officer)
    assert (changed.status, changed.json()["new"]) == (200, 1), changed.body
    venue = venues.register(fresh("V"), Facts("门口的店", area), now)[0].venue
    entrances.add_code(venue, "", now)
    listed = http.get(f"/areas/{area}/coverage", token=worker)
    assert (listed.status, len(listed.json()["businesses"])) == (200, 3), listed.body
    scanned = http.get(f"/areas/{area}/coverage?kind=never-scanned", token=worker)
    assert [one["venue"] for one in scanned.json()["venues"]] == [venue], scanned.body
    business = listed.json()["businesses"][0]["business"]
    decided = http.put(
        f"/register/{business}/venue", {"decision": "link", "venue": venue, "reason": "现场核实"}, token=officer
    )
    assert decided.status == 200, decided.body
    counted = http.get(f"/areas/{area}/coverage/summary", token=worker)
    assert (counted.status, counted.json()["total"]["venues"]) == (200, 1), counted.body
    for kind, item in (("without-code", business), ("never-scanned", venue)):
        made = http.post(f"/areas/{area}/patrols", {"kind": kind, "label": "三网格", "items": [item]}, token=worker)
        assert made.status == 201, made.body
        path = f"/patrols/{made.json()['patrol']}"
        for status in (201, 200):
            told = {"client": "c-1", "how": "visit", "outcome": "code-put-up"}
            chased = http.post(f"{path}/items/{item}/chases", told, token=worker)
            assert chased.status == status, chased.body
        assert http.get(path, token=officer).json()["chased"] == 1
    assert len(http.get(f"/areas/{area}/patrols", token=worker).json()["patrols"]) == 2
