"""Policies over HTTP, and what each kind of venue asks in a district: who may set what, and what is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from functions.shared import clock
from functions.venues import presets, service
from functions.venues.policy import Hours, Policy
from functions.venues.service import Facts
from infra.local import Service
from tests.door.inprocess import Reply, call
from tests.door.world import fresh, open_venue

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()
# A district of this module's own: what it sets must bind nobody else's venues.
DISTRICT = "990177"
AREA = DISTRICT + "001001"
WHOLE: dict[str, Any] = {
    "pass_required": False,
    "max_list_age_s": 600,
    "oldest_test_s": 86_400,
    "persons": "listed",
    "hours": [{"days": [7, 1, 1], "opens": "22:00", "closes": "06:00"}],
    "opens_on": "2026-11-01",
    "closes_on": "2026-12-31",
    "occupancy": True,
    "capacity": 300,
    "stay_s": 3600,
    "temperature": True,
    "never_refuses": True,
}


def test_a_whole_policy_is_kept_and_told_to_anybody(engine: Service) -> None:
    """What a person will be asked is no secret; what is not asked is not in the answer."""
    venue = open_venue()
    path, token = f"/venues/{venue}", engine.token("officer", "990101")
    sent = call("PUT", f"{path}/policy", WHOLE, token=token)
    assert sent.status == 200, sent.body
    kept = {**WHOLE, "hours": [{"days": [1, 7], "opens": "22:00", "closes": "06:00"}]}
    assert sent.json()["policy"] == kept
    assert call("GET", path).json()["rules"] == kept
    assert service.must(venue, AT).policy.hours == (Hours((1, 7), "22:00", "06:00"),)
    assert call("PUT", f"{path}/policy", {}, token=token).status == 200
    assert call("GET", path).json()["rules"] == {"pass_required": True, "max_list_age_s": 14_400}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"capacity": 5}, 422, "capacity-without-occupancy"),
        ({"opens_on": "2026-02-30"}, 422, "dates"),
        ({"opens_on": "2026-11-22", "closes_on": "2026-11-21"}, 422, "dates"),
        ({"opens_on": "22.11.2026"}, 400, ""),
        ({"oldest_test_s": 3599}, 400, ""),
        ({"oldest_test_s": 14 * 86_400 + 1}, 400, ""),
        ({"capacity": 0, "occupancy": True}, 400, ""),
        ({"capacity": 100_001, "occupancy": True}, 400, ""),
        ({"hours": [{"days": [1], "opens": "24:00", "closes": "06:00"}]}, 400, ""),
        ({"hours": [{"days": [], "opens": "08:00", "closes": "16:00"}]}, 400, ""),
        ({"hours": [{"days": [1], "opens": "08:00", "closes": "16:00"}] * 15}, 400, ""),
    ],
)
def test_a_policy_that_can_not_be_is_refused_by_name(engine: Service, body: Any, status: int, code: str) -> None:
    """Limits are the interface's; what contradicts itself says what."""
    sent = call("PUT", f"/venues/{open_venue()}/policy", body, token=engine.token("officer", "990101"))
    assert sent.status == status, sent.body
    assert not code or sent.json()["code"] == code


def test_a_venue_that_is_approved_asks_what_its_district_set_for_its_kind(engine: Service) -> None:
    """Applied for or registered, by a word of either language; who set a policy before keeps it."""
    officer = engine.token("officer", DISTRICT)
    own = [
        {"kind": "school", "policy": {"oldest_test_s": 86_400}},
        {"kind": "other", "policy": {"max_list_age_s": 7200}},
    ]
    sent = call("PUT", f"/districts/{DISTRICT}/presets", {"presets": own}, token=officer)
    assert sent.status == 200, sent.body
    told = {one["kind"]: one for one in call("GET", f"/districts/{DISTRICT}/presets", token=officer).json()["presets"]}
    assert list(told) == list(presets.DEFAULTS)
    assert (told["school"]["own"], told["school"]["policy"]["oldest_test_s"]) == (True, 86_400)
    assert (told["hospital"]["own"], told["hospital"]["policy"]["never_refuses"]) == (False, True)
    school, _new = service.register(fresh("V"), Facts(fresh("学校"), AREA, " 学校 "), AT)
    assert school.policy == Policy(oldest_test_s=86_400)
    applied, _new = service.apply(Facts(fresh("医院"), AREA, "Hospital"), AT)
    assert applied.policy == Policy()
    assert service.decide(applied.venue, "approve", "ok", AT).policy == presets.DEFAULTS["hospital"]
    set_before, _new = service.apply(Facts(fresh("学校"), AREA, "school"), AT)
    service.set_policy(set_before.venue, Policy(max_list_age_s=600), AT)
    assert service.decide(set_before.venue, "approve", "ok", AT).policy == Policy(max_list_age_s=600)
    # A kind that nobody made rules for, and a venue that says none, are of the kind `other`.
    for unknown in ("棋牌室", ""):
        other, _new = service.register(fresh("V"), Facts(fresh("棋社"), AREA, unknown), AT)
        assert other.policy == Policy(max_list_age_s=7200)


def test_a_registration_that_failed_is_whole_when_it_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A venue never stands approved without the rules of its kind, where nobody would ask for them again."""
    venue, facts = fresh("V"), Facts(fresh("医院"), AREA, "hospital")

    def fail(_area: str, _category: str, _at: int) -> Policy:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(presets, "preset", fail)
        with pytest.raises(OSError):  # noqa: PT011 - the one raised above
            service.register(venue, facts, AT)
    assert service.register(venue, facts, AT)[0].policy == presets.DEFAULTS["hospital"]


def test_a_manager_may_ask_more_than_the_preset_and_an_officer_less(engine: Service) -> None:
    """What an officer loosened, the manager may save again; the preset they may not go below."""
    venue = service.register(fresh("V"), Facts(fresh("工地"), AREA, "site"), AT)[0].venue
    manager, officer = engine.token("venue", venue), engine.token("officer", DISTRICT)

    def put(body: Any, token: str) -> Reply:
        return call("PUT", f"/venues/{venue}/policy", body, token=token)

    strict = {"persons": "listed", "oldest_test_s": 86_400}
    assert put(strict, manager).status == 200
    assert put({"persons": "listed"}, manager).status == 200
    refused = put({}, manager)
    assert (refused.status, refused.json()["code"]) == (403, "preset")
    assert put({}, officer).status == 200
    assert put({}, manager).status == 200
    assert put({"pass_required": False}, manager).status == 403


def test_presets_are_a_districts(engine: Service) -> None:
    """A subdistrict sets none, a province sets a district's, no district sets another's; a kind has one."""
    body: dict[str, Any] = {"presets": []}
    for scope, area, status in (
        ("99", "990178", 200),
        ("990178001", "990178", 403),
        ("990179", "990178", 403),
        ("99", "990178001", 404),
    ):
        for method, said in (("GET", None), ("PUT", body)):
            answered = call(method, f"/districts/{area}/presets", said, token=engine.token("officer", scope))
            assert answered.status == status, answered.body
    twice = {"presets": [{"kind": "mall", "policy": {}}] * 2}
    sent = call("PUT", "/districts/990178/presets", twice, token=engine.token("officer", "990178"))
    assert (sent.status, sent.json()["code"]) == (422, "kind-twice")
