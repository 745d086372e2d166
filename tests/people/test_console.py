"""One-time codes show in the console of `epipass run`, once each, and in no log."""

from __future__ import annotations

import uuid

from functions.people import codes
from functions.shared import clock
from infra.local import Service
from infra.local.messages import Inbox
from tests.people.world import Someone


def test_each_text_shows_once_with_the_phone_masked(engine: Service) -> None:
    """Two phones, texts in turn: each new one shows once, its number masked but for two digits."""
    inbox, first, second = Inbox(engine.engine_url), Someone(), Someone()
    inbox.new()
    for one, code in ((first, "111111"), (second, "222222"), (first, "333333")):
        assert codes.send_code(one.phone, uuid.uuid4().hex, clock.now(), draw=iter([code]).__next__)
        [line] = [message.line for message in inbox.new() if code in message.text]
        assert one.phone not in line
        assert f"*{one.phone[-2:]}:" in line
        assert code in line
    assert not [message for message in inbox.new() if message.phone.endswith((first.phone, second.phone))]


def test_a_code_is_in_no_log(engine: Service) -> None:
    """The engine's own log and what it saves hold neither code nor phone."""
    one, code = Someone(), str(uuid.uuid4().int)[:6]
    codes.send_code(one.phone, uuid.uuid4().hex, clock.now(), draw=lambda: code)
    logged = engine.state.engine_log.read_text(encoding="utf-8", errors="replace")
    assert one.phone not in logged
    assert f"验证码 {code}" not in logged


def test_a_silent_engine_shows_nothing() -> None:
    """While the engine does not answer the console waits; it does not fall over."""
    assert Inbox("http://127.0.0.1:9").new() == []
