"""A notice's texts through the deployed functions, each under its own role: they are on the list that the console shows."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import msgspec

from functions.shared import clock
from functions.shared.config import settings
from functions.tracing import rules, service
from functions.tracing.model import HEAD, Head
from functions.tracing.rules import Found, Met
from infra.local import Service
from infra.local.messages import Inbox, messages
from tests.door.world import fresh, new_pid
from tests.main_job.district import id_number, new_serial
from tests.tracing.world import DAY, enrol

NOW = clock.now()


def someone() -> tuple[str, str]:
    """Somebody who enrolled a month ago: the pid and the phone."""
    pid, phone = new_pid(), f"137{secrets.randbelow(10**8):08d}"
    enrol(pid, "张小明", phone, id_number(new_serial()))
    return pid, phone


def confirmed(people: list[tuple[str, int]]) -> str:
    """A trace that found people, by pid and when their own device's check-in was received; its notice is confirmed."""
    trace = fresh("T")
    met = (Met("V-1", "V-1", NOW - DAY, NOW - DAY + 60, NOW - DAY, confirmed=True),)
    head = Head(trace, HEAD, province="99", asked_at=NOW, area="990101", state="done", case="C-1", document="-")
    head.ground, head.start, head.end, head.asked_by = "case-investigation", NOW - DAY, NOW, "officer:a"
    head.people, head.pages, head.attempt, head.ttl = len(people), 1, "a", NOW + 14 * DAY
    head.notice, head.notice_zh, head.notice_en = "sending", "请做核酸检测。", "Please take a test."
    service.put_page(head, "a", 0, 1, [Found(pid, 60, met, own_at) for pid, own_at in people])
    head.save()
    return trace


def wait(until: Callable[[], bool], seconds: int = 120) -> None:
    """Wait for the engine."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_notice_s_text_is_on_the_console_s_list_once_and_on_nobody_else_s_phone(engine: Service) -> None:
    """Whose own device was there is told; whoever was assisted, or enrolled later, is not; asked again, nothing comes."""
    (told, phone), (assisted, silent), (later, other) = (someone() for _ in range(3))
    inbox = Inbox(engine.engine_url)
    inbox.new()
    trace = confirmed([(told, NOW - DAY), (assisted, 0), (later, NOW - 40 * DAY)])

    def post(queue: str, body: dict[str, object]) -> None:
        url = engine.environment[f"QUEUE_{queue}"]
        engine.client("sqs").send_message(QueueUrl=url, MessageBody=msgspec.json.encode(body).decode())

    def texts(to: str) -> list[str]:
        return [one.text for one in messages(engine.engine_url) if one.phone == f"+86{to}"]

    post("TRACES", {"trace": trace, "notice": True})
    wait(lambda: bool(texts(phone)))
    wait(lambda: service.must(trace, NOW).notice == "sent")
    [line] = [one.line for one in inbox.new() if one.phone.endswith(phone)]
    assert line.endswith(f"*{phone[-2:]}: {rules.text_of(settings().me_url)}")
    # The same again, and the other two, until all of it was taken.
    for pid in (told, assisted, later):
        post("TEXTS", {"trace": trace, "pid": pid})
    wait(lambda: _is_empty(engine))
    assert [len(texts(one)) for one in (phone, silent, other)] == [1, 0, 0]


def _is_empty(engine: Service) -> bool:
    named = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = engine.environment["QUEUE_TEXTS"]
    held = engine.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=named)["Attributes"]
    return all(int(held[one]) == 0 for one in named)
