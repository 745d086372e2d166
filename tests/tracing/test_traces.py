"""A trace from the ask to the people: two persons, one search, an audit row before each page, names for one key alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from itertools import count

import pytest

from functions.audit import service as audit
from functions.gates import service as gates
from functions.passes.model import PassRow
from functions.scans import rules as scan_rules
from functions.scans.model import ScanRow
from functions.shared import clock
from functions.shared.problems import Conflict, Forbidden, NotFound, Rejected, Unavailable
from functions.tracing import keys, presence, rules, searching, service
from functions.tracing.model import HEAD, Head
from functions.tracing.service import Approval
from functions.venues import service as venues
from functions.venues.policy import Policy
from infra.local import Service
from tests.door.inprocess import call
from tests.door.world import fresh, new_pid
from tests.tracing.test_presence import together
from tests.tracing.world import (
    DAY,
    DISTRICT,
    HOUR,
    OFFICER,
    TRACER,
    Team,
    approved,
    asking,
    audited,
    checkin,
    enrol,
    everybody,
    open_shop,
    pids,
    store,
    work_all,
)

pytestmark = pytest.mark.usefixtures("engine")
NOW = clock.now()
START = (NOW - 4 * DAY) // HOUR * HOUR


def test_the_search_names_exactly_whom_brute_force_names(team: Team) -> None:
    """A tower with shops, a sharded market, sixty people for three days: the same people, as long, in the same order."""
    tower, market = open_shop(), open_shop()
    shops = [open_shop(tower) for _ in range(3)]
    venues.set_policy(market, Policy(shards=4), NOW)
    chains = {tower: (tower,), market: (market,), **{shop: (shop, tower) for shop in shops}}
    draw = random.Random(20261127)  # noqa: S311 - a district that is the same in each run
    everyone = [new_pid() for _ in range(60)]
    lives: dict[str, list[presence.Act]] = {}
    rows = []
    for pid in everyone:
        taken = set()
        for _ in range(draw.randint(2, 12)):
            place, at = draw.choice(list(chains)), START + draw.randrange(0, 3 * DAY, 1800)
            way, refused = draw.choice(("in", "in", "out")), draw.random() < 0.1
            if (place, at, way) in taken:
                continue
            taken.add((place, at, way))
            decision = "refused" if refused else draw.choice(("admitted", "unsure"))
            shards = 4 if place == market else 1
            rows.append(checkin(pid, place, at, way, decision=decision, shards=shards))
            lives.setdefault(pid, []).append(presence.Act(place, way == "out", at, way == "out" or not refused))
    store(*rows)
    case = everyone[0]
    window = (START + 6 * HOUR, START + 60 * HOUR)
    head = approved(asking(*window, pid=case), team, NOW)
    work_all()
    head = service.must(head.trace, NOW)
    assert (head.state, head.hours_done) == ("done", head.hours_total)
    truth = {
        pid: _together(lives[case], lives[pid], window, chains)
        for pid in everyone[1:]
        if _together(lives[case], lives[pid], window, chains)
    }
    shown = everybody(head, NOW)
    assert {one.found.pid: one.found.seconds for one in shown} == truth
    assert len(truth) > 10
    assert [one.rank for one in shown] == list(range(1, len(truth) + 1))
    assert [one.found.seconds for one in shown] == sorted(truth.values(), reverse=True)


def _together(
    case: list[presence.Act], other: list[presence.Act], window: tuple[int, int], chains: dict[str, tuple[str, ...]]
) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.tracing.test_presence.CHAINS", chains)
        patch.setattr("tests.tracing.test_presence.VENUES", tuple(chains))
        return together(case, other, window)[0]


def test_names_leave_for_the_follow_up_teams_key_alone(engine: Service, team: Team) -> None:
    """Nothing in an answer tells who somebody is; the team opens the contact, and who never enrolled is said to be so."""
    venue, case, known, stranger = open_shop(), *pids(3)
    enrol(known, "欧阳娜娜", "13800138021", "990101199003071119")
    store(*(checkin(pid, venue, START) for pid in (case, known, stranger)))
    head = approved(asking(START - HOUR, START + DAY, pid=case), team, NOW)
    work_all()
    shown = {one.found.pid: one for one in everybody(service.must(head.trace, NOW), NOW)}
    assert set(shown) == {known, stranger}
    told = team.open(shown[known].contact)
    assert told == {"ref": shown[known].ref, "name": "欧阳娜娜", "phone": "13800138021", "id_tail": "1119"}
    assert (shown[stranger].contact, shown[stranger].unreachable) == ("", "never-enrolled")
    assert known not in shown[known].ref
    for reader in (OFFICER, TRACER):
        role, _, subject = reader.partition(":")
        answer = call("GET", f"/traces/{head.trace}/people", token=engine.token(role, DISTRICT, subject))
        assert answer.status == 200, answer.body
        (contact,) = [one["contact"] for one in answer.json()["people"] if "contact" in one]
        assert team.open(contact) == told
        whole = f"{answer.headers}{answer.body.decode()}"
        assert not any(
            secret in whole for secret in ("欧阳娜娜", "13800138021", "990101199003071119", case, known, stranger)
        )
    keys.retire(Team(key=other_key(team)).key, NOW)  # another team's end changes nothing here
    assert everybody(service.must(head.trace, NOW), NOW)[0].contact


def other_key(team: Team) -> str:
    """A second team's confirmed key."""
    assert team.key
    return Team().registered().key


def test_a_retired_key_gets_no_more_contacts() -> None:
    """Whoever has the lost key reads nothing from then on; the times and places stay."""
    lost, venue, (case, known) = Team().registered(), open_shop(), pids(2)
    enrol(known, "买买提", "13800138022", "990101199003071119")
    store(checkin(case, venue, START), checkin(known, venue, START))
    head = approved(asking(START - HOUR, START + DAY, pid=case), lost, NOW)
    work_all()
    keys.retire(lost.key, NOW)
    (one,) = everybody(service.must(head.trace, NOW), NOW)
    assert (one.contact, one.unreachable, one.found.seconds) == ("", "key-retired", presence.STAY_S)
    with pytest.raises(Rejected):
        approved(asking(START, START + DAY, pid=case), lost, NOW)


def test_one_person_alone_completes_nothing(team: Team) -> None:
    """Neither with a second role: approving, a key, each wants another registered person."""
    head, _new = service.ask(asking(START, START + DAY, pid=new_pid()), "officer:alone", NOW)
    for actor in ("tracer:alone", "officer:alone"):
        with pytest.raises(Forbidden) as refused:
            service.decide(head.trace, Approval("approve", "", 0, team.key), actor, NOW)
        assert refused.value.code == "second-person"
    mine = Team()
    keys.register(mine.key, mine.public, name="我", area=mine.area, actor="officer:alone", at=NOW)
    with pytest.raises(Forbidden):
        keys.confirm(mine.key, "tracer:alone", NOW)
    with pytest.raises(Rejected) as unconfirmed:
        service.decide(head.trace, Approval("approve", "", 0, mine.key), TRACER, NOW)
    assert unconfirmed.value.code == "key"
    assert service.must(head.trace, NOW).state == "asked"
    searching.search(head.trace)
    assert service.must(head.trace, NOW).state == "asked"
    with pytest.raises(Conflict) as early:
        service.read(head, 0, "officer:alone", NOW)
    assert early.value.code == "not-done"


def test_each_reading_is_in_the_log_before_it_is_answered(team: Team) -> None:
    """Two readings are two rows, of two people, of one person, and of the same second; no row, no page."""
    venue, (case, other) = open_shop(), pids(2)
    store(checkin(case, venue, START), checkin(other, venue, START))
    head = approved(asking(START - HOUR, START + DAY, pid=case), team, NOW)
    work_all()
    head = service.must(head.trace, NOW)
    assert audited("trace.read", head.trace) == []

    def full(*_facts: object, **_named: object) -> None:
        raise audit.NotRecorded

    with pytest.raises(Unavailable) as unanswered:
        service.read(head, 0, OFFICER, NOW, record=full)
    assert unanswered.value.code == "audit"
    assert audited("trace.read", head.trace) == []
    for actor in (OFFICER, OFFICER, TRACER):
        assert len(service.read(head, 0, actor, NOW).people) == 1
    rows = audited("trace.read", head.trace)
    assert sorted((row.actor, row.count) for row in rows) == [(OFFICER, 1), (OFFICER, 1), (TRACER, 1)]
    assert len({(row.query_hash, row.result_hash) for row in rows}) == 1
    for stranger in ("officer:else", "tracer:else"):
        with pytest.raises(Forbidden) as refused:
            service.read(head, 0, stranger, NOW)
        assert refused.value.code == "reader"
    assert len(audited("trace.read", head.trace)) == 3
    assert [len(audited(act, head.trace)) for act in ("trace.asked", "trace.approved")] == [1, 1]


def test_the_same_again_changes_nothing_and_another_decision_conflicts(team: Team) -> None:
    """Whoever had no answer asks again, and gets what there is."""
    asked = asking(START, START + DAY, pid=new_pid())
    head, new = service.ask(asked, OFFICER, NOW)
    again, second = service.ask(asked, OFFICER, NOW + 5)
    assert (new, second, again.trace, again.asked_at) == (True, False, head.trace, head.asked_at)
    assert service.ask(asked, "officer:other", NOW)[0].trace != head.trace
    approve = Approval("approve", "", 0, team.key)
    for _ in range(2):
        assert service.decide(head.trace, approve, TRACER, NOW).state == "approved"
    with pytest.raises(Conflict) as decided:
        service.decide(head.trace, Approval("refuse", "不必要"), TRACER, NOW)
    assert decided.value.code == "decided"
    work_all()
    done = service.decide(head.trace, approve, TRACER, NOW)
    assert (done.state, work_all()) == ("done", 0)
    refused, _new = service.ask(asking(START, START + DAY, pid=new_pid()), OFFICER, NOW)
    assert service.decide(refused.trace, Approval("refuse", "不必要"), TRACER, NOW).state == "refused"
    with pytest.raises(Conflict):
        service.decide(refused.trace, approve, TRACER, NOW)
    with pytest.raises(NotFound):
        service.must("T-none", NOW)


class Killed(BaseException):
    """The worker's machine is gone."""


def dying_at(look: int) -> Callable[[], int]:
    """A clock a minute later at each look, so that every beat is written; at one of them its reader dies."""
    looks = count(1)

    def now() -> int:
        if (n := next(looks)) == look:
            raise Killed
        return NOW + 60 * n

    return now


def test_a_search_killed_anywhere_and_sent_again_finds_the_same(team: Team) -> None:
    """Wherever it dies: its lease runs out, the next begins anew, and only whole results are ever read."""
    venue, everyone = open_shop(), pids(8)
    store(*(checkin(pid, venue, START + n * 600) for n, pid in enumerate(everyone)))
    case, people_there = everyone[0], set(everyone[1:])
    found = []
    for deadly in range(1, 40):
        head = approved(asking(START - HOUR, START + DAY, pid=case), team, NOW)
        try:
            searching.search(head.trace, dying_at(deadly))
        except Killed:
            half = Head.get(head.trace, HEAD, consistent_read=True)
            with pytest.raises(Conflict):
                service.read(half, 0, OFFICER, NOW)
            if half.state == "searching":
                with pytest.raises(searching.Busy):
                    searching.search(head.trace, partial(int, half.leased_until - 1))
            searching.search(head.trace, lambda: NOW + 20_000)
        else:
            break
        done = service.must(head.trace, NOW)
        found.append(rules.ranked(service.page_of_people(done, 0, NOW)))
        searching.search(head.trace, lambda: NOW + 30_000)  # delivered again
        assert service.must(head.trace, NOW).attempt == done.attempt
    assert len(found) > 5
    assert all(one == found[0] for one in found)
    assert {one.pid for one in found[0]} == people_there
    work_all(200)


def test_who_was_taken_over_adds_nothing(team: Team) -> None:
    """A worker that was only slow finds its attempt replaced, and leaves the result alone."""
    venue, (case, other) = open_shop(), pids(2)
    store(checkin(case, venue, START), checkin(other, venue, START))
    head = approved(asking(START - HOUR, START + DAY, pid=case), team, NOW)
    looks = []

    def slow() -> int:
        looks.append(1)
        if len(looks) == 3:  # within the reading: another worker came, searched and finished
            searching.search(head.trace, lambda: NOW + 1_000)
        return NOW + 100 * len(looks)

    with pytest.raises(searching.Overtaken):
        searching.search(head.trace, slow)
    done = service.must(head.trace, NOW)
    assert (done.state, len(service.page_of_people(done, 0, NOW))) == ("done", 1)
    work_all()


def test_what_somebody_at_the_door_saw_is_told_apart(team: Team) -> None:
    """Assisted, or a guard's accepted scan of one of the person's passes; a refused scan, or another's, is nothing."""
    venue, (case, alone, assisted, scanned, refused, feverish) = open_shop(), pids(6)
    gate, _new = gates.put_gate(fresh("G"), venue, "东门", "in")
    store(
        checkin(case, venue, START),
        checkin(alone, venue, START),
        checkin(assisted, venue, START, how="assisted"),
        checkin(scanned, venue, START),
        checkin(refused, venue, START),
        checkin(feverish, venue, START, entrance="K7QM3XPA91", party=4),
    )
    for pid, verdict, cause in ((scanned, "accepted", ""), (refused, "refused", ""), (feverish, "unsure", "fever")):
        sub = fresh("sub")
        PassRow(
            pid, f"U-1#{NOW + DAY}#k", sub=sub, kid="k", status_list="l", status_index=1, token="t",
            signed_at=START, expires_at=NOW + DAY, ttl=NOW + DAY,
        ).save()  # fmt: skip
        ScanRow(
            gate.gate, scan_rules.ulid(START + 300, new_pid().encode()[:10]), venue=venue, area="990101001001",
            at=START + 300, received_at=START + 300, direction="in", sub=sub, status_list="l", index=1,
            verdict=verdict, code="ok", cause=cause, live=True, ttl=START + 14 * DAY,
        ).save()  # fmt: skip
    head = approved(asking(START - HOUR, START + DAY, pid=case), team, NOW)
    work_all()
    sure = {one.found.pid: one.found.met[0].confirmed for one in everybody(service.must(head.trace, NOW), NOW)}
    assert sure == {alone: False, assisted: True, scanned: True, refused: False, feverish: True}
    (told,) = [one.found.met[0] for one in everybody(service.must(head.trace, NOW), NOW) if one.found.pid == feverish]
    # Of a code that the venue does not know any more, what stands on the poster.
    assert (told.entrances, told.party, told.doubt) == (("K7QM-3XPA-91",), 4, "")


def test_a_venue_without_a_first_person(team: Team) -> None:
    """Who was in it and in what it contains; not who was beside it."""
    tower = open_shop()
    shop, beside = open_shop(tower), open_shop(tower)
    (inside, at_door, other) = pids(3)
    store(checkin(inside, shop, START), checkin(at_door, tower, START), checkin(other, beside, START))
    head = approved(asking(START - HOUR, START + DAY, venue=shop), team, NOW)
    whole = approved(asking(START - HOUR, START + DAY, venue=tower), team, NOW)
    work_all()
    found = [{one.found.pid for one in everybody(service.must(one.trace, NOW), NOW)} for one in (head, whole)]
    assert found == [{inside}, {inside, at_door, other}]


def test_what_lies_outside_the_area_is_counted_and_not_searched(team: Team) -> None:
    """A district asks about itself; for the rest it asks the city."""
    here, there, (case, near, far) = open_shop(), open_shop(area="990202001001"), pids(3)
    store(
        checkin(case, here, START),
        checkin(near, here, START),
        checkin(case, there, START + 6 * HOUR, area="990202001001"),
        checkin(far, there, START + 6 * HOUR, area="990202001001"),
    )
    head = approved(asking(START - HOUR, START + DAY, pid=case), team, NOW)
    work_all()
    done = service.must(head.trace, NOW)
    assert (done.outside, [one.found.pid for one in everybody(done, NOW)]) == (1, [near])


def test_a_short_overlap_is_left_out_when_asked_so(team: Team) -> None:
    """And the margin takes in who came just after."""
    venue, (case, short, after) = open_shop(), pids(3)
    store(
        checkin(case, venue, START),
        checkin(case, venue, START + HOUR, "out"),
        checkin(short, venue, START + 50 * 60),
        checkin(after, venue, START + HOUR + 600),
    )
    found = []
    for least_s, margin_s in ((0, 0), (900, 0), (0, 1800)):
        asked = asking(START - HOUR, START + DAY, pid=case, least_s=least_s, margin_s=margin_s)
        head = approved(asked, team, NOW)
        work_all()
        found.append({one.found.pid for one in everybody(service.must(head.trace, NOW), NOW)})
    assert found == [{short}, set(), {short, after}]
