"""Texts to phones: nobody sends them here, so the console shows them, with the phone masked."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from functions.shared.masking import mask_phone

_PATH = "/_ministack/sns/sms-messages"
_EVERY_S = 0.5


@dataclass(frozen=True)
class Message:
    """One text, as the engine keeps it in memory."""

    id: str
    phone: str
    text: str

    @property
    def line(self) -> str:
        """How the console shows it."""
        return f"text to {mask_phone(self.phone)}: {self.text}"


def messages(engine_url: str) -> list[Message]:
    """Return every text since the engine's start.

    Raises:
        OSError: the engine does not answer.
    """
    with urllib.request.urlopen(engine_url + _PATH, timeout=5) as answer:  # noqa: S310 - our own loopback address
        kept = json.load(answer)["sms_messages"]
    return [Message(one["MessageId"], phone, one["Message"]) for phone, all_of in kept.items() for one in all_of]


@contextmanager
def shown(engine_url: str, show: Callable[[str], object] = print) -> Iterator[None]:
    """Show each new text once, within half a second, while the block runs."""
    seen = {message.id for message in messages(engine_url)}
    ended = threading.Event()
    thread = threading.Thread(target=_watch, args=(engine_url, seen, ended, show), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(2 * _EVERY_S)


def _watch(engine_url: str, seen: set[str], ended: threading.Event, show: Callable[[str], object]) -> None:
    while not ended.wait(_EVERY_S):
        try:
            new = [message for message in messages(engine_url) if message.id not in seen]
        except OSError:
            continue  # the engine is stopping, or busy; the launcher is who judges that
        for message in new:
            seen.add(message.id)
            show(message.line)
