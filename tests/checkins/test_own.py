"""A person's own check-ins: theirs alone, newest first, by pages, for 14 days."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.checkins import service
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act
from functions.people.service import Owned
from functions.shared import clock
from functions.venues.policy import Policy
from infra.local import Service
from tests.door.inprocess import call
from tests.door.world import new_pid, open_venue

pytestmark = pytest.mark.usefixtures("engine")
AT = clock.now()
ALL = Owned(0, frozenset(), by_document=True)
DAY = 86_400


def put(pid: str, at: int, venue: str = "V-1", direction: str = "in", how: str = "self") -> None:
    """Store a check-in that was made then, whenever that is."""
    CheckinRow(
        pid,
        f"{at // 600}#{venue}#{direction}",
        hour_shard=f"{venue}#{at // 3600}#0",
        at=at,
        received_at=at,
        venue=venue,
        area="990101",
        direction=direction,
        decision="admitted",
        cause="entitled",
        how=how,
        ttl=at + 14 * DAY,
    ).save()


def read_all(pid: str, owned: Owned = ALL, at: int = AT) -> list[CheckinRow]:
    """Every page, one after another."""
    rows, before = [], None
    while True:
        page = service.own(pid, owned, before, at)
        rows += page.rows
        if page.before is None:
            return rows
        assert len(page.rows) >= service.PAGE or owned is not ALL
        before = page.before


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ages=st.sets(st.integers(0, 40_000), min_size=0, max_size=160))
def test_pages_hold_each_once_newest_first(ages: set[int]) -> None:
    """However they fall into slots: no page boundary loses one, shows one twice or turns the order round."""
    pid = new_pid()
    with CheckinRow.batch_write() as batch:
        for number, age in enumerate(sorted(ages)):
            batch.save(
                CheckinRow(
                    pid,
                    f"{(AT - age) // 600}#V-{number}#in",
                    hour_shard="V#1#0",
                    at=AT - age,
                    received_at=AT,
                    venue=f"V-{number}",
                    area="990101",
                    direction="in",
                    decision="admitted",
                    cause="entitled",
                    ttl=AT + DAY,
                )
            )
    assert [int(row.at) for row in read_all(pid)] == [AT - age for age in sorted(ages)]


def test_what_is_14_days_old_is_gone() -> None:
    """Law 8: to the second, whether or not DynamoDB has taken the row away."""
    pid = new_pid()
    put(pid, AT - 14 * DAY)
    put(pid, AT - 14 * DAY + 1, "V-2")
    assert [row.venue for row in read_all(pid)] == ["V-2"]


def test_only_what_belongs_to_who_enrolled_is_shown() -> None:
    """Not what somebody before them did under the number, nor, unless a list vouches, what was done by the document."""
    pid = new_pid()
    put(pid, AT - 9000, "V-before")
    put(pid, AT - 6000, "V-own")
    put(pid, AT - 3000, "V-assisted", how="assisted")
    mine = Owned(AT - 7000, frozenset(), by_document=False)
    assert [row.venue for row in read_all(pid, mine)] == ["V-own"]
    vouched = Owned(AT - 7000, frozenset({"U-1"}), by_document=True)
    assert [row.venue for row in read_all(pid, vouched)] == ["V-assisted", "V-own"]


def test_over_http(engine: Service) -> None:
    """The venue by its name, the full cause, who made it; a cursor leads on and opens for nobody else."""
    venue, pid = open_venue(policy=Policy(pass_required=False)), new_pid()
    token = engine.token("holder", pid)
    at = clock.now()
    for direction, age in (("in", 3600), ("out", 60)):
        body = {"venue": venue, "direction": direction, "at": clock.rfc3339(at - age)}
        assert call("POST", "/checkins", body, token=token).status == 201
    told = call("GET", "/me/checkins", token=token)
    assert told.status == 200, told.body
    shared = {
        "venue": venue,
        "venue_name": "市民中心",
        "decision": "admitted",
        "cause": "pass-not-required",
        "rule": "health",
    }
    assert told.json() == {
        "checkins": [
            {**shared, "direction": "out", "at": clock.rfc3339(at - 60), "how": "self"},
            {**shared, "direction": "in", "at": clock.rfc3339(at - 3600), "how": "self"},
        ]
    }
    other = engine.token("holder", new_pid())
    assert call("GET", "/me/checkins", token=other).json() == {"checkins": []}
    for number in range(service.PAGE):
        put(pid, at - 7200 - 600 * number)
    first = call("GET", "/me/checkins", token=token).json()
    assert len(first["checkins"]) == service.PAGE
    rest = call("GET", f"/me/checkins?next={first['next']}", token=token).json()
    assert (len(rest["checkins"]), "next" in rest) == (2, False)
    for cursor, bearer in ((first["next"], other), ("x" + first["next"], token)):
        refused = call("GET", f"/me/checkins?next={cursor}", token=bearer)
        assert (refused.status, refused.json()["code"]) == (400, "cursor")


def test_a_check_in_and_its_repeat_are_one_row(engine: Service) -> None:
    """What a lost answer made somebody send twice they see once."""
    venue, pid = open_venue(policy=Policy(pass_required=False)), new_pid()
    act = Act(pid, venue, "in", AT)
    service.check_in(act, AT)
    service.check_in(act, AT + 5)
    assert engine.url
    assert len(read_all(pid, at=AT + 5)) == 1
