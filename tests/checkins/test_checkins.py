"""Check-ins on the embedded engine: decided, stored once, answered again as stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.checkins import service
from functions.checkins.model import CheckinRow
from functions.checkins.rules import Act, Decision
from functions.checkins.service import Answered, Sources
from functions.matching.model import EntitlementRow
from functions.matching.policy import DEFAULT
from functions.matching.rules import evidence_text
from functions.people.model import Person
from functions.results.rules import Result
from functions.shared import clock
from functions.shared.pids import pid_of
from functions.shared.problems import NotFound, Rejected
from functions.venues import service as venues
from functions.venues.policy import Policy
from infra.local import Service
from tests.checkins.test_rules import Entitled, refused
from tests.door.inprocess import call
from tests.door.world import fresh, new_pid, open_door, open_venue
from tests.people.world import Someone

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()


def entitled_until(expires_at: int) -> Sources:
    """A person whose entitlement ends then."""
    return Sources(standing=lambda _pid, _at: (Entitled(decided_at=AT - 3600, expires_at=expires_at),))


def test_a_repeat_is_answered_with_what_was_stored() -> None:
    """Law 2: whatever became of the person since, the check-in that was made is the one that is told."""
    act = Act(new_pid(), open_venue(), "in", AT)
    first = service.check_in(act, AT, sources=entitled_until(AT + 3600))
    assert first == Answered(Decision("admitted", "entitled"), new=True)
    sick = Sources(standing=lambda _pid, _at: (refused("positive", AT),))
    assert service.check_in(act, AT + 1, sources=sick) == Answered(first.decision, new=False)
    out = Act(act.pid, act.venue, "out", AT)
    # Refusing the record of a way out would only lose who was there: it is recorded, with the person's advice.
    assert service.check_in(out, AT + 1, sources=sick) == Answered(Decision("admitted", "positive"), new=True)


def test_an_instant_out_of_the_window_is_refused_and_not_replaced() -> None:
    """A queue of four days ago, or a phone of next week, leaves no row."""
    pid, venue = new_pid(), open_venue()
    for at in (AT - 72 * 3600 - 1, AT + 121):
        with pytest.raises(Rejected) as refusal:
            service.check_in(Act(pid, venue, "in", at), AT)
        assert refusal.value.code == "at-out-of-window"
    assert service.of_person(pid, AT) == []


def test_who_somebody_is_is_opened_only_where_something_was_decided_of_them() -> None:
    """Most people are on nobody's list: their check-in decrypts no name, and stands though nobody could."""
    one, at = Someone(), clock.now()
    venue, row = open_venue(policy=Policy(pass_required=False)), Person(one.pid, identity="none", phone="none")
    row.phone_hash, row.enrolled_at, row.turn = "none", at, 1
    row.save()
    try:
        made = service.check_in(Act(one.pid, venue, "in", at), at)
    finally:
        row.delete()
    assert made.decision == Decision("admitted", "pass-not-required")


def test_no_check_in_where_there_is_no_venue() -> None:
    """An unknown venue and one that was never approved are the same to a stranger."""
    applied, _new = venues.apply(venues.Facts(fresh("书店"), "990101001001"), AT)
    for venue in (fresh("V"), applied.venue):
        with pytest.raises(NotFound):
            service.check_in(Act(new_pid(), venue, "in", AT), AT)


def test_the_row_lies_in_its_venues_hour_and_lives_14_days() -> None:
    """By venue, UTC hour and crc32 shard; keys only, so that a tracer's first look costs little."""
    venue, pid = open_venue(policy=Policy(shards=4)), new_pid()
    service.check_in(Act(pid, venue, "in", AT), AT)
    (row,) = service.of_person(pid, AT)
    assert int(row.ttl) == AT + 14 * 86_400
    assert service.of_person(pid, AT + 14 * 86_400) == []
    assert row.hour_shard in {f"{venue}#{datetime.fromtimestamp(AT, UTC):%Y%m%d%H}#{shard}" for shard in range(4)}
    (indexed,) = CheckinRow.by_venue.query(row.hour_shard)
    assert (indexed.pid, int(indexed.at)) == (pid, AT)
    assert list(service.ways_of_hour(venue, AT, 4)) == [("self", 1)]


def test_a_queue_is_answered_one_by_one() -> None:
    """One bad check-in of 25 does not stop the rest; a double in one queue is one."""
    pid, venue = new_pid(), open_venue()
    acts = [
        Act(pid, venue, "in", AT - 7200),
        Act(pid, venue, "in", AT - 80 * 3600),
        Act(pid, fresh("V"), "in", AT),
        Act(pid, venue, "in", AT - 7200),
        Act(pid, venue, "out", AT - 3000),
    ]
    answers = list(service.check_in_all([(act, service.Details()) for act in acts], AT, entitled_until(AT - 3600)))
    assert [type(one).__name__ for one in answers] == ["Answered", "Rejected", "NotFound", "Answered", "Answered"]
    assert [(a.decision.cause, a.new) for a in answers if isinstance(a, Answered)] == [
        ("decided-since", True),
        ("decided-since", False),
        ("test-too-old", True),
    ]


def test_a_shop_is_held_to_its_tower_and_to_how_many_fit() -> None:
    """The tower's rule is named with the tower; full is full for others, and not for who is inside already."""
    tower = open_venue(policy=Policy(oldest_test_s=3600))
    facts = venues.Facts(fresh("店"), "990101001001", parent=tower)
    shop = venues.register(fresh("V"), facts, AT)[0].venue
    pid, late, other = new_pid(), new_pid(), new_pid()
    own = Policy(occupancy=True, capacity=1)
    # The age of a test that the entitlement does not tell lets nobody in silently.
    told = service.check_in(Act(pid, shop, "in", AT), AT, sources=entitled_until(AT + 3600)).decision
    assert (told, told.rule, told.venue) == (Decision("unsure", "test-age-unknown"), "oldest-test", tower)
    assert service.of_person(pid, AT)[0].rule == "oldest-test"
    venues.set_policy(tower, Policy(), AT)
    venues.set_policy(shop, own, AT)
    full = Sources(standing=entitled_until(AT + 3600).standing, inside=lambda _venue, _stay, _at: 1)
    room = Sources(standing=full.standing, inside=lambda _venue, _stay, _at: 0)
    acts = (
        (Act(late, shop, "in", AT - 700), room),
        (Act(late, shop, "in", AT), full),
        (Act(other, shop, "in", AT), full),
        (Act(other, shop, "out", AT), full),
        # It waited: how many were inside then is not known.
        (Act(new_pid(), shop, "in", AT - 3600), full),
    )
    causes = [service.check_in(act, AT, sources=sources).decision.cause for act, sources in acts]
    assert causes == ["entitled", "entitled", "full", "entitled", "entitled"]


def test_the_person_is_told_the_full_cause_and_a_guard_the_coarse_one(engine: Service) -> None:
    """An employer or a guard never learns a medical cause; the person always does."""
    door = open_door()
    pid = new_pid()
    EntitlementRow(pid, "U-1", **entitlement("positive")).save()
    at = clock.rfc3339(clock.now())
    own = call(
        "POST",
        "/checkins",
        {"venue": door.venue, "direction": "in", "at": at},
        token=engine.token("holder", pid),
    )
    told = own.json()
    checks = {one["rule"]: one["outcome"] for one in told.pop("checks")}
    assert (own.status, told) == (201, {"decision": "refused", "cause": "positive", "rule": "pass"})
    assert checks == {"closed": "passed", "pass": "failed", "colour": "not-checked", "travel": "not-checked"}
    number = fresh("SPECIMEN").upper().replace("-", "")
    body = {"id_number": number, "direction": "in", "at": at, "id_type": "sailor"}
    other = pid_of("sailor", number)
    EntitlementRow(other, "U-1", **entitlement("positive")).save()
    path = f"/venues/{door.venue}/assisted-checkins"
    for role, scope, status in (
        ("guard", door.gate, 201),
        ("venue", door.venue, 200),
        ("officer", "990101", 200),
        ("guard", open_door().gate, 403),
        ("venue", open_venue(), 403),
        ("officer", "990102", 403),
    ):
        sent = call("POST", path, body, token=engine.token(role, scope))
        assert sent.status == status, sent.body
        if status != 403:
            told = sent.json()
            assert {one["rule"] for one in told.pop("checks", [])} <= {"closed", "colour", "travel"}
            assert told == {"decision": "refused", "cause": "not-eligible", "rule": "status"}
    (row,) = service.of_person(other, clock.now())
    assert (row.how, row.cause) == ("assisted", "positive")
    leaving = call("POST", path, {**body, "direction": "out"}, token=engine.token("guard", door.gate)).json()
    del leaving["checks"]
    assert leaving == {"decision": "admitted", "cause": "left", "rule": "status"}


def test_whoever_leaves_with_a_positive_reads_what_to_do_and_gets_no_receipt(engine: Service) -> None:
    """The record of a way out is never refused; the marks of a receipt say that somebody may come in."""
    door, pid = open_door(), new_pid()
    EntitlementRow(pid, "U-1", **entitlement("positive")).save()
    body = {"venue": door.venue, "direction": "out", "at": clock.rfc3339(clock.now())}
    told = call("POST", "/checkins", body, token=engine.token("holder", pid)).json()
    del told["checks"]
    assert told == {"decision": "admitted", "cause": "positive", "rule": "pass"}


def entitlement(cause: str) -> dict[str, Any]:
    """The attributes of a refusal."""
    return {
        "unit": "U-1",
        "verdict": "refused",
        "cause": cause,
        "decided_at": AT - 3600,
        "expires_at": 0,
        "sampled_at": AT - 7200,
        "lab": "L-1",
        "tube": "T-1",
        "policy": DEFAULT.version,
        "evidence": evidence_text([Result("", "L-1", "T-1", 0, 1, AT - 7200, AT, "positive")]),
        "run": "",
        "ttl": AT + 86_400,
    }


def test_a_wrong_number_is_named_by_its_law_and_never_quoted(engine: Service) -> None:
    """The problem says what to compare; the number is in no answer."""
    venue = open_venue()
    body = {"id_number": "990101199003071110", "direction": "in", "at": clock.rfc3339(AT)}
    sent = call("POST", f"/venues/{venue}/assisted-checkins", body, token=engine.token("venue", venue))
    assert (sent.status, sent.json()["code"]) == (422, "document")
    assert sent.json()["errors"][0]["law"].startswith("id-")
    assert b"9901011990" not in sent.body


def test_a_batch_over_http(engine: Service) -> None:
    """201 new, 200 repeat, 404 and 422 with the problem's code, in the order of what was sent."""
    venue, holder = open_venue(policy=Policy(pass_required=False)), engine.token("holder", new_pid())
    now = clock.now()
    at, old = clock.rfc3339(now), clock.rfc3339(now - 100 * 3600)
    checkins = [
        {"venue": venue, "direction": "in", "at": at},
        {"venue": venue, "direction": "in", "at": at},
        {"venue": fresh("V"), "direction": "in", "at": at},
        {"venue": venue, "direction": "in", "at": old},
    ]
    sent = call("POST", "/checkins/batch", {"checkins": checkins}, token=holder)
    results = sent.json()["results"]
    assert [bool(one.pop("receipt", None)) for one in results] == [True, True, False, False]
    assert results == [
        {"status": 201, "cause": "pass-not-required", "decision": "admitted", "rule": "health"},
        {"status": 200, "cause": "pass-not-required", "decision": "admitted", "rule": "health"},
        {"status": 404, "cause": "no-venue"},
        {"status": 422, "cause": "at-out-of-window"},
    ]
    for wrong in ([], checkins * 7):
        assert call("POST", "/checkins/batch", {"checkins": wrong}, token=holder).status == 400
    bad = {"venue": venue, "direction": "in", "at": "2026-13-45T00:00:00Z"}
    assert call("POST", "/checkins", bad, token=holder).status == 400
    assert call("POST", "/checkins", checkins[0], token=holder).status == 200
