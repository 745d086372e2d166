"""Texts that a notice waits: at most one to each, none after a stop, none to whoever enrolled later, none where disabled."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from botocore.stub import Stubber
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.people import codes
from functions.people import service as people
from functions.shared import clock
from functions.shared.aws import client
from functions.shared.config import settings as deployment
from functions.shared.problems import Conflict
from functions.tracing import handlers, notices, rules, service, texts
from functions.tracing.model import HEAD, Head, NoticeRow
from functions.tracing.shapes import notice_out
from tests.door.world import fresh, new_pid
from tests.tracing.world import DAY, HOUR, Team, approved, asking, audited, checkin, open_shop, pids, store, work_all

pytestmark = pytest.mark.usefixtures("engine")
NOW = clock.now()
WENT = NOW - 2 * DAY
ZH, EN = "请做核酸检测。", "Please take a test."


@dataclass
class Phones:
    """A sender: it fails as it is told, try by try, and keeps what went out."""

    troubles: list[Exception] = field(default_factory=list)
    got: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, phone: str, text: str) -> None:
        """Take a text, or fail."""
        if self.troubles:
            raise self.troubles.pop(0)
        self.got.append((phone, text))

    def counted(self) -> Counter[str]:
        """How many texts each phone got."""
        return Counter(phone for phone, _ in self.got)


def someone(enrolled_at: int = WENT, pid: str = "") -> tuple[str, str]:
    """Somebody enrolled: the pid and the phone."""
    pid, phone = pid or new_pid(), f"139{secrets.randbelow(10**8):08d}"
    people._new_person(pid, people.Identity("resident-id", "-", "-"), phone, None, enrolled_at).save()
    return pid, phone


def notice(to: Sequence[str], own_at: int = WENT, state: str = "sending", at: int = NOW) -> str:
    """A notice on its way that stands on the pages of some people."""
    trace = fresh("T")
    Head(
        trace,
        HEAD,
        province="99",
        asked_at=at,
        area="990101",
        state="done",
        case="CASE-1",
        ground="case-investigation",
        document="-",
        start=WENT,
        end=NOW,
        asked_by="officer:a",
        notice=state,
        ttl=NOW + 14 * DAY,
    ).save()
    for pid in to:
        NoticeRow(pid, trace, at=at, text_zh=ZH, text_en=EN, own_at=own_at, ttl=at + 14 * DAY).save()
    return trace


def test_the_text_tells_nothing_and_fits_one_message() -> None:
    """The same for everybody: that there is a message, and the page. A text in Chinese holds 70 characters."""
    page = "https://me.district.example.gov"
    assert rules.text_of(page) == f"epipass：您的页面有新消息。Message on your page: {page}"
    assert len(rules.text_of(page)) <= 70
    pid, phone = someone()
    phones = Phones()
    assert texts.text(notice([pid]), pid, NOW, send=phones) == "sent"
    assert phones.got == [(phone, rules.text_of(deployment().me_url))]


TROUBLES: dict[str, tuple[Exception, ...]] = {
    "turned away": (codes.NotSent(again=True),),
    "gone": (ConnectionResetError(),),
}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.integers(0, 3)),
        st.tuples(st.sampled_from(["turned away", "gone"]), st.integers(0, 3)),
        st.tuples(st.just("stop"), st.just(0)),
    ),
    max_size=14,
)


@settings(max_examples=15, deadline=None)
@given(steps=STEPS)
def test_whatever_is_delivered_again_in_any_order_each_gets_at_most_one_and_none_after_a_stop(
    steps: list[tuple[str, int]],
) -> None:
    """Messages come again and in any order, the sender turns them away or is gone half-way, somebody stops it."""
    known = [someone() for _ in range(4)]
    trace, phones, stopped_with, unsure = notice([pid for pid, _ in known]), Phones(), -1, set[str]()
    for step, n in [*steps, *(("text", n) for n in range(4))]:
        if step == "stop":
            stopped_with = max(stopped_with, len(phones.got))
            notices.stop(service.must(trace, NOW), "tracer:any", NOW)
            continue
        phones.troubles = list(TROUBLES.get(step, ()))
        pid, phone = known[n]
        try:
            if texts.text(trace, pid, NOW, send=phones) == "unsure":
                unsure.add(phone)
        except codes.NotSent:
            assert step == "turned away"
    got = phones.counted()
    assert max(got.values(), default=0) <= 1
    assert not set(got) & unsure
    if stopped_with < 0:
        assert set(got) | unsure == {phone for _, phone in known}
    else:
        assert len(phones.got) == stopped_with


@settings(max_examples=20, deadline=None)
@given(before_s=st.integers(-3 * DAY, 3 * DAY))
def test_only_whose_phone_was_theirs_when_they_were_there_is_told(before_s: int) -> None:
    """Enrolled by then: a text. Enrolled a second later, under the same document perhaps by another: none."""
    pid, phone = someone(enrolled_at=WENT - before_s)
    phones = Phones()
    outcome = texts.text(notice([pid]), pid, NOW, send=phones)
    assert (outcome, list(phones.counted())) == (("sent", [phone]) if before_s >= 0 else ("stranger", []))


def test_whose_phone_was_replaced_since_is_not_told() -> None:
    """A new phone under the pid is an enrolment of its own."""
    pid, _old = someone()
    someone(enrolled_at=WENT + 1, pid=pid)
    assert texts.text(notice([pid]), pid, NOW, send=Phones()) == "stranger"


def test_nobody_is_told_of_what_no_device_of_theirs_did() -> None:
    """Checked in by their document alone, never enrolled, without a notice, or of a trace that is gone."""
    pid, _phone = someone()
    assert texts.text(notice([pid], own_at=0), pid, NOW, send=Phones()) == "stranger"
    stranger = new_pid()
    assert texts.text(notice([stranger]), stranger, NOW, send=Phones()) == "stranger"
    assert texts.text(notice([]), pid, NOW, send=Phones()) == "late"
    trace = notice([pid])
    Head(trace, HEAD).delete()
    assert texts.text(trace, pid, NOW, send=Phones()) == "stopped"


@pytest.mark.parametrize("state", ["proposed", "stopped"])
def test_a_notice_that_does_not_go_sends_nothing(state: str) -> None:
    """Not confirmed, or stopped: and who has a phone is not looked up for it."""
    for pid in (someone()[0], new_pid()):
        assert texts.text(notice([pid], state=state), pid, NOW, send=Phones()) == "stopped"


def test_a_text_is_a_day_late_at_most() -> None:
    """To the second; a letter sent again later says nothing."""
    for late_s, outcome in ((rules.TEXT_S - 1, "sent"), (rules.TEXT_S, "late")):
        pid, _phone = someone()
        assert texts.text(notice([pid]), pid, NOW + late_s, send=Phones()) == outcome


def test_a_phone_that_takes_no_texts_is_not_asked_again() -> None:
    """The sender refused it for good: the message is done with."""
    pid, _phone = someone()
    trace = notice([pid])
    assert texts.text(trace, pid, NOW, send=Phones([codes.NotSent(again=False)])) == "refused"
    assert texts.text(trace, pid, NOW, send=Phones()) == "had"


def searched(team: Team, count: int) -> tuple[Head, list[str]]:
    """A trace of a venue that found people, the last of them checked in by somebody else."""
    venue, found, start = open_shop(), pids(count), (NOW - 4 * DAY) // HOUR * HOUR
    store(*(checkin(pid, venue, start) for pid in found[:-1]), checkin(found[-1], venue, start, how="assisted"))
    head = approved(asking(start - HOUR, start + DAY, venue=venue), team, NOW)
    work_all()
    return service.must(head.trace, NOW), found


def confirmed(head: Head) -> Head:
    """A notice proposed and confirmed."""
    notices.propose(head, ZH, EN, "officer:asks", NOW)
    return notices.confirm(service.must(head.trace, NOW), notices.digest_of(ZH, EN), "tracer:approves", NOW)


def asked_for() -> list[dict[str, Any]]:
    """The messages on this module's queue of texts, taken off it."""
    sqs, url, found = client("sqs"), os.environ["QUEUE_TEXTS"], []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(msgspec.json.decode(message["Body"]))
    return found


def test_the_worker_asks_for_each_whose_own_device_was_there_by_ids_alone(team: Team) -> None:
    """Previewed as a number, asked for page by page; whoever was assisted is not among them."""
    head, found = searched(team, 13)
    assert notice_out(confirmed(head)).texts == 12
    work_all()
    posted = asked_for()
    assert sorted(one["pid"] for one in posted) == sorted(found[:-1])
    assert {tuple(sorted(one)) for one in posted} == {("pid", "trace")}
    sent = notice_out(service.must(head.trace, clock.now()))
    assert (sent.state, sent.sent, sent.texts) == ("sent", 13, 12)
    assert sent.texts_until is not None


def test_a_notice_that_everybody_has_can_be_stopped_while_its_texts_go(team: Team) -> None:
    """The pages are done within seconds, the texts are not; once their day is over there is nothing to stop."""
    head, found = searched(team, 3)
    confirmed(head)
    work_all()
    sent = service.must(head.trace, NOW)
    with pytest.raises(Conflict):
        notices.stop(sent, "tracer:any", int(sent.texts_until))
    assert notices.stop(sent, "tracer:any", int(sent.texts_until) - 1).notice == "stopped"
    someone(pid=found[0], enrolled_at=WENT - 3 * DAY)
    assert texts.text(head.trace, found[0], NOW, send=Phones()) == "stopped"
    asked_for()


def test_where_texts_are_disabled_nothing_is_asked_for_and_nothing_sent(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The template's default: the page alone. What was asked for before it was switched off does not go either."""
    monkeypatch.setenv("TRACE_TEXTS", "DISABLED")
    head, _found = searched(team, 3)
    going = confirmed(head)
    told = notice_out(going)
    assert (told.texts, told.texts_until) == (0, None)
    work_all()
    assert asked_for() == []
    with pytest.raises(Conflict):
        notices.stop(going, "tracer:any", NOW)  # while it was asked the last got it
    assert audited("trace.notice-stopped", head.trace) == []
    sent = service.must(head.trace, NOW)
    assert (sent.notice, sent.notice_sent, sent.texts_until) == ("sent", 3, 0)
    with pytest.raises(Conflict):
        notices.stop(sent, "tracer:any", NOW)
    pid, _phone = someone()
    assert texts.text(notice([pid]), pid, NOW, send=Phones()) == "stopped"


def taken(*wanted: dict[str, str]) -> list[str]:
    """Hand messages to the function as Lambda would; those that failed."""
    records = [{"messageId": str(n), "body": msgspec.json.encode(one).decode()} for n, one in enumerate(wanted)]
    return [one["itemIdentifier"] for one in handlers.text({"Records": records}, None)["batchItemFailures"]]


@pytest.mark.parametrize(
    ("code", "status", "again"),
    [("Throttling", 400, True), ("AuthorizationError", 403, True), ("InvalidParameter", 400, False)],
)
def test_only_a_text_that_surely_did_not_go_out_is_tried_again(code: str, status: int, *, again: bool) -> None:
    """Turned away for now: the message comes again, alone of its batch. The phone's own refusal: it does not."""
    (first, _), (second, _) = someone(), someone()
    trace = notice([first, second])
    batch = [{"trace": trace, "pid": first}, {"trace": trace, "pid": second}]
    with Stubber(client("sns", once=True)) as sender:
        sender.add_client_error("publish", code, http_status_code=status)
        sender.add_response("publish", {"MessageId": "1"})
        assert taken(*batch) == (["0"] if again else [])
    with Stubber(client("sns", once=True)) as sender:
        sender.add_response("publish", {"MessageId": "2"})
        assert taken(*batch) == []
        assert bool(sender._queue) != again  # asked once more where it was turned away, and not otherwise


def test_an_answer_that_does_not_tell_is_not_tried_again() -> None:
    """The sender broke down: the text may be on the phone, so the message is done with."""
    pid, _phone = someone()
    with Stubber(client("sns", once=True)) as sender:
        sender.add_client_error("publish", "InternalError", http_status_code=500)
        assert taken({"trace": notice([pid]), "pid": pid}) == []
    assert client("sns", once=True).meta.config.retries["total_max_attempts"] == 1
