"""Units and laboratories as an officer's console lists them: all of an area, each once, of nobody else's."""

from __future__ import annotations

import uuid
from itertools import count
from typing import Any

import pytest

from functions.labs import service as labs
from functions.shared import clock
from functions.units import service as units
from infra.local import Service
from tests.door.inprocess import call

_DISTRICTS = count(2_000)


def new_district() -> str:
    """Return a district that no other test of this process uses."""
    return f"98{next(_DISTRICTS)}"


def register(kind: str, area: str) -> str:
    """Register a unit or a laboratory and return its id."""
    made, at = f"X-{uuid.uuid4().hex[:12]}", clock.now()
    if kind == "units":
        facts = units.Facts("第一食品厂", area, "food", "A3", "EPI-1", "区指挥部", 10, at + clock.DAY_S)
        units.register(made, facts, at)
    else:
        labs.register(made, name="信禾", area=area, at=at)
    return made


def listed(engine: Service, kind: str, scope: str, query: str = "") -> list[dict[str, Any]]:
    """Return one page as an officer of a scope reads it."""
    answered = call("GET", f"/{kind}{query}", token=engine.token("officer", scope))
    assert answered.status == 200, answered.body
    found: list[dict[str, Any]] = answered.json()[kind]
    return found


def ids(found: list[dict[str, Any]], kind: str) -> set[str]:
    """Return the ids of what a list holds."""
    return {str(one[kind.removesuffix("s")]) for one in found}


@pytest.mark.parametrize("kind", ["units", "labs"])
def test_a_list_holds_what_the_area_holds_and_nothing_else(engine: Service, kind: str) -> None:
    """A district's officer sees all of it, a subdistrict's theirs, either a narrower area they ask for."""
    district = new_district()
    here, there, elsewhere = (
        register(kind, district + "001001"),
        register(kind, district + "002"),
        register(kind, "960101"),
    )
    assert ids(listed(engine, kind, district), kind) == {here, there}
    assert ids(listed(engine, kind, district + "001"), kind) == {here}
    assert ids(listed(engine, kind, district, f"?area={district}002"), kind) == {there}
    (one,) = listed(engine, kind, district + "002")
    assert one["area"] == district + "002"
    wide: set[str] = set()
    path, token = f"/{kind}", engine.token("officer", district[:4])
    following = ""
    while True:
        page = call("GET", path + following, token=token).json()
        wide |= ids(page[kind], kind)
        if "next" not in page:
            break
        following = f"?next={page['next']}"
    assert {here, there} <= wide
    assert elsewhere not in wide


@pytest.mark.parametrize("kind", ["units", "labs"])
def test_a_long_list_comes_in_pages_that_are_one_officers_own(engine: Service, kind: str) -> None:
    """Fifty a page, each once; the link to the next opens for that officer and that area alone."""
    district = new_district()
    made = {register(kind, district + "001") for _ in range(53)}
    officer = engine.token("officer", district, "officer-1")
    first = call("GET", f"/{kind}", token=officer).json()
    second = call("GET", f"/{kind}?next={first['next']}", token=officer).json()
    assert (len(first[kind]), len(second[kind]), "next" in second) == (50, 3, False)
    assert ids(first[kind] + second[kind], kind) == made
    other = engine.token("officer", district, "officer-2")
    for token, query in ((other, ""), (officer, f"&area={district}001")):
        refused = call("GET", f"/{kind}?next={first['next']}{query}", token=token)
        assert (refused.status, refused.json()["code"]) == (400, "cursor")


@pytest.mark.parametrize("kind", ["units", "labs"])
@pytest.mark.parametrize(("query", "status"), [("?area=12", 403), ("?area=9801", 403), ("?area=x", 400), ("?x=1", 400)])
def test_what_is_no_area_of_ones_own_is_refused(engine: Service, kind: str, query: str, status: int) -> None:
    """Another's area, a wider one than one's own, no area at all."""
    assert call("GET", f"/{kind}{query}", token=engine.token("officer", "980101")).status == status
