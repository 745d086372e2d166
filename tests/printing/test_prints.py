"""Print jobs on the embedded engine: many venues, one file, every code once, and nothing lost when a worker dies."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from botocore.exceptions import ClientError

from credentials.auditlog import SHARDS
from functions.audit import service as audit
from functions.printing import handlers, rules, service, working
from functions.printing.model import LIFE_S, PrintRow
from functions.shared import clock, posters
from functions.shared.objects import uploads
from functions.shared.problems import Conflict, NotFound, Rejected
from functions.venues import codes, entrances
from functions.venues import service as venues
from functions.venues.service import Facts
from infra.local import Service
from tests.decoding import qr_codes
from tests.door.inprocess import call
from tests.door.world import fresh, new_area, open_venue

pytestmark = pytest.mark.usefixtures("http", "own_queue")


def _venues(area: str, count: int) -> list[str]:
    at = clock.now()
    return [
        venues.register(fresh("V"), Facts(f"第{n}号书店", area, address=f"一路{n:03}号"), at)[0].venue
        for n in range(count)
    ]


def _printed(job: str) -> list[tuple[str, str]]:
    """The venue and the short code that the decoder reads on each page of a job's file, in order."""
    data = uploads.get(service.file_name(job))
    document, read = pypdfium2.PdfDocument(data), []
    for number in range(len(document)):
        picture = document[number].render(scale=1.5).to_pil()
        (found,) = qr_codes(picture)
        address = codes.read_address(found.rpartition("/")[2])
        assert address is not None
        assert codes.is_ours(address, entrances.sign)
        read.append((address.venue, address.short))
    return read


def _current(venue: str) -> list[tuple[str, str]]:
    return [(venue, code.code) for code in venues.must(venue, clock.now()).current_codes]


def test_every_venue_of_an_area_is_in_one_file_once_and_noted_as_printed() -> None:
    """Sixty venues: who has no code gets one, who has two gets two pages, a closed venue none; then nothing waits."""
    area, at = new_area(), clock.now()
    made = _venues(area, 60)
    entrances.add_code(made[3], "东门", at)
    entrances.add_code(made[3], "西门", at)
    venues.decide(made[7], "close", "停业", at)
    row, new = service.ask(area, "a5", "not-printed", (), at)
    assert new
    working.work(row.job)
    done = service.must(row.job, at)
    assert (done.state, done.pages_done, done.pages_total, done.more) == ("done", 60, 60, False)
    expected = [pair for venue in made if venue != made[7] for pair in _current(venue)]
    assert _printed(row.job) == expected  # by address: in walking order
    states = {code.poster for venue in made if venue != made[7] for code in venues.must(venue, at).codes}
    assert states == {"printed"}
    again, new = service.ask(area, "a5", "not-printed", (), at)
    assert (new, again.job != row.job) == (True, True)
    working.work(again.job)
    assert service.must(again.job, at).pages_total == 0
    with pytest.raises(Conflict):
        service.link(service.must(again.job, at))


def test_the_pages_done_are_seen_to_grow_while_they_are_drawn() -> None:
    """Whoever looks after each page reads one more, up to all of them."""
    area, at = new_area(), clock.now()
    _venues(area, 5)
    job, seen = service.ask(area, "card", "not-printed", (), at)[0].job, list[int]()

    def later() -> int:
        seen.append(int(service.must(job, at).pages_done))
        return at + 2 * len(seen)  # so long that each page is told

    working.work(job, later)
    assert seen == sorted(seen)
    assert set(seen) == {0, 1, 2, 3, 4, 5}


def test_the_same_request_while_one_goes_on_is_the_same_job() -> None:
    """In whatever order the venues are named; another size is another job."""
    area, at = new_area(), clock.now()
    made = _venues(area, 2)
    first, new = service.ask(area, "a4", "named", made, at)
    same, again = service.ask(area, "a4", "named", made[::-1], at)
    assert (new, again, same.job) == (True, False, first.job)
    assert service.ask(area, "card", "named", made, at)[0].job != first.job
    assert [row.job for row in service.newest(area, at)].count(first.job) == 1


def test_a_request_that_failed_half_way_is_made_good_by_the_same_again(engine: Service, own_queue: str) -> None:
    """A job that no worker was told of does not count as one that goes on."""
    area, at = new_area(), clock.now()
    _venues(area, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUEUE_PRINTS", own_queue + "-that-is-not-there")
        with pytest.raises(ClientError):
            service.ask(area, "a4", "not-printed", (), at)
    job = service.ask(area, "a4", "not-printed", (), at)[0].job
    assert job in _told(engine, own_queue)


def test_the_same_can_be_asked_again_when_its_first_job_is_forgotten() -> None:
    """DynamoDB takes a row away a day or two after its end: until then it must not stand in the way."""
    area, at = new_area(), clock.now()
    _venues(area, 1)
    working.work(service.ask(area, "a4", "not-printed", (), at)[0].job)
    later = at + LIFE_S + 60
    row, new = service.ask(area, "a4", "not-printed", (), later)
    assert (new, row.state, int(row.pages_total)) == (True, "waiting", 0)
    assert service.must(row.job, later).asked_at == later


def test_a_worker_that_dies_leaves_a_job_that_another_one_finishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it lives nobody else prints; after its lease the same pages are printed, and noted once."""
    area, at = new_area(), clock.now()
    made = _venues(area, 3)
    job = service.ask(area, "card", "not-printed", (), at)[0].job

    class Dying(posters.Book):
        def finish(self) -> bytes:
            raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(posters, "Book", Dying)
        with pytest.raises(MemoryError):
            working.work(job)
    assert [code.poster for venue in made for code in venues.must(venue, at).codes] == ["made"] * 3
    with pytest.raises(working.Busy):
        working.work(job)
    late = _venues(area, 1)[0]  # was not there when the pages were listed
    working.work(job, lambda: clock.now() + working.LEASE_S + 1)
    assert _printed(job) == [pair for venue in made for pair in _current(venue)]
    assert _current(late) == []
    before = uploads.get_tagged(service.file_name(job))
    working.work(job, lambda: clock.now() + 2 * working.LEASE_S + 2)
    assert uploads.get_tagged(service.file_name(job)) == before


def test_a_job_that_fails_for_good_says_so_and_goes_on_when_it_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page shows `failed` instead of waiting for ever; the letter that was redriven prints it all the same."""
    area, at = new_area(), clock.now()
    _venues(area, 1)
    job = service.ask(area, "a4", "not-printed", (), at)[0].job

    def fail(_row: PrintRow, _now: Callable[[], int]) -> Any:
        raise OSError

    for tries in (1, handlers.TRIES):
        with monkeypatch.context() as patch:
            patch.setattr(working, "_pages", fail)
            PrintRow(job).update(actions=[PrintRow.leased_until.set(0)])
            assert handlers.work(_event(job, tries), None)["batchItemFailures"]
        assert service.must(job, at).state == ("failed" if tries == handlers.TRIES else "running")
    PrintRow(job).update(actions=[PrintRow.leased_until.set(0)])
    assert handlers.work(_event(job, 1), None) == {"batchItemFailures": []}
    assert service.must(job, at).state == "done"


def test_posters_that_are_gone_are_printed_again() -> None:
    """Of two entrances the one whose poster was pasted over, and no other."""
    area, at = new_area(), clock.now()
    venue = open_venue(area)
    east, west = entrances.add_code(venue, "东门", at), entrances.add_code(venue, "西门", at)
    entrances.note_printed(venue, {east.code, west.code}, at)
    entrances.set_poster(venue, west.code, "seen", at)
    entrances.set_poster(venue, west.code, "covered", at)
    job = service.ask(area, "a4", "to-reprint", (), at)[0].job
    working.work(job)
    assert _printed(job) == [(venue, west.code)]
    assert entrances.find(venues.must(venue, at), west.code).poster == "printed"


def test_no_more_is_printed_than_a_file_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the job says that there is more."""
    monkeypatch.setattr(rules, "MOST_PAGES", 2)
    area, at = new_area(), clock.now()
    _venues(area, 3)
    first = service.ask(area, "card", "not-printed", (), at)[0].job
    working.work(first)
    second = service.ask(area, "card", "not-printed", (), at)[0].job
    working.work(second)
    told = [service.must(job, at) for job in (first, second)]
    assert [(int(row.pages_total), row.more) for row in told] == [(2, True), (1, False)]


def test_a_venue_that_can_not_be_printed_is_named() -> None:
    """Elsewhere, closed, or not there: said before anything is printed."""
    area, at = new_area(), clock.now()
    closed = open_venue(area)
    venues.decide(closed, "close", "停业", at)
    for wrong in (open_venue(), closed, "V-nobody"):
        with pytest.raises(Rejected) as refused:
            service.ask(area, "a4", "named", [open_venue(area), wrong], at)
        assert [error.pointer for error in refused.value.errors] == [f"/venues/{wrong}"]
    with pytest.raises(NotFound):
        service.must("same#nothing", at)


def test_an_officer_prints_over_http_and_fetches_the_file(engine: Service) -> None:
    """Asked twice it is one job; the file's address is good for whoever has it, for 5 minutes; a province is too wide."""
    area = new_area()
    made = _venues(area, 2)
    officer = engine.token("officer", area[:6])
    asked = call("POST", f"/areas/{area}/posters", {"size": "a5"}, token=officer)
    assert (asked.status, asked.json()["state"]) == (202, "waiting")
    assert call("POST", f"/areas/{area}/posters", {"size": "a5"}, token=officer).status == 200
    job = asked.json()["print"]
    assert call("GET", f"/prints/{job}/file", token=officer).json()["code"] == "no-file"
    working.work(job)
    told = call("GET", f"/prints/{job}", token=officer).json()
    assert (told["state"], told["pages_done"], told["pages_total"]) == ("done", 2, 2)
    assert [one["print"] for one in call("GET", f"/areas/{area}/posters", token=officer).json()["prints"]] == [job]
    found = call("GET", f"/prints/{job}/file", token=officer)
    assert found.status == 303
    with urllib.request.urlopen(found.headers["location"]) as file:  # noqa: S310 - the engine's own address
        assert file.headers["Content-Type"] == "application/pdf"
        assert len(file.read()) == told["bytes"]
    assert _printed(job) == [pair for venue in made for pair in _current(venue)]
    wide = call("POST", "/areas/9901/posters", {}, token=engine.token("officer", "99"))
    assert (wide.status, wide.json()["code"]) == (400, "area")


def test_a_job_that_the_log_did_not_take_has_its_row_when_it_is_asked_for_again(
    engine: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on by then, so that the same request is answered 200; the log names who asked for it all the same."""
    area = new_area()
    _venues(area, 1)
    officer = engine.token("officer", area[:6])

    def full(*_facts: object, **_named: object) -> None:
        raise audit.NotRecorded

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", full)
        unanswered = call("POST", f"/areas/{area}/posters", {}, token=officer)
    assert (unanswered.status, unanswered.json()["code"]) == (503, "audit")
    again = call("POST", f"/areas/{area}/posters", {}, token=officer)
    assert again.status == 200
    every = (row for shard in range(SHARDS) for row in audit.entries(shard, at=clock.now()))
    assert [row.act for row in every if row.case == again.json()["print"]] == ["venue.posters-printed"]


def _told(engine: Service, url: str) -> set[str]:
    """The jobs that the queue names."""
    sqs, found = engine.client("sqs"), set[str]()
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found |= {json.loads(message["Body"])["job"] for message in messages}
    return found


def _event(job: str, tries: int) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(tries)}
    return {"Records": [{"messageId": "1", "body": json.dumps({"job": job}), "attributes": attributes}]}
