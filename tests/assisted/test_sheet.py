"""Cards by spreadsheet: good rows are printed, bad rows named, and a file sent again makes no printed card worthless."""

from __future__ import annotations

import base64
import io

import pypdfium2
import pytest
from pypdf import PdfReader

from functions.assisted import cards, sheet
from functions.assisted.cards import Card
from functions.shared import clock
from functions.shared.callers import Caller
from functions.shared.pids import pid_of
from functions.shared.sheets import read
from infra.local import Service
from tests.assisted.world import COMMUNITY, Elder, end_card, make_card
from tests.decoding import qr_codes
from tests.door.inprocess import Reply, call
from tests.door.world import new_area
from tests.people.world import Someone, World

pytestmark = pytest.mark.usefixtures("http")


def rows_of(*people: tuple[str, str]) -> bytes:
    """A file of names and numbers, as a community keeps one."""
    return "\n".join(
        ["幸福社区老年人名单,,", "序号,姓名,身份证号", *(f"{n},{a},{b}" for n, (a, b) in enumerate(people, 1))]
    ).encode()


def send(engine: Service, data: bytes, *, area: str = COMMUNITY, query: str = "format=csv") -> Reply:
    """Send a file as the community's grid worker does."""
    kind = {"content-type": "application/octet-stream"}
    return call("POST", f"/areas/{area}/cards?{query}", data, token=engine.token("worker", area), headers=kind)


def symbols(answer: Reply) -> list[str]:
    """What a scanner reads on each page of the file."""
    document = pypdfium2.PdfDocument(base64.b64decode(answer.json()["pdf"]))
    return [qr_codes(page.render(scale=5).to_pil())[0] for page in document]


def holder(url: str) -> str:
    """Whose card an address is."""
    row = cards.require_living(cards.by_number(cards.read_number(url), clock.now()))
    return row.pid


def test_a_list_becomes_cards_in_its_order_and_bad_rows_are_named(engine: Service) -> None:
    """Each page's symbol is that row's person; a bad number and a foreign name are told by row and law, never the cell."""
    people, listed = [Elder(name=f"王秀{one}") for one in "英兰梅"], Someone(name="张小明")
    World().approve().list_people(listed)
    data = rows_of(*((one.name, one.number) for one in people), ("赵六", "990101199003071110"), ("李四", listed.number))
    sent = send(engine, data)
    told = sent.json()
    assert (sent.status, told["rows"], told["cards"], told["made"], "next_row" in told) == (200, 5, 3, 3, False)
    assert [(one["row"], one["column"], one["law"]) for one in told["errors"]] == [
        (6, "id_number", "id-check-digit"),
        (7, "name", "name-differs"),
    ]
    assert "990101199003071110" not in sent.body.decode()
    assert "张小明" not in sent.body.decode()
    assert [holder(url) for url in symbols(sent)] == [pid_of("resident-id", one.number) for one in people]


def test_sent_again_it_is_the_same_cards_and_corrected_only_the_missing_ones(engine: Service) -> None:
    """Whoever has a card of this community keeps it; one that was ended, or another community's, gets a new one."""
    first, second, third = (Elder(name=f"陈桂{one}") for one in "花珍芳")
    made = send(engine, rows_of((first.name, first.number), (second.name, second.number[:-1])))
    again = send(engine, rows_of((first.name, first.number), (second.name, second.number)))
    assert [(one.json()["cards"], one.json()["made"]) for one in (made, again)] == [(1, 1), (2, 1)]
    assert symbols(made)[0] == symbols(again)[0]
    assert make_card(engine, third, scope="990101002001").status == 201
    assert end_card(engine, id_number=first.number).status == 200
    later = send(engine, rows_of(*((one.name, one.number) for one in (first, second, third))))
    assert (later.json()["cards"], later.json()["made"]) == (3, 2)
    assert symbols(later)[1] == symbols(again)[1]
    assert symbols(later)[0] != symbols(again)[0]
    assert cards.of_person(pid_of("resident-id", third.number), clock.now()).area == COMMUNITY  # type: ignore[union-attr]


def test_a_long_list_goes_on_where_it_stopped(engine: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many in one answer, or until the time is over: it stops between rows, and nobody is left out or twice."""
    monkeypatch.setattr(sheet, "CARDS", 4)
    people, area = [Elder(name=f"刘{chr(0x4E00 + n)}") for n in range(6)], new_area()
    data = rows_of(*((one.name, one.number) for one in people), ("", "1"))
    sent = send(engine, data, area=area)
    assert (sent.json()["cards"], sent.json()["next_row"], sent.json()["errors"]) == (4, 7, [])
    rest = send(engine, data, area=area, query="format=csv&from_row=7")
    assert (rest.json()["cards"], rest.json()["made"], "next_row" in rest.json()) == (2, 2, False)
    assert {one["row"] for one in rest.json()["errors"]} == {9}
    numbers = [pid_of("resident-id", one.number) for one in people]
    assert [holder(url) for answer in (sent, rest) for url in symbols(answer)] == numbers
    found, late = read(data, "csv", sheet.COLUMNS).rows, iter([0.0, 0.0, sheet.PATIENCE_S + 1])
    monkeypatch.setattr(sheet, "_TOGETHER", 2)
    worker = Caller("worker", area, "w")
    cut = sheet.make_all(found, worker, area, clock.now(), clock=lambda: next(late))
    assert (len(cut.cards), cut.made, cut.next_row) == (2, 0, 5)


def test_an_answer_of_a_hundred_cards_stays_under_a_megabyte() -> None:
    """A hundred names of different letters: what is larger would have to be fetched elsewhere."""
    made = [
        Card(
            f"k{n}",
            "K7QM3XPA91",
            f"{chr(0x4E00 + n)}*{chr(0x5E00 + n)}",
            COMMUNITY,
            0,
            stands=True,
            replaced=False,
            new=True,
        )
        for n in range(sheet.CARDS)
    ]
    drawn = sheet.draw(made, "https://gate.example.gov")
    assert len(PdfReader(io.BytesIO(drawn)).pages) == 100
    assert len(base64.b64encode(drawn)) < 900_000


def test_what_is_no_list_of_this_community_is_refused(engine: Service) -> None:
    """A foreign community, a file without the columns, one too long, and a row that is no number."""
    foreign = call("POST", f"/areas/{COMMUNITY}/cards?format=csv", b"x", token=engine.token("worker", "980202001001"))
    assert (foreign.status, foreign.json()["code"]) == (403, "scope")
    wide = call("POST", "/areas/990101/cards?format=csv", b"x", token=engine.token("officer", "990101"))
    assert (wide.status, wide.json()["code"]) == (422, "area")
    headless = send(engine, "甲,乙\n1,2\n".encode())
    assert headless.status == 422, headless.body
    long = send(engine, rows_of(*[("王秀英", "1")] * 2_001))
    assert (long.status, long.json()["code"]) == (422, "too-many-rows")
    odd = send(engine, rows_of(), query="format=csv&from_row=two")
    assert (odd.status, odd.json()["code"]) == (400, "malformed")
    nobody = send(engine, rows_of(("", "1")))
    assert (nobody.status, nobody.json()["cards"], "pdf" in nobody.json()) == (200, 0, False)
