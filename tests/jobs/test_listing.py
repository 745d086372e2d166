"""Lists of jobs: an owner's newest, an officer's by state, and whose each is."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from functions.jobs import listing, service
from functions.jobs.model import Head, state_place
from functions.shared.clock import now
from functions.shared.pids import pid_of
from functions.staff import service as staff
from functions.staff.model import StaffRow
from functions.units import service as units
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.jobs.driving import Steps, new_unit, person_id, staff_csv, upload

_DISTRICTS = count(2_000)


@pytest.fixture
def area() -> str:
    """A community of a district that no other test uses."""
    return f"97{next(_DISTRICTS)}001001"


def jobs(engine: Service, path: str, scope: str, role: str = "officer") -> list[dict[str, Any]]:
    """Return the jobs of a list."""
    answered: Reply = call("GET", path, token=engine.token(role, scope))
    assert answered.status == 200, answered.body
    found: list[dict[str, Any]] = answered.json()["jobs"]
    return found


def sent(engine: Service, unit: str, data: bytes, mode: str = "update") -> str:
    """Upload a list over HTTP and return its job."""
    path = f"/units/{unit}/staff-list?format=csv&mode={mode}"
    answered = call("POST", path, data, token=engine.token("unit", unit))
    assert answered.status == 202, answered.body
    return str(answered.json()["job"])


def test_a_unit_and_its_officer_see_its_newest_jobs_first(engine: Service, steps: Steps, area: str) -> None:
    """Whose, how far and what changed, without a name; of no other unit, and for no other district."""
    unit, other = new_unit(area=area), new_unit(area=area)
    first = upload(unit, staff_csv(range(10)), at=now() - 60)
    upload(other, staff_csv(range(10)))
    steps.finish()
    second = sent(engine, unit, staff_csv(range(1, 10)), "replace")
    steps.finish()
    for role, scope in (("unit", unit), ("officer", area[:6])):
        found = jobs(engine, f"/units/{unit}/jobs", scope, role)
        assert [(one["job"], one["state"], one["owner"]) for one in found] == [
            (second, "held", unit),
            (first.job, "done", unit),
        ]
        assert (found[0]["leaving"], found[1]["added"], "leaving_names" in found[0]) == (1, 10, False)
        assert found[1]["rows_applied"] == 10
    refused = call("GET", f"/units/{unit}/jobs", token=engine.token("officer", "980101"))
    assert refused.status == 403
    assert call("GET", "/units/U-nowhere/jobs", token=engine.token("unit", "U-nowhere")).status == 404


def test_only_the_newest_fifty_are_listed(engine: Service, area: str) -> None:
    """However many there were in ninety days, the list is short and begins with the last; what is over is left out."""
    unit, at = new_unit(area=area), now()
    for place in range(55):
        made = Head(f"J-{unit}-{place}", "head", owner=f"unit:{unit}", area=area, kind="staff-list", file_format="csv")
        made.sha256, made.size_bytes, made.state, made.received_at = "", 1, "done", at
        made.created_at, made.district_state, made.ttl = at - place, state_place(area, "done"), at + 3600 * (place != 3)
        made.save()
    found = jobs(engine, f"/units/{unit}/jobs", unit, "unit")
    assert [one["job"] for one in found] == [f"J-{unit}-{place}" for place in range(50) if place != 3]


def test_a_laboratory_has_its_own_list(engine: Service, area: str) -> None:
    """Its own and nobody else's, also when it has none yet."""
    lab = new_unit(area=area).replace("U-", "L-")
    officer = engine.token("officer", area[:6])
    assert call("PUT", f"/labs/{lab}", {"name": "信禾", "area": area}, token=officer).status == 201
    for role, scope in (("lab", lab), ("officer", area[:4])):
        assert jobs(engine, f"/labs/{lab}/jobs", scope, role) == []
    assert call("GET", f"/labs/{lab}/jobs", token=engine.token("lab", "L-other")).status == 403
    assert call("GET", f"/labs/{lab}/jobs", token=engine.token("officer", "980101")).status == 403


def test_an_officer_finds_what_waits_and_releases_it(engine: Service, steps: Steps, area: str) -> None:
    """Held jobs of the area with their owner and cause; once decided they are among those of their new state."""
    unit = new_unit(area=area)
    sent(engine, unit, staff_csv(range(20)))
    steps.finish()
    held = sent(engine, unit, staff_csv(range(15)), "replace")
    steps.finish()
    for scope, path in (
        (area[:6], "/jobs"),
        (area, "/jobs?state=held"),
        (area[:6], f"/jobs?area={area[:9]}"),
        (area[:4], "/jobs?state=held"),
    ):
        found = [one for one in jobs(engine, path, scope) if one["owner"] == unit]
        assert [(one["job"], one["kind"]) for one in found] == [(held, "staff-list")], path
        assert found[0]["cause"].startswith("leaving-many: ")
        assert not {"leaving_names", "to_correct"} & found[0].keys()
    assert not [one for one in jobs(engine, f"/jobs?area={area[:6]}999", area[:6]) if one["owner"] == unit]
    body = {"decision": "apply", "reason": "they left"}
    assert call("POST", f"/jobs/{held}/decision", body, token=engine.token("officer", area[:6])).status == 200
    assert jobs(engine, "/jobs", area[:6]) == []
    assert [one["job"] for one in jobs(engine, "/jobs?state=running", area[:6])] == [held]
    steps.finish()
    assert held in [one["job"] for one in jobs(engine, "/jobs?state=done", area[:6])]


def test_a_job_is_listed_by_the_state_it_is_in_at_every_step(steps: Steps, area: str) -> None:
    """Received, running, held, done, failed: the index never says another state than the job."""
    unit = new_unit(area=area, quota=12)
    files = [(staff_csv(range(10)), "update"), (staff_csv(range(2, 10)), "replace"), (staff_csv(range(30)), "update")]
    seen: set[str] = set()
    for data, mode in files:
        head = upload(unit, data, mode=mode)
        more = True
        while more:
            now_is = service.find(head.job, now())
            seen.add(now_is.state)
            assert now_is.district_state == state_place(now_is.area, now_is.state)
            more = steps.one()
    assert seen == {"received", "running", "held", "done", "failed"}
    held = service.find(upload(unit, files[1][0], mode="replace").job, now())
    cancelled = service.decide(held, "cancel", "x", actor="unit:x", owner=True, at=now())
    assert cancelled.district_state == state_place(cancelled.area, "cancelled")


def test_many_jobs_come_in_pages_bound_to_their_state(engine: Service, area: str) -> None:
    """Fifty a page, the newest first, each once; a link made for one state does not open another."""
    unit, at = new_unit(area=area), now()
    for place in range(60):
        made = Head(f"J-{unit}-{place}", "head", owner=f"unit:{unit}", area=area, kind="staff-list", file_format="csv")
        made.sha256, made.size_bytes, made.state, made.received_at = "", 1, "held", at
        made.created_at, made.district_state, made.ttl = at - place, state_place(area, "held"), at + 3600
        made.save()
    token = engine.token("officer", area[:6])
    first = call("GET", "/jobs?state=held", token=token).json()
    second = call("GET", f"/jobs?state=held&next={first['next']}", token=token).json()
    assert [one["job"] for one in first["jobs"] + second["jobs"]] == [f"J-{unit}-{place}" for place in range(60)]
    refused = call("GET", f"/jobs?state=done&next={first['next']}", token=token)
    assert (refused.status, refused.json()["code"]) == (400, "cursor")
    assert call("GET", "/jobs?state=lost", token=token).status == 400
    assert listing.in_state(area, "held", None, 50, at + 7200).items == []


def test_a_job_says_who_is_new_who_changes_and_who_leaves(steps: Steps, area: str) -> None:
    """A row sent again as it was changes nobody; another phone, name, role or end does."""
    unit = new_unit(area=area)
    head = "姓名,身份证号,手机,岗位,有效期至\n"
    rows = staff_csv(range(6)).decode().splitlines()[1:]
    upload(unit, (head + "".join(f"{row},护士,\n" for row in rows)).encode())
    steps.finish()
    changed = [
        f"{rows[0]},护士,",
        f"{rows[1]},医生,",
        f"{rows[2].replace('13800138000', '13900139000')},护士,",
        f"{rows[3]},护士,2099-01-01",
        f"{rows[4].replace('小', '大')},护士,",
        staff_csv([40]).decode().splitlines()[1] + ",护士,",
    ]
    made = upload(unit, (head + "\n".join(changed) + "\n").encode(), mode="replace")
    steps.finish()
    told = service.find(made.job, now())
    assert (told.added, told.changed, told.leaving) == (1, 4, 1)


def test_a_row_that_does_not_open_is_healed_by_the_next_upload(steps: Steps, area: str) -> None:
    """One is listed again and counts as changed; another leaves, without a name; the job is checked as any other."""
    unit = new_unit(area=area)
    upload(unit, staff_csv(range(30)))
    steps.finish()
    before = units.must(unit).current
    spoilt = {pid_of("resident-id", person_id(number)) for number in (0, 29)}
    for pid in spoilt:
        StaffRow(f"{unit}#{before}", pid).update(actions=[StaffRow.person.set("eyJ9.x.y.z")])
    made = upload(unit, staff_csv(range(29)), mode="replace")
    steps.finish()
    told = service.find(made.job, now())
    assert (told.added, told.changed, told.leaving) == (0, 1, 1)
    assert list(service.leaving_names(told)) == ["*"]
    if told.state == "held":
        service.decide(told, "apply", "left", actor="unit:x", owner=True, at=now())
        steps.finish()
    healed = staff.listing(unit, pid_of("resident-id", person_id(0)), now())
    assert healed is not None
    assert healed.id_tail == person_id(0)[-4:]
