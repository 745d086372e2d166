"""The end of the scheme in a district: nothing is recorded from then on, what was done before is, and it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from functions.checkins import service as checkins
from functions.checkins.recording import Details
from functions.checkins.rules import Act
from functions.shared import clock
from functions.shared.clock import DAY_S, rfc3339
from functions.shared.problems import Rejected
from functions.venues import entrances, scheme
from functions.venues import service as venues
from functions.venues.service import Facts
from infra.local import Service
from tests.door.inprocess import call
from tests.door.world import fresh, new_pid, open_venue

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()
_DISTRICTS = count(6_000)


@pytest.fixture
def district() -> Iterator[str]:
    """A district of this test's own: its end must be nobody else's."""
    code = f"98{next(_DISTRICTS)}"
    yield code
    scheme.set_end(code, None, AT)


def ended(district: str) -> int:
    """End the scheme an hour ago, as somebody set it two days ago."""
    end = AT - 3600
    scheme.set_end(district, end, AT - 2 * DAY_S)
    return end


def test_after_the_end_nothing_is_recorded_and_what_was_done_before_is(district: str) -> None:
    """A phone without a network sends its visit of before the end; one of after it leaves no row, and both are told."""
    venue, pid = open_venue(district + "001001"), new_pid()
    end = ended(district)
    late = [Act(pid, venue, "in", end - 1), Act(pid, venue, "out", end)]
    first, second = checkins.check_in_all([(one, Details()) for one in late], AT)
    assert isinstance(first, checkins.Answered)
    assert first.new
    assert isinstance(second, Rejected)
    assert second.code == "scheme-ended"
    assert [int(row.at) for row in checkins.of_person(pid, AT)] == [end - 1]


def test_a_code_says_politely_that_it_is_over(district: str) -> None:
    """Anybody who scans learns that nothing is asked, and beforehand when it will be so."""
    venue = open_venue(district + "001001")
    code = entrances.add_code(venue, "东门", AT)
    assert call("GET", f"/venue-codes/{code.code}").json()["ends_at"] is None
    ahead = AT + 3 * DAY_S
    scheme.set_end(district, ahead, AT)
    told = call("GET", f"/venue-codes/{code.code}").json()
    assert (told["state"], told["ends_at"]) == ("approved", rfc3339(ahead))
    end = ended(district)
    told = call("GET", f"/venue-codes/{code.code}").json()
    assert (told["state"], told["ends_at"]) == ("ended", rfc3339(end))


def test_nobody_applies_for_a_code_any_more_and_taken_back_all_goes_on(district: str) -> None:
    """Another wave comes: the same posters work again."""
    facts, venue = Facts(fresh("书店"), district + "001001"), open_venue(district + "001001")
    ended(district)
    with pytest.raises(Rejected) as refused:
        venues.apply(facts, AT)
    assert refused.value.code == "scheme-ended"
    scheme.set_end(district, None, AT)
    assert venues.apply(facts, AT)[1]
    assert checkins.check_in(Act(new_pid(), venue, "in", AT), AT).new


def test_a_spreadsheet_after_the_end_is_refused_for_that(engine: Service, district: str) -> None:
    """The end is told once: no row is said to lie in a venue that is not there."""
    area, sheet = district + "001001", "名称,地址\n书店,一路1号\n".encode()
    ended(district)
    token = engine.token("worker", area)
    sent = call("POST", f"/areas/{area}/venue-applications?format=csv", sheet, token=token)
    assert (sent.status, sent.json()["code"]) == (422, "scheme-ended")
    scheme.set_end(district, None, AT)
    assert call("POST", f"/areas/{area}/venue-applications?format=csv", sheet, token=token).json()["applied"] == 1


def test_an_officer_of_the_whole_district_sets_it_a_day_ahead(engine: Service, district: str) -> None:
    """Not at once by a slip, not by a community, not for what is no district; the same again changes nothing."""
    path, officer = f"/districts/{district}/scheme", engine.token("officer", district)
    soon, ahead = rfc3339(clock.now() + DAY_S - 60), rfc3339(clock.now() + DAY_S + 60)
    refused = call("PUT", path, {"ends_at": soon}, token=officer)
    assert (refused.status, refused.json()["code"]) == (422, "too-soon")
    for _again in range(2):
        sent = call("PUT", path, {"ends_at": ahead}, token=officer)
        assert (sent.status, sent.json()) == (200, {"ends_at": ahead, "over": False})
    assert call("GET", path, token=officer).json() == {"ends_at": ahead, "over": False}
    assert call("PUT", path, {"ends_at": "next spring, maybe"}, token=officer).status == 400
    part = engine.token("officer", district + "001")
    assert call("PUT", path, {"ends_at": None}, token=part).status == 403
    city = engine.token("officer", district[:4])
    assert call("PUT", f"/districts/{district[:4]}/scheme", {"ends_at": None}, token=city).status == 404
    assert call("PUT", path, {"ends_at": None}, token=officer).json() == {"ends_at": None, "over": False}


def test_presets_and_the_end_do_not_overwrite_each_other(engine: Service, district: str) -> None:
    """Both stand in the district's row, and each is changed alone."""
    ahead = AT + 3 * DAY_S
    scheme.set_end(district, ahead, AT)
    body = {"presets": [{"kind": "mall", "policy": {"pass_required": False}}]}
    assert call("PUT", f"/districts/{district}/presets", body, token=engine.token("officer", district)).status == 200
    assert scheme.end_of(district, AT) == ahead
    scheme.set_end(district, ahead + 60, AT)
    kept = call("GET", f"/districts/{district}/presets", token=engine.token("officer", district)).json()["presets"]
    assert next(one for one in kept if one["kind"] == "mall")["own"]
