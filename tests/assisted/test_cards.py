"""Cards on the embedded engine: at most one living card a person, nothing of anybody in the table, refused as said."""

from __future__ import annotations

import io
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from functions.assisted import cards, rules
from functions.assisted.cards import Wanted
from functions.assisted.model import CardRow, CarrierRow
from functions.audit.model import AuditRow
from functions.lookups import seen
from functions.people.service import Owned
from functions.shared import clock
from functions.shared.callers import Caller
from functions.shared.pids import pid_of
from functions.shared.problems import Conflict
from infra.local import Service
from tests.assisted.world import COMMUNITY, Elder, client, end_card, make_card
from tests.decoding import qr_codes
from tests.door.inprocess import call
from tests.door.world import new_pid
from tests.people.world import Someone, World

pytestmark = pytest.mark.usefixtures("http")
AT = clock.now()
OFFICER = Caller("officer", COMMUNITY, "clerk")
ALL = Owned(0, frozenset(), by_document=True)


def wanted(pid: str, by: str, *, name: str = "王秀英") -> Wanted:
    """A card that a clerk asks for."""
    return Wanted(pid, name, "123X", OFFICER.actor, by, COMMUNITY)


def rows_of(pid: str) -> list[CardRow]:
    """Every card of a person, living or ended, as it is stored."""
    return [row for row in CardRow.scan(CardRow.pid == pid) if row.pid == pid]


def living(pid: str) -> list[str]:
    """The keys of a person's living cards."""
    return [row.card for row in rows_of(pid) if row.stands]


STEPS = st.lists(st.tuples(st.sampled_from(["make", "end"]), st.integers(0, 3)), min_size=1, max_size=9)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_one_living_card_a_person_whatever_the_order(steps: list[tuple[str, int]]) -> None:
    """Made, ended and sent again in any order: never two living cards, and a request of before changes nothing."""
    pid = new_pid()
    told: dict[tuple[str, int], object] = {}
    for moment, (act, number) in enumerate(steps):
        before, again = living(pid), (act, number) in told
        if act == "make":
            result: object = cards.issue(wanted(pid, f"make-{number}"), AT + moment).number
        elif not rows_of(pid):
            continue
        else:
            result = cards.end(cards.newest_of(pid, AT), OFFICER, f"end-{number}", AT + moment)
        assert len(living(pid)) <= 1
        if again:
            # An ended card is told ended again; a request that found it ended already may have ended nothing itself.
            assert act == "end" or told[act, number] == result
            assert act == "end" or living(pid) == before
        told[act, number] = result
        if act == "make" and not again:
            assert living(pid) == [cards.by_number(str(result), AT).card]


def test_a_request_that_ended_a_card_ends_no_newer_one() -> None:
    """Ended, made anew, and the old request comes again late: the new card stands."""
    pid = new_pid()
    cards.issue(wanted(pid, "first"), AT)
    ended_at = cards.end(cards.newest_of(pid, AT), OFFICER, "lost", AT + 5)
    new = cards.issue(wanted(pid, "second"), AT + 10)
    assert cards.end(cards.newest_of(pid, AT), OFFICER, "lost", AT + 20) == ended_at == AT + 5
    assert living(pid) == [new.key]


def test_at_once_there_is_one_living_card() -> None:
    """Eight clerks at once, and one clerk eight times: one card lives; the same request is one number."""
    pid, twice = new_pid(), new_pid()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: _patiently(wanted(pid, f"clerk-{n}")), range(8)))
        same = list(pool.map(lambda _: _patiently(wanted(twice, "clerk")), range(8)))
    assert len({one.number for one in made}) == 8
    assert len(living(pid)) == 1
    assert len({one.number for one in same}) == 1
    assert sum(one.new for one in same) == 1
    assert living(twice) == [same[0].key]


def _patiently(one: Wanted) -> cards.Card:
    for _ in range(20):
        with suppress(Conflict):  # busy: others are quicker
            return cards.issue(one, AT)
    raise AssertionError("busy for ever")


def test_whoever_is_busy_elsewhere_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others changed it at each attempt: nothing is written, and the same request may come again."""
    pid = new_pid()
    made = cards.issue(wanted(pid, "first"), AT)
    monkeypatch.setattr(cards, "_together", lambda _write: False)
    for act in (
        lambda: cards.issue(wanted(pid, "second"), AT),
        lambda: cards.end(cards.newest_of(pid, AT), OFFICER, "lost", AT),
    ):
        with pytest.raises(Conflict) as busy:
            act()
        assert busy.value.code == "busy"
    assert living(pid) == [made.key]


def test_a_number_that_is_taken_is_not_given_twice() -> None:
    """Two of a million cards draw the same 40 bits: the later one takes the next number, and so does its repeat."""
    pid, other = new_pid(), new_pid()
    taken = cards.issue(wanted(pid, "taken"), AT)
    row = CardRow.get(taken.key)
    row.pid = other
    row.save()
    CarrierRow(f"person#{pid}").delete()
    again = cards.issue(wanted(pid, "taken"), AT)
    assert again.number != taken.number
    assert cards.issue(wanted(pid, "taken"), AT).number == again.number
    assert CardRow.get(taken.key).pid == other


def test_the_table_opens_no_card_and_tells_no_name(engine: Service) -> None:
    """Neither number, name, document nor tail stands in the raw rows; what was encrypted goes when the card ends."""
    person = Elder()
    made = make_card(engine, person).json()
    raw = engine.client("dynamodb").scan(TableName=engine.environment["TABLE_CARD"], ConsistentRead=True)["Items"]
    text = json.dumps(raw, ensure_ascii=False)
    assert raw
    for secret in (made["number"], person.name, person.number, person.tail, made["name"]):
        assert f'"{secret}"' not in text
        assert f"#{secret}" not in text
    pid = pid_of("resident-id", person.number)
    assert end_card(engine, card=made["number"]).status == 200
    (row,) = rows_of(pid)
    assert row.person is None
    assert row.name_hash is None
    assert int(row.ttl) == int(row.ended_at) + rules.ENDED_S
    assert CarrierRow.get(f"person#{pid}").ttl == row.ttl


def test_a_card_is_printed_with_what_a_scanner_and_a_person_read(engine: Service) -> None:
    """The page holds the masked name, the spelled number, both languages; a decoder reads the address in its symbol."""
    person, one = Elder(), client()
    made = make_card(engine, person, client=one).json()
    printed = make_card(engine, person, client=one, form="?format=pdf")
    assert (printed.status, printed.headers["content-type"]) == (200, "application/pdf")
    assert made["number"] not in printed.headers["content-disposition"]
    (page,) = PdfReader(io.BytesIO(printed.body)).pages
    words = page.extract_text()
    for word in (made["name"], made["spelled"], COMMUNITY, "No status in this card", "不含任何健康状态", "登记卡"):
        assert word in words.replace("\n", " ")
    assert person.name not in words
    assert (round(float(page.mediabox.width) / 72 * 25.4), round(float(page.mediabox.height) / 72 * 25.4)) == (86, 54)
    picture = pypdfium2.PdfDocument(printed.body)[0].render(scale=6).to_pil()
    (read,) = qr_codes(picture)
    assert read == made["url"]
    assert cards.by_number(cards.read_number(read), clock.now()).pid == pid_of("resident-id", person.number)


def test_a_card_is_made_once_and_replaces_the_one_before(engine: Service) -> None:
    """201 once, 200 for the same request as it stands now; the earlier card says that it was replaced."""
    person, one = Elder(), client()
    first = make_card(engine, person, client=one)
    assert (first.status, first.json()["replaced"], first.json()["stands"]) == (201, False, True)
    again = make_card(engine, person, client=one)
    assert (again.status, again.json()) == (200, first.json())
    second = make_card(engine, person)
    assert (second.status, second.json()["replaced"]) == (201, True)
    late = make_card(engine, person, client=one)
    assert (late.status, late.json()["stands"], late.json()["name"]) == (200, False, "")
    drawn = make_card(engine, person, client=one, form="?format=pdf")
    assert (drawn.status, drawn.json()["code"]) == (409, "card-ended")
    old = cards.by_number(first.json()["number"], clock.now())
    with pytest.raises(Conflict) as replaced:
        cards.require_living(old)
    assert replaced.value.code == "card-replaced"


def test_a_name_that_is_not_the_registers_waits_for_the_clerk(engine: Service) -> None:
    """The clerk learns yes or no, compares the document, and makes the card all the same; the list's name stays hidden."""
    one = Someone(name="张小明")
    World().approve().list_people(one)
    said = {"id_number": one.number, "client": client()}
    officer = engine.token("officer", COMMUNITY)
    refused = call("POST", "/cards", {**said, "name": "李四"}, token=officer)
    assert (refused.status, refused.json()["code"]) == (409, "name-differs")
    assert "张" not in refused.body.decode()
    assert rows_of(one.pid) == []
    made = call("POST", "/cards", {**said, "name": "李四", "name_confirmed": True}, token=officer)
    assert (made.status, made.json()["name"]) == (201, "李*")
    assert call("POST", "/cards", {**said, "name": " 张 小明", "client": client()}, token=officer).status == 201


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"id_number": "990101199003071110"}, (422, "document")),
        ({"id_type": "epipass-canary", "id_number": "A" * 32}, (422, "document")),
        ({"name": "··"}, (422, "name")),
        ({"name": "　 "}, (422, "name")),
        ({"client": "x"}, (400, "malformed")),
        ({"area": "990101002001"}, (403, "scope")),
    ],
)
def test_a_card_that_cannot_be_is_refused(engine: Service, said: dict[str, str], refusal: tuple[int, str]) -> None:
    """A number, a name, a request's id or a community that is none."""
    refused = make_card(engine, Elder(), **said)
    assert (refused.status, refused.json()["code"]) == refusal, refused.body


def test_a_district_says_which_community(engine: Service) -> None:
    """An account above communities names one of its area; the format is one that is drawn."""
    person = Elder()
    vague = make_card(engine, person, scope="990101")
    assert (vague.status, vague.json()["code"]) == (422, "area")
    body = {"id_number": person.number, "name": person.name, "client": client(), "area": COMMUNITY}
    made = call("POST", "/cards", body, token=engine.token("officer", "990101"))
    assert (made.status, made.json()["area"]) == (201, COMMUNITY)
    worker = call("POST", "/cards", {**body, "client": client()}, token=engine.token("worker", COMMUNITY))
    assert worker.status == 201
    odd = call("POST", "/cards?format=docx", body, token=engine.token("officer", "990101"))
    assert (odd.status, odd.json()["code"]) == (400, "format")


def test_a_lost_card_is_ended_by_document_or_number_and_by_its_own_community(engine: Service) -> None:
    """Again is the same instant; another community may not, and cannot find out by trying numbers."""
    person = Elder()
    number = make_card(engine, person).json()["number"]
    foreign = end_card(engine, scope="990101002001", card=number)
    assert (foreign.status, foreign.json()["code"]) == (403, "scope")
    one = client()
    ended = end_card(engine, client=one, id_number=person.number)
    assert ended.status == 200
    for again in ({"client": one, "id_number": person.number}, {"card": number}):
        assert end_card(engine, **again).json() == ended.json()
    nobody, unknown = end_card(engine, id_number=Elder().number), end_card(engine, card="0000000000")
    assert (nobody.status, nobody.json()["code"]) == (404, "no-card")
    assert (unknown.status, unknown.json()["code"]) == (404, "no-card")
    for both in ({}, {"card": number, "id_number": person.number}):
        vague = end_card(engine, **both)
        assert (vague.status, vague.json()["code"]) == (400, "one-of")
    slip = end_card(engine, card=number[:-1] + str((int(number[-1]) + 1) % 10))
    assert (slip.status, slip.json()["code"]) == (422, "card")


def test_the_log_and_the_person_see_each_card(engine: Service) -> None:
    """Made, shown again and ended: a row each, that names no person; the person reads made and ended, by whom."""
    person, one, clerk = Elder(), client(), f"clerk-{client()}"
    token = engine.token("officer", COMMUNITY, subject=clerk)
    body = {"id_number": person.number, "name": person.name, "client": one}
    for _ in range(2):
        assert call("POST", "/cards", body, token=token).status in {200, 201}
    ended = call("POST", "/cards/revocation", {"id_number": person.number, "client": one}, token=token)
    assert ended.status == 200
    logged = itertools.chain.from_iterable(AuditRow.query(str(shard)) for shard in range(4))
    rows = [row for row in logged if row.actor == f"officer:{clerk}"]
    assert [(row.act, row.case) for row in rows] == [
        (act, COMMUNITY) for act in ("card.made", "card.shown", "card.ended")
    ]
    pid = pid_of("resident-id", person.number)
    told = seen.of_person(pid, ALL, "", clock.now() + 60).rows
    assert sorted((row.kind, row.district) for row in told) == [("card", COMMUNITY), ("card-ended", COMMUNITY)]
