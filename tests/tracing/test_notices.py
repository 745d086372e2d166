"""What the people concerned see: that a trace touched their data, once the embargo is over, and the district's notice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pytest

from functions.audit import service as audit
from functions.lookups import seen
from functions.lookups.model import LookupRow
from functions.people.service import Owned
from functions.shared import clock
from functions.shared.problems import Conflict, Forbidden, Rejected
from functions.tracing import notices, rules, service
from functions.tracing.model import Head, NoticeRow
from functions.tracing.shapes import TraceIn
from infra.local import Service
from tests.door.inprocess import call
from tests.door.world import fresh
from tests.tracing.world import (
    DAY,
    HOUR,
    OFFICER,
    TRACER,
    Team,
    approved,
    asking,
    audited,
    checkin,
    open_shop,
    pids,
    store,
    work_all,
)

pytestmark = pytest.mark.usefixtures("engine")
NOW = clock.now()
START = (NOW - 4 * DAY) // HOUR * HOUR
ALL = Owned(0, frozenset(), by_document=True)
ZH, EN = "请做核酸检测。", "Please take a test."


def searched(team: Team, people: list[str], embargo_until: int = 0) -> Head:
    """A trace of the first of some people that found the others."""
    venue = open_shop()
    store(*(checkin(pid, venue, START) for pid in people))
    head = approved(asking(START - HOUR, START + DAY, pid=people[0]), team, NOW, embargo_until)
    work_all()
    return service.must(head.trace, NOW)


def looked(pid: str, at: int, owned: Owned = ALL) -> list[tuple[str, str, int]]:
    """The traces that a person sees at an instant: ground, district, approved."""
    rows = seen.of_person(pid, owned, "", at).rows
    return [(row.ground, row.district, int(row.searched_at)) for row in rows if row.kind == "trace"]


def test_a_person_sees_the_trace_when_its_embargo_is_over_and_not_a_second_sooner(team: Team) -> None:
    """The case too; the ground, the district and the day, never who asked."""
    people, until = pids(3), NOW + 5 * DAY
    searched(team, people, until)
    for pid in people:
        assert looked(pid, until - 1) == []
        assert looked(pid, until) == [("case-investigation", "990101", NOW)]
        assert looked(pid, until + 14 * DAY - 1) != []
        assert looked(pid, until + 14 * DAY) == []
    other = pids(2)
    searched(team, other)
    assert looked(other[1], NOW) != []


def test_what_is_hidden_takes_no_place_on_a_page(team: Team) -> None:
    """Fifty embargoed traces of one person leave the page of what may be seen as it was."""
    pid = pids(1)[0]
    for n in range(seen.PAGE + 5):
        LookupRow(
            f"pid#{pid}", f"{NOW + DAY + n:010d}#trace#T-{n}", kind="trace", at=NOW + DAY + n, ttl=NOW + 9 * DAY
        ).save()
    LookupRow(f"pid#{pid}", f"{NOW - 5:010d}#assisted#V#in", kind="assisted", at=NOW - 5, ttl=NOW + DAY).save()
    assert [row.kind for row in seen.of_person(pid, ALL, "", NOW).rows] == ["assisted"]
    assert team.key


def test_whoever_enrolled_under_anothers_number_learns_nothing_of_their_traces(team: Team) -> None:
    """Check-ins before the enrolment are not this phone's; a staff list that vouches shows them."""
    people = pids(2)
    searched(team, people)
    assert looked(people[1], NOW, Owned(START + 1, frozenset(), by_document=False)) == []
    assert looked(people[1], NOW, Owned(START, frozenset(), by_document=False)) != []


def test_an_embargo_lasts_at_most_14_days(team: Team) -> None:
    """Nobody is kept from knowing for ever."""
    with pytest.raises(Rejected) as refused:
        approved(asking(START, START + DAY, pid=pids(1)[0]), team, NOW, NOW + rules.EMBARGO_S + 1)
    assert refused.value.code == "embargo"


def test_a_notice_reaches_each_once_after_two_persons(team: Team) -> None:
    """Previewed with its count, confirmed by its very text, sent once whatever is delivered again."""
    people = pids(4)
    head = searched(team, people)
    with pytest.raises(Conflict) as none:
        notices.confirm(head, "x", TRACER, NOW)
    assert none.value.code == "no-notice"
    first = notices.propose(head, ZH, "First", OFFICER, NOW)
    read = notices.digest_of(first.notice_zh, first.notice_en)
    head = notices.propose(service.must(head.trace, NOW), ZH, EN, OFFICER, NOW)
    assert (head.notice, head.people) == ("proposed", 3)
    for actor, digest, refusal in (
        ("tracer:asks", notices.digest_of(ZH, EN), Forbidden),
        (TRACER, read, Conflict),
    ):
        with pytest.raises(refusal):
            notices.confirm(service.must(head.trace, NOW), digest, actor, NOW)
    assert work_all() == 0
    for _ in range(2):
        assert (
            notices.confirm(service.must(head.trace, NOW), notices.digest_of(ZH, EN), TRACER, NOW).notice == "sending"
        )
    asked: list[str] = []
    notices.send(head.trace, lambda: NOW, lambda _trace, pids: asked.extend(pids))
    assert work_all() == 2
    notices.send(head.trace, lambda: NOW, lambda _trace, pids: asked.extend(pids))
    assert sorted(asked) == sorted(people[1:])
    sent = service.must(head.trace, NOW)
    assert (sent.notice, sent.notice_sent) == ("sent", 3)
    for pid in people[1:]:
        assert [one.text_zh for one in notices.of_person(pid, ALL, NOW)] == [ZH]
    assert notices.of_person(people[0], ALL, NOW) == []
    assert notices.of_person(people[1], ALL, NOW + 14 * DAY) == []
    assert notices.of_person(people[1], Owned(NOW, frozenset(), by_document=False), NOW) == []
    with pytest.raises(Conflict) as over:
        notices.propose(sent, "又一次", "Again", OFFICER, NOW)
    assert over.value.code == "notice-under-way"
    with pytest.raises(Conflict):
        notices.stop(sent, OFFICER, NOW + rules.TEXT_S)


def test_a_killed_sending_goes_on_and_nobody_gets_it_twice(team: Team) -> None:
    """Whoever has it keeps it, whoever has not gets it; texts are asked for again, and sent once (`test_texts`)."""
    people = pids(9)
    head = searched(team, people)
    notices.propose(head, ZH, EN, OFFICER, NOW)
    notices.confirm(service.must(head.trace, NOW), notices.digest_of(ZH, EN), TRACER, NOW)
    asked: list[list[str]] = []

    def dying(_trace: str, pids: Sequence[str]) -> None:
        asked.append(sorted(pids))
        if len(asked) == 1:
            raise RuntimeError("the machine is gone")

    with pytest.raises(RuntimeError):
        notices.send(head.trace, lambda: NOW, dying)
    assert service.must(head.trace, NOW).notice_sent == 0
    notices.send(head.trace, lambda: NOW + 60, dying)
    assert asked == [sorted(people[1:])] * 2
    assert service.must(head.trace, NOW).notice_sent == 8
    assert [one.at for pid in people[1:] for one in notices.of_person(pid, ALL, NOW + 60)] == [NOW] * 8
    work_all()


def test_a_stop_takes_effect_between_pages_and_says_how_many_have_it(team: Team) -> None:
    """Sixty people, stopped while the first fifty get it: ten never do."""
    people = pids(61)
    head = searched(team, people)
    assert (head.people, head.pages) == (60, 2)
    notices.propose(head, ZH, EN, OFFICER, NOW)
    notices.confirm(service.must(head.trace, NOW), notices.digest_of(ZH, EN), TRACER, NOW)
    asked: list[str] = []

    def stopping(_trace: str, pids: Sequence[str]) -> None:
        asked.extend(pids)
        notices.stop(service.must(head.trace, NOW), "tracer:any", NOW)

    notices.send(head.trace, lambda: NOW, stopping)
    work_all()
    stopped = service.must(head.trace, NOW)
    assert (stopped.notice, stopped.notice_sent, len(asked)) == ("stopped", 50, 50)
    have = [pid for pid in people if any(NoticeRow.query(pid))]
    assert sorted(have) == sorted(asked)
    assert notices.stop(stopped, OFFICER, NOW).notice == "stopped"
    with pytest.raises(Conflict):
        notices.confirm(stopped, notices.digest_of(ZH, EN), TRACER, NOW)


def test_a_stop_that_the_log_did_not_take_stands_and_has_its_row_when_it_is_asked_for_again(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second counts, so that it is stopped first; whoever was told to come back must not find that all is done."""
    head = searched(team, pids(2))
    notices.propose(head, ZH, EN, OFFICER, NOW)
    head = service.must(head.trace, NOW)

    def full(*_facts: object, **_named: object) -> None:
        raise audit.NotRecorded

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", full)
        with pytest.raises(audit.NotRecorded):
            notices.stop(head, "tracer:any", NOW)
    stopped = service.must(head.trace, NOW)
    assert stopped.notice == "stopped"
    assert notices.stop(stopped, "tracer:any", NOW).notice == "stopped"
    assert [row.actor for row in audited("trace.notice-stopped", head.trace)] == ["tracer:any"]


def ask_of(venue: str) -> dict[str, str]:
    """An ask about a venue as it is sent."""
    return {
        "case": "CASE-2026-7",
        "ground": "case-investigation",
        "document": "流调字〔2026〕7号",
        "start": clock.rfc3339(START - HOUR),
        "end": clock.rfc3339(START + DAY),
        "venue": venue,
    }


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"case": "13800138000"}, 422, "case"),
        ({"case": "张小明"}, 422, "case"),
        ({"ground": "curiosity"}, 400, "malformed"),
        ({"start": clock.rfc3339(NOW - 15 * DAY)}, 422, "retention"),
        ({"end": clock.rfc3339(NOW + DAY)}, 422, "future"),
        ({"end": clock.rfc3339(START - HOUR)}, 422, "window"),
        ({"start": "yesterday at eight"}, 400, "malformed"),
        ({"document": " "}, 422, "label"),
        ({"venue": ""}, 422, "subject"),
        ({"id_number": "990101199003071114"}, 422, "subject"),
        ({"id_number": "990101199003071110"}, 422, "id-check-digit"),
        ({"venue": "V-none"}, 404, "no-venue"),
    ],
)
def test_what_cannot_be_asked_says_why(engine: Service, wrong: dict[str, str], status: int, code: str) -> None:
    """One law each, named with the member that breaks it; nothing of what was sent comes back."""
    refused = call("POST", "/traces", {**ask_of(shop()), **wrong}, token=engine.token("officer", "990101"))
    assert (refused.status, refused.json()["code"]) == (status, code), refused.body
    assert all(error["pointer"][1:] in TraceIn.__struct_fields__ for error in refused.json().get("errors", ()))


@lru_cache(maxsize=1)
def shop() -> str:
    """A venue for asks that are refused."""
    return open_shop()


def test_keys_that_cannot_be_registered_say_why(engine: Service, team: Team) -> None:
    """Not a point of the curve, and an id that stands for another key."""
    officer = engine.token("officer", "990101")
    listed = call("GET", "/follow-up-keys", token=engine.token("tracer", "9901")).json()["keys"]
    assert team.key in [one["key"] for one in listed]
    bad = {"name": "流调组", "area": "990101", "jwk": {**team.public, "x": "A" * 43}}
    wrong_key = call("PUT", "/follow-up-keys/K-bad", bad, token=officer)
    assert (wrong_key.status, wrong_key.json()["code"]) == (422, "jwk")
    taken = call("PUT", f"/follow-up-keys/{team.key}", {**bad, "jwk": Team().public}, token=officer)
    assert (taken.status, taken.json()["code"]) == (409, "key-taken")
    nowhere = call("PUT", "/follow-up-keys/K-bad", {**bad, "area": "99010"}, token=officer)
    assert (nowhere.status, nowhere.json()["code"]) == (422, "area")


def searched_over_http(engine: Service, team: Team, people: list[str], **more: str) -> str:
    """Ask and approve over HTTP, by two persons, and search; the approver may say more."""
    venue = open_shop()
    store(*(checkin(pid, venue, START) for pid in people))
    officer, tracer, body = engine.token("officer", "990101"), engine.token("tracer", "9901"), ask_of(venue)
    community = engine.token("officer", "990101001001")
    assert call("POST", "/traces", body, token=community).json()["code"] == "scope"
    asked = call("POST", "/traces", body, token=officer)
    assert asked.status == 201, asked.body
    trace = str(asked.json()["trace"])
    assert call("POST", "/traces", body, token=officer).status == 200
    listed = call("GET", "/traces?area=990101&state=asked", token=tracer).json()["traces"]
    assert trace in [one["trace"] for one in listed]
    assert call("GET", "/traces?state=curious", token=tracer).status == 400
    decision = {"decision": "approve", "reason": "同意", "follow_up_key": team.key, **more}
    twice = engine.token("tracer", "990101", "officer-990101")
    alone = call("POST", f"/traces/{trace}/approval", decision, token=twice)
    assert (alone.status, alone.json()["code"]) == (403, "second-person")
    assert call("POST", f"/traces/{trace}/approval", decision, token=tracer).json()["state"] == "approved"
    work_all()
    return trace


def test_the_embargo_that_the_approver_sets_hides_the_trace_until_it_is_over(engine: Service, team: Team) -> None:
    """Over HTTP: said to whoever reads the trace, and nothing to whom it concerns, until the clock is there."""
    people, until = pids(2), NOW + 5 * DAY
    trace = searched_over_http(engine, team, people, embargo_until=clock.rfc3339(until))
    told = call("GET", f"/traces/{trace}", token=engine.token("officer", "990101")).json()
    assert (told["state"], told["visible_at"]) == ("done", clock.rfc3339(until))
    for pid in people:
        assert call("GET", "/me/lookups", token=engine.token("holder", pid)).json()["lookups"] == []
        assert looked(pid, until - 1) == []
        assert [one[:2] for one in looked(pid, until)] == [("case-investigation", "990101")]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [("2099-12-31T00:00:00+08:00", 422, "embargo"), ("2026-11-31T00:00:00+08:00", 400, "malformed")],
)
def test_an_embargo_that_cannot_be_leaves_the_trace_undecided(
    engine: Service, team: Team, wrong: str, status: int, code: str
) -> None:
    """Nobody is kept from knowing for ever, and what is no instant is not read as none."""
    asked = call("POST", "/traces", ask_of(shop()), token=engine.token("officer", "990101", fresh("officer"))).json()
    decision = {"decision": "approve", "follow_up_key": team.key, "embargo_until": wrong}
    tracer = engine.token("tracer", "9901")
    refused = call("POST", f"/traces/{asked['trace']}/approval", decision, token=tracer)
    assert (refused.status, refused.json()["code"]) == (status, code), refused.body
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/embargo_until"]
    assert call("GET", f"/traces/{asked['trace']}", token=tracer).json()["state"] == "asked"


def test_over_http_from_ask_to_notice(engine: Service, team: Team) -> None:
    """Each step by its own person, and what the people concerned see of it."""
    people = pids(2)
    trace = searched_over_http(engine, team, people)
    officer, tracer = engine.token("officer", "990101"), engine.token("tracer", "9901")
    told = call("GET", f"/traces/{trace}", token=officer).json()
    assert (told["state"], told["people"], told["hours_done"]) == ("done", 2, told["hours_total"])
    page = call("GET", f"/traces/{trace}/people", token=officer).json()
    assert [(one["rank"], one["seconds"]) for one in page["people"]] == [(1, 7200), (2, 7200)]
    assert "next" not in page
    assert people[0] not in str(page)
    nothing = call("POST", f"/traces/{trace}/notice/stop", token=officer)
    assert (nothing.status, nothing.json()["code"]) == (409, "no-notice")
    broken = call("GET", f"/traces/{trace}/people?next=x", token=officer)
    assert (broken.status, broken.json()["code"]) == (400, "cursor")
    proposed = call("POST", f"/traces/{trace}/notice", {"text_zh": ZH, "text_en": EN}, token=officer).json()
    assert (proposed["state"], proposed["people"], proposed["sent"]) == ("proposed", 2, 0)
    assert proposed["texts"] == 2
    blank = call("POST", f"/traces/{trace}/notice", {"text_zh": " ", "text_en": EN}, token=officer)
    assert (blank.status, blank.json()["code"]) == (422, "text")
    confirmed = call("POST", f"/traces/{trace}/notice/confirmation", {"digest": proposed["digest"]}, token=tracer)
    assert confirmed.json()["state"] == "sending", confirmed.body
    work_all()
    stop = call("POST", f"/traces/{trace}/notice/stop", token=officer).json()  # its texts may still go
    assert (stop["state"], stop["sent"]) == ("stopped", 2)
    holder = engine.token("holder", people[1])
    read = call("GET", "/me/notices", token=holder).json()["notices"]
    assert [(one["text_zh"], one["text_en"]) for one in read] == [(ZH, EN)]
    shown = call("GET", "/me/lookups", token=holder).json()["lookups"]
    assert [(one["kind"], one["place"], one["ground"]) for one in shown] == [("trace", "990101", "case-investigation")]
